/// Common random numbers: who has which luck depends on nothing but seed, replicate, employee, step and purpose.
#include <doctest/doctest.h>

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

}  // namespace

TEST_CASE("an employee more leaves all others as they were") {
  // Without groups, whose sizes depend on the head count, and with peers in full teams only: 84 is 12 teams of 7, and
  // one more makes a team of its own.
  const std::string groupless =
      "{size: 84, team_size: 7, traits: {skill: {lognormal: {median: 1, sigma: 0.3}}, "
      "boost: {normal: {mean: 0.4, sd: 0.2, min: 0}}, climate: {uniform: {low: 0.9, high: "
      "1.1, per: team}}, scruple: {exponential: {mean: 0.5}}, drive: skill * climate}}";
  for (const std::string network : {"none", "team"}) {
    CAPTURE(network);
    const Settings settings{{"population", groupless}, {"population.network", network}};
    Settings more = settings;
    more.emplace_back("population.size", "85");
    for (const std::string policy : {"trust", "quota", "turn"}) {
      Run few(scenario_text(kBusyWorld, settings), policy, 1), many(scenario_text(kBusyWorld, more), policy, 1);
      for (std::size_t t = 0; t < few->population().traits.size(); ++t) {
        for (std::size_t i = 0; i < 84; ++i) REQUIRE(few->population().traits[t][i] == many->population().traits[t][i]);
      }
      for (int step = 0; step < 9; ++step) {
        few->step();
        many->step();
        for (int k = 0; k < 3; ++k) CHECK(same(few->units(k), many->units(k).first(84)));
        for (int j = 0; j < 3; ++j) CHECK(same(few->reading(j), many->reading(j).first(84)));
        CHECK(same(few->reward(), many->reward().first(84)));
        CHECK(same(few->utility(), many->utility().first(84)));
      }
    }
  }
}

TEST_CASE("the same employees and the same luck under every policy") {
  const Scenario scenario = scenario_text(kBusyWorld);
  Run trust(scenario, "trust"), quota(scenario, "quota");
  for (std::size_t t = 0; t < trust->population().traits.size(); ++t) {
    for (std::size_t i = 0; i < 100; ++i) CHECK(trust->population().traits[t][i] == quota->population().traits[t][i]);
  }
  // Noise too: a reading that no effort enters is the same.
  const Settings pure{{"metrics.prompts.measures", "{by_hand: 0}"}, {"metrics.prompts.baseline", "skill"}};
  Run one(scenario_text(kBusyWorld, pure), "trust"), other(scenario_text(kBusyWorld, pure), "turn");
  for (int step = 0; step < 9; ++step) {
    one->step();
    other->step();
    CHECK(same(one->reading(0), other->reading(0)));
    if (step >= 5) CHECK_FALSE(same(one->units(1), other->units(1)));  // the second phase rewards something else
  }
}

TEST_CASE("identical policies leave identical records, and policies part only where they differ") {
  const Results results(scenario_text(kBusyWorld, {{"policies", R"(
    {one: [{quota: {metric: prompts, target: 50, reward: 0.3}}],
     two: [{quota: {metric: prompts, target: 50, reward: 0.3}}],
     late: {phases: [{name: a, from: 0, incentives: [{quota: {metric: prompts, target: 50, reward: 0.3}}]},
                     {name: b, from: 4}]},
     nothing: []})"}}));
  for (int replicate = 0; replicate < 3; ++replicate) {
    for (const char* variable : {"value", "utility", "hours", "gaming_share", "reward", "net_value"}) {
      const auto one = results.series("one", variable, {}, replicate),
                 two = results.series("two", variable, {}, replicate);
      const auto late = results.series("late", variable, {}, replicate);
      const auto nothing = results.series("nothing", variable, {}, replicate);
      CHECK(same(one, two));
      // Burn-in is common to all; 3 steps of it, then 4 before the policies part.
      const std::span<const double> whole(one), changed(late), none(nothing);
      CHECK(same(whole.first(7), changed.first(7)));
      CHECK_FALSE(same(whole.subspan(7), changed.subspan(7)));
      CHECK(same(whole.first(3), none.first(3)));
      CHECK_FALSE(same(whole.subspan(3), none.subspan(3)));
    }
    CHECK(same(results.series("one", "attained", {"one/quota"}, replicate),
               results.series("two", "attained", {"two/quota"}, replicate)));
  }
}

TEST_CASE("another replicate or another seed is other luck") {
  const Results results(scenario_text(kBusyWorld)), again(scenario_text(kBusyWorld)),
      other(scenario_text(kBusyWorld, {{"seed", "12"}}));
  CHECK(same(results.record("quota", 2), again.record("quota", 2)));
  CHECK(results.average("trust", "value", {}, 0) != results.average("trust", "value", {}, 1));
  CHECK(results.average("trust", "value", {}, 1) != results.average("trust", "value", {}, 2));
  CHECK(results.average("trust", "value", {}, 0) != other.average("trust", "value", {}, 0));
  // A replicate is the same whether others are run or not.
  const Results fewer(scenario_text(kBusyWorld, {{"replicates", "1"}}));
  CHECK(same(results.record("turn", 0), fewer.record("turn", 0)));
}

TEST_CASE("a newcomer has luck of its own and leaves everybody else's alone") {
  // Everybody games a little and is audited; whoever is caught goes. Peers are not seen, so the others cannot tell.
  const std::string text = R"(
goodhart: 1
title: Turnover
time: {steps: 6}
population: {size: 200, network: none, traits: {skill: {lognormal: {median: 1, sigma: 0.3}}, old: founder}}
activities: {work: {value: skill}, trick: {gaming: true, max: 0.1, aversion: -1}}
metrics: {output: {measures: value, noise: 0.2}}
policies: {audited: {audits: {rate: 0.1, dismiss: 1}}, quiet: []}
)";
  Run audited(scenario_text(text), "audited"), quiet(scenario_text(text), "quiet");
  int newcomers = 0;
  for (int step = 0; step < 6; ++step) {
    audited->step();
    quiet->step();
    newcomers = 0;
    for (std::size_t i = 0; i < 200; ++i) {
      const bool founder = audited->roster().arrival[i] == goodhart::Roster::kFounder;
      newcomers += !founder;
      CHECK(audited->population().traits[1][i] == (founder ? 1 : 0));
      const bool equal = audited->population().traits[0][i] == quiet->population().traits[0][i];
      CHECK(equal == founder);
      CHECK((audited->reading(0)[i] == quiet->reading(0)[i]) == founder);
    }
  }
  // 200 people, 5 audits at 0.1 each: about 82 of the first 200 slots have changed hands; sd 7.
  CHECK(newcomers > 82 - 28);
  CHECK(newcomers < 82 + 28);
}
