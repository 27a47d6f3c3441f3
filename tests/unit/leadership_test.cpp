/// Leadership in a run: how targets, stakes, rates and phases move, worked out by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::test::Results;
using goodhart::test::Run;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

/// Seven people in teams of 3, 3 and 1 who work as they are told; each reads its own skill.
const std::string kLed = R"(
goodhart: 1
title: A test
time: {steps: 8}
population: {size: 7, team_size: 3, traits: {skill: {uniform: {low: 0.5, high: 1.5}}, hope: {uniform: {low: 0, high: 2}}}}
effort: {intrinsic: 0, strain: 0}
activities: {work: {value: 1}}
metrics: {output: {measures: {work: skill}}}
behaviour: {fixed: {efforts: {work: 1}}}
policies: {none: []}
)";

Settings with(Settings settings, const std::string& policy) {
  settings.emplace_back("policies", "{p: " + policy + "}");
  return settings;
}

/// The target of everybody under a ratchet must go as section 7 of the model says; returns how many were hired.
int follow_ratchet(const std::string& of, bool up_only, bool lower, int every, const std::string& attrition,
                   const std::string& scheme = "linear: {metric: output, rate: 0.1, floor: -.inf, target: hope") {
  const double speed = 0.25;
  const std::string ratchet =
      "{ratchet: {incentive: pay, speed: 0.25, of: " + of + ", up_only: " + (up_only ? "true" : "false") + "}}";
  Run run(scenario_text(kLed, with({{"metrics.output.better", lower ? "lower" : "higher"},
                                    {"workforce", "{attrition: " + attrition + "}"}},
                                   "{incentives: [{" + scheme + ", every: " + std::to_string(every) +
                                       ", name: pay}}], leadership: [" + ratchet + "]}")));
  std::vector<double> target(7), sum(7, 0), count(7, 0);
  int hired = 0;
  for (int step = 0; step < 8; ++step) {
    run->step();
    double mean = 0;
    for (std::size_t i = 0; i < 7; ++i) {
      if (step == 0) target[i] = run->population().traits[1][i];
      CHECK(run->target(0, i) == doctest::Approx(target[i]).epsilon(1e-13));
      mean += target[i] / 7;
      sum[i] += run->reading(0)[i];
      count[i] += 1;
    }
    CHECK(run->means().target[0] == doctest::Approx(mean).epsilon(1e-13));
    const bool closes = (step + 1) % every == 0;
    for (std::size_t i = 0; i < 7; ++i) {
      if (!run->leaves(i)) continue;
      target[i] = mean;
      sum[i] = count[i] = 0;
      ++hired;
    }
    if (!closes) continue;
    std::vector<double> moved = target;
    for (std::size_t i = 0; i < 7; ++i) {
      double achieved = 0, people = 0;
      for (std::size_t o = 0; o < 7; ++o) {
        const bool in = of == "organisation" || (of == "team" ? o / 3 == i / 3 : o == i);
        if (!in || count[o] == 0) continue;
        achieved += sum[o] / count[o];
        people += 1;
      }
      if (people == 0) continue;  // nobody was there in the window
      const double next = target[i] + speed * (achieved / people - target[i]);
      if (!up_only || (lower ? next < target[i] : next > target[i])) moved[i] = next;
    }
    target = moved;
    std::fill(sum.begin(), sum.end(), 0.0);
    std::fill(count.begin(), count.end(), 0.0);
  }
  return hired;
}

}  // namespace

TEST_CASE("ratchet: target += speed (M - target) at each close") {
  for (const char* of : {"individual", "team", "organisation"}) {
    for (const bool up_only : {false, true}) {
      for (const bool lower : {false, true}) {
        CAPTURE(of);
        CAPTURE(up_only);
        CAPTURE(lower);
        CHECK(follow_ratchet(of, up_only, lower, 1, "0") == 0);
        CHECK(follow_ratchet(of, up_only, lower, 3, "0") == 0);
        // Newcomers begin with the mean target; where it is the team's or everybody's M that counts, it moves theirs.
        CHECK(follow_ratchet(of, up_only, lower, 1, "0.3") > 3);
        CHECK(follow_ratchet(of, up_only, lower, 3, "0.2") > 3);
      }
    }
  }
  follow_ratchet("individual", false, false, 2, "0", "quota: {metric: output, target: hope, reward: 0.1");
}

