/// Trying for access: how much effort is spent on it, held to closed forms of the dynamic programme.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "support/run.hpp"

namespace {

using goodhart::number_text;
using goodhart::Option;
using goodhart::test::Results;
using goodhart::test::Run;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

/// The tool is worth 0.7 a step to whoever has it; learning it tires, c x^2 / 2 with c = 3.
const std::string kTool = R"(
goodhart: 1
title: A test
time: {steps: 3}
population: {size: 20000, network: complete}
effort: {intrinsic: 1, strain: 0, budget: .inf}
activities:
  learn: {strain: 3}
  tool: {value: 0.7, max: 1, spread: {innovation: 0.05, trying: {by: learn, rate: 0.8, patience: 0.9}}}
metrics:
  use: {measures: {tool: 1}}
policies: {free: []}
)";
constexpr int kLearn = 0, kToolAt = 1;  // in the order of the file

/// The gain G of having access: (1 - d + d h) G + (d r G)^2 / (2 c) = u.
double gain(double u, double d, double h, double r, double c) {
  const double linear = 1 - d + d * h, square = d * d * r * r / c;
  return (std::sqrt(linear * linear + 2 * square * u) - linear) / square;
}

/// What the first employee without access spends on learning.
double tried(Run& run) {
  for (std::size_t i = 0; i < (*run).roster().size; ++i) {
    if (!run->has_access(i, kToolAt)) return run->units(kLearn)[i];
  }
  return NAN;
}

}  // namespace

TEST_CASE("trying: the effort of one who looks ahead for ever, in closed form") {
  for (const double patience : {0.0, 0.5, 0.9, 0.99}) {
    for (const double by_itself : {0.0, 0.05, 0.5}) {
      CAPTURE(patience);
      CAPTURE(by_itself);
      Run run(scenario_text(kTool, {{"population.size", "10"},
                                    {"activities.tool.spread.innovation", number_text(by_itself)},
                                    {"activities.tool.spread.trying.patience", number_text(patience)}}));
      run->step();
      const double effort = patience == 0 ? 0.0 : patience * 0.8 * gain(0.7, patience, by_itself, 0.8, 3) / 3;
      REQUIRE(effort < (1 - by_itself) / 0.8);
      CHECK(std::fabs(run->units(kLearn)[0] - effort) < 1e-8);
      CHECK(run->units(kToolAt)[0] == 0);
    }
  }
}

TEST_CASE("trying: a reward for using the tool makes people try, and access follows with that probability") {
  const double reward = 0.5, d = 0.9, h = 0.05, r = 0.8;
  const double effort = d * r * gain(0.7 + reward, d, h, r, 3) / 3;
  Run run(scenario_text(kTool, {{"policies", "{paid: [{linear: {metric: use, rate: 0.5}}]}"}}));
  run->step();
  CHECK(std::fabs(tried(run) - effort) < 1e-8);
  CHECK(tried(run) > d * r * gain(0.7, d, h, r, 3) / 3 + 0.05);
  run->step();
  const double likely = h + r * effort, people = 20000;
  CHECK(std::fabs(run->means().access[kToolAt] * people - people * likely) <
        4 * std::sqrt(people * likely * (1 - likely)));
  // Who has access uses it and learns no more.
  for (std::size_t i = 0; i < (*run).roster().size; ++i) {
    const bool open = run->has_access(i, kToolAt);
    if (open == (run->units(kToolAt)[i] == 1 && run->units(kLearn)[i] == 0)) continue;
    CHECK(open);
    CHECK(run->units(kLearn)[i] == 0);
    break;
  }
}

TEST_CASE("trying: what peers are seen doing counts as coming by itself") {
  Run run(scenario_text(kTool, {{"population.size", "1000"},
                                {"activities.tool.spread.initial", "0.3"},
                                {"activities.tool.spread.imitation", "0.4"}}));
  run->step();  // nobody has been seen yet
  const double doing = run->means().doing[kToolAt];
  CHECK(std::fabs(tried(run) - 0.9 * 0.8 * gain(0.7, 0.9, 0.05, 0.8, 3) / 3) < 1e-8);
  run->step();
  // One without access is not among its peers.
  const double by_itself = 0.05 + 0.4 * doing * 1000 / 999;
  CHECK(std::fabs(tried(run) - 0.9 * 0.8 * gain(0.7, 0.9, by_itself, 0.8, 3) / 3) < 1e-8);
}

