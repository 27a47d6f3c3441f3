/// Closed forms that a run must reproduce, each with its scenario beside it and its source in the scenario.
///
/// Where nothing is random the tolerance is 1e-6 relative; where something is, 4 standard errors at the scenario's
/// size, which a sound program exceeds on 6 of 100,000 other seeds per comparison.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::number_text;
using goodhart::test::Results;
using goodhart::test::scenario_file;
using goodhart::test::Settings;

bool near(double value, double expected) {
  return std::fabs(value - expected) <= 1e-6 * std::max(1e-3, std::fabs(expected));
}

Results run(const std::string& name, const Settings& settings = {}) {
  return Results(scenario_file("tests/theory/" + name + ".yaml", settings));
}

}  // namespace

TEST_CASE("multitask contract (Holmström & Milgrom 1991, Baker 2002)") {
  const auto at_rate = [](double rate) {
    return run("multitask_contract", {{"policies.paid.linear.rate", number_text(rate)}});
  };
  // Loadings l, strains s, values p: efforts b l / s, best rate (sum p l / s) / (sum l^2 / s + a sigma^2).
  const double cross = 0.3 * 1 + 1 * 0.6, square = 0.3 * 0.3 + 1 + 1.5 * 1.5 / 2;
  const double best = cross / (square + 2 * 0.25);
  CHECK(near(best, 0.9 / 2.715));
  const Results results = at_rate(best);
  CHECK(near(results.average("paid", "effort", {"main"}), 0.3 * best));
  CHECK(near(results.average("paid", "effort", {"main"}), 0.0994475));
  CHECK(near(results.average("paid", "effort", {"side"}), 0.3314917));
  CHECK(near(results.average("paid", "effort", {"show"}), 0.2486188));
  CHECK(near(results.average("paid", "value"), 0.2983425));
  CHECK(near(results.average("paid", "surplus"), 0.1491713));
  // The mean of 10,000 readings with noise of 0.5.
  CHECK(std::fabs(results.average("paid", "reading", {"measure"}) - 0.734254) < 4 * 0.5 / 100);

  // Surplus over rates: cross b - (square + a sigma^2) b^2 / 2.
  for (const double rate : {0.0, 0.1, 0.25, 0.5, 0.8, 1.2}) {
    CAPTURE(rate);
    CHECK(near(at_rate(rate).average("paid", "surplus"), cross * rate - (square + 0.5) * rate * rate / 2));
  }
  const double peak = results.average("paid", "surplus");
  CHECK(at_rate(best - 0.001).average("paid", "surplus") < peak);
  CHECK(at_rate(best + 0.001).average("paid", "surplus") < peak);
  CHECK(near(at_rate(2 * best).average("paid", "surplus"), 0));
  CHECK(near(at_rate(1.2).average("paid", "value"), 1.08));
  CHECK(near(at_rate(1.2).average("paid", "surplus"), -0.8748));
}

TEST_CASE("time budget: the metric rises, the value falls") {
  struct Row {
    double rate, main, side, show, value;
  };
  // Interior: x = (g - lambda) / s with g = believed value + rate * loading, and sum x = 1.
  for (const Row& row : {Row{0, 0.65, 0.35, 0, 0.86}, Row{0.5, 0.42, 0.47, 0.11, 0.68}, Row{1, 0.16, 0.56, 0.28, 0.44},
                         Row{2, 0, 0.5, 0.5, 0.2}}) {
    CAPTURE(row.rate);
    const Results results = run("time_budget", {{"policies.paid.linear.rate", number_text(row.rate)}});
    CHECK(near(results.average("paid", "effort", {"main"}), row.main));
    CHECK(near(results.average("paid", "effort", {"side"}), row.side));
    CHECK(near(results.average("paid", "effort", {"show"}), row.show));
    CHECK(near(results.average("paid", "value"), row.value));
    CHECK(near(results.average("paid", "dashboard", {"measure"}), 0.3 * row.main + row.side + 1.5 * row.show));
  }
}

