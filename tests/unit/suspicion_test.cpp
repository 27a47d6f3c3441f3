/// Audits with fines, and audits that look where readings are suspicious: who is audited, and what people make of it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::number_text;
using goodhart::Scenario;
using goodhart::test::Results;
using goodhart::test::Run;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

double phi(double z) {
  return 0.5 * std::erfc(-z / std::sqrt(2.0));
}

/// People who can claim what they have not done, at 0.1 of pay a unit; readings are noisy.
const std::string kClaims = R"(
goodhart: 1
title: A test
time: {steps: 8}
population: {size: 400}
effort: {intrinsic: 0}
activities:
  work: {value: 1}
  claim: {gaming: true, time: 0.0001, visible: 0.00001, max: 4}
metrics: {claims: {measures: {claim: 1}, baseline: 10, noise: 1}}
policies:
  audited:
    incentives: [{linear: {metric: claims, rate: 0.1}}]
    audits: {rate: 0.1, fine: 2, cost: 7}
organisation: {pay: 1}
)";

Scenario claims(const std::string& suspicion = "", const Settings& settings = {}) {
  Settings all;
  if (!suspicion.empty()) all.emplace_back("policies.audited.audits.suspicion", suspicion);
  all.insert(all.end(), settings.begin(), settings.end());
  return scenario_text(kClaims, all);
}

/// What one who claims x expects, with a chance of an audit that rises by `more` where the reading is above `level`.
double gain(double x, double rate, double more, double level, double fine = 2, double noise = 1) {
  if (x == 0) return 0;
  return 0.1 * x - fine * (rate + more * phi((10 + x - level) / noise));
}

/// The best claim between 0 and 4, by a fine grid.
double best_claim(double rate, double more, double level) {
  double best = 0;
  for (int i = 0; i <= 400'000; ++i) {
    const double x = i * 1e-5;
    if (gain(x, rate, more, level) > gain(best, rate, more, level) + 1e-12) best = x;
  }
  return best;
}

}  // namespace

TEST_CASE("a fine is weighed against all that is gained, however much that is") {
  // Four claims bring 0.4; a fine of 2 at a tenth costs 0.2 of it, whatever the units.
  const auto claimed = [](double rate, double fine) {
    return Results(claims("", {{"policies.audited.audits.rate", number_text(rate)},
                               {"policies.audited.audits.fine", number_text(fine)}}))
        .average("audited", "reading", {"claims"});
  };
  CHECK(claimed(0.1, 2) == doctest::Approx(14).epsilon(0.01));
  CHECK(claimed(0.19, 2) == doctest::Approx(14).epsilon(0.01));
  CHECK(claimed(0.21, 2) == doctest::Approx(10).epsilon(0.01));
  CHECK(claimed(0.1, 3.9) == doctest::Approx(14).epsilon(0.01));
  CHECK(claimed(0.1, 4.1) == doctest::Approx(10).epsilon(0.01));
  // Those who are caught pay it: 0.4 - 0.1 x 2 on average.
  const Results results(claims("", {{"time.steps", "200"}}));
  CHECK(results.average("audited", "utility") == doctest::Approx(0.2 + 0.1 * 10).epsilon(0.02));
  CHECK(results.average("audited", "audit_cost") == doctest::Approx(0.7).epsilon(0.02));
}

TEST_CASE("the top share is audited exactly, and the threshold of the last step is what people go by") {
  Run run(claims("{metric: claims, top: 0.05, rate: 1}", {{"policies.audited.audits.rate", "0"}}));
  double threshold = 0;
  bool anybody_claims = false;
  for (int step = 0; step < 8; ++step) {
    CAPTURE(step);
    run->step();
    std::vector<double> readings(run->reading(0).begin(), run->reading(0).end());
    const double expected = step == 0 ? 4 : best_claim(0, 1, threshold);
    for (const std::size_t i : {0, 17, 399}) {
      CHECK(run->units(1)[i] == doctest::Approx(expected).epsilon(1e-4).scale(1));
    }
    anybody_claims = anybody_claims || (step > 0 && expected > 0);
    // In a phase's first step there is nothing to hold readings against.
    CHECK(run->means().audit_cost == doctest::Approx(step == 0 ? 0 : 7 * 0.05));
    std::sort(readings.begin(), readings.end(), std::greater<>());
    threshold = readings[19];
  }
  CHECK(anybody_claims);
}

