/// Worlds in which a change has one cause, laws of the split in worlds where it has all, and what is said of it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "goodhart/report/comparison.hpp"
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

/// What splits the gap of the bonus.
const Causes& gap_of(const Comparison& comparison) {
  const Split* split = split_of(comparison.policies.at(1), "gap", "output");
  REQUIRE(split);
  return split->causes;
}
const Causes& gap_of(const Comparison&& gone) = delete;

double sum_of(const Causes& causes) {
  return causes.left.mean + causes.regressional.mean + causes.extremal.mean + causes.causal.mean +
         causes.adversarial.mean;
}

/// Has the policy a sentence that begins so?
bool says(const PolicyComparison& policy, const std::string& beginning) {
  return std::any_of(policy.sentences.begin(), policy.sentences.end(),
                     [&](const std::string& sentence) { return sentence.starts_with(beginning); });
}

/// The same with other numbers, told in words.
Comparison told(const Scenario& scenario) {
  Comparison comparison = test::with_causes(test::results_of(scenario));
  put_into_words(comparison);
  return comparison;
}

const char* const kWork = "{work: {value: skill, saturation: 0.5 * skill}";

}  // namespace

TEST_CASE("a metric that is the goal has no gap and no causes") {
  const Comparison comparison =
      compare_world(std::string(kWork) + "}", "{measures: {work: {loading: skill, saturation: 0.5 * skill}}}");
  const Divergence& divergence = bonus_of(comparison);
  CHECK(divergence.real_change.mean > 1);
  CHECK(divergence.gap.mean == Approx(0).scale(1));
  const Causes& causes = gap_of(comparison);
  for (const Estimate* part :
       {&causes.left, &causes.regressional, &causes.extremal, &causes.causal, &causes.adversarial}) {
    CHECK(part->mean == Approx(0).scale(1));
  }
}

TEST_CASE("where only gaming comes between, the gap is adversarial") {
  const Comparison comparison =
      compare_world(std::string(kWork) + ", busywork: {gaming: true, aversion: 0.2, strain: 1}}",
                    "{measures: {work: {loading: skill, saturation: 0.5 * skill}, busywork: 2}}");
  const Divergence& divergence = bonus_of(comparison);
  CHECK(divergence.gap.mean > 1);
  CHECK(gap_of(comparison).adversarial.mean == Approx(divergence.gap.mean));
  CHECK(gap_of(comparison).left.mean == Approx(0).scale(1));
  CHECK(gap_of(comparison).extremal.mean == Approx(0).scale(1));
}

TEST_CASE("where only the metric's bend differs from value's, the gap is extremal") {
  const Comparison comparison = compare_world(std::string(kWork) + "}", "{measures: {work: skill}}");
  const Divergence& divergence = bonus_of(comparison);
  CHECK(divergence.gap.mean > 1);
  CHECK(gap_of(comparison).extremal.mean == Approx(divergence.gap.mean));
  CHECK(gap_of(comparison).left.mean == Approx(0).scale(1));
}

TEST_CASE("where only loadings differ from value, the gap is what is left without any cause") {
  // Two activities worth the same, of which one counts twice.
  const Comparison comparison =
      compare_world("{seen: {value: 1, strain: 1}, unseen: {value: 1, strain: 1}}", "{measures: {seen: 2, unseen: 1}}");
  const Divergence& divergence = bonus_of(comparison);
  CHECK(std::fabs(divergence.gap.mean) > 1);
  CHECK(gap_of(comparison).left.mean == Approx(divergence.gap.mean));
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
  CHECK(gap_of(comparison).adversarial.mean == Approx(0).scale(1));
  CHECK(gap_of(comparison).extremal.mean == Approx(0).scale(1));
  CHECK(gap_of(comparison).left.mean == Approx(0).scale(1));
  CHECK(gap_of(comparison).regressional.mean == Approx(divergence.gap.mean));
  CHECK(divergence.real_change.mean > 1);
}

