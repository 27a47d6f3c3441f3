/// What must add up in every run, and what must change nothing.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/busy_world.hpp"
#include "support/run.hpp"

namespace {

using goodhart::Scenario;
using goodhart::test::kBusyWorld;
using goodhart::test::Results;
using goodhart::test::Run;
using goodhart::test::same;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

const char* const kPolicies[] = {"trust", "quota", "turn"};

}  // namespace

TEST_CASE("people, time, value and money add up") {
  const Results results(scenario_text(kBusyWorld));
  for (const char* policy : kPolicies) {
    for (int replicate = 0; replicate < 3; ++replicate) {
      const auto series = [&](const char* variable, const std::vector<std::string>& labels = {}) {
        return results.series(policy, variable, labels, replicate);
      };
      CHECK(same(series("value"), series("contribution")));
      CHECK(same(series("exits"), series("hires")));
      for (const double people : series("headcount")) CHECK(people == 100);
      const auto value = series("value"), hours = series("hours"), cost = series("cost"), net = series("net_value"),
                 gaming = series("gaming_share");
      const auto by_hand = series("effort", {"by_hand"}), with_ai = series("effort", {"with_ai"}),
                 busywork = series("effort", {"busywork"});
      const auto juniors = series("group_value", {"junior"}), seniors = series("group_value", {"senior"});
      for (std::size_t s = 0; s < value.size(); ++s) {
        // What is not effort is time that fell due.
        const double due = hours[s] - by_hand[s] - with_ai[s] - busywork[s];
        CHECK(due > -1e-12);
        if (s < 2) CHECK(std::fabs(due) < 1e-12);
        if (s == 2) CHECK(due == doctest::Approx(0.05 * with_ai[0]).epsilon(1e-12));
        CHECK(gaming[s] == doctest::Approx(busywork[s] / hours[s]).epsilon(1e-12));
        CHECK(value[s] == doctest::Approx(0.4 * juniors[s] + 0.6 * seniors[s]).epsilon(1e-12));
        // Without audits nothing else is charged.
        if (std::string(policy) != "quota") CHECK(net[s] == doctest::Approx(value[s] - cost[s]).epsilon(1e-12));
      }
      // Costs per unit; busywork takes 0.3 of a step. After step 5 of `turn` aided work costs 0.3.
      for (std::size_t s = 0; s < 8; ++s)
        CHECK(cost[s] == doctest::Approx(0.1 * with_ai[s] + 0.4 * busywork[s] / 0.3).epsilon(1e-12));
      const double later = std::string(policy) == "turn" ? 0.3 : 0.1;
      for (std::size_t s = 8; s < 12; ++s)
        CHECK(cost[s] == doctest::Approx(later * with_ai[s] + 0.4 * busywork[s] / 0.3).epsilon(1e-12));
    }
  }
}

TEST_CASE("efforts stay within time, bounds and access, under every behaviour") {
  for (const char* behaviour : {"best_response", "honest", "{best_response: {inertia: 0.8}}",
                                "{fixed: {efforts: {by_hand: 0.9, busywork: 3}}}"}) {
    CAPTURE(behaviour);
    const Scenario scenario = scenario_text(
        kBusyWorld, {{"behaviour", behaviour}, {"activities.with_ai.later.time", "0.6"}, {"effort.budget", "skill"}});
    for (const char* policy : kPolicies) {
      Run run(scenario, policy);
      double least_room = 1;
      for (int step = 0; step < 9; ++step) {
        run->step();
        const auto& activities = run->population().activities;
        for (std::size_t i = 0; i < 100; ++i) {
          double time = 0;
          for (std::size_t k = 0; k < 3; ++k) {
            const double units = run->units(static_cast<int>(k))[i];
            REQUIRE(units >= 0);
            REQUIRE(units <= activities[k].max[i]);
            time += units * activities[k].time[i];
          }
          const double due = run->hours()[i] - time;
          REQUIRE(due > -1e-12);
          const double room = std::max(0.0, run->population().effort.budget[i] - due);
          REQUIRE(time <= room + 1e-12);
          least_room = std::min(least_room, room - time);
          const bool senior = run->roster().group_of(i) == 1;
          if (std::string(behaviour) == "honest" && !senior) REQUIRE(run->units(2)[i] == 0);
        }
      }
      CHECK(least_room < 1e-9);  // some are at the limit, so that the bound is no formality
    }
  }
}

TEST_CASE("overriding a quantity with itself changes nothing") {
  const Results plain(scenario_text(kBusyWorld)), again(scenario_text(kBusyWorld, {{"policies.quota.override", R"(
    {population.traits.skill: {lognormal: {median: 1, sigma: 0.3}}, activities.busywork.aversion: scruple,
     metrics.prompts.noise: 5, effort.intrinsic: 0.4 * drive,
     population.groups.junior.traits.boost: {normal: {mean: 0.6, sd: 0.2, min: 0}}})"}}));
  for (int replicate = 0; replicate < 3; ++replicate)
    CHECK(same(plain.record("quota", replicate), again.record("quota", replicate)));
}

TEST_CASE("without burn-in an override of step 0 is in force from the start") {
  const std::string changed = "{activities.with_ai.value: 2 * skill, population.traits.scruple: 0.2}";
  const Settings no_burn_in{{"time.before", "0"}};
  Settings overridden = no_burn_in, direct = no_burn_in;
  overridden.emplace_back("policies.quota.override", changed);
  direct.emplace_back("activities.with_ai.value", "2 * skill");
  direct.emplace_back("population.traits.scruple", "0.2");
  const Results one(scenario_text(kBusyWorld, overridden)), other(scenario_text(kBusyWorld, direct));
  const Results neither(scenario_text(kBusyWorld, no_burn_in));
  CHECK(same(one.record("quota"), other.record("quota")));
  CHECK_FALSE(same(one.record("quota"), neither.record("quota")));
  CHECK(same(one.record("trust"), neither.record("trust")));
}
