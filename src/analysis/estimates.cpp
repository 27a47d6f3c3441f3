/// Intervals over replicates: Student's, bootstrapped, simultaneous; and what follows from them.
#include "goodhart/analysis/estimates.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <vector>

#include "goodhart/core/decompositions.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/core/random.hpp"
#include "goodhart/model/noise.hpp"
#include "student.hpp"

namespace goodhart {
namespace {

/// The power of two that the largest of the values is about as large as; 1 where all are 0. Values divided by it
/// have sums and squares that neither overflow nor vanish, and dividing by a power of two rounds nothing away.
double unit_of(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) largest = std::fmax(largest, std::fabs(value));
  return unit_for(largest);
}

void divide(std::vector<double>& values, double unit) {
  for (double& value : values) value /= unit;
}

Interval scaled(const Interval& interval, double unit) {
  return {end_of(interval.low, unit), end_of(interval.high, unit)};
}

/// The mean of values that are finite and divided by their unit, summed in order.
double mean_within(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// The largest size of any finite value.
double magnitude_of(std::span<const double> values) {
  double most = 0;
  for (const double value : values) most = std::isfinite(value) ? std::max(most, std::fabs(value)) : most;
  return most;
}

/// The variance of at least two values: sum of squares over n - 1. 0 where they differ by rounding alone.
double variance_of(const std::vector<double>& values, double mean) {
  double squares = 0, farthest = 0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
    farthest = std::fmax(farthest, std::fabs(value - mean));
  }
  return only_rounding(farthest, magnitude_of(values)) ? 0 : squares / static_cast<double>(values.size() - 1);
}

Estimate estimate_finite(std::vector<double> values, double confidence = 0.95) {
  if (values.empty()) return {};
  const double unit = unit_of(values);
  divide(values, unit);
  const double mean = mean_within(values);
  return student({.n = static_cast<int>(values.size()),
                  .mean = mean,
                  .variance = values.size() < 2 ? 0 : variance_of(values, mean),
                  .unit = unit},
                 confidence);
}

std::vector<double> finite_of(std::span<const double> values) {
  std::vector<double> present;
  for (const double value : values) {
    if (std::isfinite(value)) present.push_back(value);
  }
  return present;
}

/// Pairs of finite values whose difference is one too, which is without what is only rounding.
struct Pairs {
  std::vector<double> a, b, difference;

  Pairs(std::span<const double> first, std::span<const double> second, double magnitude) {
    const std::vector<double> all = differences(first, second, magnitude);
    for (std::size_t r = 0; r < all.size(); ++r) {
      if (std::isnan(all[r])) continue;
      a.push_back(first[r]);
      b.push_back(second[r]);
      difference.push_back(all[r]);
    }
  }
};

/// The rows in which every column is finite, column by column.
std::vector<std::vector<double>> complete_rows(const std::vector<std::vector<double>>& columns) {
  std::vector<std::vector<double>> complete(columns.size());
  for (std::size_t row = 0; !columns.empty() && row < columns.front().size(); ++row) {
    const bool whole = std::none_of(columns.begin(), columns.end(),
                                    [row](const auto& column) { return !std::isfinite(column.at(row)); });
    for (std::size_t c = 0; whole && c < columns.size(); ++c) complete[c].push_back(columns[c][row]);
  }
  return complete;
}

/// The columns that have any value. A policy of which all runs failed must not take all rows from the others.
std::vector<std::size_t> columns_with_values(const std::vector<std::vector<double>>& columns) {
  std::vector<std::size_t> found;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (std::any_of(columns[c].begin(), columns[c].end(), [](double value) { return std::isfinite(value); })) {
      found.push_back(c);
    }
  }
  return found;
}

/// What `statistic` says of the columns that have any value; `none` for the others.
template <typename Result, typename Statistic>
std::vector<Result> of_those(const std::vector<std::size_t>& there, const std::vector<std::vector<double>>& columns,
                             const Result& none, const Statistic& statistic) {
  std::vector<std::vector<double>> some;
  for (const std::size_t c : there) some.push_back(columns[c]);
  const std::vector<Result> found = statistic(some);
  std::vector<Result> all(columns.size(), none);
  for (std::size_t i = 0; i < there.size(); ++i) all[there[i]] = found[i];
  return all;
}

