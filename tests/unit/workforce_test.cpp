/// Who leaves and who comes: attrition, dismissals, hiring.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::Roster;
using goodhart::test::Results;
using goodhart::test::Run;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

/// Ten people in teams of 4, 4 and 2; each reads its own skill.
const std::string kRanked = R"(
goodhart: 1
title: A test
time: {steps: 4}
population: {size: 10, team_size: 4, traits: {skill: {uniform: {low: 0, high: 1}}}}
effort: {intrinsic: 0, strain: 0}
activities: {work: {value: skill}}
metrics: {output: {measures: {work: skill}}}
behaviour: {fixed: {efforts: {work: 1}}}
policies: {none: []}
)";

using Slots = std::set<std::size_t>;

Run ranked(const std::string& tournament, Settings settings = {}) {
  settings.emplace_back("policies", "{p: [{tournament: {metric: output, " + tournament + "}}]}");
  return Run(scenario_text(kRanked, settings));
}

/// The slots `first` to `last` - 1 from the best reading to the worst.
std::vector<std::size_t> by_reading(const Run& run, std::size_t first, std::size_t last) {
  std::vector<std::size_t> order(last - first);
  std::iota(order.begin(), order.end(), first);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return (*run).reading(0)[a] > (*run).reading(0)[b]; });
  return order;
}

Slots leavers(const Run& run) {
  Slots slots;
  for (std::size_t i = 0; i < (*run).roster().size; ++i) {
    if ((*run).leaves(i)) slots.insert(i);
  }
  return slots;
}

Slots first_of(const std::vector<std::size_t>& order, std::size_t count) {
  return {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count)};
}

Slots last_of(const std::vector<std::size_t>& order, std::size_t count) {
  return {order.end() - static_cast<std::ptrdiff_t>(count), order.end()};
}

/// Who was paid a prize (positive) or a penalty (negative).
Slots paid(const Run& run, double amount) {
  Slots slots;
  for (std::size_t i = 0; i < (*run).roster().size; ++i) {
    if ((*run).reward()[i] == amount) slots.insert(i);
  }
  return slots;
}

}  // namespace

TEST_CASE("attrition: as often as its probability says, by employee") {
  const Results results(scenario_text(kRanked, {{"population.size", "2000"},
                                                {"time", "{steps: 20}"},
                                                {"population.traits.wanders", "{bernoulli: {p: 0.5}}"},
                                                {"workforce", "{attrition: 0.03 + 0.1 * wanders, cost: 5}"}}));
  // Those who wander leave more often, so there are ever fewer of them among those who stay.
  double wanderers = 0.5, expected = 0;
  for (int step = 0; step < 20; ++step) {
    const double leave = 0.03 + 0.1 * wanderers;
    expected += 2000 * leave;
    wanderers += 0.5 * leave - 0.13 * wanderers;
  }
  const double found = results.average("none", "exits") * 20;
  CHECK(std::fabs(found - expected) < 4 * std::sqrt(expected));
  const auto exits = results.series("none", "exits"), hires = results.series("none", "hires"),
             net = results.series("none", "net_value"), value = results.series("none", "value"),
             people = results.series("none", "headcount");
  for (std::size_t t = 0; t < 20; ++t) {
    CHECK(hires[t] == exits[t]);
    CHECK(people[t] == 2000);
    CHECK(net[t] == doctest::Approx(value[t] - 5 * hires[t] / 2000).epsilon(1e-12));
  }
  Run group(scenario_text(
      kRanked, {{"population.groups", "{a: {share: 0.5}, b: {share: 0.5}}"}, {"workforce", "{attrition: b}"}}));
  for (int step = 0; step < 4; ++step) {
    group->step();
    for (std::size_t i = 0; i < 10; ++i) {
      CHECK(group->leaves(i) == (group->roster().group_of(i) == 1));
      CHECK(group->roster().arrival[i] == (group->roster().group_of(i) == 1 && step > 0 ? step : Roster::kFounder));
    }
  }
}

