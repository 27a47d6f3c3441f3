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
