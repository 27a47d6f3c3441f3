/// Three traps that once were silent: a straight scheme without a rate, a quantity of a behaviour that nobody draws,
/// and a purpose that gets another's luck.
#include <doctest/doctest.h>

#include <algorithm>
#include <type_traits>

#include "goodhart/core/random.hpp"
#include "goodhart/model/scheme.hpp"
#include "support/run.hpp"

using namespace goodhart;
using namespace goodhart::test;

namespace {

struct StraightWithoutRate {
  static constexpr bool straight() { return true; }
};
struct StraightWithRate {
  Quantity rate;
  static constexpr Quantity StraightWithRate::*kRate = &StraightWithRate::rate;
  static constexpr bool straight() { return true; }
};
struct OptimisesUnmoved {
  static constexpr bool kOptimises = true;
  static constexpr bool kResponds = false;
};

template <Purpose purpose>
concept CanBeDrawn = requires {
  typename std::integral_constant<std::size_t, OwnPurpose(purpose).place()>;
};

}  // namespace

TEST_CASE("a straight scheme without a rate does not compile") {
  static_assert(!SoundScheme<StraightWithoutRate>);
  static_assert(SoundScheme<StraightWithRate>);
  static_assert(!SoundBehaviour<OptimisesUnmoved>);
}

TEST_CASE("a purpose that is not listed does not compile") {
  static_assert(CanBeDrawn<Purpose::choice> && CanBeDrawn<Purpose::trial>);
  static_assert(!CanBeDrawn<Purpose::audit> && !CanBeDrawn<Purpose::noise>);
  CHECK(OwnPurpose(Purpose::exploration).place() != OwnPurpose(Purpose::meeting).place());
}

TEST_CASE("target and rate stand where the description declares them") {
  const Scheme scheme = scenario_text(R"(
goodhart: 1
title: Where terms stand
time: {steps: 1}
population: {size: 2}
activities: {work: {value: 1}}
metrics: {m: {measures: {work: 1}}}
policies: {base: [{linear: {metric: m, rate: 2, floor: -.inf, target: 3}}]}
)")
                            .policies.entries.front()
                            .value.phases.front()
                            .incentives.front();
  CHECK(straight(scheme));
  CHECK(rate_term(scheme) == 0u);
  CHECK(target_term(scheme) == 1u);
  CHECK(!compares(scheme));
  CHECK(retrainable(scheme));
}

TEST_CASE("whatever quantities a behaviour declares are drawn for each employee, those by activity at their place") {
  test::Run run(scenario_text(R"(
goodhart: 1
title: Efforts that differ
time: {steps: 1}
population: {size: 40}
activities: {work: {value: 1}, rest: {}, play: {}}
metrics: {m: {measures: {work: 1}}}
behaviour: {fixed: {efforts: {play: {uniform: {low: 0.1, high: 0.4}}, work: 0.25}}}
policies: {base: []}
)"));
  run->step();
  double least = 1, most = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    CHECK(run->units(0)[i] == 0.25);
    CHECK(run->units(1)[i] == 0);
    least = std::min(least, run->units(2)[i]);
    most = std::max(most, run->units(2)[i]);
  }
  CHECK(least > 0.1);
  CHECK(most < 0.4);
  CHECK(most - least > 0.1);
}