TEST_CASE("outside option: at scale 0 whoever is worse off leaves at a look, and nobody else") {
  const auto paid_by_skill = [](const std::string& every, const std::string& workforce) {
    return Run(scenario_text(kRanked, {{"population.size", "300"},
                                       {"time.steps", "7"},
                                       {"policies", "{p: [{linear: {metric: output, rate: 1, every: " + every + "}}]}"},
                                       {"workforce", workforce}}));
  };
  const auto worse_off = [](const Run& run) {
    Slots slots;
    for (std::size_t i = 0; i < (*run).roster().size; ++i) {
      if ((*run).population().traits[0][i] < 0.4) slots.insert(i);
    }
    return slots;
  };
  // Utility is what skill is paid.
  Run at_once = paid_by_skill("1", "{outside: {utility: 0.4}}");
  for (int step = 0; step < 7; ++step) {
    at_once->step();
    CHECK(leavers(at_once) == worse_off(at_once));
    CHECK(!leavers(at_once).empty());
    CHECK(at_once->means().quits == static_cast<double>(leavers(at_once).size()));
    CHECK(at_once->means().exits == at_once->means().quits);
  }
  // Pay comes every third step, for three: what counts is the mean since the last look, or since one came. Those who
  // are too good to stay are replaced in every step, by people some of whom are not good enough.
  Run thrice = paid_by_skill("3", "{outside: {utility: 0.4, every: 3}, attrition: 'if(skill > 0.8, 1, 0)'}");
  for (int step = 0; step < 7; ++step) {
    thrice->step();
    const auto worse = static_cast<double>(worse_off(thrice).size());
    CHECK(thrice->means().quits == (step % 3 == 2 ? worse : 0));
    CHECK(thrice->means().exits >= thrice->means().quits);
    if (step == 0) CHECK(thrice->means().exits > 0);
    CHECK(worse > 0);
  }
  Run calm = paid_by_skill("1", "{outside: {utility: 2, chance: 0}}");
  calm->step();
  CHECK(leavers(calm).empty());
}

TEST_CASE("outside option: the probability is logistic in what one has here and elsewhere") {
  for (const double paid : {0.1, 0.4, 0.7}) {
    CAPTURE(paid);
    const Results results(scenario_text(
        kRanked, {{"population", "{size: 20000, traits: {skill: 1}}"},
                  {"policies", "{p: [{linear: {metric: output, rate: " + goodhart::number_text(paid) + "}}]}"},
                  {"workforce", "{outside: {utility: 0.4, scale: 0.2, chance: 0.6}}"}}));
    const double likely = 0.6 / (1 + std::exp((paid - 0.4) / 0.2)), people = 20000.0 * 4;
    const double found = results.average("p", "quits") * 4;
    CHECK(std::fabs(found - people * likely) < 4 * std::sqrt(people * likely * (1 - likely)));
  }
}

TEST_CASE("tournament: shares of the organisation, halves rounded up, at least one") {
  struct Case {
    double share;
    std::size_t people;
  };
  for (const Case& one : {Case{0.25, 3}, Case{0.2, 2}, Case{0.24, 2}, Case{0.01, 1}, Case{0.15, 2}, Case{0.5, 5}}) {
    CAPTURE(one.share);
    const std::string share = goodhart::number_text(one.share);
    Run run = ranked("top: " + share + ", prize: 2, bottom: " + share + ", penalty: 1, dismiss: true");
    for (int step = 0; step < 3; ++step) {
      run->step();
      const auto order = by_reading(run, 0, 10);
      CHECK(paid(run, 2) == first_of(order, one.people));
      CHECK(paid(run, -1) == last_of(order, one.people));
      CHECK(leavers(run) == last_of(order, one.people));
      CHECK(run->means().exits == one.people);
    }
  }
  Run kind = ranked("bottom: 0.3, penalty: 1");
  kind->step();
  CHECK(leavers(kind).empty());
  Run lower =
      ranked("top: 0.2, prize: 2, bottom: 0.3, penalty: 1, dismiss: true", {{"metrics.output.better", "lower"}});
  lower->step();
  CHECK(paid(lower, 2) == last_of(by_reading(lower, 0, 10), 2));
  CHECK(leavers(lower) == first_of(by_reading(lower, 0, 10), 3));
}

TEST_CASE("tournament: within teams, and not where one is alone") {
  const auto scoped = [](const std::string& size, std::size_t last) {
    Run run = ranked("scope: team, top: 0.25, prize: 2, bottom: 0.25, penalty: 1, dismiss: true",
                     {{"population.size", size}});
    run->step();
    Slots best, worst;
    for (std::size_t team = 0; team < 3; ++team) {
      const auto order = by_reading(run, 4 * team, team == 2 ? 8 + last : 4 * team + 4);
      if (order.size() < 2) continue;
      best.merge(first_of(order, 1));  // a quarter of 4, and half a person of 2
      worst.merge(last_of(order, 1));
    }
    CHECK(paid(run, 2) == best);
    CHECK(paid(run, -1) == worst);
    CHECK(leavers(run) == worst);
    return best.size();
  };
  CHECK(scoped("10", 2) == 3);
  CHECK(scoped("9", 1) == 2);
}