TEST_CASE("ratchet: what is paid follows the target in force") {
  Run run(scenario_text(kLed, with({},
                                   "{incentives: [{linear: {metric: output, rate: 2, floor: -.inf, target: hope}}], "
                                   "leadership: [{ratchet: {incentive: linear, speed: 1}}]}")));
  run->step();
  for (std::size_t i = 0; i < 7; ++i)
    CHECK(run->reward()[i] ==
          doctest::Approx(2 * (run->reading(0)[i] - run->population().traits[1][i])).epsilon(1e-12));
  // At full speed the second target is what one did, and nothing is paid any more.
  run->step();
  for (std::size_t i = 0; i < 7; ++i) CHECK(std::fabs(run->reward()[i]) < 1e-14);
}

TEST_CASE("escalate: the stakes grow while the goal is missed, up to the cap") {
  // Everybody reads 10.
  const auto stakes = [](const std::string& move, const std::string& better = "higher",
                         const std::string& dashboard = "mean") {
    const Results results(scenario_text(
        kLed, with({{"metrics.output.measures", "{work: 10}"},
                    {"metrics.output.better", better},
                    {"metrics.output.dashboard", dashboard}},
                   "{incentives: [{quota: {metric: output, target: 1}}], leadership: [{escalate: {incentive: quota, " +
                       move + "}}]}")));
    return results.series("p", "stakes", {"p/quota"});
  };
  using V = std::vector<double>;
  CHECK(stakes("goal: 12, factor: 2, cap: 6") == V{1, 2, 4, 6, 6, 6, 6, 6});
  CHECK(stakes("goal: 12, factor: 2") == V{1, 2, 4, 8, 16, 32, 64, 128});
  CHECK(stakes("goal: 12, factor: 1.5, every: 3") == V{1, 1, 1, 1.5, 1.5, 1.5, 2.25, 2.25});
  CHECK(stakes("goal: 10, factor: 2") == V(8, 1));
  CHECK(stakes("goal: 12, factor: 2", "lower") == V(8, 1));
  CHECK(stakes("goal: 10, factor: 2", "lower") == V(8, 1));
  CHECK(stakes("goal: 8, factor: 2, cap: 4", "lower") == V{1, 2, 4, 4, 4, 4, 4, 4});
  // The goal is for the dashboard, here a share; with lower better too much of it is a miss.
  CHECK(stakes("goal: 0.9, factor: 2", "higher", "{share_above: 10}") == V(8, 1));
  CHECK(stakes("goal: 0.9, factor: 2, cap: 2", "higher", "{share_above: 11}") == V{1, 2, 2, 2, 2, 2, 2, 2});
  CHECK(stakes("goal: 0.9, factor: 2, cap: 2", "lower", "{share_above: 10}") == V{1, 2, 2, 2, 2, 2, 2, 2});
}

TEST_CASE("escalate: rewards, penalties, floors and caps scale, and so does what is done for them") {
  const auto rewards = [](const std::string& scheme, const Settings& more = {}) {
    Settings settings{{"metrics.output.measures", "{work: 10}"}};
    settings.insert(settings.end(), more.begin(), more.end());
    Run run(scenario_text(kLed, with(settings, "{incentives: [{" + scheme +
                                                   ", name: pay}}], leadership: [{escalate: "
                                                   "{incentive: pay, goal: 1000, factor: 2, cap: 4}}]}")));
    std::vector<double> paid;
    for (int step = 0; step < 4; ++step) {
      run->step();
      paid.push_back(run->reward()[0]);
    }
    return paid;
  };
  using V = std::vector<double>;
  CHECK(rewards("quota: {metric: output, target: 5, reward: 0.5") == V{0.5, 1, 2, 2});
  CHECK(rewards("quota: {metric: output, target: 50, penalty: 0.25") == V{-0.25, -0.5, -1, -1});
  CHECK(rewards("linear: {metric: output, rate: 0.5, cap: 3") == V{3, 6, 12, 12});
  CHECK(rewards("linear: {metric: output, rate: 0.5, target: 20, floor: -1") == V{-1, -2, -4, -4});
  // Work that strains x^2 / 2: the slope of 0.1 per unit of reading, 10 a unit, times the stakes.
  Run run(scenario_text(
      kLed,
      with({{"metrics.output.measures", "{work: 10}"},
            {"behaviour", "best_response"},
            {"effort.budget", ".inf"},
            {"activities.work.strain", "1"}},
           "{incentives: [{linear: {metric: output, rate: 0.1}}], leadership: [{escalate: {incentive: linear, goal: "
           "1000, factor: 2, cap: 4}}]}")));
  for (const double expected : {1.0, 2.0, 4.0, 4.0}) {
    run->step();
    CHECK(run->units(0)[0] == doctest::Approx(expected).epsilon(1e-9));
  }
}

