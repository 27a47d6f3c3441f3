/// Worlds in which a gap has one cause, and laws of the split in worlds where it has all.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/compare.hpp"

namespace {

using namespace goodhart;
using doctest::Approx;

/// A bonus on output that is measured as it is; then what comes between is put in.
Comparison compare_world(const std::string& activities, const std::string& metric,
                         const test::Settings& settings = {}) {
  return test::with_causes(test::results_of(test::scenario_text(
      "goodhart: 1\ntitle: One cause at a time\ntime: {steps: 3}\nreplicates: 2\n"
      "population: {size: 20, traits: {skill: {lognormal: {median: 1, sigma: 0.2}}}, network: none}\n"
      "effort: {intrinsic: 0.3, strain: 4, budget: 1.4}\nactivities: " +
          activities + "\nmetrics: {output: " + metric +
          "}\npolicies: {trust: [], bonus: [{linear: {metric: output, rate: 0.5}}]}\n",
      settings)));
}

const Divergence& bonus_of(const Comparison& comparison) {
  return comparison.policies.at(1).divergences.at(0);
}
const Divergence& bonus_of(const Comparison&& gone) = delete;

double sum_of(const Causes& causes) {
  return causes.misweighting.mean + causes.regressional.mean + causes.extremal.mean + causes.causal.mean +
         causes.adversarial.mean;
}

const char* const kWork = "{work: {value: skill, saturation: 0.5 * skill}";

}  // namespace

TEST_CASE("a metric that is the goal has no gap and no causes") {
  const Comparison comparison =
      compare_world(std::string(kWork) + "}", "{measures: {work: {loading: skill, saturation: 0.5 * skill}}}");
  const Divergence& divergence = bonus_of(comparison);
  CHECK(divergence.real_change.mean > 1);
  CHECK(divergence.gap.mean == Approx(0).scale(1));
  for (const Estimate* part :
       {&divergence.causes->misweighting, &divergence.causes->regressional, &divergence.causes->extremal,
        &divergence.causes->causal, &divergence.causes->adversarial}) {
    CHECK(part->mean == Approx(0).scale(1));
  }
}

TEST_CASE("where only gaming comes between, the gap is adversarial") {
  const Comparison comparison =
      compare_world(std::string(kWork) + ", busywork: {gaming: true, aversion: 0.2, strain: 1}}",
                    "{measures: {work: {loading: skill, saturation: 0.5 * skill}, busywork: 2}}");
  const Divergence& divergence = bonus_of(comparison);
  CHECK(divergence.gap.mean > 1);
  CHECK(divergence.causes->adversarial.mean == Approx(divergence.gap.mean));
  CHECK(divergence.causes->misweighting.mean == Approx(0).scale(1));
  CHECK(divergence.causes->extremal.mean == Approx(0).scale(1));
}

TEST_CASE("where only the metric's bend differs from value's, the gap is extremal") {
  const Comparison comparison = compare_world(std::string(kWork) + "}", "{measures: {work: skill}}");
  const Divergence& divergence = bonus_of(comparison);
  CHECK(divergence.gap.mean > 1);
  CHECK(divergence.causes->extremal.mean == Approx(divergence.gap.mean));
  CHECK(divergence.causes->misweighting.mean == Approx(0).scale(1));
}

TEST_CASE("where only loadings differ from value, the gap is misweighting") {
  // Two activities worth the same, of which one counts twice.
  const Comparison comparison =
      compare_world("{seen: {value: 1, strain: 1}, unseen: {value: 1, strain: 1}}", "{measures: {seen: 2, unseen: 1}}");
  const Divergence& divergence = bonus_of(comparison);
  CHECK(std::fabs(divergence.gap.mean) > 1);
  CHECK(divergence.causes->misweighting.mean == Approx(divergence.gap.mean));
}

