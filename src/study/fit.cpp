/// History matching, then sequential Monte Carlo with a synthetic likelihood.
#include "goodhart/study/fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <set>

#include <Eigen/Dense>

#include "goodhart/core/errors.hpp"
#include "goodhart/core/math.hpp"
#include "goodhart/core/random.hpp"
#include "goodhart/study/designs.hpp"

namespace goodhart {
namespace {

using Shares = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kEnough = 0.25;  ///< share of a wave's points that is plausible, from which on there is no other wave
constexpr std::size_t kClosest = 32;  ///< points at least that the next wave's box holds
constexpr double kWider = 0.05;       ///< by so much of its sides the box of a wave is widened at both ends
constexpr double kKept = 0.5;         ///< of the effective number of particles, from one temperature to the next
constexpr double kMoved = 0.5, kAllMoved = 0.9;  ///< share of particles that moved, after which there is no other pass

/// What a draw is for: the `employee` of a named draw.
enum Use : std::uint32_t { kError, kResample, kStep, kAccept };

/// log of c(k, v) = 2^(-kv/2) π^(-k(k-1)/4) / Π Γ((v - i + 1) / 2).
double log_constant(double k, double v) {
  double sum = -k * v / 2 * std::numbers::ln2 - k * (k - 1) / 4 * std::log(std::numbers::pi);
  for (double i = 1; i <= k; ++i) sum -= std::lgamma((v - i + 1) / 2);
  return sum;
}

/// Inside (0, 1) by reflection at both ends.
double reflected(double share) {
  share = std::fabs(std::fmod(share, 2.0));
  if (share > 1) share = 2 - share;
  return std::clamp(share, 0x1p-53, 1 - 0x1p-53);
}

/// A fit under way.
class Fitting {
 public:
  Fitting(const FitProblem& problem, const FitRules& rules, const Simulate& simulate)
      : problem_(problem), rules_(rules), simulate_(simulate), draws_(problem.seed, Purpose::fit) {
    if (rules.replicates <= problem.statistics() + 3) throw Bug("fit: too few replicates for so many statistics");
  }

  FitFindings run() {
    match_history();
    if (!found_.is_possible) return std::move(found_);
    for (std::size_t i = 0; i < particles_.size(); ++i) {
      particles_[i].ancestor = i;
      found_.survivors += particles_[i].log_likelihood > -kInfinity ? 1 : 0;
    }
    for (double temperature = 0; temperature < 1;) {
      temperature = raise(temperature);
      found_.temperatures.push_back(temperature);
      move(temperature);
    }
    found_.particles = std::move(particles_);
    std::set<std::size_t> ancestors;
    for (const Particle& particle : found_.particles) ancestors.insert(particle.ancestor);
    found_.ancestors = ancestors.size();
    if (found_.ancestors < std::max<std::size_t>(10, 2 * problem_.inputs)) {
      found_.is_too_few = true;
      found_.particles.clear();
      return std::move(found_);
    }
    judge();
    return std::move(found_);
  }

 private:
  double noise(std::size_t evaluation, std::size_t replicate, std::size_t statistic) const {
    return normal_quantile(draws_.uniform(static_cast<std::uint32_t>(evaluation), kError,
                                          static_cast<std::int32_t>(replicate), static_cast<std::uint32_t>(statistic)));
  }

  /// Simulates points and estimates their likelihoods. What is off in an observation is drawn in.
  std::vector<Particle> evaluated(const std::vector<Shares>& points) {
    const std::size_t first = found_.evaluations;
    found_.evaluations += points.size();
    std::vector<Simulated> simulated = simulate_(points, first);
    std::vector<Particle> particles;
    for (std::size_t i = 0; i < points.size(); ++i) {
      Particle particle{.shares = points[i], .simulated = std::move(simulated[i])};
      Simulated disturbed = particle.simulated;
      for (std::size_t r = 0; r < disturbed.size(); ++r) {
        for (std::size_t k = 0; k < problem_.statistics(); ++k) {
          const double error = std::hypot(problem_.sd[k], problem_.allow[k]);
          if (error > 0) disturbed[r][k] += error * noise(first + i, r, k);
        }
      }
      particle.log_likelihood = log_density_estimate(disturbed, problem_.observed);
      particles.push_back(std::move(particle));
    }
    return particles;
  }

  // ---- History matching ----