/// Which of n is drawn as the `index`-th of a resample.
std::size_t pick(const Draws& draws, int resample, std::size_t index, std::size_t n) {
  const double u = draws.uniform(0, static_cast<std::uint32_t>(index), resample);
  return std::min(n - 1, static_cast<std::size_t>(u * static_cast<double>(n)));
}

}  // namespace

double unit_for(double size) {
  return size > 0 && std::isfinite(size) ? std::ldexp(1.0, std::ilogb(size)) : 1.0;
}

double end_of(double end, double unit) {
  constexpr double kMost = std::numeric_limits<double>::max();
  return std::clamp(end * unit, -kMost, kMost);
}

Estimate student(const Sample& sample, double confidence) {
  Estimate result{.n = sample.n};
  if (sample.n < 1) return result;
  result.mean = sample.mean * sample.unit;
  if (sample.n < 2) return result;
  const double t = boost::math::quantile(boost::math::students_t(sample.n - 1), (1 + confidence) / 2);
  const double half = t * std::sqrt(sample.variance / sample.n);
  result.low = end_of(sample.mean - half, sample.unit);
  result.high = end_of(sample.mean + half, sample.unit);
  return result;
}

Change change_of(const Estimate& difference, double comparison, double size) {
  Change change{.difference = difference, .percent = {.n = difference.n}, .comparison = comparison};
  if (std::isnan(comparison) || comparison == 0 || only_rounding(comparison, size)) return change;
  const double scale = 100 / std::fabs(comparison);
  const double farthest = std::fmax(std::fabs(difference.low), std::fabs(difference.high));  // NaN where both are
  if (std::isfinite(std::fmax(std::fabs(difference.mean), farthest) * scale)) {
    change.percent.mean = difference.mean * scale;
    change.percent.low = difference.low * scale;
    change.percent.high = difference.high * scale;
  }
  return change;
}

Estimate estimate(std::span<const double> values, double confidence) {
  return estimate_finite(finite_of(values), confidence);
}

