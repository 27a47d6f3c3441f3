/// Explanations against the run that they explain.
#include "goodhart/engine/explanation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <memory>

#include "goodhart/core/errors.hpp"
#include "support/run.hpp"

namespace {

using namespace goodhart;
using doctest::Approx;

/// A run of one policy, from the start of its steps on.
struct World {
  explicit World(const Scenario& given, const std::string& policy) : scenario(given), common(scenario, Luck{}, pool) {
    while (common.next_step() < 0) common.step();
    common.settle();
    run = std::make_unique<Simulation>(common, *scenario.policies.find(policy));
  }
  Scenario scenario;
  TaskPool pool{1};
  Simulation common;
  std::unique_ptr<Simulation> run;
};

double sum_of(const Option& option) {
  double sum = option.care + option.hours + option.tiredness + option.aversion + option.audits;
  for (const double reward : option.rewards) sum += reward;
  return sum;
}

const Tipping& tipping(const Explanation& told, const std::string& what) {
  for (const Tipping& tip : told.tippings) {
    if (tip.what == what) return tip;
  }
  throw std::runtime_error("no tipping point " + what);
}

}  // namespace

TEST_CASE("what is explained is what the step then does, and explaining changes nothing") {
  for (const auto& pair : {std::pair<std::string, std::string>("scenarios/ai-usage-mandate.yaml", "usage_quota"),
                           {"tests/scenarios/everything.yaml", "contest"},
                           {"tests/scenarios/everything.yaml", "reform"},
                           {"scenarios/multitask-textbook.yaml", "best_bonus"}}) {
    const std::string &file = pair.first, &policy = pair.second;
    CAPTURE(file);
    CAPTURE(policy);
    const Scenario scenario = test::scenario_file(file, {{"population.size", "64"}, {"time.steps", "14"}});
    World explained(scenario, policy), plain(scenario, policy);
    const int steps = scenario.time.steps;
    for (int step = 0; step < std::min(steps, 6); ++step) {
      std::vector<Explanation> all;
      explained.run->ready();
      CAPTURE(step);
      for (std::size_t i = 0; i < 64; i += 7) {
        CAPTURE(i);
        all.push_back(explained.run->explain(i));
      }
      explained.run->step();
      plain.run->step();
      for (const Explanation& told : all) {
        CHECK(told.step == step);
        for (std::size_t k = 0; k < told.chosen.units.size(); ++k) {
          // One decision is taken apart by itself, the step decides over columns: both keep what decisions promise.
          CHECK(std::fabs(told.chosen.units[k] - explained.run->units(static_cast<int>(k))[told.employee]) < 1e-7);
        }
      }
      for (std::size_t i = 0; i < 64; ++i) {
        CHECK(explained.run->utility()[i] == plain.run->utility()[i]);
        CHECK(explained.run->units(0)[i] == plain.run->units(0)[i]);
      }
    }
  }
}

TEST_CASE("what would change the mind of one who is in four contests is found") {
  // One of the rewards that are tried leaves a long flat ridge of plans, along which only rounding was to be proved.
  const Scenario scenario =
      test::scenario_file("tests/scenarios/everything.yaml", {{"population.size", "64"}, {"time.steps", "14"}});
  World explained(scenario, "contest");
  explained.run->step();
  explained.run->ready();
  const Explanation told = explained.run->explain(56);
  CHECK(!told.tippings.empty());
  CHECK(!told.chosen.units.empty());
}

TEST_CASE("an explanation is only asked of a run that stands before a step, and asking changes nothing in it") {
  World world(test::scenario_file("scenarios/first-file.yaml"), "usage_quota");
  CHECK_THROWS_AS(world.run->explain(0), Bug);
  world.run->ready();
  const Simulation& looked_at = *world.run;  // to explain, it need not be changed
  const Explanation first = looked_at.explain(3), again = looked_at.explain(3);
  CHECK(first.chosen.units == again.chosen.units);
  CHECK(first.chosen.utility == again.chosen.utility);
  REQUIRE(first.tippings.size() == again.tippings.size());
  for (std::size_t t = 0; t < first.tippings.size(); ++t) CHECK(first.tippings[t].at == again.tippings[t].at);
}