  /// By how many standard deviations each statistic is too high at a point; infinite where a run failed, or where it
  /// never varies and is not what was observed.
  std::vector<double> off_at(const Particle& particle) const {
    std::vector<double> off;
    const auto n = static_cast<double>(particle.simulated.size());
    for (std::size_t k = 0; k < problem_.statistics(); ++k) {
      const auto [mean, variance] = moments_of(particle, k);
      const double error =
          std::sqrt(variance * (1 + 1 / n) + problem_.sd[k] * problem_.sd[k] + problem_.allow[k] * problem_.allow[k]);
      const double gap = mean - problem_.observed[k];
      off.push_back(std::isnan(mean)                            ? kInfinity
                    : std::fabs(gap) <= 1e-12 * std::fabs(mean) ? 0
                    : error > 0                                 ? gap / error
                                                                : std::copysign(kInfinity, gap));
    }
    return off;
  }

  static std::pair<double, double> moments_of(const Particle& particle, std::size_t statistic) {
    const auto n = static_cast<double>(particle.simulated.size());
    double mean = 0, squares = 0;
    for (const std::vector<double>& row : particle.simulated) mean += row[statistic] / n;
    for (const std::vector<double>& row : particle.simulated) {
      squares += (row[statistic] - mean) * (row[statistic] - mean);
    }
    return {mean, squares / (n - 1)};
  }

  static double worst_of(const std::vector<double>& off) {
    double worst = 0;
    for (const double each : off) worst = std::max(worst, std::fabs(each));
    return worst;
  }

  void match_history() {
    Shares low(problem_.inputs, 0.0), high(problem_.inputs, 1.0);
    for (std::size_t wave = 0; wave < rules_.waves; ++wave) {
      particles_ = evaluated(points_of(wave, low, high));
      if (particles_.empty()) return;  // nothing is allowed
      FitFindings::Wave& here = found_.waves.emplace_back();
      here.points = particles_.size();
      std::vector<std::pair<double, std::size_t>> by_distance;
      for (std::size_t i = 0; i < particles_.size(); ++i) {
        const std::vector<double> off = off_at(particles_[i]);
        by_distance.emplace_back(worst_of(off), i);
        if (by_distance.back().first < rules_.implausible) ++here.plausible;
        if (wave == 0) note_range(particles_[i]);
      }
      std::sort(by_distance.begin(), by_distance.end());
      found_.closest = particles_[by_distance.front().second].shares;
      found_.off = off_at(particles_[by_distance.front().second]);
      if (static_cast<double>(here.plausible) >= kEnough * static_cast<double>(here.points)) break;
      by_distance.resize(std::min(by_distance.size(), std::max(here.plausible, kClosest)));
      shrink(by_distance, low, high);
    }
    if (found_.waves.back().plausible == 0) return;
    found_.is_possible = std::any_of(particles_.begin(), particles_.end(),
                                     [](const Particle& particle) { return particle.log_likelihood > -kInfinity; });
  }

  /// Narrows a box to that of some particles.
  void shrink(const std::vector<std::pair<double, std::size_t>>& some, Shares& low, Shares& high) const {
    for (std::size_t d = 0; d < problem_.inputs; ++d) {
      double least = 1, most = 0;
      for (const auto& [distance, i] : some) {
        least = std::min(least, particles_[i].shares[d]);
        most = std::max(most, particles_[i].shares[d]);
      }
      low[d] = std::max(low[d], least - kWider * (most - least));
      high[d] = std::min(high[d], most + kWider * (most - least));
    }
  }

  void note_range(const Particle& particle) {
    found_.least.resize(problem_.statistics(), kInfinity);
    found_.most.resize(problem_.statistics(), -kInfinity);
    for (std::size_t k = 0; k < problem_.statistics(); ++k) {
      const double mean = moments_of(particle, k).first;
      if (std::isnan(mean)) continue;
      found_.least[k] = std::min(found_.least[k], mean);
      found_.most[k] = std::max(found_.most[k], mean);
    }
  }

  std::vector<Shares> points_of(std::size_t wave, const Shares& low, const Shares& high) const {
    const SobolSequence sobol(problem_.inputs);
    std::vector<Scrambling> scramblings;
    for (std::size_t d = 0; d < problem_.inputs; ++d) {
      scramblings.emplace_back(problem_.seed, "fit " + std::to_string(d));
    }
    std::vector<Shares> points;
    for (std::size_t i = 0; i < rules_.points; ++i) {
      Shares point;
      for (std::size_t d = 0; d < problem_.inputs; ++d) {
        const double share = midpoint(scramblings[d](sobol.bits(i, d), static_cast<std::uint32_t>(wave)));
        point.push_back(low[d] + share * (high[d] - low[d]));
      }
      if (problem_.is_allowed(point)) points.push_back(std::move(point));
    }
    return points;
  }

  // ---- Sequential Monte Carlo ----

  /// The weights L^power of the particles, the largest being 1.
  std::vector<double> weights_of(double power) const {
    double highest = -kInfinity;
    for (const Particle& particle : particles_) highest = std::max(highest, particle.log_likelihood);
    std::vector<double> weights;
    for (const Particle& particle : particles_) {
      weights.push_back(particle.log_likelihood == -kInfinity ? 0
                                                              : std::exp(power * (particle.log_likelihood - highest)));
    }
    return weights;
  }