TEST_CASE("tournament: teams are ranked by a team's metric, and every member shares the lot") {
  Run run =
      ranked("top: 0.2, prize: 2, bottom: 0.4, penalty: 1, dismiss: true, every: 2",
             {{"metrics.output.level", "team"}, {"population.team_size", "2"}, {"workforce", "{attrition: 0.4}"}});
  std::vector<double> sum(5, 0);
  int young = 0;
  for (int step = 0; step < 4; ++step) {
    run->step();
    for (std::size_t i = 0; i < 10; ++i) sum[i / 2] += run->reading(0)[i] / 2;
    if (step % 2 == 0) continue;
    std::vector<std::size_t> order{0, 1, 2, 3, 4};
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sum[a] > sum[b]; });
    for (std::size_t i = 0; i < 10; ++i) {
      const double window = run->roster().arrival[i] == step ? 1 : 2;  // W counts the steps since hiring
      const double expected = i / 2 == order[0] ? 2 : i / 2 == order[3] || i / 2 == order[4] ? -1 : 0;
      CHECK(run->reward()[i] == expected * window);
      young += expected != 0 && window == 1;
      if (expected < 0) CHECK(run->leaves(i));
    }
    std::fill(sum.begin(), sum.end(), 0.0);
  }
  CHECK(young > 0);
}

TEST_CASE("tournament: equal readings go by lot, another in each step") {
  Run run = ranked("bottom: 0.3, penalty: 1", {{"metrics.output.measures", "{work: 1}"}, {"time", "{steps: 400}"}});
  std::vector<double> lost(10, 0);
  for (int step = 0; step < 400; ++step) {
    run->step();
    const Slots losers = paid(run, -1);
    REQUIRE(losers.size() == 3);
    for (const std::size_t i : losers) lost[i] += 1;
  }
  for (const double times : lost) CHECK(std::fabs(times - 120) < 4 * std::sqrt(400 * 0.3 * 0.7));
}

TEST_CASE("tournament: a newcomer is ranked by the mean of its own steps, and paid for them") {
  Run run =
      ranked("top: 0.3, prize: 2, every: 3", {{"metrics.output.noise", "0.2"}, {"workforce", "{attrition: 0.2}"}});
  std::vector<double> sum(10, 0), steps(10, 0);
  int young = 0;
  for (int step = 0; step < 3; ++step) {
    run->step();
    for (std::size_t i = 0; i < 10; ++i) {
      if (run->roster().arrival[i] == step) sum[i] = steps[i] = 0;
      sum[i] += run->reading(0)[i];
      steps[i] += 1;
      young += step == 2 && steps[i] < 3;
    }
  }
  std::vector<std::size_t> order(10);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return sum[a] / steps[a] > sum[b] / steps[b]; });
  for (std::size_t r = 0; r < 10; ++r) CHECK(run->reward()[order[r]] == (r < 3 ? 2 * steps[order[r]] : 0));
  CHECK(young > 1);
}

TEST_CASE("a newcomer plans for what is left of its own window") {
  // A quota of 1 on the mean of a window of four; whoever comes for the last n steps needs a unit in each of them.
  Run run(scenario_text(kRanked, {{"behaviour", "best_response"},
                                  {"population.size", "60"},
                                  {"metrics.output.measures", "{work: 1}"},
                                  {"effort.strain", "1"},
                                  {"effort.norm", "0.5"},
                                  {"workforce", "{attrition: 0.2}"},
                                  {"policies", "{p: [{quota: {metric: output, target: 1, reward: 5, every: 4}}]}"}}));
  int young = 0;
  for (int step = 0; step < 4; ++step) {
    run->step();
    for (std::size_t i = 0; i < 60; ++i) CHECK(run->units(0)[i] == doctest::Approx(1).epsilon(1e-9));
    if (step < 3) continue;
    for (std::size_t i = 0; i < 60; ++i) {
      const int steps = 4 - std::max(0, run->roster().arrival[i]);
      CHECK(run->reward()[i] == 5 * steps);
      young += steps < 4;
    }
  }
  CHECK(young > 10);
}