TEST_CASE("what is left and the four parts sum to the change of each outcome, whatever is at work") {
  for (const std::string file : {"tests/scenarios/everything.yaml", "scenarios/ai-usage-mandate.yaml"}) {
    CAPTURE(file);
    const Scenario scenario = test::scenario_file(
        file, {{"replicates", "2"}, {"population.size", "64"}, {"time.steps", "3"}, {"time.before", "1"}});
    const Comparison comparison = test::with_causes(test::results_of(scenario));
    int told = 0;
    for (const PolicyComparison& policy : comparison.policies) {
      const bool is_base = &policy == &comparison.policies[comparison.comparison];
      CHECK(policy.splits.size() == (is_base ? 0 : 2 * comparison.metrics.size() + 3));
      const auto p = static_cast<std::size_t>(&policy - comparison.policies.data());
      for (const Split& split : policy.splits) {
        CAPTURE(policy.name + " " + split.label);
        if (std::isnan(split.causes.total.mean)) continue;
        ++told;
        CHECK(sum_of(split.causes) == Approx(split.causes.total.mean).epsilon(1e-9));
        CHECK(split.causes.honest.mean == Approx(split.causes.total.mean + split.causes.by_closing.mean).epsilon(1e-9));
        CHECK(split.causes.adversarial.has_interval());
        // The whole is what the comparison says of the outcome.
        if (split.outcome == "gap") {
          const Causes &shown = split_of(policy, "dashboard", split.metric)->causes,
                       &value = split_of(policy, "value")->causes;
          CHECK(split.causes.adversarial.mean == Approx(shown.adversarial.mean - value.adversarial.mean));
          CHECK(split.causes.left.mean == Approx(shown.left.mean - value.left.mean));
          continue;
        }
        const Change& change = comparison.outcome(split.outcome, split.metric).effects[p].change;
        const bool money = split.outcome == "cost" || split.outcome == "net_value";
        CHECK(split.causes.total.mean == Approx(money ? change.difference.mean : change.percent.mean));
        CHECK(split.causes.total.low == Approx(money ? change.difference.low : change.percent.low));
      }
    }
    CHECK(told >= 15);
  }
}

TEST_CASE("net value's parts are those of value at its price, less those of cost") {
  const Scenario scenario =
      test::scenario_file("scenarios/first-file.yaml", {{"replicates", "3"}, {"population.size", "100"}});
  const Comparison comparison = test::with_causes(test::results_of(scenario));
  const PolicyComparison& quota = comparison.policies.at(1);
  const Split &value = *split_of(quota, "value"), &cost = *split_of(quota, "cost"),
              &net = *split_of(quota, "net_value");
  const double price = scenario.setting.organisation.value_price * value.comparison / 100;
  for (const auto part : {&Causes::total, &Causes::left, &Causes::regressional, &Causes::extremal, &Causes::causal,
                          &Causes::adversarial, &Causes::honest, &Causes::by_closing}) {
    CHECK((net.causes.*part).mean ==
          Approx(price * (value.causes.*part).mean - (cost.causes.*part).mean).epsilon(1e-9));
  }
}