namespace {

/// Everybody does two things in its own measure; nothing is random but who they are.
const std::string kFitted = R"(
goodhart: 1
title: A test
time: {steps: 6}
population: {size: 50, team_size: 5, traits: {u: {uniform: {low: 0, high: 0.5}}, v: {uniform: {low: 0, high: 0.5}}}}
effort: {intrinsic: 0, strain: 0}
activities: {a: {value: 3}, b: {value: 1}}
metrics: {reads_a: {measures: {a: 2}}, reads_b: {measures: {b: 0.5}}}
behaviour: {fixed: {efforts: {a: u, b: v}}}
policies: {none: []}
)";

std::vector<std::vector<double>> rates(const std::string& move, Settings settings = {},
                                       const std::string& targets = "") {
  settings.emplace_back("policies", "{p: {incentives: [{linear: {metric: reads_a, rate: 0.1, floor: -.inf" + targets +
                                        ", name: pay_a}}, {linear: {metric: reads_b, rate: 0.2, name: pay_b}}, "
                                        "{quota: {metric: reads_a, target: 0.5}}], leadership: [{retrain: {" +
                                        move + "}}], audits: {rate: 0, cost: 7}}}");
  const Results results(scenario_text(kFitted, settings));
  return {results.series("p", "rate", {"p/pay_a"}), results.series("p", "rate", {"p/pay_b"}),
          results.series("p", "reward"), results.series("p", "net_value"), results.series("p", "value")};
}

void check_series(const std::vector<double>& series, const std::vector<double>& expected) {
  REQUIRE(series.size() == expected.size());
  for (std::size_t t = 0; t < series.size(); ++t) {
    CAPTURE(t);
    CHECK(series[t] == doctest::Approx(expected[t]).epsilon(1e-9));
  }
}

}  // namespace

TEST_CASE("retrain: rates become the exact least-squares coefficients") {
  // Contribution 3 a + b, readings 2 a and b / 2: 1.5 and 2. Three people are enough for two slopes and an intercept.
  auto found = rates("every: 2, sample: 4");
  check_series(found[0], {0.1, 0.1, 1.5, 1.5, 1.5, 1.5});
  check_series(found[1], {0.2, 0.2, 2, 2, 2, 2});
  // Whom leadership samples it pays for, in the steps in which it does.
  for (std::size_t t = 0; t < 6; ++t)
    CHECK(found[3][t] == doctest::Approx(found[4][t] - (t % 2 == 1 ? 7 * 4.0 / 50 : 0)).epsilon(1e-12));
  found = rates("every: 1, sample: 50", {{"metrics.reads_b.better", "lower"}});
  check_series(found[0], {0.1, 1.5, 1.5, 1.5, 1.5, 1.5});
  check_series(found[1], {0.2, -2, -2, -2, -2, -2});  // pays -2 (target - M)
  // Readings are at their metric's level: with teams of five, contribution is regressed on the team's mean.
  found = rates("every: 1, sample: 50", {{"metrics.reads_a.level", "team"}, {"behaviour.fixed.efforts.b", "0"}});
  check_series(found[0], {0.1, 1.5, 1.5, 1.5, 1.5, 1.5});
}

TEST_CASE("retrain: a budget is what the rates then pay") {
  auto found = rates("every: 1, sample: 50, budget: 0.4");
  for (std::size_t t = 1; t < 6; ++t) CHECK(found[2][t] == doctest::Approx(0.4).epsilon(1e-12));
  CHECK(found[0][1] / found[1][1] == doctest::Approx(0.75).epsilon(1e-9));
  found = rates("every: 1, sample: 50, budget: 0.4", {{"metrics.reads_b.better", "lower"}}, ", target: 0.2");
  for (std::size_t t = 1; t < 6; ++t) CHECK(found[2][t] == doctest::Approx(0.4).epsilon(1e-12));
}

