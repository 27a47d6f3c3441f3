/// What an embedder has in memory: a scenario from a document, edits, results without a file, a run stepped by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "goodhart/analysis/comparison.hpp"
#include "goodhart/analysis/run.hpp"
#include "goodhart/engine/prepare.hpp"
#include "goodhart/engine/single_run.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/scenario/read.hpp"
#include "goodhart/scenario/schema.hpp"
#include "support/refusal.hpp"
#include "support/run.hpp"

namespace goodhart {
namespace {

constexpr const char* kText = R"(goodhart: 1
title: A small quota
time: {steps: 6, before: 2}
replicates: 4
population:
  size: 40
  traits: {skill: {lognormal: {median: 1, sigma: 0.3}}, zeal: 1 + skill * 0.1}
activities:
  work: {value: skill}
  tick: {gaming: true, aversion: {lognormal: {median: 0.5, sigma: 1}}, cost: 10}
metrics:
  tickets: {measures: {work: 10, tick: 40}, noise: 1}
  output: {measures: value, noise: 0.3}
policies:
  trust: []
  quota: [{quota: {metric: tickets, target: 14, reward: 0.2}}]
  pay: [{linear: {metric: output, rate: 0.2, floor: -.inf, target: 1}}]
)";

Node document() {
  return parse_yaml(kText, "small.yaml");
}

void check_same(const Results& one, const Results& other) {
  REQUIRE(one.held.size() == other.held.size());
  for (std::size_t i = 0; i < one.held.size(); ++i) CHECK(test::same(one.held[i], other.held[i]));
}

}  // namespace

TEST_CASE("a prepared scenario is changed as --set changes it, and outlives its document") {
  std::optional<Scenario> scenario;
  {
    const Node gone = document();
    scenario = prepared(gone,
                        {{"population.size", Node::number(60)},
                         {"metrics.output.noise.normal.scale", Node::number(0.5)},  // the document has it in short
                         {"policies.quota.quota.target", Node::number(20)}},
                        {"trust", "quota"});
  }
  CHECK(scenario->setting.population.size == 60);
  CHECK(scenario->policies.size() == 2);
  const Node whole = resolved(*scenario);
  CHECK(find_path(whole, "policies.quota.quota.target")->text == "20");
  CHECK(find_path(whole, "metrics.output.noise.normal.scale")->text == "0.5");
}

TEST_CASE("what is wrong with a document, an edit or a policy is said in sentences") {
  CHECK(test::refusal([] {
          prepared(document(), {{"population.size", Node::number(0)}});
        }) == "must be a whole number from 1 to 100000000, got 0");
  CHECK(test::refusal([] {
          prepared(document(), {{"seed", Node::number(1)}, {"seed", Node::number(2)}});
        }) == "seed: changes nothing, as seed comes after it");
  CHECK(test::refusal([] { prepared(document(), {}, {"quotas"}); }) ==
        "policy quotas: there is no such policy; did you mean 'quota'?");
  CHECK(test::refusal([] { SingleRun(prepared(document()), "nobody"); }) ==
        "policy nobody: there is no such policy; the scenario has trust, quota and pay");
  CHECK(test::refusal([] { explained(prepared(document()), {.policy = "quota", .employee = 40, .step = {}}); }) ==
        "employee 40: must be from 0 to 39");
  CHECK(test::refusal([] { explained(prepared(document()), {.policy = "quota", .employee = {}, .step = 6}); }) ==
        "step 6: must be from 0 to 5");
}

TEST_CASE("warnings are handed over, and stop nothing") {
  Node odd = document();
  odd.find("activities")->add("idle", Node::map());
  std::vector<Diagnostic> warnings;
  prepared(odd, {}, {}, &warnings);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].severity == Diagnostic::Severity::warning);
  CHECK(warnings[0].path == "activities.idle");
}

TEST_CASE("results in memory are those of an experiment") {
  const Scenario scenario = prepared(document());
  TaskPool pool(2);
  const Results results = run_in_memory(scenario, pool).value();
  const test::Results others(scenario);
  REQUIRE(results.held.size() == 12);
  for (std::size_t i = 0; i < results.held.size(); ++i) {
    CHECK(results.held[i].averages.size() == results.layout.folders[0].variables.size());
    RunRecord other = others.records()[i];
    other.data.resize(1);  // the means over time stand in `averages` already
    CHECK(test::same(results.held[i], other));
  }
  CHECK(!run_in_memory(scenario, pool, [](const Progress&) { return false; }).has_value());
}

