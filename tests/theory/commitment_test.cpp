/// Leadership that commits finds the contracts that theory says are best.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::number_text;
using goodhart::test::Results;
using goodhart::test::scenario_file;
using goodhart::test::Settings;

/// The contract of tests/theory/multitask_contract.yaml, whose rate leadership chooses.
Results chosen(const std::string& commit, const Settings& more = {}) {
  Settings settings{{"policies.paid",
                     "{incentives: [{linear: {metric: measure, rate: 0}}], leadership: [{commit: {levers: "
                     "{policies.paid.linear.rate: RATES}, rehearsals: 1, " +
                         commit + "}}]}"},
                    {"population.size", "100"}};
  settings.insert(settings.end(), more.begin(), more.end());
  std::string& policy = settings.front().second;
  for (const auto& [path, text] : more) {
    if (path == "RATES") policy.replace(policy.find("RATES"), 5, text);
  }
  std::erase_if(settings, [](const auto& setting) { return setting.first == "RATES"; });
  return Results(scenario_file("tests/theory/multitask_contract.yaml", settings));
}

double rate_of(const Results& results) {
  return results.average("paid", "chosen", {"policies.paid.linear.rate"});
}

}  // namespace

TEST_CASE("leadership commits to the rate of the multitask contract (Holmström & Milgrom 1991, Baker 2002)") {
  // Surplus is cross b - (square + a sigma^2) b^2 / 2, as in known_answers_test.cpp: best at 0.9 / 2.715.
  const double cross = 0.9, square = 2.215 + 0.5, best = cross / square;
  const auto rates = [&](double step) {
    std::string text = "{values: [";
    for (int i = -8; i <= 8; ++i) text += number_text(best + i * step) + (i < 8 ? ", " : "]}");
    return text;
  };
  for (const double step : {0.04, 0.001}) {
    const Results results = chosen("best_by: surplus", {{"RATES", rates(step)}});
    CHECK(rate_of(results) == doctest::Approx(best).epsilon(1e-12));
    CHECK(results.average("paid", "expected") == doctest::Approx(cross * best / 2).epsilon(1e-9));
    CHECK(results.average("paid", "surplus") == doctest::Approx(cross * best / 2).epsilon(1e-9));
  }
  // A risk that nobody minds, twice the noise, twice the dislike of it: the best rate follows.
  const auto fine = std::string("{from: 0.1, to: 0.5, step: 0.001}");
  const auto best_at = [&](double aversion, double noise) { return cross / (2.215 + aversion * noise * noise); };
  for (const auto& risk : {std::pair(0.0, 0.5), std::pair(2.0, 1.0), std::pair(4.0, 0.5)}) {
    const double aversion = risk.first, noise = risk.second;
    CAPTURE(aversion);
    const Results results = chosen("best_by: surplus", {{"RATES", fine},
                                                        {"effort.risk_aversion", number_text(aversion)},
                                                        {"metrics.measure.noise", number_text(noise)}});
    CHECK(std::fabs(rate_of(results) - best_at(aversion, noise)) <= 0.0005 + 1e-12);
  }
}

TEST_CASE("who pays the bonus out of the proceeds chooses half the rate of who counts the surplus without risk") {
  // Value is cross b and the bonus b times a reading of square b, so what is left is best at cross / (2 square) for any
  // noise: who pays a piece from zero on leaves half of it to the employees.
  const Results results = chosen("best_by: net_after_bonuses",
                                 {{"RATES", "{from: 0.1, to: 0.5, step: 0.001}"}, {"metrics.measure.noise", "0"}});
  CHECK(std::fabs(rate_of(results) - 0.9 / (2 * 2.215)) <= 0.0005 + 1e-12);
}

TEST_CASE("who goes by the dashboard takes the rate at which it looks best") {
  const Settings rates{{"RATES", "{values: [0.1, 0.3, 0.2]}"}};
  CHECK(rate_of(chosen("best_by: dashboard, metric: measure", rates)) == doctest::Approx(0.3).epsilon(1e-12));
  // People who work by themselves are paid to do less of it, and the more so the higher the rate.
  const Settings lower{
      {"RATES", "{values: [0.2, 0.3, 0.1]}"}, {"metrics.measure.better", "lower"}, {"effort.intrinsic", "0.5"}};
  const Results less = chosen("best_by: dashboard, metric: measure", lower);
  CHECK(rate_of(less) == doctest::Approx(0.3).epsilon(1e-12));
  CHECK(less.average("paid", "expected") > 0);
}
