/// Means over replicates, step by step.
#include "goodhart/analysis/courses.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "goodhart/core/errors.hpp"
#include "support/run.hpp"

TEST_CASE("courses are means over the runs that went well, from step 0 on") {
  using namespace goodhart;
  const Scenario scenario = test::scenario_text(R"(goodhart: 1
title: Courses
time: {before: 2, steps: 3}
replicates: 3
population: {size: 4}
activities: {work: {value: 1}, rest: {}}
metrics: {output: {measures: value, noise: 1}, other: {measures: {work: 1}}}
policies: {trust: [], pay: [{linear: {metric: output, rate: 0.5}}]}
)");
  const test::Results results(scenario);
  Courses courses(results.layout(), {"dashboard", "value"});
  for (RunRecord record : results.records()) {
    if (record.replicate == 1) record.failure = "it failed";
    courses.add(record);
  }
  CHECK(courses.steps() == std::vector<std::int64_t>{0, 1, 2});
  for (std::size_t s = 0; s < 3; ++s) {
    const double first = results.series("pay", "dashboard", {"output"}, 0).at(2 + s);
    const double last = results.series("pay", "dashboard", {"output"}, 2).at(2 + s);
    CHECK(courses.mean("dashboard", 1, 0).at(s) == doctest::Approx((first + last) / 2).epsilon(1e-12));
  }
  CHECK(courses.mean("value", 0).size() == 3);
  CHECK_THROWS_AS(courses.mean("cost", 0), Bug);
  CHECK_THROWS_AS(courses.mean("dashboard", 0, 2), Bug);
  CHECK_THROWS_AS(Courses(results.layout(), {"nothing"}), Bug);
}