double mean_of(std::span<const double> values) {
  std::vector<double> present = finite_of(values);
  if (present.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double unit = unit_of(present);
  divide(present, unit);
  return mean_within(present) * unit;
}

std::vector<double> differences(std::span<const double> a, std::span<const double> b, double magnitude) {
  if (a.size() != b.size()) throw Bug("differences: the replicates of two policies are not paired");
  const double size = std::max({magnitude, magnitude_of(a), magnitude_of(b)});
  std::vector<double> result(a.size());
  double least = std::numeric_limits<double>::infinity(), most = -least;
  for (std::size_t r = 0; r < a.size(); ++r) {
    const double difference = a[r] - b[r];
    result[r] = !std::isfinite(difference)        ? std::numeric_limits<double>::quiet_NaN()
                : only_rounding(difference, size) ? 0
                                                  : difference;
    least = std::fmin(least, result[r]);
    most = std::fmax(most, result[r]);
  }
  if (least < most && only_rounding(most - least, size)) {
    const double mean = mean_of(result);
    for (double& difference : result) difference = std::isnan(difference) ? difference : mean;
  }
  return result;
}

Change compare(std::span<const double> policy, std::span<const double> comparison, double magnitude) {
  const Pairs pairs(policy, comparison, magnitude);
  const double size = std::max({magnitude, magnitude_of(pairs.a), magnitude_of(pairs.b)});
  return change_of(estimate_finite(pairs.difference), mean_of(pairs.b), size);
}

Pairing pairing(std::span<const double> policy, std::span<const double> comparison, double magnitude) {
  auto [a, b, d] = Pairs(policy, comparison, magnitude);
  Pairing result;
  if (a.size() < 3) return result;
  const double unit = std::max(unit_of(a), unit_of(b));
  for (auto* values : {&a, &b, &d}) divide(*values, unit);
  const double var_a = variance_of(a, mean_within(a)), var_b = variance_of(b, mean_within(b)),
               var_d = variance_of(d, mean_within(d));
  if (var_a + var_b == 0) return result;
  if (var_a > 0 && var_b > 0) result.correlation = (var_a + var_b - var_d) / (2 * std::sqrt(var_a * var_b));
  result.variance_ratio = var_d / (var_a + var_b);
  result.runs_saved = static_cast<double>(a.size()) * (1 / result.variance_ratio - 1);
  return result;
}

Interval bootstrap_interval(std::span<const double> values, std::uint64_t seed, double confidence) {
  std::vector<double> present = finite_of(values);
  if (present.size() < 2) return {};
  const double unit = unit_of(present);
  divide(present, unit);
  const std::size_t n = present.size();
  const double mean = mean_within(present), error = std::sqrt(variance_of(present, mean) / static_cast<double>(n));
  if (error == 0) return scaled({mean, mean}, unit);
  const Draws draws(seed, Purpose::resampling, "interval");
  std::vector<double> resample(n), t;
  // All n the same has a probability of n^(1 - n), a half at worst: the attempts are enough for any n.
  for (int attempt = 0; attempt < 4 * kResamples && t.size() < kResamples; ++attempt) {
    for (std::size_t i = 0; i < n; ++i) resample[i] = present[pick(draws, attempt, i, n)];
    const double m = mean_within(resample), s = std::sqrt(variance_of(resample, m) / static_cast<double>(n));
    if (s > 1e-12 * error) t.push_back((m - mean) / s);
  }
  if (t.empty()) return {};  // nothing could be resampled: values that hardly differ from one another
  std::sort(t.begin(), t.end());
  return scaled(
      {mean - error * quantile_of(t, (1 + confidence) / 2), mean - error * quantile_of(t, (1 - confidence) / 2)}, unit);
}

std::vector<Interval> simultaneous_intervals(const std::vector<std::vector<double>>& columns, std::uint64_t seed,
                                             double confidence) {
  if (const auto there = columns_with_values(columns); there.size() < columns.size()) {
    return of_those(there, columns, Interval{},
                    [&](const auto& some) { return simultaneous_intervals(some, seed, confidence); });
  }
  std::vector<std::vector<double>> rows = complete_rows(columns);
  std::vector<Interval> intervals(columns.size());
  const std::size_t n = rows.empty() ? 0 : rows.front().size();
  if (n < 2) return intervals;
  std::vector<double> units, means, errors;
  std::vector<std::size_t> varying;
  for (std::size_t c = 0; c < rows.size(); ++c) {
    units.push_back(unit_of(rows[c]));
    divide(rows[c], units[c]);
    means.push_back(mean_within(rows[c]));
    errors.push_back(std::sqrt(variance_of(rows[c], means[c]) / static_cast<double>(n)));
    if (errors[c] > 0) varying.push_back(c);
  }
  const std::size_t m = varying.size();
  const boost::math::students_t student(static_cast<double>(n - 1));
  double factor = m == 0 ? 0 : boost::math::quantile(student, (1 + confidence) / 2);
  if (m > 1) {
    std::vector<double> correlation(m * m);
    for (std::size_t a = 0; a < m; ++a) {
      for (std::size_t b = 0; b < m; ++b) {
        const std::size_t ca = varying[a], cb = varying[b];
        double sum = 0;
        for (std::size_t r = 0; r < n; ++r) sum += (rows[ca][r] - means[ca]) * (rows[cb][r] - means[cb]);
        correlation[a + m * b] = sum / (static_cast<double>(n) * static_cast<double>(n - 1) * errors[ca] * errors[cb]);
      }
    }
    // A root of the correlations, which may be singular: all pairs of p policies span p - 1 dimensions. Its columns are
    // the eigenvectors whose values are above 0, stretched.
    const Spectrum spectrum = spectrum_of(correlation, m);
    const auto above = std::count_if(spectrum.values.begin(), spectrum.values.end(), [](double v) { return v > 1e-9; });
    const auto rank = static_cast<std::size_t>(std::max<std::ptrdiff_t>(1, above));
    const std::size_t first = m - rank;
    const auto root = [&](std::size_t row, std::size_t column) {
      const std::size_t at = first + column;
      return spectrum.vectors[row + m * at] * std::sqrt(std::max(0.0, spectrum.values[at]));
    };
    // Beyond this many values Student's distribution is the Gaussian for every purpose here.
    const std::size_t count = std::min<std::size_t>(n, 128);
    const Draws draws(seed, Purpose::resampling, "simultaneous");
    std::vector<double> largest;
    std::vector<double> z(rank * count), x(count);
    for (int draw = 0; draw < kDraws; ++draw) {
      for (std::size_t c = 0; c < rank; ++c) {
        standard_noise(GaussianNoise{}, draws, static_cast<std::uint32_t>(c), draw, 0,
                       std::span(z).subspan(c * count, count));
      }
      const double size = static_cast<double>(count);
      double most = 0;
      for (std::size_t c = 0; c < m; ++c) {
        std::fill(x.begin(), x.end(), 0.0);
        for (std::size_t l = 0; l < rank; ++l) {
          const double weight = root(c, l);
          for (std::size_t i = 0; i < count; ++i) x[i] += weight * z[l * count + i];
        }
        double sum = 0, squares = 0;
        for (const double one : x) {
          sum += one;
          squares += one * one;
        }
        const double variance = (squares - sum * sum / size) / (size - 1);
        most = std::max(most, std::fabs(sum) / size / std::sqrt(variance / size));
      }
      largest.push_back(most);
    }
    std::sort(largest.begin(), largest.end());
    // Whatever the draws: no less than for one mean, no more than Bonferroni's inequality asks of m.
    const double bonferroni =
        boost::math::quantile(boost::math::complement(student, (1 - confidence) / (2 * static_cast<double>(m))));
    factor = std::clamp(quantile_of(largest, confidence), factor, bonferroni);
  }
  for (std::size_t c = 0; c < rows.size(); ++c) {
    intervals[c] = scaled({means[c] - factor * errors[c], means[c] + factor * errors[c]}, units[c]);
  }
  return intervals;
}

std::vector<double> chances_of_best(const std::vector<std::vector<double>>& columns, std::uint64_t seed,
                                    double magnitude) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (const auto there = columns_with_values(columns); there.size() < columns.size()) {
    if (there.size() < 2) return std::vector<double>(columns.size(), kNone);  // one alone is best of nothing
    return of_those(there, columns, kNone, [&](const auto& some) { return chances_of_best(some, seed, magnitude); });
  }
  std::vector<std::vector<double>> rows = complete_rows(columns);
  const std::size_t n = rows.empty() ? 0 : rows.front().size();
  if (n < 2) return std::vector<double>(columns.size(), kNone);
  double unit = 0, size = magnitude;
  for (const std::vector<double>& row : rows) {
    unit = std::max(unit, unit_of(row));
    size = std::max(size, magnitude_of(row));
  }
  for (std::vector<double>& row : rows) divide(row, unit);
  size /= unit;
  std::vector<double> chances(columns.size(), 0.0), sums(columns.size());
  const Draws draws(seed, Purpose::resampling, "best");
  for (int resample = 0; resample < kResamples; ++resample) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t row = pick(draws, resample, i, n);
      for (std::size_t c = 0; c < rows.size(); ++c) sums[c] += rows[c][row];
    }
    const double best = *std::max_element(sums.begin(), sums.end());
    const auto ties = [&](double sum) {
      return sum == best || only_rounding(best - sum, static_cast<double>(n) * size);
    };
    const auto count = static_cast<double>(std::count_if(sums.begin(), sums.end(), ties));
    for (std::size_t c = 0; c < sums.size(); ++c) {
      if (ties(sums[c])) chances[c] += 1 / count;
    }
  }
  for (double& chance : chances) chance /= kResamples;
  return chances;
}

double confidence_of_look(int look, double confidence) {
  return 1 - (1 - confidence) / (static_cast<double>(look) * (look + 1));
}

double quantile_of(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace goodhart