TEST_CASE("a run that fails is NaN of the same shape as the others") {
  // About one employee in a hundred draws a skill of above 2, and then a time of 0, which cannot be.
  const Scenario scenario = test::scenario_of(document(), {{"activities.work.time", "if(skill > 2, 0, 1)"}});
  TaskPool pool(1);
  const Results results = run_in_memory(scenario, pool).value();
  bool seen = false;
  for (const RunRecord& run : results.held) {
    if (run.failure.empty()) continue;
    seen = true;
    for (std::size_t v = 0; v < run.averages.size(); ++v) {
      for (const double value : run.averages[v]) CHECK(std::isnan(value));
    }
  }
  CHECK(seen);
  std::size_t runs = 0;
  const Results one = joined({results}, {"quota"});
  one.each_replicate(0, one.replicates(), [&](std::span<const RunRecord> replicate) { runs += replicate.size(); });
  CHECK(runs == 4);
  CHECK(compared(results).policies[1].failed > 0);
}

TEST_CASE("a comparison in memory is that of the paired runs") {
  TaskPool pool(1);
  const Results results = run_in_memory(prepared(document()), pool).value();
  const Comparison comparison = compared(results);
  const test::Results others(results.scenario);
  double sum = 0;
  for (int r = 0; r < 4; ++r) sum += others.average("quota", "value", {}, r) - others.average("trust", "value", {}, r);
  CHECK(comparison.outcome("value").effects[1].change.difference.mean == doctest::Approx(sum / 4).epsilon(1e-12));
}

TEST_CASE("a run by hand goes the way of the experiment, and may be moved") {
  const Scenario scenario = prepared(document());
  const test::Results results(scenario);
  auto made = std::make_unique<SingleRun>(scenario, "quota", 2);
  SingleRun run = std::move(*made);
  made.reset();
  CHECK(run.next_step() == 0);
  double sum = 0;
  while (!run.done()) {
    const Explanation before = run.explain(7);
    CHECK(before.step == run.next_step());
    run.step();
    sum += run.means().value;
  }
  CHECK(run.next_step() == 6);
  CHECK(sum / 6 == doctest::Approx(results.average("quota", "value", {}, 2)).epsilon(1e-12));
  CHECK(run.simulation().value().size() == 40);
}

TEST_CASE("the employee who is explained by default games, under the first policy that is compared") {
  const Scenario scenario = prepared(document());
  CHECK(policy_to_explain(scenario) == "quota");
  const Explanation told = explained(scenario);
  CHECK(told.step == 5);
  CHECK(told.chosen.games);
  CHECK(explained(scenario, {.policy = "", .employee = told.employee, .step = 5}).chosen.utility ==
        told.chosen.utility);
}

TEST_CASE("two experiments at once, in two threads of the caller, leave what they leave alone") {
  const Scenario one = prepared(document(), {{"population.size", Node::number(300)}});
  const Scenario other = prepared(document(), {{"seed", Node::number(7)}, {"population.size", Node::number(200)}});
  TaskPool pool(1);
  const Results alone = run_in_memory(one, pool).value(), other_alone = run_in_memory(other, pool).value();
  const Scenario& shared = one;  // a scenario may be read by both
  std::vector<std::optional<Results>> found(4);
  std::vector<std::thread> hosts;
  for (std::size_t host = 0; host < found.size(); ++host) {
    hosts.emplace_back([&, host] {
      TaskPool own(1 + static_cast<int>(host % 2));
      if (host < 2) {
        found[host] = run_in_memory(shared, own);
        return;
      }
      const Scenario mine = prepared(document(), {{"seed", Node::number(7)}, {"population.size", Node::number(200)}});
      found[host] = run_in_memory(mine, own);
    });
  }
  for (std::thread& host : hosts) host.join();
  check_same(*found[0], alone);
  check_same(*found[1], alone);
  check_same(*found[2], other_alone);
  check_same(*found[3], other_alone);
  CHECK(!test::same(alone.held[0], other_alone.held[0]));
}

TEST_CASE("the schema is there without a file") {
  CHECK(json_schema().find("\"quota\"") != std::string::npos);
}

}  // namespace goodhart
