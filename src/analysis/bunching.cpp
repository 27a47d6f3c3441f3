/// The excess of readings at a target: bins, round numbers, the curve through what is away from the target, resamples.
#include "goodhart/analysis/bunching.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <cmath>
#include <map>
#include <span>
#include <utility>

#include "goodhart/core/decompositions.hpp"
#include "goodhart/core/draw_engine.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/core/random.hpp"

namespace goodhart {
namespace {

constexpr int kMostNear = 5;      // bins on a side of the target that may be left out
constexpr double kFits = 1.7;     // a curve whose misfit is no more fits
constexpr int kFewestFitted = 3;  // bins on each side that a curve needs
constexpr int kFewestChosen = 4;  // that a width which we choose leaves
constexpr double kFewest = 5;     // readings in a bin that is used
constexpr std::size_t kFewestPeople = 10;
constexpr int kHighestDegree = 4;
constexpr std::uint32_t kResampled = 999;
constexpr std::uint64_t kSeed = 1;
constexpr double kSame = 1e-9;    // how far from a whole number of steps a reading may be, to be a multiple
constexpr double kFinest = 1e-9;  // of the largest reading: finer steps are not looked at

double tolerance(double steps) {
  return kSame + 1e-14 * std::fabs(steps);  // the second for what division rounds
}

double floor_of(double steps) {
  return std::floor(steps + tolerance(steps));
}

bool is_multiple(double value, double step) {
  const double steps = value / step;
  return std::fabs(steps - std::round(steps)) <= tolerance(steps);
}

// ---- Round numbers ----

/// The factors times powers of ten, ascending; factors are at least 1 and below 10.
std::vector<double> round_numbers(const std::vector<double>& factors, int low, int high) {
  std::vector<double> numbers;
  for (int power = low; power <= high; ++power) {
    for (const double factor : factors) {
      numbers.push_back(power < 0 ? factor / std::pow(10.0, -power) : factor * std::pow(10.0, power));
    }
  }
  return numbers;
}

/// Of 1, 2 and 5 times powers of ten the one whose ratio to a size is nearest to 1; or one that is `further` above.
double round_near(double size, int further) {
  const auto power = static_cast<int>(std::floor(std::log10(size)));
  const std::vector<double> numbers = round_numbers({1, 2, 5}, power - 1, power + 3);
  const auto nearest = std::min_element(numbers.begin(), numbers.end(), [&](double a, double b) {
    return std::fabs(std::log(a / size)) < std::fabs(std::log(b / size));
  });
  return *(nearest + further);
}

/// Distinct readings with how often each is there, ascending.
using Counted = std::vector<std::pair<double, double>>;

Counted counted(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  Counted distinct;
  for (const double value : values) {
    if (distinct.empty() || distinct.back().first != value) distinct.emplace_back(value, 0);
    distinct.back().second += 1;
  }
  return distinct;
}

/// Steps of round numbers that the readings may have, ascending.
std::vector<double> steps_for(const Counted& distinct) {
  const double largest = std::max(std::fabs(distinct.front().first), std::fabs(distinct.back().first));
  const auto power = static_cast<int>(std::floor(std::log10(largest)));
  return round_numbers({1, 2, 2.5, 5}, std::max(-300, power + static_cast<int>(std::log10(kFinest))), power);
}

/// The largest round number that all readings are multiples of; 0 where there is none.
double grain_of(const Counted& distinct) {
  const std::vector<double> steps = steps_for(distinct);
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (std::all_of(distinct.begin(), distinct.end(), [&](const auto& one) { return is_multiple(one.first, *step); })) {
      return *step;
    }
  }
  return 0;
}

/// How many readings lie on the multiples of a step, and how many on their neighbours: the mean of the two beside each
/// among the multiples of a finer step. Without a finer one there are none, as readings without a grain are seldom
/// twice the same. The target itself says nothing, nor does 0, where those are who do nothing.
struct OnMultiples {
  double there = 0, beside = 0;
  double more() const { return there - beside; }
  bool heaps(double readings) const {
    return more() >= std::max({10.0, 0.01 * readings, 0.2 * beside, 4 * std::sqrt(there + beside / 2)});
  }
};

OnMultiples on_multiples(const Counted& distinct, double step, double finer, double target) {
  const double near = kSame * step;
  const auto speaks = [&](double multiple) {
    return is_multiple(multiple, step) && std::fabs(multiple - target) > near && std::fabs(multiple) > near;
  };
  OnMultiples found;
  for (const auto& [value, count] : distinct) {
    if (std::fabs(value - target) <= near) continue;
    if (speaks(value)) found.there += count;
    if (finer == 0) continue;
    found.beside += ((speaks(value - finer) ? count : 0) + (speaks(value + finer) ? count : 0)) / 2;
  }
  return found;
}

/// The steps of round numbers at which readings heap, from fine to coarse. Who rounds to tens makes multiples of two
/// heap as well: so of all steps that hold nearly as much as the one that holds most, the coarsest is told. Then those
/// that are coarser are held against it.
std::vector<Rounding> roundings_of(const Counted& distinct, double grain, double target, double readings) {
  constexpr double kNearlyAsMuch = 0.8;
  std::vector<Rounding> found;
  const std::vector<double> steps = steps_for(distinct);
  const double reach = distinct.back().first - distinct.front().first;
  for (double finer = grain;; finer = found.back().step) {
    std::vector<std::pair<double, OnMultiples>> heaping;
    double most = 0;
    for (const double step : steps) {
      if (step <= finer * 1.5 || step > reach || (finer > 0 && !is_multiple(step, finer))) continue;
      const OnMultiples here = on_multiples(distinct, step, finer, target);
      if (!here.heaps(readings)) continue;
      heaping.emplace_back(step, here);
      most = std::max(most, here.more());
    }
    const auto coarsest = std::find_if(heaping.rbegin(), heaping.rend(),
                                       [&](const auto& one) { return one.second.more() >= kNearlyAsMuch * most; });
    if (coarsest == heaping.rend()) return found;
    found.push_back({.step = coarsest->first,
                     .share = coarsest->second.there / readings,
                     .of_target = is_multiple(target, coarsest->first)});
  }
}

// ---- Bins ----

/// Counts in bins from -bins to bins - 1 of a width, from the target.
struct Bins {
  double target = 0, width = 0;
  int each = 0;
  std::vector<double> counts;
  int low = 0, high = 0;  ///< those that are used: from `low` to `high` - 1

