/// Employees are drawn as the scenario says: groups, traits, teams, bounds, and anew for newcomers.
#include "goodhart/model/population.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "goodhart/core/errors.hpp"
#include "support/run.hpp"

namespace {

using namespace goodhart;

/// A scenario with this population.
Scenario with(const std::string& population, const std::string& more = "") {
  return test::scenario_text(
      "goodhart: 1\ntitle: A test\nactivities: {work: {value: 1}, tick: {gaming: true}}\n"
      "metrics: {output: {measures: value}}\npolicies: {none: []}\npopulation: " +
      population + "\n" + more);
}

std::vector<int> group_sizes(const std::string& groups, int size) {
  const Roster roster(with("{size: " + std::to_string(size) + ", groups: " + groups + "}").setting.population, Luck{});
  std::vector<int> sizes(roster.groups.size());
  for (std::size_t i = 0; i < roster.size; ++i) ++sizes[static_cast<std::size_t>(roster.group_of(i))];
  return sizes;
}

/// The people of a scenario, with what they refer to.
struct People {
  Scenario scenario;
  Roster roster;
  Population population;

  explicit People(Scenario all, Luck luck = {})
      : scenario(std::move(all)),
        roster(scenario.setting.population, luck),
        population(scenario.setting, roster, luck) {}