  static double effective(const std::vector<double>& weights) {
    double sum = 0, squares = 0;
    for (const double weight : weights) {
      sum += weight;
      squares += weight * weight;
    }
    return sum * sum / squares;
  }

  /// Resamples the particles for the next temperature, which it returns.
  double raise(double temperature) {
    // Before the first, those that cannot make the data count for nothing: they have no weight at any temperature.
    const auto alive =
        static_cast<double>(std::count_if(particles_.begin(), particles_.end(), [](const Particle& particle) {
          return particle.log_likelihood > -kInfinity;
        }));
    double next = 1;
    if (effective(weights_of(1 - temperature)) < kKept * alive) {
      double low = temperature, high = 1;
      for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (effective(weights_of(middle - temperature)) < kKept * alive ? high : low) = middle;
      }
      next = high;
    }
    const std::vector<double> weights = weights_of(next - temperature);
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    const double start = draws_.uniform(static_cast<std::uint32_t>(found_.temperatures.size()), kResample, 0);
    std::vector<Particle> chosen;
    double below = weights.front();
    std::size_t at = 0;
    for (std::size_t i = 0; i < rules_.particles; ++i) {
      const double mark = (static_cast<double>(i) + start) / static_cast<double>(rules_.particles) * total;
      while (below < mark && at + 1 < weights.size()) below += weights[++at];
      chosen.push_back(particles_[at]);
    }
    particles_ = std::move(chosen);
    return next;
  }

  /// The Cholesky factor of the particles' covariance, with a floor so that a walk can leave a line.
  Eigen::MatrixXd spread() const {
    const auto d = static_cast<Eigen::Index>(problem_.inputs);
    Eigen::VectorXd mean = Eigen::VectorXd::Zero(d);
    for (const Particle& particle : particles_) mean += Eigen::Map<const Eigen::VectorXd>(particle.shares.data(), d);
    mean /= static_cast<double>(particles_.size());
    Eigen::MatrixXd covariance = 1e-8 * Eigen::MatrixXd::Identity(d, d);
    for (const Particle& particle : particles_) {
      const Eigen::VectorXd gap = Eigen::Map<const Eigen::VectorXd>(particle.shares.data(), d) - mean;
      covariance += gap * gap.transpose() / static_cast<double>(particles_.size() - 1);
    }
    return Eigen::LLT<Eigen::MatrixXd>(covariance).matrixL();
  }

  void move(double temperature) {
    const bool is_last = temperature >= 1;
    const std::size_t passes = is_last ? rules_.last_passes : rules_.passes;
    double scale = 2.38 / std::sqrt(static_cast<double>(problem_.inputs));  // Gelman, Roberts & Gilks 1996
    std::vector<bool> moved(particles_.size(), false);
    for (std::size_t pass = 0; pass < passes; ++pass) {
      const std::size_t accepted = walk(temperature, scale, moved);
      found_.moved =
          static_cast<double>(std::count(moved.begin(), moved.end(), true)) / static_cast<double>(moved.size());
      if (found_.moved >= (is_last ? kAllMoved : kMoved)) break;
      const double share = static_cast<double>(accepted) / static_cast<double>(particles_.size());
      if (share < 0.15) scale /= 2;
      if (share > 0.4) scale *= 1.5;
    }
  }

  /// One step of each particle; returns how many were accepted.
  std::size_t walk(double temperature, double scale, std::vector<bool>& moved) {
    const Eigen::MatrixXd factor = scale * spread();
    const auto d = static_cast<Eigen::Index>(problem_.inputs);
    const auto number = static_cast<std::int32_t>(walks_++);
    std::vector<Shares> proposed;
    std::vector<std::size_t> whose;
    for (std::size_t i = 0; i < particles_.size(); ++i) {
      Eigen::VectorXd step(d);
      for (Eigen::Index j = 0; j < d; ++j) {
        step[j] = normal_quantile(
            draws_.uniform(static_cast<std::uint32_t>(i), kStep, number, static_cast<std::uint32_t>(j)));
      }
      step = factor * step;
      Shares there = particles_[i].shares;
      for (std::size_t j = 0; j < there.size(); ++j) {
        there[j] = reflected(there[j] + step[static_cast<Eigen::Index>(j)]);
      }
      if (!problem_.is_allowed(there)) continue;
      proposed.push_back(std::move(there));
      whose.push_back(i);
    }
    std::size_t accepted = 0;
    std::vector<Particle> there = evaluated(proposed);
    for (std::size_t p = 0; p < there.size(); ++p) {
      Particle& here = particles_[whose[p]];
      const double chance = std::exp(temperature * (there[p].log_likelihood - here.log_likelihood));
      if (!(draws_.uniform(static_cast<std::uint32_t>(whose[p]), kAccept, number) < chance)) continue;
      there[p].ancestor = here.ancestor;
      here = std::move(there[p]);
      moved[whose[p]] = true;
      ++accepted;
    }
    return accepted;
  }

