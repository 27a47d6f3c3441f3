/// The same scenario leaves the same bits: with any number of threads, and whoever looks on.
#include <doctest/doctest.h>

#include <string>

#include "support/busy_world.hpp"
#include "support/run.hpp"

namespace {

using goodhart::test::kBusyWorld;
using goodhart::test::Results;
using goodhart::test::same;
using goodhart::test::scenario_file;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

}  // namespace

TEST_CASE("any number of threads leaves the same bits") {
  // 17,000 employees are 17 blocks, which one run shares out over the threads.
  const Settings large{
      {"population.size", "17000"},
      {"time", "{before: 1, steps: 3}"},
      {"replicates", "1"},
      {"record.teams", "false"},
      {"effort.crowding", "0"},
      {"policies", R"({trust: [], quota: {incentives: [{linear: {metric: prompts, rate: 0.01, every: 2}}],
                                        audits: {rate: 0.2, penalty: 0.3, dismiss: 0.6}}})"}};
  const std::string ring = "{small_world: {degree: 4, rewire: 0.2}}";
  for (const std::string& network : {std::string("{random: {degree: 5}}"), ring, std::string("team")}) {
    for (const bool blocks : {false, true}) {
      if (blocks && network != ring) continue;
      Settings settings = blocks ? large : Settings{{"replicates", "2"}};
      settings.emplace_back("population.network", network);
      CAPTURE(network);
      CAPTURE(blocks);
      const auto scenario = scenario_text(kBusyWorld, settings);
      const Results alone(scenario, 1);
      REQUIRE(alone.average("quota", "exits") > 0);
      for (const int threads : {2, 3, 8}) {
        if (blocks && threads != 3) continue;
        CAPTURE(threads);
        const Results together(scenario, threads);
        REQUIRE(together.records().size() == alone.records().size());
        for (std::size_t r = 0; r < alone.records().size(); ++r) {
          CHECK(together.records()[r].policy == alone.records()[r].policy);
          CHECK(together.records()[r].replicate == alone.records()[r].replicate);
          CHECK(same(together.records()[r], alone.records()[r]));
        }
      }
    }
  }
}

TEST_CASE("what is kept of employees from step to step changes nothing") {
  // On the work where least is kept: with phases that keep more, and after a burn-in.
  const std::string phases = R"({plain: [{linear: {metric: reading, rate: 0.6}}],
      turn: {phases: [
        {name: paid, from: 0, incentives: [{linear: {metric: reading, rate: 0.6, every: 2}}], audits: {rate: 0.2, penalty: 0.3}},
        {name: ranked, from: 4, incentives: [{tournament: {metric: reading, top: 0.2, prize: 0.3, scope: team}}]},
        {name: aimed, from: 8, incentives: [{quota: {metric: reading, target: 1.5, reward: 0.3}}],
         leadership: [{ratchet: {of: individual, incentive: quota, speed: 0.3}}]},
        {name: given, from: 12, incentives: [{linear: {metric: reading, rate: 0.6}}],
         override: {activities.aided.team_value: 0.2}}]}})";
  for (const char* inertia : {"0", "0.4"}) {
    CAPTURE(inertia);
    const auto scenario = scenario_file("bench/reference-work.yaml",
                                        {{"population.size", "1100"},
                                         {"time", "{before: 2, steps: 16}"},
                                         {"behaviour", std::string("{best_response: {inertia: ") + inertia + "}}"},
                                         {"policies", phases}});
    auto watched = scenario;
    watched.record.employees.emplace();
    const Results little(scenario), all(watched);
    for (std::size_t r = 0; r < little.records().size(); ++r) {
      REQUIRE(little.records()[r].failure.empty());
      CHECK(little.records()[r].averages.size() > 10);
      for (std::size_t v = 0; v < little.records()[r].averages.size(); ++v) {
        CAPTURE(v);
        CHECK(same(little.records()[r].averages[v], all.records()[r].averages[v]));
      }
    }
  }
}

