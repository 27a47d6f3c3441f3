/// What goes between people: help, load, tools that spread; and what use makes of traits.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::Roster;
using goodhart::test::Results;
using goodhart::test::Run;
using goodhart::test::same;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

/// Seven people in teams of 3, 3 and 1, each of whom does `give` units for the others and `made` units of work.
const std::string kMates = R"(
goodhart: 1
title: A test
time: {steps: 4}
population: {size: 7, team_size: 3, traits: {give: {uniform: {low: 0.1, high: 0.4}}, made: {uniform: {low: 0.1, high: 0.4}}}}
effort: {intrinsic: 0, strain: 0}
activities: {work: {value: 1}, help: {team_value: 2}}
metrics: {desk: {measures: value}, part: {measures: contribution}}
behaviour: {fixed: {efforts: {work: made, help: give}}}
policies: {none: []}
)";

bool like(double share, double chance, double people) {
  return std::fabs(share - chance) <= 4 * std::sqrt(chance * (1 - chance) / people) + 1e-12;
}

}  // namespace

TEST_CASE("team_value: what is given is shared among the others, and nobody gets nothing") {
  for (const bool saturates : {false, true}) {
    for (const double worth : {2.0, -1.5}) {  // helping and sabotage
      CAPTURE(worth);
      const double bend = saturates ? 3 : 0;
      Run run(scenario_text(
          kMates, {{"activities.help.team_value", "{value: " + goodhart::number_text(worth) +
                                                      ", saturation: " + goodhart::number_text(bend) + "}"}}));
      run->step();
      const auto given = [&](std::size_t i) {
        const double x = run->population().traits[0][i];
        return i == 6 ? 0.0 : worth * x - 0.5 * bend * x * x;
      };
      double value = 0, contribution = 0;
      for (std::size_t i = 0; i < 7; ++i) {
        const double made = run->population().traits[1][i];
        double received = 0;
        for (std::size_t o = 0; o < 7; ++o) received += o != i && o / 3 == i / 3 ? given(o) / 2 : 0.0;
        CHECK(run->value()[i] == doctest::Approx(made + received).epsilon(1e-13));
        CHECK(run->contribution()[i] == doctest::Approx(made + given(i)).epsilon(1e-13));
        CHECK(run->reading(0)[i] == doctest::Approx(made + received).epsilon(1e-13));
        CHECK(run->reading(1)[i] == doctest::Approx(made + given(i)).epsilon(1e-13));
        value += run->value()[i] / 7;
        contribution += run->contribution()[i] / 7;
      }
      CHECK(run->means().value == doctest::Approx(value).epsilon(1e-13));
      CHECK(run->means().contribution == doctest::Approx(contribution).epsilon(1e-13));
      CHECK(value == doctest::Approx(contribution).epsilon(1e-13));
    }
  }
}

TEST_CASE("team_value: a delayed metric reads what was received then") {
  Run run(scenario_text(kMates, {{"metrics.desk.delay", "1"}, {"metrics.part.delay", "2"}}));
  run->step();
  const std::vector<double> value(run->value().begin(), run->value().end()),
      part(run->contribution().begin(), run->contribution().end());
  for (std::size_t i = 0; i < 7; ++i) CHECK(run->reading(0)[i] == 0);
  run->step();
  CHECK(same(run->reading(0), value));
  run->step();
  CHECK(same(run->reading(1), part));
}

TEST_CASE("team_value: who is paid for what mates get, helps") {
  // Slope of a unit of help, which strains x^2 / 2, under pay of 1 per unit of each reading.
  const auto help = [](const std::string& metric, const std::string& intrinsic = "0") {
    Run run(scenario_text(kMates, {{"behaviour", "best_response"},
                                   {"activities.help.strain", "1"},
                                   {"activities.work.strain", "1"},
                                   {"effort.budget", ".inf"},
                                   {"effort.intrinsic", intrinsic},
                                   {"metrics.team", "{measures: value, level: team}"},
                                   {"metrics.all", "{measures: value, level: organisation}"},
                                   {"policies", "{p: [{linear: {metric: " + metric + ", rate: 1}}]}"}}));
    run->step();
    run->step();
    return std::vector<double>{run->units(1)[0], run->units(1)[6], run->units(0)[0], run->units(0)[6]};
  };
  const auto check = [](const std::vector<double>& found, const std::vector<double>& expected) {
    for (std::size_t i = 0; i < 4; ++i) CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-9));
  };
  check(help("desk"), {0, 0, 1, 1});
  check(help("part"), {2, 0, 1, 1});
  check(help("team"), {2.0 / 3, 0, 1.0 / 3, 1});
  check(help("all"), {2.0 / 7, 0, 1.0 / 7, 1.0 / 7});
  check(help("desk", "0.5"), {1, 0, 1.5, 1.5});  // care is for the contribution
}