TEST_CASE("retrain: readings that cannot be told apart share the slope, the smallest way") {
  // Both read a: 2 r + 4 s = 3 with the least r^2 + s^2.
  const auto found =
      rates("every: 1, sample: 50", {{"metrics.reads_b.measures", "{a: 4}"}, {"behaviour.fixed.efforts.b", "0"}});
  check_series(found[0], {0.1, 0.3, 0.3, 0.3, 0.3, 0.3});
  check_series(found[1], {0.2, 0.6, 0.6, 0.6, 0.6, 0.6});
}

namespace {

/// The phases that a run is in, step by step, with one quota whose windows of two steps tell when phases begin.
struct Course {
  std::vector<int> phase;
  std::vector<double> paid;
};

const std::string kPhase = "incentives: [{linear: {metric: output, rate: 1, every: 2}}]";

Course course(const std::string& revise, Settings settings = {}, const std::string& late = "from: 5",
              std::uint32_t replicate = 0) {
  settings.emplace_back("policies", "{p: {phases: [{name: a, from: 0, " + kPhase + ", leadership: [{revise: {" +
                                        revise + "}}]}, {name: b, " + kPhase + "}, {name: c, " + late + ", " + kPhase +
                                        "}]}}");
  Run run(scenario_text(kLed, settings), "p", replicate);
  Course seen;
  for (int step = 0; step < 8; ++step) {
    run->step();
    seen.phase.push_back(run->phase());
    seen.paid.push_back(run->reward()[0] / run->reading(0)[0]);
  }
  return seen;
}

}  // namespace

TEST_CASE("revise: each kind of condition, and all of them must hold") {
  using P = std::vector<int>;
  const P at_once{0, 1, 1, 1, 1, 2, 2, 2}, never{0, 0, 0, 0, 0, 2, 2, 2};
  const Settings ten{{"metrics.output.measures", "{work: 10}"}};
  CHECK(course("when: [], to: b").phase == at_once);
  CHECK(course("when: [{metric: output, above: 9.9}], to: b", ten).phase == at_once);
  CHECK(course("when: [{metric: output, above: 10}], to: b", ten).phase == never);
  CHECK(course("when: [{metric: output, below: 10.1}], to: b", ten).phase == at_once);
  CHECK(course("when: [{metric: output, below: 10}], to: b", ten).phase == never);
  CHECK(course("when: [{metric: output, above: 9.9}, {metric: output, below: 9.9}], to: b", ten).phase == never);
  CHECK(course("when: [{metric: output, above: 9.9}, {metric: output, below: 10.1}], to: b", ten).phase == at_once);
  CHECK(course("when: [{metric: output, above: 9.9}], chance: 0, to: b", ten).phase == never);
  // A tip-off: half of the time goes into the trick.
  const Settings trick{{"activities.trick", "{gaming: true}"},
                       {"behaviour", "{fixed: {efforts: {work: 0.5, trick: 0.5}}}"}};
  CHECK(course("when: [{gaming_above: 0.49}], to: b", trick).phase == at_once);
  CHECK(course("when: [{gaming_above: 0.5}], to: b", trick).phase == never);
  // Those who do more read less, or more; without any spread there is no alignment to see.
  const Settings more{{"activities.work.value", "skill"}};
  Settings less = more;
  less.emplace_back("metrics.output.measures", "{work: 2 - skill}");
  CHECK(course("when: [{metric: output, alignment_below: 0.5, sample: 7}], to: b", more).phase == never);
  CHECK(course("when: [{metric: output, alignment_below: 0.5, sample: 7}], to: b", less).phase == at_once);
  CHECK(course("when: [{metric: output, alignment_below: 0.5, sample: 7}], to: b", ten).phase == never);
}