TEST_CASE("those are audited who are so many standard deviations above the others of the last step") {
  Run run(claims("{metric: claims, above: 1.5, rate: 0.9}", {{"policies.audited.audits.fine", "0.3"}}));
  double mean = 0, sd = 0, expected_audits = 0, audits = 0, variance = 0;
  for (int step = 0; step < 8; ++step) {
    CAPTURE(step);
    run->step();
    const double level = mean + 1.5 * sd;
    double best = step == 0 ? 4 : 0;
    for (int i = 0; step > 0 && i <= 40'000; ++i) {
      const double x = i * 1e-4;
      if (gain(x, 0.1, 0.8, level, 0.3) > gain(best, 0.1, 0.8, level, 0.3) + 1e-12) best = x;
    }
    CHECK(run->units(1)[5] == doctest::Approx(best).epsilon(1e-3).scale(1));
    double sum = 0, squares = 0;
    for (const double reading : run->reading(0)) {
      const double rate = step > 0 && reading > level ? 0.9 : 0.1;
      expected_audits += rate;
      variance += rate * (1 - rate);
      sum += reading;
      squares += reading * reading;
    }
    audits += run->means().audit_cost / 7 * 400;
    mean = sum / 400;
    sd = std::sqrt(squares / 400 - mean * mean);
  }
  CHECK(std::fabs(audits - expected_audits) < 4 * std::sqrt(variance));
}

TEST_CASE("one's own past is what it was, and creeping is not suspicious") {
  // Without noise people stay exactly at the threshold of their own past: a mean of all, plus so many deviations.
  Run run(claims("{metric: claims, against: past, memory: 4, above: 1, rate: 1}",
                 {{"policies.audited.audits.rate", "0"}, {"metrics.claims.noise", "0.5"}}));
  std::vector<double> own(400, std::nan(""));
  double mean = std::nan(""), sd = 0;
  for (int step = 0; step < 8; ++step) {
    CAPTURE(step);
    run->step();
    for (const std::size_t i : {3, 250}) {
      double best = 0;
      const double level = own[i] + mean + sd;
      if (std::isnan(level)) {
        best = 4;  // nothing to go by yet
      } else {
        for (int at = 0; at <= 40'000; ++at) {
          const double x = at * 1e-4;
          if (gain(x, 0, 1, level, 2, 0.5) > gain(best, 0, 1, level, 2, 0.5) + 1e-12) best = x;
        }
      }
      CHECK(run->units(1)[i] == doctest::Approx(best).epsilon(1e-3).scale(1));
    }
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < 400; ++i) {
      const double reading = run->reading(0)[i];
      if (!std::isnan(own[i])) {
        sum += reading - own[i];
        squares += (reading - own[i]) * (reading - own[i]);
      }
      own[i] = std::isnan(own[i]) ? reading : own[i] + (reading - own[i]) / 4;
    }
    if (step == 0) continue;
    mean = sum / 400;
    sd = std::sqrt(squares / 400 - mean * mean);
  }
}

TEST_CASE("without noise people stay exactly where they are not yet suspicious") {
  // Traits spread what is read honestly: 10 to 12. The top twentieth begins at 11.9 where nobody claims.
  Run run(claims("{metric: claims, top: 0.5, rate: 1}", {{"policies.audited.audits.rate", "0"},
                                                         {"metrics.claims.noise", "0"},
                                                         {"metrics.claims.baseline", "{uniform: {low: 10, high: 12}}"},
                                                         {"policies.audited.audits.fine", "50"}}));
  double threshold = 0;
  for (int step = 0; step < 4; ++step) {
    run->step();
    std::vector<double> readings(run->reading(0).begin(), run->reading(0).end());
    if (step > 0) {
      for (std::size_t i = 0; i < 400; ++i) {
        const double baseline = run->population().metrics[0].baseline[i];
        CHECK(run->units(1)[i] == doctest::Approx(std::clamp(threshold - baseline, 0.0, 4.0)).epsilon(1e-9).scale(1));
      }
    }
    std::sort(readings.begin(), readings.end(), std::greater<>());
    threshold = readings[199];
  }
}

TEST_CASE("where lower is better what is low is suspicious") {
  Run run(claims("{metric: claims, top: 0.05, rate: 1}", {{"policies.audited.audits.rate", "0"},
                                                          {"metrics.claims.better", "lower"},
                                                          {"metrics.claims.measures.claim", "-1"},
                                                          {"policies.audited.linear.rate", "0.1"}}));
  double threshold = 0;
  for (int step = 0; step < 4; ++step) {
    CAPTURE(step);
    run->step();
    // The same world turned round: readings 20 - m.
    const double expected = step == 0 ? 4 : best_claim(0, 1, 20 - threshold);
    CHECK(run->units(1)[7] == doctest::Approx(expected).epsilon(1e-4).scale(1));
    std::vector<double> readings(run->reading(0).begin(), run->reading(0).end());
    std::sort(readings.begin(), readings.end());
    threshold = readings[19];
  }
}

TEST_CASE("those who are caught by their readings can be dismissed") {
  Run run(claims("{metric: claims, top: 0.1, rate: 1}", {{"policies.audited.audits.rate", "0"},
                                                         {"policies.audited.audits.fine", "0"},
                                                         {"policies.audited.audits.dismiss", "1"}}));
  run->step();
  CHECK(run->means().exits == 0);
  run->step();
  CHECK(run->means().exits == 40);  // everybody claims, because dismissal is not weighed
}
