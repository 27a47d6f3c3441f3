/// Fitting: which values of the numbers in doubt make statistics such as those that were observed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace goodhart {

/// What is observed, and how far it may be off.
struct FitProblem {
  std::size_t inputs = 0;          ///< numbers in doubt, each by its share of its range: uniform in (0, 1)
  std::vector<double> observed{};  ///< by statistic
  /// By statistic: the standard error of what was observed, and the standard deviation of what the model leaves out.
  std::vector<double> sd{}, allow{};
  std::function<bool(const std::vector<double>& shares)> is_allowed = [](const auto&) { return true; };
  std::uint64_t seed = 1;

  std::size_t statistics() const { return observed.size(); }
};

/// How a fit goes about it.
struct FitRules {
  std::size_t points = 1024;    ///< of a wave of history matching, a power of two
  std::size_t waves = 5;        ///< at most
  double implausible = 3;       ///< from so many standard deviations on
  std::size_t particles = 512;  ///< of sequential Monte Carlo
  std::size_t replicates = 16;  ///< of an evaluation; more than statistics + 3
  std::size_t passes = 2;       ///< of moves at a temperature on the way, at most
  std::size_t last_passes = 6;  ///< and at the last

  /// max(16, 2K + 4) replicates for K statistics.
  static FitRules usual(std::size_t statistics);
};

/// The statistics of a point on replicates that nothing else has: [replicate][statistic]. NaN where a run failed.
using Simulated = std::vector<std::vector<double>>;
/// Simulates points, given by their shares, each on replicates of its own: those of evaluation `first`, `first` + 1,
/// ...
using Simulate =
    std::function<std::vector<Simulated>(const std::vector<std::vector<double>>& points, std::size_t first)>;

/// Values of the numbers in doubt, and what came out there.
struct Particle {
  std::vector<double> shares{};
  Simulated simulated{};
  std::size_t ancestor = 0;   ///< the point of the last wave that it comes from
  double log_likelihood = 0;  ///< estimated; minus infinity where what was observed does not come out
};

/// What was found.
struct FitFindings {
  /// A wave of history matching.
  struct Wave {
    std::size_t points = 0, plausible = 0;
  };
  std::vector<Wave> waves{};
  /// By statistic: the least and the most that the mean over replicates was at a point of the first wave.
  std::vector<double> least{}, most{};
  /// Was anything found that produces what was observed? `closest` is the point of the last wave that comes closest,
  /// and `off` by how many standard deviations each statistic is too high there (negative: too low).
  bool is_possible = false;
  std::vector<double> closest{}, off{};
  std::size_t survivors = 0;  ///< points of the last wave from which what was observed can come out
  std::size_t ancestors = 0;  ///< how many of them the particles at the end come from
  /// Too few for a posterior: fewer than 10, or than twice the inputs. Then there are no particles, and it is not known
  /// what the data allow.
  bool is_too_few = false;
  bool has_posterior() const { return !particles.empty(); }
  std::vector<Particle> particles{};   ///< all of the same weight
  std::vector<double> temperatures{};  ///< exponents of the likelihood, rising to 1
  double moved = 0;                    ///< share of particles that have moved at the last temperature
  std::vector<double> predictive{};    ///< by statistic: the posterior predictive p, two-sided
  std::size_t evaluations = 0;         ///< points that were simulated
};

/// The posterior of the inputs, given the statistics, by particles.
///
/// History matching (Craig, Goldstein, Seheult & Smith 1997, doi 10.1007/978-1-4612-2290-3_2; Vernon, Goldstein & Bower
/// 2010, doi 10.1214/10-BA524): a wave is a set of scrambled Sobol' points; a point is implausible where a statistic
/// is 3 or more standard deviations off,
///
///   I = |mean - observed| / √(s² + s²/n + sd² + allow²),    s² the variance over n replicates.
///
/// While fewer than a quarter of its points are plausible, the next wave fills the box of those that are, and of the 32
/// that come closest where they are fewer, widened by a twentieth of its sides at both ends. Where none is in the last
/// wave, nothing that was looked at produces what was observed.
///
/// Then sequential Monte Carlo (Del Moral, Doucet & Jasra 2006, doi 10.1111/j.1467-9868.2006.00553.x) goes from the
/// points of the last wave to the posterior: weights are L^(t' - t), the next temperature t' such that half of the
/// effective number of particles is left, resampling is systematic, moves are random walks with the particles'
/// covariance, reflected at the ends.
///
/// The likelihood is synthetic: Gaussian in the statistics, of n simulated data sets, estimated without bias (Ghurye &
/// Olkin 1969, doi 10.1214/aoms/1177697501; Price, Drovandi, Lee & Nott 2018, doi 10.1080/10618600.2017.1302882). As
/// each evaluation has luck of its own and its estimate is kept with the particle, the particles at the end have the
/// distribution that the exact Gaussian likelihood would give (Andrieu & Roberts 2009, doi 10.1214/07-AOS574). `sd` and
/// `allow` are drawn into the simulated data sets.
///
/// All particles may come to be copies of a few points, around which they then lie as if the data had put them there:
/// walks are no longer than the particles are spread. So no posterior is told from too few points (`is_too_few`). The
/// limit is a judgement: a covariance needs more points than inputs, and one that guides walks needs some to spare.
///
/// The prior is uniform in the shares, where `is_allowed`. All draws are functions of the seed and of numbers, so the
/// findings are those of the problem. Throws Bug where there are too few replicates.
FitFindings fit(const FitProblem& problem, const FitRules& rules, const Simulate& simulate);

/// The logarithm of the unbiased estimate of a Gaussian density at a point, from n independent draws of it (rows), n >
/// K + 3 for K columns: minus infinity where the estimate is 0. Equation (6) of Price et al. 2018.
double log_density_estimate(const std::vector<std::vector<double>>& draws, const std::vector<double>& at);

/// What the data leave open: the direction in shares in which particles are spread most, in shares of the spread that
/// the prior has, 1 where the data say nothing.
struct OpenDirection {
  std::vector<double> direction{};  ///< by input, of length 1; the first that counts is positive
  double width = 0;                 ///< standard deviation along it over that of the prior
};
OpenDirection open_direction(const std::vector<Particle>& particles);

}  // namespace goodhart