TEST_CASE("trying: nobody tries for more than certainty") {
  // At c = 0.1 the plan x = (1 - h) / r gains access for sure: G = u + c x^2 / 2, whatever the patience.
  Run run(scenario_text(kTool, {{"activities.learn.strain", "0.1"}}));
  run->step();
  const double all = 0.95 / 0.8;
  CHECK(std::fabs(tried(run) - all) < 1e-8);
  const Option chosen = [&] {
    Run fresh(scenario_text(kTool, {{"activities.learn.strain", "0.1"}}));
    fresh->ready();
    return fresh->explain(0).chosen;
  }();
  CHECK(std::fabs(chosen.trying - 0.9 * 0.8 * (0.7 + 0.05 * all * all) * all) < 1e-8);
  CHECK(std::fabs(chosen.utility - (chosen.trying - 0.05 * all * all)) < 1e-8);
  run->step();
  CHECK(run->means().access[kToolAt] == 1);
}

TEST_CASE("trying takes time from work: all or nothing, and where that tips") {
  // A full step of work is worth 1, of the tool v; learning takes time and is worth nothing. One who never tries has
  // G = (v - 1) / (1 - d (1 - h)) and tries where d r G > 1: then all the time that certainty takes.
  const double d = 0.8, h = 0.1, r = 0.6, tips = 1 + (1 - d * (1 - h)) / (d * r);
  for (const double v : {tips - 0.01, tips + 0.01}) {
    CAPTURE(v);
    Run run(scenario_text(kTool, {{"population.size", "10"},
                                  {"effort.budget", "1"},
                                  {"activities.work", "{value: 1}"},
                                  {"activities.learn.strain", "0"},
                                  {"activities.tool", "{value: " + number_text(v) +
                                                          ", spread: {innovation: 0.1, trying: {by: learn, rate: "
                                                          "0.6, patience: 0.8}}}"}}));
    run->step();
    CHECK(run->units(kLearn)[0] == (v > tips ? doctest::Approx(1) : doctest::Approx(0)));
  }
}

TEST_CASE("trying: a quota that only the tool can meet is found, although trying a little for it is a loss") {
  // The quota pays 0.4 where the tool is used for half a step or more; nothing else is worth anything.
  const Settings quota{{"policies", "{paid: [{quota: {metric: use, target: 0.5, reward: 0.4}}]}"},
                       {"activities.tool.value", "0"},
                       {"population.size", "10"}};
  Run run(scenario_text(kTool, quota));
  run->step();
  CHECK(std::fabs(run->units(kLearn)[0] - 0.9 * 0.8 * gain(0.4, 0.9, 0.05, 0.8, 3) / 3) < 1e-8);
  // The honest do not try for a trick.
  Settings honest = quota;
  honest.insert(honest.end(), {{"activities.tool.gaming", "true"}, {"behaviour", "honest"}});
  Run upright(scenario_text(kTool, honest));
  upright->step();
  CHECK(upright->units(kLearn)[0] == 0);
}

TEST_CASE("leaving, stocks and trying: the same bits for any number of threads") {
  // Above 16,384 employees a run is shared out over threads.
  const auto scenario = scenario_text(
      kTool,
      {{"population", "{size: 17000, team_size: 10, traits: {clutter: 0, skill: {uniform: {low: 0.5, high: 1.5}}}}"},
       {"activities.tool.value", "skill / (1 + clutter)"},
       {"activities.learn.strain", "3 + clutter"},
       {"workforce", "{outside: {utility: 0.2, scale: 0.3, chance: 0.5, every: 2}}"},
       {"stocks", "[{trait: clutter, of: team, decay: 0.1, adds: {tool: 1, learn: skill}}]"}});
  const Results alone(scenario, 1), together(scenario, 3);
  CHECK(goodhart::test::same(alone.records()[0], together.records()[0]));
  CHECK(alone.average("free", "quits") > 0);
  CHECK(alone.average("free", "stock", {"clutter"}) > 0);
}