TEST_CASE("revise: alignment is that of the individual reading with the contribution that it reads") {
  // The team's reading of value goes with contribution less well than one's own, which is the contribution.
  const std::string seen = "when: [{metric: output, alignment_below: 0.999, sample: 40}], to: b";
  const Settings value{
      {"population.size", "40"}, {"metrics.output.measures", "value"}, {"activities.work.value", "skill"}};
  Settings team = value;
  team.emplace_back("metrics.output.level", "team");
  CHECK(course(seen, team).phase == std::vector<int>{0, 0, 0, 0, 0, 2, 2, 2});
  // Whoever does something else in every step: the reading of the last step goes with what was done then.
  Settings delayed = value;
  delayed.emplace_back("metrics.output.delay", "2");
  delayed.emplace_back("activities.rest", "{value: 0.1, max: 1}");
  delayed.emplace_back("behaviour", "{quantal: {rationality: 0}}");
  delayed.emplace_back("metrics.rests", "{measures: {rest: 1}}");
  delayed.emplace_back("effort.strain", "1");
  delayed.emplace_back(
      "policies.p",
      "{phases: [{name: a, from: 0, incentives: [{linear: {metric: rests, rate: 5}}, {linear: {metric: "
      "output, rate: 1}}], leadership: [{revise: {" +
          seen + "}}]}, {name: b}, {name: c, from: 5}]}");
  Run run(scenario_text(kLed, delayed), "p");
  for (int step = 0; step < 5; ++step) {
    run->step();
    CHECK(run->phase() == 0);
  }
  CHECK(run->means().alignment[0] == doctest::Approx(1).epsilon(1e-12));
}

TEST_CASE("revise: a phase that begins restarts the windows, and what it cuts is not paid") {
  // a cut after step 0; b has whole windows in steps 1 to 4; c cuts none and has its own from 5 on; the last one is cut
  // by the end, and pays for its one step.
  CHECK(course("when: [], to: b").paid == std::vector<double>{0, 0, 2, 0, 2, 0, 2, 1});
  // b cut by c: steps 1-2 and 3-4 and 5.
  CHECK(course("when: [], to: b", {}, "from: 6").paid == std::vector<double>{0, 0, 2, 0, 2, 0, 0, 2});
}

TEST_CASE("revise: a phase entered before its time goes on, and people plan for its windows") {
  // c would start at 5 but leadership begins it at 1: it is in force from then on, with windows from step 1.
  const auto seen = course("when: [], to: c");
  CHECK(seen.phase == std::vector<int>{0, 2, 2, 2, 2, 2, 2, 2});
  CHECK(seen.paid == std::vector<double>{0, 0, 2, 0, 2, 0, 2, 1});
  const Settings planning{{"behaviour", "best_response"},
                          {"activities.work.strain", "1"},
                          {"effort.budget", ".inf"},
                          {"metrics.output.measures", "{work: 1}"},
                          {"policies",
                           "{p: {phases: [{name: a, from: 0, leadership: [{revise: {to: c}}]}, {name: c, from: "
                           "5, " +
                               kPhase + "}]}}"}};
  const Results results(scenario_text(kLed, planning));
  // The last window of two, in steps 7 and 8, is cut by the end, of which nobody knows.
  check_series(results.series("p", "effort", {"work"}), {0, 1, 1, 1, 1, 1, 1, 1});
}

TEST_CASE("revise: with its chance, and what looking costs") {
  double revised = 0;
  constexpr int kRuns = 400;
  for (std::uint32_t replicate = 0; replicate < kRuns; ++replicate)
    revised += course("when: [], chance: 0.3, to: b", {}, "from: 5", replicate).phase[1] == 1;
  CHECK(std::fabs(revised / kRuns - 0.3) < 4 * std::sqrt(0.3 * 0.7 / kRuns));
  // Metrics that conditions read are charged for; samples cost what audits cost.
  const Results results(scenario_text(
      kLed,
      with({{"metrics.output.cost", "2"}, {"metrics.other", "{measures: {work: 1}, cost: 3}"}},
           "{phases: [{name: a, from: 0, audits: {rate: 0, cost: 7}, leadership: [{revise: {when: [{metric: output, "
           "alignment_below: -1, sample: 3}, {metric: output, above: 1000}], to: b}}]}, {name: b, from: 4}]}")));
  const auto net = results.series("p", "net_value");
  for (std::size_t t = 0; t < 8; ++t) CHECK(net[t] == doctest::Approx(t < 4 ? 1 - 2 - 7 * 3.0 / 7 : 1).epsilon(1e-12));
}