TEST_CASE("where the weak are promoted for their luck, the gap is regressional") {
  // The lower half by a noisy reading is let go each step and replaced at random: with noise the reading keeps some of
  // the weak, without it none.
  const Comparison comparison = test::with_causes(test::results_of(test::scenario_text(R"(
goodhart: 1
title: Up or out
time: {steps: 6}
replicates: 8
population: {size: 60, team_size: 60, traits: {skill: {lognormal: {median: 1, sigma: 0.4}}}, network: none}
effort: {intrinsic: 0.3, strain: 4}
activities: {work: {value: skill}}
metrics: {output: {measures: {work: skill}, noise: 1}}
workforce: {hiring: {copy: {top: 0.5, mutate: 0}}}
policies:
  trust: []
  cut: [{tournament: {metric: output, scope: organisation, bottom: 0.3, dismiss: true}}]
)")));
  const Divergence& divergence = bonus_of(comparison);
  // Without noise those who stay are the able, in the reading and in value alike: only what noise keeps differs.
  CHECK(divergence.causes->adversarial.mean == Approx(0).scale(1));
  CHECK(divergence.causes->extremal.mean == Approx(0).scale(1));
  CHECK(divergence.causes->misweighting.mean == Approx(0).scale(1));
  CHECK(divergence.causes->regressional.mean == Approx(divergence.gap.mean));
  CHECK(divergence.real_change.mean > 1);
}

TEST_CASE("misweighting and the four parts sum to the gap, whatever is at work") {
  for (const std::string file : {"tests/scenarios/everything.yaml", "scenarios/ai-usage-mandate.yaml"}) {
    CAPTURE(file);
    const Scenario scenario = test::scenario_file(
        file, {{"replicates", "1"}, {"population.size", "64"}, {"time.steps", "3"}, {"time.before", "1"}});
    const Comparison comparison = test::with_causes(test::results_of(scenario));
    int gaps = 0;
    for (const PolicyComparison& policy : comparison.policies) {
      for (const Divergence& divergence : policy.divergences) {
        REQUIRE(divergence.causes);
        if (std::isnan(divergence.gap.mean)) continue;
        ++gaps;
        CHECK(sum_of(*divergence.causes) == Approx(divergence.gap.mean).epsilon(1e-9));
      }
    }
    CHECK(gaps >= 3);
  }
}

TEST_CASE("a mechanism that is off does what it says, in measurement and choice alone") {
  const Scenario scenario = test::scenario_text(R"(
goodhart: 1
title: Everything between a metric and its goal
time: {steps: 4}
population: {size: 40, traits: {skill: {lognormal: {median: 1, sigma: 0.2}}}, network: none}
activities:
  work: {value: skill, saturation: 0.4 * skill}
  fake: {gaming: true, aversion: 0.05, strain: 6}
metrics: {output: {measures: {work: 2 * skill, fake: 5}, baseline: {uniform: {low: 0, high: 1}}, noise: 0.3}}
policies: {bonus: [{linear: {metric: output, rate: 0.5}}]}
)");
  TaskPool pool(1);
  const auto last = [&](const Mechanisms& mechanisms) {
    const Simulation common(scenario, Luck{}, pool, mechanisms);
    auto run = std::make_unique<Simulation>(common, scenario.policies.entries[0].value);
    for (int step = 0; step < 4; ++step) run->step();
    return run;
  };
  const auto all = last({}), noiseless = last({.regressional = false}), bent = last({.extremal = false}),
             level = last({.causal = false}), honest = last({.adversarial = false});
  const auto& skill = all->population().traits[0];
  double mean_baseline = 0;
  for (std::size_t i = 0; i < 40; ++i) mean_baseline += all->population().metrics[0].baseline[i] / 40;
  for (std::size_t i = 0; i < 40; ++i) {
    const double base = all->population().metrics[0].baseline[i];
    const auto plain = [&](const Simulation& run, double own_base, double bend) {
      const double x = run.units(0)[i];
      return own_base + 2 * skill[i] * x - bend * x * x / 2 + 5 * run.units(1)[i];
    };
    // Choices under a linear bonus know neither noise nor baselines.
    CHECK(noiseless->units(0)[i] == all->units(0)[i]);
    CHECK(noiseless->reading(0)[i] == Approx(plain(*noiseless, base, 0)));
    CHECK(std::fabs(all->reading(0)[i] - plain(*all, base, 0)) > 1e-6);
    const double noise = all->reading(0)[i] - plain(*all, base, 0);
    CHECK(level->reading(0)[i] == Approx(plain(*level, mean_baseline, 0) + noise));
    // The metric's bend is 2 skill * 0.4 skill / skill = 0.8 skill; production keeps its own.
    CHECK(bent->reading(0)[i] == Approx(plain(*bent, base, 0.8 * skill[i]) + noise));
    CHECK(bent->units(0)[i] < all->units(0)[i]);
    CHECK(honest->units(1)[i] == 0);
    CHECK(all->units(1)[i] > 0);
    const double x = bent->units(0)[i];
    CHECK(bent->value()[i] == Approx(skill[i] * x - 0.4 * skill[i] * x * x / 2));
  }
}