TEST_CASE("applicants: the best of three by a signal of some validity") {
  const auto newcomers = [](const std::string& hiring) {
    Run run(scenario_text(
        kRanked, {{"population",
                   "{size: 20000, traits: {skill: {normal: {mean: 5, sd: 2}}, luck: {uniform: {low: 0, high: 1}}}}"},
                  {"workforce", "{attrition: 1, hiring: {" + hiring + "}}"}}));
    run->step();
    run->step();
    double sum = 0, other = 0;
    for (std::size_t i = 0; i < 20000; ++i) {
      sum += (run->population().traits[0][i] - 5) / 2 / 20000;
      other += run->population().traits[1][i] / 20000;
    }
    CHECK(std::fabs(other - 0.5) < 4 * std::sqrt(1 / 12.0 / 20000));
    return sum;
  };
  // The mean of the highest of three standard normal draws is 3 / (2 sqrt(pi)).
  const double best = 1.5 / std::sqrt(std::acos(-1.0)), error = 4 / std::sqrt(20000.0);
  CHECK(std::fabs(newcomers("applicants: 1")) < error);
  CHECK(std::fabs(newcomers("applicants: 3, signal: skill, validity: 0")) < error);
  CHECK(std::fabs(newcomers("applicants: 3, signal: skill, validity: 0.35") - 0.35 * best) < error);
  CHECK(std::fabs(newcomers("applicants: 3, signal: skill, validity: 1") - best) < error);
}

TEST_CASE("copy: newcomers take after the top share, exactly without mutation") {
  for (const double mutate : {0.0, 0.5}) {
    CAPTURE(mutate);
    Run run = ranked("bottom: 0.3, dismiss: true, every: 2",
                     {{"population.size", "200"},
                      {"population.traits", "{skill: {uniform: {low: 0, high: 1}}, born: {normal: {mean: 0, sd: 1}}}"},
                      {"workforce", "{hiring: {copy: {top: 0.1, mutate: " + goodhart::number_text(mutate) + "}}}"}});
    for (int step = 0; step < 3; ++step) {
      std::vector<std::pair<double, double>> best;
      if (step == 2) {
        for (const std::size_t i : first_of(by_reading(run, 0, 200), 20))
          best.emplace_back(run->population().traits[0][i], run->population().traits[1][i]);
        CHECK(leavers(run) == last_of(by_reading(run, 0, 200), 60));
      }
      run->step();
      if (step < 2) continue;
      int copies = 0, alike = 0;
      double squares = 0;
      for (std::size_t i = 0; i < 200; ++i) {
        if (run->roster().arrival[i] != 2) continue;
        ++copies;
        const std::pair own(run->population().traits[0][i], run->population().traits[1][i]);
        alike += std::find(best.begin(), best.end(), own) != best.end();
        CHECK(own.first >= 0);
        CHECK(own.first <= 1);
        squares += own.second * own.second;
      }
      CHECK(copies == 60);
      CHECK(alike == (mutate == 0 ? 60 : 0));
      CHECK(squares > 0);
    }
  }
}

TEST_CASE("those who leave are paid nothing for an unfinished window, and newcomers owe nothing") {
  Run run(scenario_text(
      kRanked, {{"activities.work.later", "{after: 1, time: 0.5, value: 1}"},
                {"effort.budget", "1"},
                {"metrics.output", "{measures: value, delay: 1}"},
                {"population.size", "200"},
                {"workforce", "{attrition: 0.3}"},
                {"policies", "{p: [{linear: {metric: output, rate: 1, floor: -.inf, target: 0.25, every: 2}}]}"}}));
  std::vector<double> last(200, 0), earned(200, 0), done(200, 0);
  for (int step = 0; step < 4; ++step) {
    run->step();
    for (std::size_t i = 0; i < 200; ++i) {
      const bool fresh = run->roster().arrival[i] == step;
      if (fresh) last[i] = earned[i] = done[i] = 0;
      // Half a step for each unit of the last step, which brings a unit of value; a newcomer's reading is of nothing.
      CHECK(run->units(0)[i] == doctest::Approx(1 - 0.5 * done[i]).epsilon(1e-12));
      done[i] = run->units(0)[i];
      CHECK(run->reading(0)[i] == doctest::Approx(last[i]).epsilon(1e-12));
      earned[i] += run->reading(0)[i] - 0.25;
      if (step % 2 == 1) {
        CHECK(run->reward()[i] == doctest::Approx(earned[i]).epsilon(1e-12));
        earned[i] = 0;
      } else {
        CHECK(run->reward()[i] == 0);
      }
      last[i] = run->value()[i];
    }
  }
}
