/// The same as small_schemes_test.cpp, of a great many decisions, and of larger ones.
#include <doctest/doctest.h>

#include "support/small_schemes_check.hpp"

TEST_CASE("a hundred thousand decisions of every pair and triple of schemes are proved in few parts") {
  const goodhart::test::Effort effort =
      goodhart::test::prove_small_decisions({.first = 100'000, .each = 2000, .activities = 4});
  CHECK(effort.refused == 0);
  CHECK(effort.hard <= 1);
  CHECK(effort.slow <= 10);
  MESSAGE(effort.text());
}

TEST_CASE("of larger decisions few are hard") {
  const goodhart::test::Effort effort =
      goodhart::test::prove_small_decisions({.first = 400'000, .each = 400, .activities = 7});
  CHECK(effort.decisions == 20'000);
  CHECK(effort.refused == 0);
  CHECK(effort.hard <= 2);
  CHECK(effort.slow <= 10);
  MESSAGE(effort.text());
}

TEST_CASE("brute force finds nothing better in thousands of decisions of every pair and triple of schemes") {
  goodhart::test::challenge_small_decisions({.first = 200'000, .each = 200, .activities = 3});
  goodhart::test::challenge_small_decisions({.first = 300'000, .each = 60, .activities = 4});
}

TEST_CASE("thousands of scenarios with every pair and triple of schemes run") {
  const goodhart::HardestDecision hardest = goodhart::test::run_small_scenarios(10'000, 100);
  CHECK(hardest.parts <= 1000);
  MESSAGE("the hardest decision took ", hardest.parts, " parts");
}
