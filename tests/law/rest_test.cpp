/// Where nothing that efforts depend on has changed they are not worked out anew, and nothing shows of it.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::test::Results;
using goodhart::test::same;
using goodhart::test::scenario_file;
using goodhart::test::Settings;

/// What may and what may not change from step to step, in the reference work.
const std::vector<std::pair<std::string, Settings>> kWorlds{
    {"peers at random", {}},
    {"teams across strips",
     {{"population.network", "team"}, {"population.team_size", "400"}, {"workforce.attrition", "0.0003"}}},
    {"a ring", {{"population.network", "{small_world: {degree: 4, rewire: 0.1}}"}}},
    {"groups, costs and tools",
     {{"population.groups", "{few: {share: 0.1}, many: {share: 0.9}}"},
      {"activities.aided.cost", "2"},
      {"activities.fabricated.cost", "knack"}}},
    {"several readings",
     {{"metrics.output", "{measures: value, baseline: skill}"},
      {"metrics.bent",
       "{measures: {aided: {loading: 1, saturation: 0.5}}, noise: {student_t: {dof: 5, scale: 0.3}}, common: 0.4}"}}},
    {"a quota in each step", {{"policies.reward", "[{quota: {metric: reading, target: 1.5, reward: 0.3}}]"}}},
    {"a quota over three", {{"policies.reward", "[{quota: {metric: reading, target: 1.5, reward: 0.3, every: 3}}]"}}},
    {"a cap over three", {{"policies.reward", "[{linear: {metric: reading, rate: 0.6, cap: 0.9, every: 3}}]"}}},
    {"pay over seven", {{"policies.reward", "[{linear: {metric: reading, rate: 0.6, every: 7}}]"}}},
    {"pay that is waited for",
     {{"effort.discount", "0.9"},
      {"activities.fabricated.erosion", "0"},
      {"policies.reward", "[{linear: {metric: reading, rate: 0.6, every: 4}}]"}}},
    {"people who come and go", {{"workforce.attrition", "0.0005"}}},
    {"a trick that spreads",
     {{"activities.fabricated.spread", "{initial: 0.6, innovation: 0.0004, imitation: 0.0002, abandon: 0.001}"}}},
    {"a skill that grows", {{"learning", "[{trait: skill, by: aided, rate: 0.02, ceiling: 2}]"}}},
    {"rewards that crowd out", {{"effort.crowding", "0.2"}}},
    {"a team's reading", {{"metrics.reading.level", "team"}, {"effort.solidarity", "0.3"}}},
    {"others' readings", {{"policies.reward", "[{relative: {metric: reading, rate: 0.6}}]"}}},
    {"a contest", {{"policies.reward", "[{tournament: {metric: reading, top: 0.2, prize: 0.3, scope: team}}]"}}},
    {"gifts", {{"activities.aided.team_value", "0.2"}}},
    {"rework", {{"activities.aided.later", "{after: 2, time: 0.1}"}}},
    {"a late reading", {{"metrics.reading.delay", "2"}}},
    {"audits",
     {{"policies.reward",
       "{incentives: [{linear: {metric: reading, rate: 0.6}}], audits: {rate: 0.05, penalty: 0.5}}"}}},
    {"targets that follow",
     {{"activities.fabricated.erosion", "0"},
      {"policies.reward",
       "{incentives: [{quota: {metric: reading, target: 1.5, reward: 0.3}}], leadership: [{ratchet: "
       "{of: individual, incentive: quota, speed: 0.3}}]}"}}},
    {"stakes that rise",
     {{"policies.reward",
       "{incentives: [{linear: {metric: reading, rate: 0.2}}], leadership: [{escalate: {incentive: "
       "linear, goal: 9, factor: 1.2, every: 5, cap: 3}}]}"}}},
    {"phases",
     {{"policies.reward",
       "{phases: [{name: one, from: 0, incentives: [{linear: {metric: reading, rate: 0.6}}]}, {name: two, from: 9, "
       "incentives: [{linear: {metric: reading, rate: 0.3}}]}, {name: three, from: 15, override: "
       "{activities.fabricated.erosion: 0.2}, incentives: [{linear: {metric: reading, rate: 0.3}}]}]}"}}},
};

/// Steps worked out one after another, by the same decisions: inertia that never holds anybody lets nothing rest.
Settings restless(Settings settings) {
  settings.emplace_back("behaviour", "{best_response: {inertia: 1e-300}}");
  return settings;
}

}  // namespace

TEST_CASE("what nothing has changed is as if it were worked out anew") {
  for (const auto& world : kWorlds) {
    const auto& changes = world.second;
    CAPTURE(world.first);
    Settings settings{{"population.size", "1100"}, {"time", "{before: 4, steps: 24}"}, {"replicates", "1"}};
    settings.insert(settings.end(), changes.begin(), changes.end());
    for (const bool panels : {false, true}) {
      CAPTURE(panels);
      auto resting = scenario_file("bench/reference-work.yaml", settings);
      auto anew = scenario_file("bench/reference-work.yaml", restless(settings));
      if (panels) {
        resting.record.employees.emplace();
        anew.record.employees.emplace();
      }
      const Results rested(resting), worked(anew);
      REQUIRE(rested.records().front().failure.empty());
      CHECK(same(rested.records().front(), worked.records().front()));
    }
  }
}
