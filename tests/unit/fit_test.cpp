/// A fit against posteriors that are known, and the density estimate that it stands on.
#include "goodhart/study/fit.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "goodhart/core/math.hpp"

namespace {

using goodhart::fit;
using goodhart::FitFindings;
using goodhart::FitProblem;
using goodhart::FitRules;
using goodhart::Particle;
using goodhart::Simulated;
using Points = std::vector<std::vector<double>>;

/// Draws for the replicates of an evaluation.
std::mt19937_64 luck_of(std::size_t evaluation, std::size_t replicate) {
  return std::mt19937_64(evaluation * 4099 + replicate * 1'000'003 + 17);
}

/// Simulates each replicate of each point by a function of the point and of luck.
template <class Model>
goodhart::Simulate simulation(std::size_t replicates, const Model& model) {
  return [=](const Points& points, std::size_t first) {
    std::vector<Simulated> all;
    for (std::size_t i = 0; i < points.size(); ++i) {
      Simulated& rows = all.emplace_back();
      for (std::size_t r = 0; r < replicates; ++r) {
        std::mt19937_64 luck = luck_of(first + i, r);
        rows.push_back(model(points[i], luck));
      }
    }
    return all;
  };
}

struct Moments {
  double mean = 0, sd = 0;
};

Moments moments_of(const FitFindings& found, const auto& value) {
  Moments moments;
  const auto n = static_cast<double>(found.particles.size());
  for (const Particle& particle : found.particles) moments.mean += value(particle) / n;
  for (const Particle& particle : found.particles) {
    moments.sd += (value(particle) - moments.mean) * (value(particle) - moments.mean) / (n - 1);
  }
  moments.sd = std::sqrt(moments.sd);
  return moments;
}

}  // namespace

TEST_CASE("the estimate of a Gaussian density has no bias") {
  // Two correlated columns; the density at two places, one of them two standard deviations out.
  for (const std::vector<double>& at : {std::vector<double>{0.4, -0.2}, std::vector<double>{1.5, 1.2}}) {
    std::mt19937_64 random(3);
    std::normal_distribution<double> normal;
    double sum = 0, squares = 0;
    constexpr int kTimes = 200'000;
    for (int t = 0; t < kTimes; ++t) {
      std::vector<std::vector<double>> draws;
      for (int r = 0; r < 8; ++r) {
        const double a = normal(random), b = normal(random);
        draws.push_back({a, 0.5 * a + b});
      }
      const double density = std::exp(goodhart::log_density_estimate(draws, at));
      sum += density / kTimes;
      squares += density * density / kTimes;
    }
    const double b = at[1] - 0.5 * at[0];
    const double exact = goodhart::normal_density(at[0]) * goodhart::normal_density(b);
    CHECK(std::fabs(sum - exact) < 4 * std::sqrt((squares - sum * sum) / kTimes));
    CHECK(std::fabs(sum - exact) < 0.02 * exact);
  }
}

