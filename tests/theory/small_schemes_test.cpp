/// Decisions with two and three schemes at once, all pairs and triples of kinds: exact, never refused, never long.
#include <doctest/doctest.h>

#include "support/small_schemes_check.hpp"

TEST_CASE("decisions of every pair and triple of schemes are proved in few parts") {
  const goodhart::test::Effort effort =
      goodhart::test::prove_small_decisions({.first = 1, .each = 150, .activities = 4});
  CHECK(effort.decisions == 7500);
  CHECK(effort.refused == 0);
  CHECK(effort.most_parts > 30);  // some are no formality
  CHECK(effort.most_parts <= 1000);
  MESSAGE(effort.text());
}

TEST_CASE("brute force finds nothing better: every pair and triple of schemes") {
  goodhart::test::challenge_small_decisions({.first = 1, .each = 8, .activities = 3});
  goodhart::test::challenge_small_decisions({.first = 1001, .each = 12, .activities = 3});
  goodhart::test::challenge_small_decisions({.first = 10'001, .each = 4, .activities = 4});
}

TEST_CASE("scenarios with every pair and triple of schemes run, and no decision in them is hard") {
  const goodhart::HardestDecision hardest = goodhart::test::run_small_scenarios(1, 4);
  CHECK(hardest.parts > 10);
  CHECK(hardest.parts <= 1000);
  MESSAGE("the hardest decision took ", hardest.parts, " parts");
}

TEST_CASE("decisions that once took thousands of parts, or were refused, take few") {
  using goodhart::test::SchemeKind;
  struct Case {
    std::uint64_t seed;
    int activities;
    goodhart::test::SchemeKinds kinds;
    double utility;  ///< that brute force does not surpass
    std::uint64_t most_parts;
  };
  const auto linear = SchemeKind::linear, quota = SchemeKind::quota, tournament = SchemeKind::tournament,
             relative = SchemeKind::relative, status = SchemeKind::status;
  for (const Case& known : std::vector<Case>{
           // People care for the value that a metric reads, and rewards fall in it: plans tie along a surface.
           {407'758, 7, {linear, status, status}, 1.18481223398858, 10},
           {404'566, 7, {linear, tournament}, 2.31188607569658, 10},
           // The same, where a reward that rises in another metric of the same value is set off against it.
           {405'874, 7, {linear, tournament, status}, 1.02220899144408, 100},
           // The best plan is at a kink in a metric that bends.
           {401'123, 7, {linear, linear, quota}, 1.8632556893101, 10},
           {119'457, 4, {linear, quota, relative}, 1.86518075352694, 100},
           // Plans tie along a surface on which a rewards' kink lies: cells end at the kink.
           {128'663, 4, {linear, tournament, status}, 2.93368839347917, 20},
           // Activities interact; what their form can spare goes where rewards fall.
           {400'457, 7, {linear, linear, linear}, 0.936006074872, 1500},
           {409'033, 7, {quota, quota, tournament}, 3.06511819455498, 200},
           // A straight reward that falls is set off against a quota that rises in the same metric.
           {410'911, 7, {quota, tournament, relative}, 1.96754559901087, 600},
           // Few of the prices of a metric take secants.
           {409'673, 7, {quota, quota, status}, 3.13100337725465, 400},
           // A jump at the edge of what all plans read, which no other method than branch and bound looked at.
           {1'601, 3, {tournament, relative, status}, 0.622358227615, 10}}) {
    INFO("seed ", known.seed);
    goodhart::test::SmallDecision drawn(known.seed, known.kinds, known.activities);
    goodhart::Decision decision = drawn.problem.get();
    std::uint64_t parts = 0;
    decision.parts = &parts;
    goodhart::PerActivity plan{};
    CHECK(decide(decision, plan) == goodhart::Solved::exactly);
    CHECK(utility(decision, plan) == doctest::Approx(known.utility).epsilon(1e-9));
    CHECK(parts <= known.most_parts);
  }
}