  double at(int bin) const { return counts[static_cast<std::size_t>(bin + each)]; }
  double from(int bin) const { return target + bin * width; }
  int near_below = 1, near_above = 1;  ///< those that are left out: from -near_below to near_above - 1
  bool is_near(int bin) const { return bin >= -near_below && bin < near_above; }
  int fitted_below() const { return -near_below - low; }
  int fitted_above() const { return high - near_above; }
};

/// Which bin a reading is in; nothing where it is beyond them.
std::optional<int> bin_of(double value, const Bins& bins) {
  const double bin = floor_of((value - bins.target) / bins.width);
  if (bin < -bins.each || bin >= bins.each) return std::nullopt;
  return static_cast<int>(bin);
}

Bins bins_of(const Counted& distinct, double target, double width, int each) {
  Bins bins{.target = target,
            .width = width,
            .each = each,
            .counts = std::vector<double>(2 * static_cast<std::size_t>(each))};
  for (const auto& [value, count] : distinct) {
    if (const auto bin = bin_of(value, bins)) bins.counts[static_cast<std::size_t>(*bin + each)] += count;
  }
  // A bin at the edge of the readings may lie half beyond it, or hold all those who do nothing.
  const double least = distinct.front().first, greatest = distinct.back().first;
  // A hole beside the target is no end of the readings.
  const auto begins_at = [&](int nearest, int outwards) {
    const int beyond = nearest + outwards * (kMostNear - 1);
    const bool inside = bins.from(beyond) > least && bins.from(beyond + 1) <= greatest;
    return inside && bins.at(beyond) >= kFewest ? beyond : nearest;
  };
  bins.low = begins_at(-1, -1);
  while (bins.low > -each && bins.at(bins.low - 1) >= kFewest && bins.from(bins.low - 1) > least) --bins.low;
  bins.high = begins_at(0, 1) + 1;
  while (bins.high < each && bins.at(bins.high) >= kFewest && bins.from(bins.high + 1) <= greatest) ++bins.high;
  return bins;
}

/// How many multiples of a step a bin can hold.
double multiples_in(const Bins& bins, int bin, double step) {
  const auto below = [&](double end) { return -floor_of(-end / step); };  // the first multiple that is not below `end`
  return below(bins.from(bin + 1)) - below(bins.from(bin));
}

// ---- What is expected ----

/// Rows for the bins from low to high - 1: what the curve is made of, and the log of what it is multiplied with.
struct Shape {
  std::vector<std::vector<double>> rows;
  std::vector<double> room;
  std::vector<bool> fitted;
};

Shape shape_of(const Bins& bins, double grain, const std::vector<double>& steps, int degree) {
  Shape shape;
  for (int bin = bins.low; bin < bins.high; ++bin) {
    std::vector<double>& row = shape.rows.emplace_back();
    const double x = (bin + 0.5) / bins.each;
    double power = 1;
    for (int d = 0; d <= degree; ++d, power *= x) row.push_back(power);
    for (const double step : steps) row.push_back(multiples_in(bins, bin, step));
    const double values = grain > 0 ? multiples_in(bins, bin, grain) : 1;
    shape.room.push_back(std::log(std::max(values, 1.0)));
    shape.fitted.push_back(!bins.is_near(bin));
  }
  return shape;
}

struct Curve {
  std::vector<double> expected;  ///< of each row of the shape
  double likelihood = 0;         ///< log, of the fitted bins, but for a constant
};

/// Poisson regression with a logarithmic link by iterated weighted least squares; only fitted rows count.
Curve curve_through(const Shape& shape, std::span<const double> counts) {
  const std::size_t columns = shape.rows.front().size();
  std::vector<std::size_t> used;
  for (std::size_t r = 0; r < shape.rows.size(); ++r) {
    if (shape.fitted[r]) used.push_back(r);
  }
  Curve curve;
  curve.expected.assign(shape.rows.size(), 0);
  for (const std::size_t r : used) curve.expected[r] = counts[r] + 0.5;
  std::vector<double> x(columns), before(columns), matrix(used.size() * columns), wanted(used.size());
  for (int round = 0; round < 30; ++round) {
    for (std::size_t u = 0; u < used.size(); ++u) {
      const std::size_t r = used[u];
      const double mean = curve.expected[r], weight = std::sqrt(mean);
      wanted[u] = weight * (std::log(mean) - shape.room[r] + (counts[r] - mean) / mean);
      for (std::size_t c = 0; c < columns; ++c) matrix[c * used.size() + u] = weight * shape.rows[r][c];
    }
    solve_least_squares(matrix, wanted, x);
    double moved = 0;
    for (std::size_t c = 0; c < columns; ++c) moved = std::max(moved, std::fabs(x[c] - before[c]));
    before = x;
    for (std::size_t r = 0; r < shape.rows.size(); ++r) {
      double sum = shape.room[r];
      for (std::size_t c = 0; c < columns; ++c) sum += x[c] * shape.rows[r][c];
      curve.expected[r] = std::exp(std::clamp(sum, -30.0, 30.0));
    }
    if (moved < 1e-8) break;
  }
  for (const std::size_t r : used) curve.likelihood += counts[r] * std::log(curve.expected[r]) - curve.expected[r];
  return curve;
}

/// The steps of round numbers that the bins can tell from a smooth curve, and that the bin at the target is like some
/// of.
std::vector<double> steps_told(const Bins& bins, std::vector<Rounding>& roundings) {
  std::vector<double> steps;
  for (Rounding& rounding : roundings) {
    std::map<double, int> levels;
    for (int bin = bins.low; bin < bins.high; ++bin) {
      if (!bins.is_near(bin)) ++levels[multiples_in(bins, bin, rounding.step)];
    }
    const auto seen = [&](int bin) {
      const auto level = levels.find(multiples_in(bins, bin, rounding.step));
      return level != levels.end() && level->second >= 2;
    };
    rounding.accounted = seen(0) && seen(-1);
    if (rounding.accounted && levels.size() > 1) steps.push_back(rounding.step);
  }
  return steps;
}

// ---- Resamples ----

/// What the bins of each resample of employees hold, one after the other.
class Resamples {
 public:
  Resamples(const Readings& readings, const Bins& bins) : bins_(bins), draws_(kSeed, Purpose::resampling, "bunching") {
    if (readings.employee.empty()) return;
    std::map<std::pair<std::uint32_t, int>, double> counts;
    for (std::size_t i = 0; i < readings.values.size(); ++i) {
      const auto bin = bin_of(readings.values[i], bins);
      if (bin && *bin >= bins.low && *bin < bins.high) counts[{readings.employee[i], *bin}] += 1;
    }
    for (const auto& [where, count] : counts) {
      if (people_.empty() || people_.back().number != where.first) people_.push_back({where.first, {}});
      people_.back().in_bins.emplace_back(static_cast<std::size_t>(where.second - bins.low), count);
    }
  }