TEST_CASE("gaming that is cheaper than earnest over-use is said to protect value") {
  const Comparison comparison =
      told(test::scenario_file("scenarios/first-file.yaml", {{"replicates", "4"}, {"population.size", "200"}}));
  const PolicyComparison& quota = comparison.policies.at(1);
  const Split& value = *split_of(quota, "value");
  // Nobody games: the world that an override makes.
  const Comparison closed = test::with_causes(test::results_of(
      test::scenario_file("scenarios/first-file.yaml",
                          {{"replicates", "4"}, {"population.size", "200"}, {"activities.busywork.max", "0"}})));
  const double honest = closed.outcome("value").effects[1].change.percent.mean;
  CHECK(value.causes.honest.mean == Approx(honest));
  CHECK(honest < value.causes.total.mean - 5);
  CHECK(value.causes.adversarial.low > 0);
  CHECK(split_of(quota, "dashboard", "prompts")->causes.adversarial.mean == Approx(0).scale(1));  // all meet the quota
  CHECK(quota.instead == "with ai");
  CHECK(says(quota, "Gaming protects value: without gaming value would have fallen by more"));
  CHECK(says(quota, "Gaming adds "));
  CHECK(says(comparison.policies.at(1), "Gaming protects net value: "));
  CHECK(!says(comparison.policies.at(2), "Gaming protects"));
  // Nothing of what is left where nobody can game is gaming.
  const auto parts = split_of(closed.policies.at(1), "value")->causes;
  CHECK(parts.adversarial.mean == 0);
  CHECK(parts.left.mean + parts.extremal.mean == Approx(parts.total.mean));
}

TEST_CASE("a loss that is not gaming's is not said to be") {
  const Scenario scenario = test::scenario_file(
      "scenarios/ai-usage-mandate.yaml", {{"replicates", "6"}, {"population.size", "300"}, {"time.steps", "20"}});
  const Comparison comparison = told(scenario);
  const PolicyComparison& quota =
      comparison.policies.at(static_cast<std::size_t>(scenario.policies.index("usage_quota")));
  const Causes& value = split_of(quota, "value")->causes;
  REQUIRE(value.total.high < -0.1);
  CHECK(std::fabs(value.adversarial.mean) < 0.2 * std::fabs(value.total.mean));
  CHECK(std::fabs(value.by_closing.mean) < 0.2 * std::fabs(value.total.mean));
  CHECK(says(quota, "Without gaming value would still have fallen by"));
  const Causes& shown = split_of(quota, "dashboard", "prompts")->causes;
  CHECK(shown.adversarial.low > 5);
}

TEST_CASE("nothing is said of causes that cannot be told from zero") {
  // Two policies that are the same, and one replicate.
  const std::string text =
      "goodhart: 1\ntitle: Nothing to tell\ntime: {steps: 2}\nreplicates: 3\npopulation: {size: 8}\n"
      "activities: {work: {value: 1}, fake: {gaming: true, aversion: 0.1}}\n"
      "metrics: {m: {measures: {work: 1, fake: 1}, noise: 1}}\n"
      "policies: {trust: [], also: []}\n";
  const Comparison same = told(test::scenario_text(text));
  CHECK(says(
      same.policies.at(1),
      "No cause can be told from zero for the change of the dashboard of m, value, cost of activities and net value."));
  CHECK(!says(same.policies.at(1), "Gaming adds"));
  const Comparison one = told(test::scenario_text(text, {{"replicates", "1"}}));
  CHECK(says(one.policies.at(1), "With one replicate no cause can be told from zero."));
}