TEST_CASE("mean and standard deviation of 200 people: the exact posterior") {
  // Statistics are the mean and the logarithm of the standard deviation of 200 Gaussian values, whose own laws are
  // known: the mean is N(mu, sigma^2 / n), and (n - 1) s^2 / sigma^2 is chi squared. The prior is uniform.
  constexpr int kPeople = 200;
  constexpr double kMean = 3.1, kSd = 1.8;
  FitProblem problem{.inputs = 2, .observed = {kMean, std::log(kSd)}, .sd = {0, 0}, .allow = {0, 0}};
  const auto mean_at = [](const std::vector<double>& shares) { return 2 + 2 * shares[0]; };
  const auto sd_at = [](const std::vector<double>& shares) { return 1 + 2 * shares[1]; };
  FitRules rules = FitRules::usual(2);
  const auto simulate = simulation(rules.replicates, [&](const std::vector<double>& shares, std::mt19937_64& luck) {
    std::normal_distribution<double> normal(mean_at(shares), sd_at(shares));
    double sum = 0, squares = 0;
    for (int i = 0; i < kPeople; ++i) {
      const double x = normal(luck);
      sum += x;
      squares += x * x;
    }
    const double mean = sum / kPeople;
    return std::vector<double>{mean, 0.5 * std::log((squares - kPeople * mean * mean) / (kPeople - 1))};
  });
  // The exact posterior on a grid.
  double total = 0, mean = 0, mean_squares = 0, sd = 0, sd_squares = 0;
  for (double a = 0.0005; a < 1; a += 0.001) {
    for (double b = 0.0005; b < 1; b += 0.001) {
      const double mu = mean_at({a, b}), sigma = sd_at({a, b});
      const double weight = std::exp(-kPeople * (kMean - mu) * (kMean - mu) / (2 * sigma * sigma) -
                                     (kPeople - 1) * kSd * kSd / (2 * sigma * sigma) - kPeople * std::log(sigma) +
                                     (kPeople - 1) * (0.5 + std::log(kSd)) + std::log(kSd));
      total += weight;
      mean += weight * mu;
      mean_squares += weight * mu * mu;
      sd += weight * sigma;
      sd_squares += weight * sigma * sigma;
    }
  }
  mean /= total;
  sd /= total;
  const double mean_spread = std::sqrt(mean_squares / total - mean * mean),
               sd_spread = std::sqrt(sd_squares / total - sd * sd);

  const FitFindings found = fit(problem, rules, simulate);
  REQUIRE(found.is_possible);
  REQUIRE(found.particles.size() == 512);
  const Moments of_mean = moments_of(found, [&](const Particle& p) { return mean_at(p.shares); });
  const Moments of_sd = moments_of(found, [&](const Particle& p) { return sd_at(p.shares); });
  CHECK(std::fabs(of_mean.mean - mean) < 0.1 * mean_spread);
  CHECK(std::fabs(of_sd.mean - sd) < 0.1 * sd_spread);
  CHECK(of_mean.sd == doctest::Approx(mean_spread).epsilon(0.05));
  CHECK(of_sd.sd == doctest::Approx(sd_spread).epsilon(0.05));
  CHECK(found.temperatures.back() == 1);
  CHECK(found.moved > 0.85);
  for (const double p : found.predictive) CHECK(p > 0.2);
}

TEST_CASE("how many bunch: the share of the honest is Beta(k + 1, n - k + 1)") {
  constexpr int kPeople = 200;
  constexpr double kHonest = 124;
  FitProblem problem{.inputs = 1, .observed = {kHonest / kPeople}, .sd = {0}, .allow = {0}};
  const FitRules rules = FitRules::usual(1);
  const FitFindings found =
      fit(problem, rules, simulation(rules.replicates, [](const std::vector<double>& shares, std::mt19937_64& luck) {
            return std::vector<double>{std::binomial_distribution<int>(kPeople, shares[0])(luck) /
                                       static_cast<double>(kPeople)};
          }));
  const double a = kHonest + 1, b = kPeople - kHonest + 1;
  const Moments honest = moments_of(found, [](const Particle& p) { return p.shares[0]; });
  const double spread = std::sqrt(a * b / ((a + b) * (a + b) * (a + b + 1)));
  CHECK(std::fabs(honest.mean - a / (a + b)) < 0.1 * spread);
  CHECK(honest.sd == doctest::Approx(spread).epsilon(0.06));
}

TEST_CASE("errors of what was observed and of the model widen the posterior as they should") {
  // The statistic is the input itself with luck of sd 0.05; the errors add sd 0.1 and 0.05.
  FitProblem problem{.inputs = 1, .observed = {0.5}, .sd = {0.1}, .allow = {0.05}};
  const FitRules rules = FitRules::usual(1);
  const auto model = [](const std::vector<double>& shares, std::mt19937_64& luck) {
    return std::vector<double>{std::normal_distribution<double>(shares[0], 0.05)(luck)};
  };
  const FitFindings found = fit(problem, rules, simulation(rules.replicates, model));
  const Moments share = moments_of(found, [](const Particle& p) { return p.shares[0]; });
  CHECK(share.mean == doctest::Approx(0.5).epsilon(0.03));
  CHECK(share.sd == doctest::Approx(std::sqrt(0.05 * 0.05 + 0.1 * 0.1 + 0.05 * 0.05)).epsilon(0.08));
  problem.sd = problem.allow = {0};
  const FitFindings exact = fit(problem, rules, simulation(rules.replicates, model));
  CHECK(moments_of(exact, [](const Particle& p) { return p.shares[0]; }).sd == doctest::Approx(0.05).epsilon(0.08));
}