TEST_CASE("a failing run says the same with any number of threads") {
  // Without strain and budget nothing keeps the skilled from working more; many of them, in many blocks, fail at once.
  const Settings settings{{"population.size", "17000"},
                          {"effort.budget", ".inf"},
                          {"effort.crowding", "0"},
                          {"effort.strain", "if(skill > 2, 0, 3)"},
                          {"activities.by_hand.strain", "0"},
                          {"time", "{steps: 2}"},
                          {"replicates", "1"},
                          {"record", "{}"}};
  const auto scenario = scenario_text(kBusyWorld, settings);
  const Results alone(scenario, 1);
  REQUIRE(!alone.records().front().failure.empty());
  CHECK(alone.records().front().averages.empty());
  for (int again = 0; again < 5; ++again) {
    const Results together(scenario, 4);
    for (std::size_t r = 0; r < alone.records().size(); ++r)
      CHECK(together.records()[r].failure == alone.records()[r].failure);
  }
}

TEST_CASE("recording more changes nothing") {
  const Results plain(scenario_text(kBusyWorld, {{"record", "{groups: false}"}}));
  const Results every(scenario_text(kBusyWorld, {{"record", "{every: 4, groups: true, teams: true}"}}));
  const Results employees(
      scenario_text(kBusyWorld, {{"record", "{groups: false, employees: {every: 1, sample: 100}}"}}));
  for (const char* policy : {"trust", "quota", "turn"}) {
    for (int replicate = 0; replicate < 3; ++replicate) {
      const auto& averages = plain.record(policy, replicate).averages;
      for (std::size_t v = 0; v < averages.size(); ++v) {
        CHECK(same(averages[v], every.record(policy, replicate).averages[v]));
        CHECK(same(averages[v], employees.record(policy, replicate).averages[v]));
      }
      // Every fourth step, and the last: -0, 4, 8 of -3 ... 8.
      const auto all = plain.series(policy, "value", {}, replicate),
                 some = every.series(policy, "value", {}, replicate);
      REQUIRE(all.size() == 12);
      REQUIRE(some.size() == 3);
      for (std::size_t s = 0; s < 3; ++s) CHECK(some[s] == all[3 + 4 * s]);
      // The panel of everybody has the mean of everybody.
      const auto& values = employees.all(policy, "employees", "value", replicate);
      REQUIRE(values.size() == 12 * 100);
      for (std::size_t s = 0; s < 12; ++s) {
        double sum = 0;
        for (std::size_t i = 0; i < 100; ++i) sum += values[s * 100 + i];
        CHECK(sum / 100 == doctest::Approx(all[s]).epsilon(1e-12));
      }
      // So has the panel of teams, weighted by their members: 14 teams of 7 and one of 2.
      const auto& teams = every.all(policy, "teams", "value", replicate);
      REQUIRE(teams.size() == 3 * 15);
      for (std::size_t s = 0; s < 3; ++s) {
        double sum = 0;
        for (std::size_t team = 0; team < 15; ++team) sum += teams[s * 15 + team] * (team < 14 ? 7 : 2);
        CHECK(sum / 100 == doctest::Approx(some[s]).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("the panel shows who was there, not who comes next") {
  // One who is dismissed at the end of a step is still seen in it: efforts add up to what the means say.
  const Results results(scenario_text(kBusyWorld, {{"record", "{employees: {every: 1, sample: 100}}"}}));
  REQUIRE(results.average("quota", "exits") > 1);
  const auto& efforts = results.all("quota", "employees", "effort");
  const auto means = results.series("quota", "effort", {"busywork"});
  REQUIRE(efforts.size() == means.size() * 100 * 3);
  for (std::size_t s = 0; s < means.size(); ++s) {
    double sum = 0;
    for (std::size_t i = 0; i < 100; ++i) sum += efforts[(s * 100 + i) * 3 + 2];
    CHECK(sum / 100 == doctest::Approx(means[s]).epsilon(1e-12));
  }
}