TEST_CASE("no world asks for what cannot be reached: a target moves to where the same efforts attain it") {
  // The metric reads on where value bends. At 1.4 units value is at its peak, and a metric that bends as value does
  // reads 70 there, at one unit 100 - 100 / 1.4 / 2.
  const std::string text = R"(
goodhart: 1
title: Unreachable
time: {steps: 2}
replicates: 2
population: {size: 10, network: none}
effort: {budget: 2}
activities: {by_hand: {value: 1}, with_ai: {value: 1.4, saturation: 1}, busywork: {gaming: true, aversion: 100}}
metrics: {prompts: {measures: {with_ai: 100, busywork: 1500}}}
policies: {trust: [], quota: [{quota: {metric: prompts, target: 100, reward: 1}}]}
)";
  TaskPool pool(1);
  const auto last = [&](const Scenario& scenario, const Mechanisms& mechanisms, int steps = 2) {
    const Simulation common(scenario, Luck{}, pool, mechanisms);
    auto run = std::make_unique<Simulation>(common, scenario.policies.entries[1].value);
    for (int step = 0; step < steps; ++step) run->step();
    return run;
  };
  const Scenario scenario = test::scenario_text(text);
  const auto straight = last(scenario, {}), bent = last(scenario, {.extremal = false});
  CHECK(straight->units(1)[0] == Approx(1));
  CHECK(bent->target(0, 0) == Approx(100 - 50 / 1.4));
  CHECK(bent->units(1)[0] == Approx(1));
  CHECK(bent->reward()[0] == 1);
  // Beyond value's peak more effort reads less: the peak is enough.
  const auto beyond =
      last(test::scenario_text(text, {{"policies.quota.quota.target", "180"}, {"activities.busywork.max", "0"}}),
           {.extremal = false});
  CHECK(beyond->target(0, 0) == Approx(70));
  CHECK(beyond->units(1)[0] == Approx(1.4));
  CHECK(beyond->reward()[0] == 1);
  // What no honest effort reaches is missed by as much as before.
  const auto far = last(test::scenario_text(text, {{"policies.quota.quota.target", "1000"}}), {.extremal = false});
  CHECK(far->target(0, 0) == Approx(1000));  // gaming alone makes it in the time there is, and does not bend

  // So nothing of a quota's effect on value is the bend's.
  const Comparison comparison = test::with_causes(test::results_of(scenario));
  const Causes& value = split_of(comparison.policies.at(1), "value")->causes;
  CHECK(value.total.mean < -1);
  CHECK(value.extremal.mean == Approx(0).scale(1));
  CHECK(value.left.mean == Approx(value.total.mean));
}

TEST_CASE("floors, caps, levels of dashboards and what leadership asks for move as targets do") {
  const std::string text = R"(
goodhart: 1
title: All that hangs on a reading
time: {steps: 3}
replicates: 2
population: {size: 10, network: none}
effort: {budget: 2}
activities: {by_hand: {value: 1}, with_ai: {value: 1.4, saturation: 1}}
metrics:
  prompts: {measures: {with_ai: 100}, dashboard: {share_above: 99}}
  same: {measures: {with_ai: 100}}
policies:
  trust: []
  bonus:
    incentives: [{linear: {metric: prompts, floor: -.inf, target: 20, rate: 0.02, cap: 1.6}}]
  pressed:
    incentives: [{quota: {metric: same, target: 100, reward: 0.1}}]
    leadership: [{escalate: {incentive: quota, goal: 99, factor: 2, every: 1, cap: 64}}]
)";
  TaskPool pool(1);
  const Scenario scenario = test::scenario_text(text);
  const auto last = [&](std::size_t policy, const Mechanisms& mechanisms) {
    const Simulation common(scenario, Luck{}, pool, mechanisms);
    auto run = std::make_unique<Simulation>(common, scenario.policies.entries[policy].value);
    for (int step = 0; step < 3; ++step) run->step();
    return run;
  };
  // The line pays 1.6 where one unit is done, and nothing where a fifth is: in both worlds.
  const auto straight = last(1, {}), bent = last(1, {.extremal = false});
  const auto reads = [](double x) { return 100 * x - 100 / 1.4 * x * x / 2; };
  CHECK(bent->target(0, 0) == Approx(reads(0.2)));
  CHECK(bent->means().rate[0] == Approx(1.6 / (reads(1) - reads(0.2))));
  CHECK(straight->units(1)[0] == Approx(1));
  CHECK(bent->units(1)[0] == Approx(1));
  CHECK(bent->reward()[0] == Approx(1.6));
  CHECK(straight->means().dashboard[0] == 1);
  CHECK(bent->means().dashboard[0] == 1);
  // Leadership that is content in one world is in the other.
  CHECK(last(2, {})->means().stakes[0] == last(2, {.extremal = false})->means().stakes[0]);
  CHECK(last(2, {.extremal = false})->means().reading[1] == Approx(reads(1)));
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