TEST_CASE("team_load: time that mates must give in the next step") {
  // A unit of work takes 0.9 of a step from the two others together; the one alone loads nobody.
  Run run(scenario_text(kMates, {{"activities.work.team_load", "0.9"},
                                 {"activities.work.time", "0.5"},
                                 {"population.traits.made", "{uniform: {low: 0.6, high: 2}}"},
                                 {"effort.budget", "1"},
                                 {"effort.strain", "2"},
                                 {"effort.norm", "0.5"},
                                 {"behaviour.fixed.efforts.help", "0"}}));
  std::vector<double> units(7, 0);
  double tightest = 1;
  for (int step = 0; step < 4; ++step) {
    run->step();
    const std::vector<double> before = units;
    for (std::size_t i = 0; i < 7; ++i) {
      double due = 0;
      for (std::size_t o = 0; o < 7; ++o) due += o != i && o / 3 == i / 3 ? 0.9 * before[o] / 2 : 0.0;
      const double wanted = run->population().traits[1][i], room = std::max(0.0, 1 - due);
      units[i] = std::min(wanted, room / 0.5);
      CHECK(run->units(0)[i] == doctest::Approx(units[i]).epsilon(1e-12));
      CHECK(run->hours()[i] == doctest::Approx(due + 0.5 * units[i]).epsilon(1e-12));
      const double beyond = due + 0.5 * units[i] - 0.5;
      CHECK(run->utility()[i] ==
            doctest::Approx(-beyond * beyond).epsilon(1e-11));  // hours strain whoever asks for them
      tightest = std::min(tightest, room);
    }
  }
  CHECK(tightest < 0.3);
}

namespace {

/// Everybody with access does one unit of the tool.
const std::string kTool = R"(
goodhart: 1
title: A test
time: {steps: 3}
population: {size: 4000, network: complete}
activities: {work: {value: 1}, tool: {value: 1, spread: {}}}
metrics: {output: {measures: value}}
behaviour: {fixed: {efforts: {tool: 1}}}
policies: {none: []}
)";

std::vector<double> access(const std::string& spread, const Settings& more = {}) {
  Settings settings{{"activities.tool.spread", "{" + spread + "}"}};
  settings.insert(settings.end(), more.begin(), more.end());
  const Results results(scenario_text(kTool, settings));
  const auto open = results.series("none", "access", {"tool"}), work = results.series("none", "access", {"work"});
  for (const double all : work) CHECK(all == 1);
  return open;
}

}  // namespace

TEST_CASE("spread: initial access, innovation, imitation and abandoning") {
  constexpr double kAll = 4000;
  CHECK(access("initial: 0") == std::vector<double>{0, 0, 0});
  CHECK(access("initial: 1, abandon: 1") == std::vector<double>{1, 1, 1});  // all are seen doing it
  auto open = access("initial: 0.3");
  CHECK(like(open[0], 0.3, kAll));
  CHECK(open[1] == open[0]);
  // By themselves: each of the rest with probability 0.2.
  open = access("initial: 0.3, innovation: 0.2");
  for (std::size_t t = 1; t < 3; ++t)
    CHECK(like((open[t] - open[t - 1]) / (1 - open[t - 1]), 0.2, kAll * (1 - open[t - 1])));
  // By imitation: with 0.5 times the share of the others that are seen doing it.
  open = access("initial: 0.3, innovation: 0.1, imitation: 0.5");
  for (std::size_t t = 1; t < 3; ++t) {
    const double chance = 0.1 + 0.5 * open[t - 1] * kAll / (kAll - 1);
    CHECK(like((open[t] - open[t - 1]) / (1 - open[t - 1]), chance, kAll * (1 - open[t - 1])));
  }
  // Nobody sees anybody; or nobody does it for long enough to be seen.
  open = access("initial: 0.3, imitation: 1", {{"population.network", "none"}});
  CHECK(open[2] == open[0]);
  open = access("initial: 0.3, imitation: 1", {{"activities.tool.visible", "1.1"}});
  CHECK(open[2] == open[0]);
  // More than certain is certain.
  open = access("initial: 0.5, innovation: 0.6, imitation: 1");
  CHECK(open[1] == 1);
  // Those who are not seen doing it lose it with probability 0.25.
  open = access("initial: 0.8, abandon: 0.25", {{"activities.tool.visible", "1.1"}});
  for (std::size_t t = 1; t < 3; ++t) CHECK(like(open[t] / open[t - 1], 0.75, kAll * open[t - 1]));
}