TEST_CASE("the parts sum to the utility, and nothing considered beats the best of all") {
  const Scenario scenario =
      test::scenario_file("tests/scenarios/everything.yaml", {{"population.size", "64"}, {"time.steps", "14"}});
  for (const std::string policy : {"trust", "volume", "contest", "team", "reform"}) {
    if (!scenario.policies.find(policy)) continue;
    CAPTURE(policy);
    World world(scenario, policy);
    for (int step = 0; step < 3; ++step) world.run->step();
    world.run->ready();
    for (std::size_t i = 0; i < 64; i += 9) {
      const Explanation told = world.run->explain(i);
      const Option& best = told.options.back();
      for (const Option& option : told.options) {
        CHECK(option.utility == Approx(sum_of(option)));
        CHECK(option.utility <= best.utility + 1e-6);
      }
      CHECK(told.chosen.utility <= best.utility + 1e-6);
      CHECK(told.chosen.utility == Approx(sum_of(told.chosen)));
    }
  }
}

TEST_CASE("a decision taken apart by hand") {
  // One activity worth 1 (w = 0.5), budget 2, C = 4, norm 1; a bonus of 0.5 on what is read. Without it 0.5 = 4 (x -
  // 1), x = 1.125; with it 1 = 4 (x - 1), x = 1.25. Gaming: 0.5 * 2 - 0.4 = 0.6 a unit with strain 3: less than
  // work's 1.
  World world(test::scenario_text(R"(
goodhart: 1
title: By hand
time: {steps: 2}
population: {size: 1}
effort: {intrinsic: 0.5, strain: 4, budget: 2}
activities: {work: {value: 1}, fake: {gaming: true, aversion: 0.4, strain: 3, time: 0.001}}
metrics: {count: {measures: {work: 1, fake: 2}}}
policies: {bonus: {incentives: [{linear: {metric: count, rate: 0.5}}], audits: {rate: 0.1, penalty: 1}}}
)"),
              "bonus");
  world.run->ready();
  const Explanation told = world.run->explain(0);
  const Option& none = told.options.front();
  CHECK(none.units[0] == Approx(1.125));
  CHECK(none.units[1] == Approx(0).scale(1));
  CHECK(none.care == Approx(0.5 * 1.125));
  CHECK(none.hours == Approx(-2 * (0.125 * 0.125 - 1)));
  const Option& honest = told.options[1];
  CHECK(honest.name == "no gaming");
  CHECK(honest.units[0] == Approx(1.25));
  CHECK(honest.rewards[0] == Approx(0.5 * 1.25));
  const Option& best = told.options.back();
  // Gaming: 1 - 0.4 - 0.1 = 3 x up to what its hours cost.
  CHECK(best.units[1] == Approx(0.5 / 3).epsilon(0.01));
  CHECK(best.audits == Approx(-0.1 * best.units[1]));
  CHECK(best.aversion == Approx(-0.4 * best.units[1]));
  CHECK(told.chosen.games);
  // It pays while 2 * 0.5 f > 0.4 + 0.1, and while audits cost less than 1 - 0.4 (but for its few hours).
  CHECK(*tipping(told, "reward").at == Approx(0.5).epsilon(0.005));
  CHECK(*tipping(told, "expected penalty a unit").at == Approx(0.6).epsilon(0.005));
  CHECK(!tipping(told, "reward").starts);
}

TEST_CASE("on one side of a tipping point people game, on the other they do not") {
  const std::string file = "scenarios/first-file.yaml";
  // Everybody decides anew: what inertia keeps tips nowhere.
  World world(test::scenario_file(file, {{"behaviour", "best_response"}}), "usage_quota");
  world.run->ready();
  int checked = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    const Explanation told = world.run->explain(i);
    for (const char* what : {"reward", "lower target", "higher target"}) {
      const Tipping& tip = tipping(told, what);
      if (!tip.at) continue;
      const std::string path = std::string("policies.usage_quota.quota.") + (what[0] == 'r' ? "reward" : "target");
      const double scale = what[0] == 'r' ? 0.1 : 1;
      const double step = *tip.at > tip.now ? 1e-6 : -1e-6;
      for (const double side : {-1.0, 1.0}) {
        const double value = scale * *tip.at * (1 + side * step);
        World changed(test::scenario_file(file, {{"behaviour", "best_response"}, {path, number_text(value)}}),
                      "usage_quota");
        changed.run->ready();
        const bool games = changed.run->explain(i).chosen.games;
        CHECK(games == (side > 0 ? tip.starts : !tip.starts));
        ++checked;
      }
    }
  }
  CHECK(checked > 60);
}