  int index(const std::string& name) const {
    const auto& names = population.trait_names;
    return static_cast<int>(std::find(names.begin(), names.end(), name) - names.begin());
  }
  double trait(const std::string& name, std::size_t i) const {
    return population.traits.at(static_cast<std::size_t>(index(name)))[i];
  }
};

std::string run_error(const std::function<void()>& doing) {
  try {
    doing();
  } catch (const RunError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("group sizes follow the shares by largest remainder, ties to the group named first") {
  CHECK(group_sizes("{a: {share: 0.3}, b: {share: 0.7}}", 10) == std::vector{3, 7});
  CHECK(group_sizes("{a: {share: 0.25}, b: {share: 0.25}, c: {share: 0.5}}", 7) ==
        std::vector{2, 2, 3});  // 1.75 1.75 3.5
  CHECK(group_sizes("{a: {share: 0.5}, b: {share: 0.5}}", 3) == std::vector{2, 1});
  CHECK(group_sizes("{a: {share: 0.01}, b: {share: 0.99}}", 3) == std::vector{0, 3});
  // 0.1 x 30 and 0.7 x 30 are not whole in binary, and count as whole.
  CHECK(group_sizes("{a: {share: 0.1}, b: {share: 0.7}, c: {share: 0.2}}", 30) == std::vector{3, 21, 6});
}

TEST_CASE("groups are spread at random over the teams") {
  const Roster roster(
      with("{size: 10000, team_size: 10, groups: {a: {share: 0.3}, b: {share: 0.7}}}").setting.population, Luck{4, 2});
  // Members of `a` in a team are hypergeometric, variance 10 x 0.3 x 0.7 but for a factor 9990 / 9999; over 1000 teams
  // the variance is within 4 standard errors, each about sqrt(2 / 1000) of it.
  double squares = 0;
  for (std::size_t team = 0; team < 1000; ++team) {
    double members = 0;
    for (std::size_t i = 0; i < 10; ++i) members += roster.group_of(team * 10 + i) == 0;
    squares += (members - 3) * (members - 3);
  }
  CHECK(std::fabs(squares / 1000 - 2.1) < 4 * 2.1 * std::sqrt(2.0 / 1000));
}

namespace {

const char* const kPeople = R"({size: 20001, team_size: 4,
    groups: {junior: {share: 0.25, traits: {boost: {normal: {mean: 2, sd: 0.1}}, own: 5}},
             senior: {share: 0.75, traits: {own: 6}}},
    traits: {skill: {lognormal: {median: 2, sigma: 0.5}}, boost: {normal: {mean: 0, sd: 1, min: -0.5, max: 1}},
             shared: {normal: {mean: 0, sd: 1, per: team}}, made: 2 * skill + junior * boost - team_size + founder}})";

}  // namespace

TEST_CASE("traits: distributions, per team, truncation, groups, expressions") {
  const People people(with(kPeople));
  // The trait that only groups have comes first.
  CHECK(people.population.trait_names == std::vector<std::string>{"own", "skill", "boost", "shared", "made"});
  double log_sum = 0, boost_sum = 0, shared_squares = 0;
  int seniors = 0;
  for (std::size_t i = 0; i < people.roster.size; ++i) {
    const bool junior = people.roster.group_of(i) == 0;
    REQUIRE(people.trait("own", i) == (junior ? 5 : 6));
    log_sum += std::log(people.trait("skill", i));
    const double boost = people.trait("boost", i);
    if (junior) {
      REQUIRE(std::fabs(boost - 2) < 0.6);
    } else {
      // Cut off, not clipped: nobody sits on a bound.
      REQUIRE(boost > -0.5);
      REQUIRE(boost < 1);
      boost_sum += boost;
      ++seniors;
    }
    REQUIRE(people.trait("shared", i) == people.trait("shared", i / 4 * 4));
    const double mates = i == 20000 ? 1 : 4;
    REQUIRE(people.trait("made", i) ==
            doctest::Approx(2 * people.trait("skill", i) + (junior ? boost : 0) - mates + 1).epsilon(1e-14));
    if (i % 4 == 0) shared_squares += people.trait("shared", i) * people.trait("shared", i);
  }
  // Means within 4 standard errors. A standard normal between -0.5 and 1 has mean 0.206631 and a sd below 0.43.
  CHECK(std::fabs(log_sum / 20001 - std::log(2.0)) < 4 * 0.5 / std::sqrt(20001.0));
  CHECK(std::fabs(boost_sum / seniors - 0.206631) < 4 * 0.43 / std::sqrt(seniors));
  CHECK(std::fabs(shared_squares / 5001 - 1) < 4 * std::sqrt(2.0 / 5001));
  CHECK(people.trait("shared", 0) != people.trait("shared", 4));
}

TEST_CASE("what is believed is what is, draw by draw, unless told otherwise") {
  const People people(test::scenario_text(R"(
goodhart: 1
title: A test
population: {size: 50}
activities: {a: {value: {normal: {mean: 1, sd: 1}}}, b: {value: {normal: {mean: 1, sd: 1}}, perceived_value: 2}}
metrics: {output: {measures: value}}
policies: {none: []}
)"));
  const auto& activities = people.population.activities;
  for (std::size_t i = 0; i < 50; ++i) {
    CHECK(activities[0].value[i] == activities[0].perceived_value[i]);
    CHECK(activities[0].value[i] != activities[1].value[i]);  // another quantity, other luck
    CHECK(activities[1].perceived_value[i] == 2);
  }
}

TEST_CASE("a newcomer is drawn anew, as are the traits made of its traits, and nobody else is") {
  People people(with(kPeople));
  const People before(with(kPeople));
  people.roster.arrival[7] = 3;
  people.population.redraw(7);
  for (const char* trait : {"skill", "boost", "made", "shared", "own"}) {
    for (std::size_t i = 0; i < 100; ++i) {
      const bool anew = i == 7 && std::string(trait) != "own" && std::string(trait) != "shared";
      CHECK((people.trait(trait, i) != before.trait(trait, i)) == anew);
    }
  }
  const double junior = people.roster.group_of(7) == 0 ? people.trait("boost", 7) : 0;
  CHECK(people.trait("made", 7) == doctest::Approx(2 * people.trait("skill", 7) + junior - 4).epsilon(1e-14));
  // Hired at another step, it would be somebody else.
  const double then = people.trait("skill", 7);
  people.roster.arrival[7] = 4;
  people.population.redraw(7);
  CHECK(people.trait("skill", 7) != then);
}

TEST_CASE("a drawn value out of bounds is refused, with who and what to write") {
  const auto scenario = test::scenario_text(R"(
goodhart: 1
title: A test
population: {size: 500, traits: {slow: {normal: {mean: 1, sd: 0.5}}}}
activities: {work: {value: 1, time: slow}}
metrics: {output: {measures: value}}
policies: {none: []}
)");
  const Roster roster(scenario.setting.population, Luck{});
  std::string message;
  try {
    const Population population(scenario.setting, roster, Luck{});
  } catch (const RunError& error) {
    message = error.what();
  }
  CHECK(message.find("activities.work.time: must be a number above 0, but for employee ") != std::string::npos);
  CHECK(message.find("; keep the expression within bounds with min(...) and max(...)") != std::string::npos);
}

TEST_CASE("what a unit does for the team, solidarity, and the weights of value and contribution have columns") {
  const People people(test::scenario_text(R"(
goodhart: 1
title: A test
population: {size: 20, traits: {care: {uniform: {low: 0, high: 1}}}}
effort: {solidarity: care}
activities:
  work: {value: 1}
  help: {team_value: care, team_load: 0.1 * care}
  hinder: {team_value: {value: -2, saturation: {uniform: {low: 1, high: 2}}}}
metrics:
  desk: {measures: value}
  mark: {measures: contribution}
  both: {measures: {value: 2, contribution: 3, help: 1}}
policies: {none: []}
)"));
  const auto& activities = people.population.activities;
  for (std::size_t i = 0; i < 20; ++i) {
    const double care = people.trait("care", i);
    CHECK(people.population.effort.solidarity[i] == care);
    CHECK(activities[0].team_value[i] == 0);
    CHECK(activities[0].team_load[i] == 0);
    CHECK(activities[1].team_value[i] == care);
    CHECK(activities[1].team_saturation[i] == 0);
    CHECK(activities[1].team_load[i] == doctest::Approx(0.1 * care).epsilon(1e-15));
    CHECK(activities[2].team_value[i] == -2);
    CHECK(activities[2].team_saturation[i] > 1);
  }
  const auto& metrics = people.population.metrics;
  CHECK(std::pair(metrics[0].value_weight, metrics[0].contribution_weight) == std::pair(1.0, 0.0));
  CHECK(std::pair(metrics[1].value_weight, metrics[1].contribution_weight) == std::pair(0.0, 1.0));
  CHECK(std::pair(metrics[2].value_weight, metrics[2].contribution_weight) == std::pair(2.0, 3.0));
}

namespace {

/// A scenario in which all kinds of quantities are made of `skill`, and some are not.
Scenario skilled(const std::string& skill, const std::string& other = "{normal: {mean: 0, sd: 1}}") {
  return test::scenario_text(R"(
goodhart: 1
title: A test
population:
  size: 60
  team_size: 5
  groups: {junior: {share: 0.5, traits: {drive: 3 * reach}}, senior: {share: 0.5}}
  traits: {skill: )" + skill +
                             R"(, other: )" + other + R"(, reach: skill + founder, drive: 2 * reach, apart: 2 * other,
           shared: {normal: {mean: 0, sd: 1, per: team}}}
effort: {intrinsic: drive}
activities:
  work: {value: skill, cost: {lognormal: {median: 1, sigma: 1}}, later: {after: 2, time: 0.1 * skill}}
  help: {strain: drive, aversion: other, time: 10 - skill}
metrics: {output: {measures: {work: drive}, baseline: reach, noise: 0.1 * skill}}
behaviour: {fixed: {efforts: {work: 0.1 * skill}}}
policies:
  pay:
    incentives: [{quota: {metric: output, target: skill + other, reward: 0.1}}]
    audits: {rate: 0.01 * skill}
)");
}

/// All of an employee's numbers.
std::vector<double> all_of(People& people, std::size_t i, const std::vector<const Terms*>& terms) {
  const Population& p = people.population;
  std::vector<double> all;
  for (const Column& trait : p.traits) all.push_back(trait[i]);
  for (const Column* column : {&p.effort.budget, &p.effort.norm, &p.effort.strain, &p.effort.intrinsic}) {
    all.push_back((*column)[i]);
  }
  for (const ActivityColumns& a : p.activities) {
    for (const Column* column : {&a.value, &a.perceived_value, &a.time, &a.max, &a.strain, &a.aversion, &a.cost,
                                 &a.later_time, &a.later_value}) {
      all.push_back((*column)[i]);
    }
  }
  for (const MetricColumns& m : p.metrics) {
    for (const Column* column : {&m.baseline, &m.scale, &m.loading[0], &m.loading[1]}) all.push_back((*column)[i]);
  }
  for (const Column& column : p.behaviours[0]) all.push_back(column[i]);
  for (const Terms* each : terms) {
    for (const Column& column : *each) all.push_back(column[i]);
  }
  return all;
}

std::vector<const Terms*> terms_of(People& people) {
  const Phase& phase = people.scenario.policies.entries[0].value.phases[0];
  return {&people.population.add_terms(phase.incentives[0], "incentives.quota"),
          &people.population.add_terms(*phase.audits, "audits")};
}

}  // namespace

TEST_CASE(
    "when a trait changes, all that is made of it follows, for that employee alone, as if it had always been so") {
  for (const bool terms_first : {false, true}) {
    CAPTURE(terms_first);
    People people(skilled("1.5")), before(skilled("1.5")), always(skilled("4"));
    std::vector<const Terms*> terms;
    if (terms_first) terms = terms_of(people);
    people.population.will_change(people.index("skill"));
    if (!terms_first) terms = terms_of(people);
    const auto terms_before = terms_of(before), terms_always = terms_of(always);
    for (std::size_t i = 0; i < 60; ++i) REQUIRE(all_of(people, i, terms) == all_of(before, i, terms_before));
    for (const std::size_t i : {std::size_t{7}, std::size_t{31}}) {
      people.population.set_trait(i, people.index("skill"), 4);
      CHECK(people.population.activities[0].value[i] == 1.5);  // not yet
      people.population.refresh(i);
    }
    for (std::size_t i = 0; i < 60; ++i) {
      CAPTURE(i);
      const bool changed = i == 7 || i == 31;
      CHECK(all_of(people, i, terms) == (changed ? all_of(always, i, terms_always) : all_of(before, i, terms_before)));
    }
    // A newcomer has learnt nothing.
    people.roster.arrival[7] = before.roster.arrival[7] = 3;
    people.population.redraw(7);
    before.population.redraw(7);
    CHECK(all_of(people, 7, terms) == all_of(before, 7, terms_before));
  }
}

TEST_CASE("a drawn trait may change, and what else was drawn stays") {
  People people(skilled("{lognormal: {median: 1, sigma: 0.1}}"));
  const auto terms = terms_of(people);
  const int skill = people.index("skill");
  people.population.will_change(skill);
  const auto before = all_of(people, 9, terms);
  const double drawn = people.trait("skill", 9);
  people.population.set_trait(9, skill, 2);
  people.population.refresh(9);
  const double factor = people.roster.group_of(9) == 0 ? 3 : 2;
  CHECK(people.trait("drive", 9) == factor * 3);  // reach is skill + founder
  CHECK(people.population.effort.intrinsic[9] == factor * 3);
  CHECK(people.population.metrics[0].loading[0][9] == factor * 3);
  people.population.set_trait(9, skill, drawn);
  people.population.refresh(9);
  CHECK(all_of(people, 9, terms) == before);
}

TEST_CASE("a change that leads out of bounds is refused, and one that nobody announced is a bug") {
  People people(skilled("1"));
  const int skill = people.index("skill");
  CHECK_THROWS_AS(people.population.set_trait(3, skill, 2), Bug);
  people.population.will_change(skill);
  people.population.set_trait(3, skill, 11);
  CHECK(run_error([&] { people.population.refresh(3); })
            .find("activities.help.time: must be a number above 0, but for employee 3 it is -1; keep the expression "
                  "within bounds") != std::string::npos);
}

TEST_CASE("under another setting people keep the traits that they have, but for those that it redefines") {
  const std::string drawn = "{lognormal: {median: 1, sigma: 0.1}}", elsewhere = "{normal: {mean: 5, sd: 1}}";
  People before(skilled(drawn));
  const int skill = before.index("skill"), other = before.index("other");
  const double first = before.trait("skill", 4);
  before.population.will_change(skill);
  before.population.will_change(other);
  before.population.set_trait(4, skill, 2);
  before.population.set_trait(4, other, 9);
  before.population.refresh(4);
  before.roster.arrival[8] = 2;
  before.population.hire(8, 3);

  // The same people: the roster is the one that knows of the newcomer.
  const auto under = [&](const Scenario& scenario, bool carried) {
    auto population = std::make_unique<Population>(scenario.setting, before.roster, Luck{});
    if (carried) population->carry_over(before.population);
    return population;
  };
  const Scenario same = skilled(drawn), changed = skilled(drawn, elsewhere);
  for (const bool redefined : {false, true}) {
    CAPTURE(redefined);
    const auto now = under(redefined ? changed : same, true), fresh = under(redefined ? changed : same, false);
    CHECK(fresh->traits[0][4] == first);
    for (std::size_t i = 0; i < 60; ++i) {
      CAPTURE(i);
      const auto has = [&](const std::string& trait) {
        return now->traits[static_cast<std::size_t>(before.index(trait))][i];
      };
      for (const char* trait : {"skill", "reach", "drive", "shared"}) CHECK(has(trait) == before.trait(trait, i));
      CHECK(has("other") == (redefined ? fresh->traits[static_cast<std::size_t>(other)][i] : before.trait("other", i)));
      CHECK(has("apart") == 2 * has("other"));
      CHECK(now->activities[0].value[i] == has("skill"));
      CHECK(now->effort.intrinsic[i] == has("drive"));
      CHECK(now->activities[1].aversion[i] == has("other"));
      CHECK(now->activities[0].cost[i] == fresh->activities[0].cost[i]);
    }
  }
  // What a number has become is kept where it is a number still.
  People plain(skilled("1.5"));
  plain.population.will_change(skill);
  plain.population.set_trait(4, skill, 2);
  plain.population.refresh(4);
  Population later(plain.scenario.setting, plain.roster, Luck{});
  later.carry_over(plain.population);
  CHECK(later.traits[0][4] == 2);
  CHECK(later.traits[0][5] == 1.5);
  CHECK(later.effort.intrinsic[4] == plain.trait("drive", 4));
  // Redefined for one group: as drawn for all.
  Scenario by_group = skilled(drawn);
  by_group.setting.population.groups.entries[0].value.traits.entries.push_back({"skill", Quantity(7.0)});
  const auto now = under(by_group, true), fresh = under(by_group, false);
  for (std::size_t i = 0; i < 60; ++i) CHECK(now->traits[0][i] == fresh->traits[0][i]);
}

TEST_CASE("applicants have traits of their own, and the first is the newcomer that there would be without applicants") {
  People redrawn(with(kPeople)), hired(with(kPeople));
  for (People* people : {&redrawn, &hired}) people->roster.arrival[7] = 3;
  const int skill = hired.index("skill"), made = hired.index("made"), shared = hired.index("shared");
  const double shared_before = hired.trait("shared", 7);
  redrawn.population.redraw(7);
  std::vector<double> seen;
  for (const std::uint32_t applicant : {2u, 1u, 0u}) {
    CAPTURE(applicant);
    Population& population = hired.population;
    const double skilled_at = population.applicant_trait(7, applicant, skill);
    const double made_of = population.applicant_trait(7, applicant, made);
    const double team = population.applicant_trait(7, applicant, shared);
    population.hire(7, applicant);
    CHECK(hired.trait("skill", 7) == skilled_at);
    CHECK(hired.trait("made", 7) == made_of);
    CHECK(hired.trait("shared", 7) == team);
    CHECK(team == shared_before);
    CHECK(std::find(seen.begin(), seen.end(), skilled_at) == seen.end());
    seen.push_back(skilled_at);
    for (const char* trait : {"skill", "boost", "made"})
      CHECK((hired.trait(trait, 7) == redrawn.trait(trait, 7)) == (applicant == 0));
  }
  // What is no trait is the slot's luck, whoever gets it.
  People one(skilled("{lognormal: {median: 1, sigma: 0.1}}")), other(one.scenario);
  for (People* people : {&one, &other}) people->roster.arrival[7] = 3;
  one.population.redraw(7);
  other.population.hire(7, 5);
  CHECK(one.population.activities[0].cost[7] == other.population.activities[0].cost[7]);
  CHECK(one.trait("skill", 7) != other.trait("skill", 7));
  CHECK(other.population.activities[0].value[7] == other.trait("skill", 7));
  // Over many slots applicants are drawn from the trait's distribution: a median of 2, half of them below it.
  int below = 0;
  for (std::size_t i = 0; i < 4000; ++i) below += hired.population.applicant_trait(i, 6, skill) < 2;
  CHECK(std::fabs(below - 2000) < 4 * std::sqrt(1000));
}

TEST_CASE("what founders were like is what they were drawn like, whatever comes later") {
  People people(with(kPeople));
  const int made = people.index("made"), skill = people.index("skill");
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < people.roster.size; ++i) sum += people.trait("made", i);
  const double mean = sum / 20001;
  for (std::size_t i = 0; i < people.roster.size; ++i) squares += std::pow(people.trait("made", i) - mean, 2);
  for (std::size_t i = 0; i < 5000; ++i) {
    people.roster.arrival[i] = 9;
    people.population.redraw(i);
  }
  people.population.will_change(skill);
  for (std::size_t i = 0; i < 9000; ++i) {
    people.population.set_trait(i, skill, 50);
    people.population.refresh(i);
  }
  // Another setting redefines what the trait is made of, and a third goes back.
  std::string text = kPeople;
  text.replace(text.find("median: 2"), 9, "median: 8");
  const Scenario changed = with(text);
  Population second(changed.setting, people.roster, Luck{}), third(people.scenario.setting, people.roster, Luck{});
  second.carry_over(people.population);
  third.carry_over(second);
  for (Population* population : {&third, &second, &people.population}) {
    CHECK(population->founders_mean(made) == doctest::Approx(mean).epsilon(1e-13));
    CHECK(population->founders_sd(made) == doctest::Approx(std::sqrt(squares / 20001)).epsilon(1e-13));
  }
}

TEST_CASE("a copy has its model's traits, mutated by draws of its own and held to what they can be") {
  const Scenario scenario = with(R"({size: 4000, team_size: 8,
    groups: {junior: {share: 0.5, traits: {odd: 1}}, senior: {share: 0.5, traits: {odd: {normal: {mean: 5, sd: 1}}}}},
    traits: {skill: {normal: {mean: 10, sd: 2}}, knack: {lognormal: {median: 1, sigma: 1}},
             cut: {normal: {mean: 0, sd: 1, min: -0.5, max: 0.5}}, able: {bernoulli: {p: 0.5}},
             grade: {discrete: {values: [1, 2, 3], weights: [1, 1, 1]}}, plain: 3, made: skill + founder + plain,
             climate: {uniform: {low: 0, high: 1, per: team}}}})",
                                 "effort: {norm: {normal: {mean: 1, sd: 0.1}}, intrinsic: skill}");
  People people(scenario), redrawn(scenario);
  const std::size_t model = 5, newcomer = 900;
  for (People* each : {&people, &redrawn}) each->roster.arrival[newcomer] = 4;
  redrawn.population.redraw(newcomer);
  people.population.copy_traits(newcomer, model, 0);
  for (const char* trait : {"skill", "knack", "cut", "able", "grade", "plain"})
    CHECK(people.trait(trait, newcomer) == people.trait(trait, model));
  CHECK(people.trait("made", newcomer) == people.trait("skill", model) + 3);
  CHECK(people.trait("climate", newcomer) == people.trait("climate", newcomer / 8 * 8));
  CHECK(people.trait("climate", newcomer) != people.trait("climate", model));
  CHECK(people.population.effort.norm[newcomer] == redrawn.population.effort.norm[newcomer]);
  CHECK(people.population.effort.intrinsic[newcomer] == people.trait("skill", model));

  // Over many copies of one: the mutation has mean 0 and half the founders' standard deviation.
  const double sd = people.population.founders_sd(people.index("skill"));
  double sum = 0, squares = 0, both = 0;
  double lowest_knack = 1, most_cut = 0;
  for (std::size_t i = 1000; i < 4000; ++i) {
    people.roster.arrival[i] = 6;
    people.population.copy_traits(i, model, 0.5);
    const double off = (people.trait("skill", i) - people.trait("skill", model)) / sd;
    sum += off;
    squares += off * off;
    both += off * (people.trait("cut", i) - people.trait("cut", model));
    REQUIRE(people.trait("able", i) == people.trait("able", model));
    REQUIRE(people.trait("grade", i) == people.trait("grade", model));
    REQUIRE(people.trait("made", i) == people.trait("skill", i) + 3);
    REQUIRE(people.trait("odd", i) == (people.roster.group_of(i) == 0 ? 1 : people.trait("odd", i)));
    people.population.copy_traits(i, model, 20);
    lowest_knack = std::min(lowest_knack, people.trait("knack", i));
    most_cut = std::max(most_cut, std::fabs(people.trait("cut", i)));
  }
  // Within 4 standard errors: 0.5 / sqrt(3000), 0.25 sqrt(2 / 3000), and at most 0.5 x 0.5 / sqrt(3000).
  CHECK(std::fabs(sum / 3000) < 4 * 0.5 / std::sqrt(3000.0));
  CHECK(std::fabs(squares / 3000 - 0.25) < 4 * 0.25 * std::sqrt(2.0 / 3000));
  CHECK(std::fabs(both / 3000) < 4 * 0.25 / std::sqrt(3000.0));
  CHECK(lowest_knack > 0);
  CHECK(lowest_knack < 0.01);
  CHECK(most_cut <= 0.5);
  CHECK(most_cut > 0.49);
}