  /// How often data sets that the particles make are below what was observed.
  void judge() {
    for (std::size_t k = 0; k < problem_.statistics(); ++k) {
      const double error = std::hypot(problem_.sd[k], problem_.allow[k]);
      double below = 0, all = 0;
      for (std::size_t i = 0; i < found_.particles.size(); ++i) {
        for (std::size_t r = 0; r < found_.particles[i].simulated.size(); ++r) {
          // Errors of their own: those of an evaluation have helped to choose the particle.
          const double value =
              found_.particles[i].simulated[r][k] + (error > 0 ? error * noise(found_.evaluations + i, r, k) : 0);
          below += value < problem_.observed[k] ? 1 : value == problem_.observed[k] ? 0.5 : 0;
          ++all;
        }
      }
      found_.predictive.push_back(std::min(1.0, 2 * std::min(below, all - below) / all));
    }
  }

  const FitProblem& problem_;
  const FitRules& rules_;
  const Simulate& simulate_;
  Draws draws_;
  std::vector<Particle> particles_;
  std::size_t walks_ = 0;
  FitFindings found_;
};

}  // namespace

FitRules FitRules::usual(std::size_t statistics) {
  FitRules rules;
  rules.replicates = std::max<std::size_t>(16, 2 * statistics + 4);
  return rules;
}

double log_density_estimate(const std::vector<std::vector<double>>& draws, const std::vector<double>& at) {
  const auto n = static_cast<Eigen::Index>(draws.size()), k = static_cast<Eigen::Index>(at.size());
  if (n <= k + 3) throw Bug("fit: too few draws for a density");
  Eigen::MatrixXd rows(n, k);
  for (Eigen::Index r = 0; r < n; ++r) {
    rows.row(r) = Eigen::Map<const Eigen::RowVectorXd>(draws[static_cast<std::size_t>(r)].data(), k);
  }
  if (!rows.allFinite()) return -kInfinity;
  const Eigen::RowVectorXd mean = rows.colwise().mean();
  rows.rowwise() -= mean;
  const Eigen::MatrixXd squares = rows.transpose() * rows;
  const Eigen::LLT<Eigen::MatrixXd> factored(squares);
  if (factored.info() != Eigen::Success) return -kInfinity;  // what never varies
  double log_determinant = 0;
  for (Eigen::Index i = 0; i < k; ++i) log_determinant += 2 * std::log(factored.matrixLLT()(i, i));
  const auto count = static_cast<double>(n), size = static_cast<double>(k);
  const Eigen::VectorXd gap = Eigen::Map<const Eigen::VectorXd>(at.data(), k) - mean.transpose();
  const double left = 1 - gap.dot(factored.solve(gap)) / (1 - 1 / count);
  if (!(left > 0) || !std::isfinite(log_determinant)) return -kInfinity;
  return -size / 2 * std::log(2 * std::numbers::pi) + log_constant(size, count - 2) - log_constant(size, count - 1) -
         size / 2 * std::log(1 - 1 / count) - (count - size - 2) / 2 * log_determinant +
         (count - size - 3) / 2 * (log_determinant + std::log(left));
}

FitFindings fit(const FitProblem& problem, const FitRules& rules, const Simulate& simulate) {
  return Fitting(problem, rules, simulate).run();
}

OpenDirection open_direction(const std::vector<Particle>& particles) {
  const auto d = static_cast<Eigen::Index>(particles.front().shares.size());
  const auto n = static_cast<double>(particles.size());
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(d);
  for (const Particle& particle : particles) mean += Eigen::Map<const Eigen::VectorXd>(particle.shares.data(), d) / n;
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(d, d);
  for (const Particle& particle : particles) {
    const Eigen::VectorXd gap = Eigen::Map<const Eigen::VectorXd>(particle.shares.data(), d) - mean;
    covariance += gap * gap.transpose() / (n - 1);
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solved(covariance);
  Eigen::VectorXd widest = solved.eigenvectors().col(d - 1);
  Eigen::Index most = 0;
  widest.cwiseAbs().maxCoeff(&most);
  if (widest[most] < 0) widest = -widest;
  OpenDirection open;
  open.direction.assign(widest.data(), widest.data() + d);
  open.width = std::sqrt(12 * std::max(0.0, solved.eigenvalues()[d - 1]));
  return open;
}

}  // namespace goodhart
