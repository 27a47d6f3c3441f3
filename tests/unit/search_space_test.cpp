/// Candidates where there are too many, and in which worlds replicates are.
#include "goodhart/study/search_space.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "support/run.hpp"

using namespace goodhart;

namespace {

const std::string kScenario = R"(
goodhart: 1
title: Many settings
time: {steps: 1}
population: {size: 1}
activities: {a: {value: 1}, b: {value: 1}, c: {value: 1}}
metrics: {output: {measures: value}}
policies:
  base: []
  set: {override: {activities.a.value: 0, activities.b.value: 0, activities.c.value: 0}}
  twice: {override: {activities.a.value: 0}}
experiment:
  vary:
    effort.strain: {from: 2, to: 6}
    effort.intrinsic: {values: [0.1, 0.2, 0.3]}
  levers:
    policies.set.override.activities.a.value: {from: 1, to: POINTS, step: 1, as: a}
    policies.set.override.activities.b.value: {from: 1, to: POINTS, step: 1, as: b}
    policies.set.override.activities.c.value: {from: 1, to: 20, step: 1, as: c}
)";

Scenario with(const std::string& points) {
  std::string text = kScenario;
  for (std::size_t at = text.find("POINTS"); at != text.npos; at = text.find("POINTS")) text.replace(at, 6, points);
  return test::scenario_text(text);
}

}  // namespace

TEST_CASE("up to 20,000 settings are candidates, each once, and of more those at 16,384 Sobol' points") {
  const SearchSpace all(with("31"));
  CHECK(all.in_all() == 31 * 31 * 20);
  CHECK(all.candidates().size() == 31 * 31 * 20);

  const SearchSpace sampled(with("40"));
  CHECK(sampled.in_all() == 40 * 40 * 20);
  // 16,384 balls in 32,000 boxes fill 32,000 (1 - exp(-0.512)) = 12,822 of them, even ones more.
  CHECK(sampled.candidates().size() > 12'822);
  CHECK(sampled.candidates().size() <= 16'384);
  std::set<LeverChoice> once(sampled.candidates().begin(), sampled.candidates().end());
  CHECK(once.size() == sampled.candidates().size());
  std::vector<std::size_t> of_value(41, 0);
  for (const LeverChoice& choice : sampled.candidates()) {
    const double a = choice.values[0];
    REQUIRE((a == static_cast<int>(a) && a >= 1 && a <= 40));
    ++of_value[static_cast<std::size_t>(a)];
  }
  for (std::size_t a = 1; a <= 40; ++a) CHECK(of_value[a] > sampled.candidates().size() / 50);
}

TEST_CASE("a replicate is in one world, with equal chances, and in the same one whatever else is asked") {
  const Scenario scenario = with("2");
  const SearchSpace space(scenario, sampled_worlds(scenario, 8));
  CHECK(space.worlds().from == "8 worlds sampled from the ranges in doubt");
  REQUIRE(space.doubted().size() == 2);
  // A Latin hypercube: each eighth of the range once, each value of the list as often as can be.
  std::set<int> eighths;
  for (const double strain : space.worlds().values[0]) eighths.insert(static_cast<int>((strain - 2) * 2));
  CHECK(eighths.size() == 8);
  CHECK(std::set<double>(space.worlds().values[1].begin(), space.worlds().values[1].end()).size() == 3);

  std::vector<int> often(8, 0);
  for (std::uint32_t r = 0; r < 8000; ++r) ++often[space.world_of(r)];
  double chi2 = 0;
  for (const int n : often) chi2 += (n - 1000.0) * (n - 1000.0) / 1000.0;
  CHECK(chi2 < 24.3);  // the 99.9 % quantile with 7 degrees of freedom
  const std::vector<VariedValue> settings = space.settings_of(5);
  REQUIRE(settings.size() == 2);
  CHECK(settings[0].number->path == "effort.strain");
  CHECK(settings[0].value == space.worlds().values[0][space.world_of(5)]);

  CHECK(SearchSpace(scenario).settings_of(5).empty());
  CHECK(SearchSpace(scenario).candidates().size() == space.candidates().size());
}