TEST_CASE("a notch with unequal ability: who bunches, and the hole below") {
  // Without the bonus x = ability. One of ability a < 1 gives up a / 2 - (1 - 1 / (2 a)) to reach 1, and gains b: it
  // does so from a = 1 + b - sqrt((1 + b)^2 - 1) on.
  for (const double bonus : {0.1, 0.02}) {
    CAPTURE(bonus);
    const Results results = run("notch", {{"policies.bonus.quota.reward", number_text(bonus)}});
    const double from = 1 + bonus - std::sqrt((1 + bonus) * (1 + bonus) - 1);
    if (bonus == 0.1) CHECK(std::fabs(from - 0.641742) < 5e-7);
    const std::vector<double>& ability = results.all("bonus", "employees", "trait");
    const std::vector<double>& reading = results.all("bonus", "employees", "reading");
    REQUIRE(reading.size() == 100000);
    double bunchers = 0, wrong = 0, in_hole = 0;
    for (std::size_t i = 0; i < reading.size(); ++i) {
      const bool bunches = ability[i] >= from && ability[i] < 1;
      bunchers += bunches;
      wrong += !near(reading[i], bunches ? 1 : ability[i]);
      in_hole += reading[i] > from && reading[i] < 1 - 1e-9;
    }
    CHECK(wrong == 0);
    CHECK(in_hole == 0);
    const double root_n = std::sqrt(100000.0), share = 1 - from;
    CHECK(std::fabs(bunchers / 1e5 - share) < 4 * std::sqrt(share * (1 - share)) / root_n);
    // Output rises by the integral of 1 - a over the bunchers; spreads are those of U[0.5, 1.5] at most.
    const double spread = std::sqrt(1.0 / 12), rise = (1 - from) * (1 - from) / 2;
    if (bonus == 0.1) CHECK(std::fabs(rise - 0.064174) < 5e-7);
    CHECK(std::fabs(results.average("bonus", "value") - (1 + rise)) < 4 * spread / root_n);
    CHECK(std::fabs(results.average("piece_rate", "value") - 1) < 4 * spread / root_n);
    // Everybody at or above the target is paid, and only they.
    CHECK(std::fabs(results.average("bonus", "attained", {"bonus/quota"}) - (1.5 - from)) < 4 * 0.5 / root_n);
  }
}

TEST_CASE("audits (Becker 1968)") {
  for (const double rate : {0.0, 0.2, 0.5, 1.0}) {
    for (const double penalty : {0.0, 0.7, 1.0, 3.0}) {
      CAPTURE(rate);
      CAPTURE(penalty);
      const Results results = run("audit", {{"policies.audited.audits.rate", number_text(rate)},
                                            {"policies.audited.audits.penalty", number_text(penalty)}});
      CHECK(near(results.average("audited", "effort", {"trick"}), std::max(0.0, (1 - rate * penalty) / 2)));
    }
  }
}

TEST_CASE("causal Goodhart: the reading rises by the inflation, value by nothing") {
  const Results results = run("baseline_loading");
  // Cause of variance 1, value with 0.25 and reading with 1 beside it: 1 / sqrt(1.25 * 2).
  const double rho = 1 / std::sqrt(2.5);
  CHECK(std::fabs(rho - 0.632456) < 5e-7);
  for (const char* policy : {"watched", "acted_upon"}) {
    CHECK(std::fabs(results.average(policy, "alignment", {"measure"}) - rho) < 4 * (1 - rho * rho) / std::sqrt(1e5));
  }
  CHECK(results.average("acted_upon", "value") == results.average("watched", "value"));
  CHECK(near(
      results.average("acted_upon", "dashboard", {"measure"}) - results.average("watched", "dashboard", {"measure"}),
      0.25));
}

TEST_CASE("the norm: hours under no incentive") {
  CHECK(near(run("norm").average("none", "hours"), 1.075));
  // norm + intrinsic * value / strain, up to the budget.
  for (const double strain : {0.5, 2.0, 10.0}) {
    for (const double norm : {0.8, 1.0}) {
      const Results results =
          run("norm", {{"effort", "{strain: " + number_text(strain) + ", norm: " + number_text(norm) + "}"}});
      CHECK(near(results.average("none", "hours"), std::min(1.25, norm + 0.3 / strain)));
    }
  }
}