TEST_CASE("what the model cannot produce is said, with the statistic that is off") {
  FitProblem problem{.inputs = 1, .observed = {0.5, 9}, .sd = {0, 0}, .allow = {0, 0}};
  const FitRules rules = FitRules::usual(2);
  const FitFindings found =
      fit(problem, rules, simulation(rules.replicates, [](const std::vector<double>& shares, std::mt19937_64& luck) {
            std::normal_distribution<double> normal(0, 0.1);
            return std::vector<double>{shares[0] + normal(luck), shares[0] + normal(luck)};
          }));
  CHECK_FALSE(found.is_possible);
  CHECK(found.particles.empty());
  CHECK(found.waves.size() == rules.waves);
  CHECK(found.waves.back().plausible == 0);
  CHECK(found.off[1] < -30);
  CHECK(found.most[1] < 1.3);
}

TEST_CASE("what comes from a few points is no posterior") {
  // Eight statistics of eight inputs on few points: hardly any comes near. Input 0 shows in nothing.
  FitProblem problem{.inputs = 9,
                     .observed = std::vector<double>(8, 0.5),
                     .sd = std::vector<double>(8, 0.0),
                     .allow = std::vector<double>(8, 0.0)};
  FitRules rules = FitRules::usual(8);
  rules.points = rules.particles = 64;
  const auto model = [](const std::vector<double>& shares, std::mt19937_64& luck) {
    std::normal_distribution<double> normal(0, 0.08);
    std::vector<double> values;
    for (std::size_t k = 1; k < shares.size(); ++k) values.push_back(shares[k] + normal(luck));
    return values;
  };
  bool any = false;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    problem.seed = seed;
    const FitFindings found = fit(problem, rules, simulation(rules.replicates, model));
    any = any || found.is_too_few;
    CHECK(found.has_posterior() == (found.is_possible && found.ancestors >= 18));
    // What the data say nothing of is never told to a hundredth of its range.
    if (found.has_posterior()) CHECK(moments_of(found, [](const Particle& p) { return p.shares[0]; }).sd > 0.1);
  }
  CHECK(any);
}

TEST_CASE("a narrow posterior is found by further waves") {
  FitProblem problem{.inputs = 3, .observed = {0.52, 0.31, 0.77}, .sd = {0, 0, 0}, .allow = {0, 0, 0}};
  const FitRules rules = FitRules::usual(3);
  const FitFindings found =
      fit(problem, rules, simulation(rules.replicates, [](const std::vector<double>& shares, std::mt19937_64& luck) {
            std::normal_distribution<double> normal(0, 0.01);
            return std::vector<double>{shares[0] + normal(luck), shares[1] + normal(luck), shares[2] + normal(luck)};
          }));
  REQUIRE(found.has_posterior());
  CHECK(found.waves.size() > 1);
  for (std::size_t d = 0; d < 3; ++d) {
    const Moments moments = moments_of(found, [&](const Particle& p) { return p.shares[d]; });
    CHECK(std::fabs(moments.mean - problem.observed[d]) < 0.003);
    CHECK(moments.sd == doctest::Approx(0.01).epsilon(0.15));
  }
}

TEST_CASE("what the data leave open is a direction") {
  // Only the sum of two inputs shows.
  FitProblem problem{.inputs = 2, .observed = {1.0}, .sd = {0}, .allow = {0}};
  const FitRules rules = FitRules::usual(1);
  const FitFindings found =
      fit(problem, rules, simulation(rules.replicates, [](const std::vector<double>& shares, std::mt19937_64& luck) {
            return std::vector<double>{shares[0] + shares[1] + std::normal_distribution<double>(0, 0.02)(luck)};
          }));
  const goodhart::OpenDirection open = goodhart::open_direction(found.particles);
  CHECK(open.width > 1.2);  // along the diagonal there is more room than along a side
  CHECK(open.direction[0] * open.direction[1] == doctest::Approx(-0.5).epsilon(0.02));
}

TEST_CASE("what is not allowed is never simulated") {
  FitProblem problem{
      .inputs = 2, .observed = {0.9}, .sd = {0}, .allow = {0.2}, .is_allowed = [](const std::vector<double>& shares) {
        return shares[0] < shares[1];
      }};
  const FitRules rules = FitRules::usual(1);
  bool all = true;
  const FitFindings found =
      fit(problem, rules, simulation(rules.replicates, [&](const std::vector<double>& shares, std::mt19937_64& luck) {
            all = all && shares[0] < shares[1];
            return std::vector<double>{shares[0] + std::normal_distribution<double>(0, 0.1)(luck)};
          }));
  CHECK(all);
  CHECK(found.is_possible);
}
