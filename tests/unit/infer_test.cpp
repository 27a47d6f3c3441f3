/// Leadership that infers: the scalar Kalman filter by the textbook, and in a run.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "goodhart/model/kalman.hpp"
#include "support/run.hpp"

namespace {

using goodhart::Belief;
using goodhart::test::Results;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

/// People game more as the steps pass: what they see at peers wears their scruples down.
const std::string kWatched = R"(
goodhart: 1
title: A test
time: {steps: 20}
population: {size: 60, traits: {scruple: {lognormal: {median: 0.4, sigma: 0.8}}}, network: complete}
effort: {intrinsic: 0.3}
activities:
  work: {value: 1}
  claim: {gaming: true, time: 0.01, visible: 0.001, max: 5, aversion: scruple, erosion: 0.8, cost: 3}
metrics: {output: {measures: {work: 4, claim: 1}, noise: 0.5}}
behaviour: {best_response: {inertia: 0.7}}
policies:
  watched:
    phases:
      - name: paid
        from: 0
        incentives: [{linear: {metric: output, rate: 0.3}}]
        leadership: [{infer: {metric: output, first: 0.1, first_sd: 0.2, drift: 0.05, signals: SIGNALS}}]
)";

Results run(const std::string& signals, const Settings& settings = {}) {
  std::string text = kWatched;
  text.replace(text.find("SIGNALS"), 7, signals);
  return Results(scenario_text(text, settings));
}

}  // namespace

TEST_CASE("the filter's gain and variance settle where the Riccati equation says") {
  // A random walk of variance 1 seen with noise of variance 1: the variance before seeing is the golden ratio, the gain
  // its inverse (Harvey 1989, the local level model).
  const double golden = (1 + std::sqrt(5.0)) / 2;
  Belief belief{.mean = 3, .variance = 100};
  for (int step = 0; step < 60; ++step) {
    belief.see(0, 0, 1, 1);
    belief.drift(1);
  }
  CHECK(belief.variance == doctest::Approx(golden).epsilon(1e-12));
  const Belief before = belief;
  belief.see(before.mean + 1, 0, 1, 1);
  CHECK(belief.mean - before.mean == doctest::Approx(1 / golden).epsilon(1e-12));
  CHECK(belief.variance == doctest::Approx(1 / golden).epsilon(1e-12));
}

TEST_CASE("without drift the filter is the mean of all that is seen and believed, weighted by precision") {
  Belief belief{.mean = 0.2, .variance = 0.25};
  const double seen[] = {1.5, 2.5, 0.7};
  const double base[] = {1, 2, 0}, slope[] = {0.5, -1, 2}, noise[] = {0.1, 0.4, 2};
  double precision = 4, sum = 4 * 0.2;
  for (int s = 0; s < 3; ++s) {
    belief.see(seen[s], base[s], slope[s], noise[s]);
    precision += slope[s] * slope[s] / noise[s];
    sum += slope[s] * (seen[s] - base[s]) / noise[s];
  }
  CHECK(belief.mean == doctest::Approx(sum / precision).epsilon(1e-12));
  CHECK(belief.variance == doctest::Approx(1 / precision).epsilon(1e-12));
  CHECK(goodhart::probability_above(belief, sum / precision) == doctest::Approx(0.5).epsilon(1e-12));
  CHECK(goodhart::probability_above(belief, sum / precision + 1.6448536269514722 / std::sqrt(precision)) ==
        doctest::Approx(0.05).epsilon(1e-9));
}

TEST_CASE("in a run the filter is the textbook's recursion on what leadership sees") {
  const Results results =
      run("[{see: dashboard, metric: output, none: 4, all: 12, sd: 2}, "
          "{see: bill, none: 0, all: 20, sd: 3}, {see: tips, all: 0.2, sd: 0.02}]");
  const auto series = [&](const std::string& name, const std::vector<std::string>& labels = {}) {
    return results.series("watched", name, labels);
  };
  const auto dashboard = series("dashboard", {"output"}), bill = series("cost"), tips = series("gaming_share");
  const auto mean = series("inferred"), sd = series("inferred_sd");
  double m = 0.1, p = 0.04;
  for (std::size_t t = 0; t < 20; ++t) {
    CAPTURE(t);
    CHECK(mean[t] == doctest::Approx(m).epsilon(1e-9));
    CHECK(sd[t] == doctest::Approx(std::sqrt(p)).epsilon(1e-9));
    if (t > 0) p += 0.05 * 0.05;
    const double z[] = {dashboard[t] - 4, bill[t], tips[t]}, h[] = {8, 20, 0.2}, r[] = {4, 9, 0.0004};
    for (int s = 0; s < 3; ++s) {
      const double f = h[s] * p * h[s] + r[s], k = p * h[s] / f;
      m += k * (z[s] - h[s] * m);
      p = (1 - k * h[s]) * p;
    }
  }
  // Tips tell of hours and not of readings; what is recorded beside the estimate is the truth.
  const auto truth = series("gamed_share"), effort = series("effort", {"claim"}), work = series("effort", {"work"});
  for (std::size_t t = 0; t < 20; ++t) {
    const double claims = effort[t] / 0.01;
    CHECK(truth[t] == doctest::Approx(claims / (4 * work[t] + claims)).epsilon(0.05));
  }
  CHECK(truth.back() > truth.front());
}

TEST_CASE("audits of everybody show the gamed share itself, and cost what they cost") {
  const Results results =
      run("[{see: audits, sample: 60, sd: 0.001}]", {{"policies.watched.phases.0.audits", "{rate: 0, cost: 2}"}});
  const auto mean = results.series("watched", "inferred"), truth = results.series("watched", "gamed_share");
  for (std::size_t t = 1; t < 20; ++t) CHECK(mean[t] == doctest::Approx(truth[t - 1]).epsilon(1e-3));
  CHECK(results.average("watched", "audit_cost") == doctest::Approx(2));
}

TEST_CASE("leadership acts in the step after it is sure enough, and not before") {
  const std::string phases =
      "{phases: [{name: paid, from: 0, incentives: [{linear: {metric: output, rate: 0.3}}], "
      "leadership: [{infer: {metric: output, first: 0.1, first_sd: 0.2, drift: 0.05, "
      "signals: [{see: audits, sample: 20, sd: 0.1}], above: 0.1, sure: SURE, to: trust}}]}, "
      "{name: trust}]}";
  int last = -1;
  for (const std::string sure : {"0.5", "0.9", "0.99"}) {
    CAPTURE(sure);
    std::string policy = phases;
    policy.replace(policy.find("SURE"), 4, sure);
    const Results results = run("[{see: tips, sd: 1}]", {{"policies.watched", policy}});
    const auto mean = results.series("watched", "inferred"), sd = results.series("watched", "inferred_sd");
    // The estimate that leadership acts on shows no more: the other phase has begun.
    int ends = 0;
    while (ends < 20 && !std::isnan(mean[static_cast<std::size_t>(ends)])) {
      const auto t = static_cast<std::size_t>(ends);
      if (t > 0) CHECK(0.5 * std::erfc((0.1 - mean[t]) / (sd[t] * std::sqrt(2.0))) < std::stod(sure));
      ++ends;
    }
    CHECK(ends >= last);
    CHECK(ends < 20);
    last = ends;
    CHECK(results.series("watched", "reward").back() == 0);
  }
}
