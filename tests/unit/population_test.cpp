/// Employees are drawn as the scenario says: groups, traits, teams, bounds, and anew for newcomers.
#include "goodhart/model/population.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

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

  double trait(const std::string& name, std::size_t i) const {
    const auto& names = population.trait_names;
    return population.traits.at(
        static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin()))[i];
  }
};

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