  std::vector<double> counts(std::uint32_t resample) const {
    std::vector<double> counts(static_cast<std::size_t>(bins_.high - bins_.low));
    if (people_.empty()) {  // everybody has one reading: the sum of n that count Poisson(1) times is Poisson(n)
      for (std::size_t b = 0; b < counts.size(); ++b) {
        const double mean = bins_.at(bins_.low + static_cast<int>(b));
        if (mean > 0) counts[b] = drawn(resample, static_cast<std::uint32_t>(b), mean);
      }
      return counts;
    }
    for (const Person& person : people_) {
      const double weight = drawn(resample, person.number, 1);
      if (weight == 0) continue;
      for (const auto& [bin, count] : person.in_bins) counts[bin] += weight * count;
    }
    return counts;
  }

 private:
  struct Person {
    std::uint32_t number;
    std::vector<std::pair<std::size_t, double>> in_bins;
  };

  double drawn(std::uint32_t resample, std::uint32_t whose, double mean) const {
    auto engine = engine_over(draws_, resample, whose, 0);
    return static_cast<double>(boost::random::poisson_distribution<std::int64_t, double>(mean)(engine));
  }

  const Bins& bins_;
  Draws draws_;
  std::vector<Person> people_;
};

double deviation_of(const std::vector<double>& values) {
  double mean = 0, squares = 0;
  for (const double value : values) mean += value;
  mean /= static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

// ---- What the data cannot tell ----

/// How far a share of the readings reaches; readings at the target are left out.
double quantile(const Counted& distinct, double target, double share) {
  double all = 0, sum = 0;
  for (const auto& [value, count] : distinct) all += value == target ? 0 : count;
  for (const auto& [value, count] : distinct) {
    sum += value == target ? 0 : count;
    if (sum >= share * all) return value;
  }
  return distinct.back().first;
}

/// The spread of readings, as a standard deviation, by what half of them lie within; wider where that is nothing.
double spread_of(const Counted& distinct, double target) {
  const auto between = [&](double low, double high) {
    return quantile(distinct, target, high) - quantile(distinct, target, low);
  };
  if (const double half = between(0.25, 0.75) / 1.349; half > 0) return half;
  if (const double most = between(0.05, 0.95) / 3.29; most > 0) return most;
  return between(0.005, 0.995) / 5.15;
}

void refuse_what_tells_nothing(const Readings& readings, const Counted& distinct, double target) {
  const std::size_t count = readings.values.size();
  if (count < 50) {
    throw UserError(
        fmt::format("there are {} readings; at least 50 are needed, and some hundreds to see anything", count));
  }
  if (readings.employees > 0 && readings.employees < kFewestPeople) {
    throw UserError(
        fmt::format("the readings are of {} employees; at least {} are needed, as intervals go by how people differ",
                    readings.employees, kFewestPeople));
  }
  if (distinct.size() == 1) {
    throw UserError("all readings are the same, so nothing shows what would be expected at the target");
  }
  if (distinct.back().first < target) {
    throw UserError(fmt::format("no reading is at or above the target {}; 95 % of them are at most {:.6g}", target,
                                quantile(distinct, target, 0.95)));
  }
  if (distinct.front().first >= target) {
    throw UserError(
        fmt::format("no reading is below the target {}, so what would be expected there cannot be told", target));
  }
  if (distinct.back().first == target) {
    throw UserError(
        fmt::format("no reading is above the target {}: either they are cut off there, or nobody goes beyond it; what "
                    "would be expected at the target cannot be told from one side alone",
                    target));
  }
}

[[noreturn]] void refuse_too_few(const Bins& bins, bool chosen) {
  const bool below = bins.fitted_below() < kFewestFitted;
  const double end = below ? bins.from(bins.low) : bins.from(bins.high);
  throw UserError(fmt::format(
      "there are too few readings {} the target {} to say what would be expected at it: in bins of width {:.6g}, those "
      "from {:.6g} on hold fewer than {:.0f} readings or reach the edge of all, and {} beyond the nearest are needed. "
      "{}",
      below ? "below" : "above", bins.target, bins.width, end, kFewest, kFewestFitted,
      chosen ? "More readings are needed, or a target that lies among them"
             : "More readings, or another --width, may do"));
}

Bins chosen_bins(const Counted& distinct, const BunchingOptions& options, double grain) {
  if (options.width) {
    if (*options.width < grain * (1 - kSame)) {
      throw UserError(fmt::format(
          "--width {}: is less than {}, of which all readings are multiples; a bin must be able to hold one of them",
          *options.width, grain));
    }
    Bins bins = bins_of(distinct, options.target, *options.width, options.bins);
    if (bins.fitted_below() < kFewestFitted || bins.fitted_above() < kFewestFitted) refuse_too_few(bins, false);
    return bins;
  }
  const double spread = spread_of(distinct, options.target);
  if (!(spread > 0)) {
    throw UserError(
        "nearly all readings but those at the target are the same, so nothing shows what would be expected there");
  }
  std::vector<Bins> tried;
  for (int further = 0; further < 3; ++further) {
    double width = std::max(round_near(0.1 * spread, further), grain);
    if (grain > 0) width = std::max(1.0, std::round(width / grain)) * grain;
    tried.push_back(bins_of(distinct, options.target, width, options.bins));
  }
  for (const int fewest : {kFewestChosen, kFewestFitted}) {
    for (const Bins& bins : tried) {
      if (bins.fitted_below() >= fewest && bins.fitted_above() >= fewest) return bins;
    }
  }
  refuse_too_few(tried.front(), true);
}

// ---- The curve ----

/// The counts of the bins that are used, with those of all resamples.
struct Samples {
  std::vector<double> counts;
  /// How much more counts vary than those of people with one reading each, whose variance is their mean: at least 1.
  double inflation = 1;
  std::vector<std::vector<double>> resampled;  ///< [resample][bin]
};

Samples samples_of(const Readings& readings, const Bins& bins) {
  Samples samples;
  for (int bin = bins.low; bin < bins.high; ++bin) samples.counts.push_back(bins.at(bin));
  const Resamples resamples(readings, bins);
  for (std::uint32_t r = 0; r < kResampled; ++r) samples.resampled.push_back(resamples.counts(r));
  double variance = 0, all = 0;
  for (std::size_t b = 0; b < samples.counts.size(); ++b) {
    std::vector<double> drawn;
    for (const std::vector<double>& counts : samples.resampled) drawn.push_back(counts[b]);
    variance += deviation_of(drawn) * deviation_of(drawn);
    all += samples.counts[b];
  }
  if (all > 0) samples.inflation = std::max(1.0, variance / all);
  return samples;
}

struct Fit {
  Bins bins;  ///< with those that are left out
  Shape shape;
  Curve curve;
  int degree = 0;
  double misfit = 1;
};

Fit fit_beside(const Bins& bins, const Samples& samples, double grain, const std::vector<double>& steps) {
  Fit fit;
  fit.bins = bins;
  const int fitted = bins.fitted_below() + bins.fitted_above();
  const int highest = std::clamp(fitted - 3 - static_cast<int>(steps.size()), 1, kHighestDegree);
  for (int degree = 1; degree <= highest; ++degree) {
    Shape shape = shape_of(bins, grain, steps, degree);
    Curve curve = curve_through(shape, samples.counts);
    const double gain = (curve.likelihood - fit.curve.likelihood) / samples.inflation;
    if (degree > 1 && gain <= degree - fit.degree) continue;
    fit.degree = degree;
    fit.shape = std::move(shape);
    fit.curve = std::move(curve);
  }
  double stray = 0;
  for (std::size_t b = 0; b < samples.counts.size(); ++b) {
    if (!fit.shape.fitted[b]) continue;
    const double expected = fit.curve.expected[b], away = samples.counts[b] - expected;
    stray += away * away / (samples.inflation * expected);
  }
  const int freedom = fitted - static_cast<int>(fit.shape.rows.front().size());
  if (freedom > 0) fit.misfit = stray / freedom;
  return fit;
}

/// With the fewest bins left out with which the curve fits the others; where it never does, with those with which it
/// strays least.
Fit fit_to(Bins bins, const Samples& samples, double grain, const std::vector<double>& steps) {
  Fit closest = fit_beside(bins, samples, grain, steps);
  for (int both = 3; both <= 2 * kMostNear && closest.misfit > kFits; ++both) {
    for (int below = std::max(1, both - kMostNear); below <= std::min(kMostNear, both - 1); ++below) {
      bins.near_below = below;
      bins.near_above = both - below;
      if (bins.fitted_below() < kFewestChosen || bins.fitted_above() < kFewestChosen) continue;
      Fit fit = fit_beside(bins, samples, grain, steps);
      if (fit.misfit < closest.misfit) closest = std::move(fit);
    }
  }
  return closest;
}

/// What the bins from `first` to `end` - 1 hold beyond what is expected.
Excess excess_in(const Fit& fit, const Samples& samples, int first, int end, double t) {
  const auto sum = [&](const std::vector<double>& values) {
    double total = 0;
    for (int bin = first; bin < end; ++bin) total += values[static_cast<std::size_t>(bin - fit.bins.low)];
    return total;
  };
  Excess excess{.from = fit.bins.from(first), .to = fit.bins.from(end)};
  excess.observed = sum(samples.counts);
  excess.expected = sum(fit.curve.expected);
  excess.more = excess.observed - excess.expected;
  std::vector<double> drawn;
  for (const std::vector<double>& counts : samples.resampled) {
    drawn.push_back(sum(counts) - sum(curve_through(fit.shape, counts).expected));
  }
  const double half = t * std::sqrt(std::max(1.0, fit.misfit)) * deviation_of(drawn);
  excess.low = excess.more - half;
  excess.high = excess.more + half;
  return excess;
}

}  // namespace

Bunching bunching_at(const Readings& readings, const BunchingOptions& options) {
  const Counted distinct = counted(readings.values);
  refuse_what_tells_nothing(readings, distinct, options.target);

  Bunching found;
  found.target = options.target;
  found.readings = readings.values.size();
  found.employees = readings.employees;
  found.exactly = static_cast<std::size_t>(std::count(readings.values.begin(), readings.values.end(), options.target));
  found.grain = grain_of(distinct);
  const Bins bins = chosen_bins(distinct, options, found.grain);
  found.width = bins.width;
  found.roundings = roundings_of(distinct, found.grain, options.target, static_cast<double>(found.readings));
  const Samples samples = samples_of(readings, bins);
  const Fit fit = fit_to(bins, samples, found.grain, steps_told(bins, found.roundings));
  found.degree = fit.degree;
  found.misfit = fit.misfit;

  const double people = static_cast<double>(found.employees > 0 ? found.employees : found.readings) - 1;
  const double t = boost::math::quantile(boost::math::students_t(people), 0.975);
  found.above = excess_in(fit, samples, 0, fit.bins.near_above, t);
  found.below = excess_in(fit, samples, -fit.bins.near_below, 0, t);
  for (int bin = bins.low; bin < bins.high; ++bin) {
    const auto b = static_cast<std::size_t>(bin - bins.low);
    found.bins.push_back({bins.from(bin), samples.counts[b], fit.curve.expected[b], fit.bins.is_near(bin)});
  }
  return found;
}

}  // namespace goodhart
