/// Leadership played by hand: what is set between two steps holds from the next one on, and is else as if written so.
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "goodhart/engine/single_run.hpp"
#include "goodhart/io/yaml.hpp"
#include "support/refusal.hpp"
#include "support/run.hpp"

namespace goodhart {
namespace {

constexpr const char* kText = R"(goodhart: 1
title: Led by hand
time: {steps: 8, before: 2}
replicates: 1
population:
  size: 60
  traits: {skill: {lognormal: {median: 1, sigma: 0.3}}}
workforce: {attrition: 0.05}
activities:
  work: {value: skill}
  tick: {gaming: true, aversion: {lognormal: {median: 0.5, sigma: 1}}}
metrics:
  tickets: {measures: {work: 10, tick: 40}, noise: 1}
policies:
  trust: []
  quota:
    incentives: [{quota: {metric: tickets, target: 14, reward: 0.2}}]
    audits: {rate: 0.1, penalty: 0.2, cost: 1}
  pay: [{linear: {metric: tickets, rate: 0.01}}]
  two:
    phases:
      - {name: first, from: 0, incentives: [{quota: {metric: tickets, target: 14, reward: 0.2}}]}
      - {name: second, incentives: []}
)";

Scenario scenario(const test::Settings& settings = {}) {
  return test::scenario_text(kText, settings);
}

/// The values of the steps that are left.
std::vector<double> values(SingleRun& run) {
  std::vector<double> all;
  while (!run.done()) {
    run.step();
    all.push_back(run.means().value);
    all.push_back(run.means().reward);
    all.push_back(run.means().audit_cost);
  }
  return all;
}

}  // namespace

TEST_CASE("what is set to what it is already changes no bit") {
  SingleRun untouched(scenario(), "quota", 0), steered(scenario(), "quota", 0);
  std::vector<double> all;
  while (!steered.done()) {
    steered.set_target("quota", 14);
    steered.set_stakes("quota", 1);
    steered.set_audit_rate(0.1);
    steered.step();
    all.push_back(steered.means().value);
    all.push_back(steered.means().reward);
    all.push_back(steered.means().audit_cost);
  }
  CHECK(values(untouched) == all);
}

TEST_CASE("what is set before the first step is as if the scenario said so") {
  const auto as_written = [](const char* path, const char* text, const char* policy) {
    SingleRun run(scenario({{path, text}}), policy, 0);
    return values(run);
  };
  SingleRun target(scenario(), "quota", 0);
  target.set_target("quota", 11);
  CHECK(values(target) == as_written("policies.quota.quota.target", "11", "quota"));
  SingleRun rate(scenario(), "pay", 0);
  rate.set_rate("linear", 0.03);
  CHECK(values(rate) == as_written("policies.pay.linear.rate", "0.03", "pay"));
  SingleRun audits(scenario(), "quota", 0);
  audits.set_audit_rate(0.5);
  CHECK(values(audits) == as_written("policies.quota.audits.rate", "0.5", "quota"));
  SingleRun stakes(scenario(), "quota", 0);
  stakes.set_stakes("quota", 0);
  const std::vector<double> unpaid = values(stakes);
  CHECK(unpaid[0] == as_written("policies.quota.quota.reward", "0", "quota")[0]);
}

TEST_CASE("what is set is shown, holds for newcomers, and ends with its phase") {
  SingleRun run(scenario({{"workforce.attrition", "0.5"}}), "quota", 0);
  run.step();
  run.set_target("quota", 11);
  for (int step = 0; step < 4; ++step) run.step();
  CHECK(run.means().target[0] == doctest::Approx(11));
  for (std::size_t i = 0; i < 60; ++i) CHECK(run.simulation().target(0, i) == doctest::Approx(11));

  SingleRun phased(scenario(), "two", 0);
  phased.step();
  CHECK(phased.phase() == "first");
  phased.set_target("quota", 11);
  phased.step();
  phased.begin_phase("second");
  phased.step();
  CHECK(phased.phase() == "second");
  CHECK(phased.incentives().empty());
  phased.begin_phase("first");
  phased.step();
  CHECK(phased.means().target[0] == 14);
}

TEST_CASE("what cannot be set is a sentence") {
  SingleRun run(scenario(), "quota", 0);
  CHECK(test::refusal([&] { run.set_target("quoto", 3); }) ==
        "there is no incentive quoto in force; did you mean 'quota'?");
  CHECK(test::refusal([&] { run.set_rate("quota", 3); }) == "the incentive quota has no rate; only linear ones have");
  CHECK(test::refusal([&] { run.set_stakes("quota", -1); }) ==
        "the stakes of quota: must be a number of at least 0, got -1");
  CHECK(test::refusal([&] { run.set_target("quota", std::numeric_limits<double>::quiet_NaN()); }) ==
        "the target of quota: must be a number that is finite, got nan");
  CHECK(test::refusal([&] { run.set_audit_rate(1.5); }) == "the rate of audits: must be a number from 0 to 1, got 1.5");
  CHECK(test::refusal([&] { run.begin_phase("second"); }) == "phase second: the policy has no phases");

  SingleRun pay(scenario(), "pay", 0);
  CHECK(test::refusal([&] { pay.set_audit_rate(0.5); }) ==
        "the phase in force has no audits; write audits: {rate: 0, penalty: ..., cost: ...} for it first");
  SingleRun phased(scenario(), "two", 0);
  CHECK(test::refusal([&] { phased.begin_phase("secnd"); }) == "there is no phase secnd; did you mean 'second'?");
  phased.explain(3);
  CHECK(test::refusal([&] { phased.begin_phase("second"); }) ==
        "phase second: comes too late for the next step, for which things were set or explained already; begin a phase "
        "first, and set what is in it then");
}

}  // namespace goodhart