TEST_CASE("spread: without access nothing is done, newcomers have their own") {
  Run run(scenario_text(kTool, {{"activities.tool.spread", "{initial: 0.3}"}, {"workforce", "{attrition: 1}"}}));
  std::vector<bool> last;
  for (int step = 0; step < 3; ++step) {
    run->step();
    double open = 0, again = 0;
    std::vector<bool> now(4000);
    for (std::size_t i = 0; i < 4000; ++i) {
      now[i] = run->has_access(i, 1);
      REQUIRE(run->units(1)[i] == (now[i] ? 1.0 : 0.0));
      REQUIRE(run->has_access(i, 0));
      open += now[i];
      again += !last.empty() && now[i] && last[i];
    }
    CHECK(like(open / 4000, 0.3, 4000));
    if (!last.empty()) CHECK(like(again / 4000, 0.09, 4000));
    last = now;
  }
}

namespace {

/// People learn by working; what a unit of work is worth follows, directly and through another trait.
const std::string kLearning = R"(
goodhart: 1
title: A test
time: {steps: 6, before: 2}
population:
  size: 12
  traits: {know: {uniform: {low: 0, high: 0.5}}, gift: {uniform: {low: 1, high: 2}}, able: gift * know, nerve: 0.8}
effort: {intrinsic: 0, strain: 0}
activities: {work: {value: 1 + able}, rest: {value: 0.1}}
metrics: {output: {measures: value, baseline: know}}
behaviour: {fixed: {efforts: {work: 0.4, rest: 0.2}}}
learning:
  - {trait: know, by: work, rate: 0.5, ceiling: gift}
  - {trait: nerve, by: rest, rate: -0.25, floor: 0.3}
policies:
  on: []
  stop: {phases: [{name: a, from: 0}, {name: b, from: 3, override: {learning.0.rate: 0}}]}
  other: {phases: [{name: a, from: 0}, {name: b, from: 3, override: {population.traits.know: 0.25}}]}
)";

}  // namespace

TEST_CASE("learning: traits go towards the ceiling or the floor, and what is made of them follows") {
  for (const std::string policy : {"on", "stop", "other"}) {
    CAPTURE(policy);
    const auto scenario = scenario_text(kLearning);
    Run run(scenario, policy);
    // What the burn-in has taught is carried over: who they were is seen in a run without learning.
    Run fresh(scenario_text(kLearning, {{"learning", "[]"}, {"policies", "{on: []}"}}), "on");
    std::vector<double> know(12), nerve(12, 0.8);
    for (std::size_t i = 0; i < 12; ++i) know[i] = fresh->population().traits[0][i];
    const auto learn = [&](double rate) {
      for (std::size_t i = 0; i < 12; ++i) {
        know[i] += rate * 0.4 * std::max(0.0, fresh->population().traits[1][i] - know[i]);
        nerve[i] += -0.25 * 0.2 * std::max(0.0, nerve[i] - 0.3);
      }
    };
    learn(0.5);
    learn(0.5);
    for (int step = 0; step < 6; ++step) {
      run->step();
      if (step == 3 && policy == "other") std::fill(know.begin(), know.end(), 0.25);  // redefined: drawn anew
      for (std::size_t i = 0; i < 12; ++i) {
        const auto& traits = run->population().traits;
        CHECK(traits[0][i] == doctest::Approx(know[i]).epsilon(1e-13));
        CHECK(traits[2][i] == doctest::Approx(traits[1][i] * know[i]).epsilon(1e-13));
        CHECK(traits[3][i] == doctest::Approx(nerve[i]).epsilon(1e-13));
        CHECK(run->value()[i] == doctest::Approx(0.4 * (1 + traits[1][i] * know[i]) + 0.02).epsilon(1e-13));
        CHECK(run->reading(0)[i] == doctest::Approx(know[i] + run->value()[i]).epsilon(1e-13));
      }
      learn(policy == "stop" && step >= 3 ? 0.0 : 0.5);
    }
  }
}

TEST_CASE("learning: above the ceiling nothing is learnt, and newcomers start afresh") {
  Run above(scenario_text(kLearning, {{"learning.0.ceiling", "-1"}}), "on");
  const double know = above->population().traits[0][3];
  above->step();
  above->step();
  CHECK(above->population().traits[0][3] == know);

  Run run(scenario_text(kLearning, {{"workforce", "{attrition: 0.3}"}, {"population.traits.know", "0.1"}}), "on");
  int newcomers = 0;
  for (int step = 0; step < 6; ++step) {
    run->step();
    for (std::size_t i = 0; i < 12; ++i) {
      const int arrival = run->roster().arrival[i], since = step - std::max(-2, arrival);
      newcomers += arrival > -2;
      const double gift = run->population().traits[1][i];
      CHECK(run->population().traits[0][i] ==
            doctest::Approx(gift - (gift - 0.1) * std::pow(0.8, since)).epsilon(1e-12));
    }
  }
  CHECK(newcomers > 20);
}
