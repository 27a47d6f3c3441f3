/// Expected rewards of contests.
#include "goodhart/model/rivals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <numbers>
#include <utility>

#include "goodhart/core/elementary.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/core/math.hpp"
#include "goodhart/core/scratch.hpp"

namespace goodhart {

namespace {

using Segments = ScratchVector<std::pair<double, double>>;

/// How many standard deviations away a normal is as good as over.
constexpr double kOver = 9;

/// Chances beyond which nothing is left of winning, or of not winning.
constexpr double kNever = 1e-18, kAlways = 1e-16;

/// In double throughout: long double would be slower and no better than what goes in.
using Plain = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

/// A threshold that must be passed, and its probability.
struct Threshold {
  double at, weight;
};

/// Unions of overlapping intervals, of ascending left ends.
void unite(Segments& segments) {
  std::size_t kept = 0;
  for (std::size_t i = 1; i < segments.size(); ++i) {
    if (segments[i].first <= segments[kept].second) {
      segments[kept].second = std::max(segments[kept].second, segments[i].second);
    } else {
      segments[++kept] = segments[i];
    }
  }
  if (!segments.empty()) segments.resize(kept + 1);
}

/// The normal law's distribution function, from both sides, and its bell exp(-z^2 / 2).
struct Bell {
  double below, above, bell;
};

GOODHART_INLINE Bell bell_at(double z) {
  const double size = least(z < 0 ? -z : z, 40.0);
  const double bell = exp_of(-0.5 * z * z);
  const double tail = bell * normal_tail(size);
  return {z < 0 ? tail : 1 - tail, z < 0 ? 1 - tail : tail, bell};
}

/// Sums over the components of a mixture of normals, each with its weight.
struct Mixture {
  double below = 0, above = 0, bell = 0, slope = 0;
};

GOODHART_WIDE Mixture mixture_at(const double* __restrict means, const double* __restrict weights, double m,
                                 double per_deviation) {
  double below[kMostComponents], above[kMostComponents], bell[kMostComponents], slope[kMostComponents];
  for (std::size_t r = 0; r < kMostComponents; ++r) {
    const double z = (m - means[r]) * per_deviation;
    const Bell at = bell_at(z);
    below[r] = weights[r] * at.below;
    above[r] = weights[r] * at.above;
    bell[r] = weights[r] * at.bell;
    slope[r] = -z * (weights[r] * at.bell);
  }
  Mixture sums;
  for (std::size_t r = 0; r < kMostComponents; ++r) {
    sums.below += below[r];
    sums.above += above[r];
    sums.bell += bell[r];
    sums.slope += slope[r];
  }
  return sums;
}

/// Sums of weight x Phi(z), weight x bell and weight x z bell over thresholds, z = (m - at) / noise.
struct Passing {
  double value = 0, bell = 0, lean = 0;
};

/// So many thresholds are looked at together: `count` of them is a multiple of this.
constexpr std::size_t kTogether = 8;

GOODHART_INLINE double total_of_eight(const double (&part)[kTogether]) {
  return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
}

GOODHART_WIDE Passing passing(const double* __restrict at, const double* __restrict weight, std::size_t count, double m,
                              double per_noise) {
  constexpr std::size_t kAtOnce = 128;
  static_assert(kAtOnce % kTogether == 0);
  double value[kAtOnce], bell[kAtOnce], lean[kAtOnce];
  double values[kTogether] = {}, bells[kTogether] = {}, leans[kTogether] = {};
  for (std::size_t begin = 0; begin < count; begin += kAtOnce) {
    const std::size_t here = (count - begin < kAtOnce ? count - begin : kAtOnce) / kTogether * kTogether;
    for (std::size_t q = 0; q < here; ++q) {
      const double z = (m - at[begin + q]) * per_noise;
      const Bell one = bell_at(z);
      value[q] = weight[begin + q] * one.below;
      bell[q] = weight[begin + q] * one.bell;
      lean[q] = z * bell[q];
    }
    for (std::size_t q = 0; q < here; q += kTogether) {
      for (std::size_t l = 0; l < kTogether; ++l) values[l] += value[q + l];
      for (std::size_t l = 0; l < kTogether; ++l) bells[l] += bell[q + l];
      for (std::size_t l = 0; l < kTogether; ++l) leans[l] += lean[q + l];
    }
  }
  return {total_of_eight(values), total_of_eight(bells), total_of_eight(leans)};
}

/// Slopes of the chance of winning at many readings: of a beta density over the share of rivals who are behind, and
/// that share's own.
GOODHART_WIDE void chance_slopes(const double* __restrict at, std::size_t count, const double* __restrict means,
                                 std::size_t components, double per_deviation, const Odds& odds,
                                 double* __restrict slope) {
  constexpr double kTiny = 1e-300;
  const double per_component = 1 / static_cast<double>(components), peak = std::exp(odds.log_peak - odds.log_beta);
  const double unit = kInverseRootTwoPi * per_deviation * per_component * peak;
  for (std::size_t begin = 0; begin < count; begin += kTogether) {
    double below[kTogether] = {}, above[kTogether] = {}, bell[kTogether] = {};
    for (std::size_t r = 0; r < components; ++r) {
      for (std::size_t l = 0; l < kTogether; ++l) {
        const Bell one = bell_at((at[begin + l] - means[r]) * per_deviation);
        below[l] += one.below;
        above[l] += one.above;
        bell[l] += one.bell;
      }
    }
    for (std::size_t l = 0; l < kTogether; ++l) {
      const double behind = log_of(greatest(below[l] * per_component, kTiny));
      const double ahead = log_of(greatest(above[l] * per_component, kTiny));
      const double fall = (odds.a - 1) * behind + (odds.b - 1) * ahead - odds.log_peak;
      slope[begin + l] = unit * bell[l] * exp_of(least(fall, 0.0));
    }
  }
}

/// The chance T(m) of winning with a reading m, and its derivatives.
class Chance {
 public:
  Chance(const Rivals& rivals, const Odds& odds)
      : odds_(odds),
        components_(rivals.means.size()),
        deviation_(std::sqrt(rivals.variance)),
        a_(odds.a),
        b_(odds.b),
        log_beta_(odds.log_beta) {
    for (std::size_t r = 0; r < kMostComponents; ++r) {
      means_[r] = rivals.means[std::min(r, components_ - 1)];
      weights_[r] = r < components_ ? 1.0 : 0.0;
    }
  }

  Rise::Point at(double m, bool with_value = true) const {
    const Mixture sums = mixture_at(means_.data(), weights_.data(), m, 1 / deviation_);
    const double count = static_cast<double>(components_);
    const double below = sums.below / count, above = sums.above / count;
    const double unit = std::sqrt(2 * std::numbers::pi) * deviation_ * count;
    const double density = sums.bell / unit, slope = sums.slope / (unit * deviation_);
    Rise::Point point;
    if (with_value) {
      point.value =
          below < 0.5 ? boost::math::ibeta(a_, b_, below, Plain()) : boost::math::ibetac(b_, a_, above, Plain());
    }
    const double first = std::exp((a_ == 1 ? 0.0 : (a_ - 1) * std::log(below)) +
                                  (b_ == 1 ? 0.0 : (b_ - 1) * std::log(above)) - log_beta_);
    if (!(first > 0)) return point;
    point.slope = first * density;
    const double bend = (a_ == 1 ? 0.0 : (a_ - 1) / below) - (b_ == 1 ? 0.0 : (b_ - 1) / above);
    point.curvature = first * (bend * density * density + slope);
    return point;
  }

  /// The same where readings and rivals have no noise: only the share of rivals that are not ahead counts.
  double of_share(double share) const {
    return share <= 0 ? 0.0 : share >= 1 ? 1.0 : boost::math::ibeta(a_, b_, share, Plain());
  }

  /// The share of rivals behind a reading, and of those ahead of it.
  std::pair<double, double> shares(double m) const {
    const Mixture sums = mixture_at(means_.data(), weights_.data(), m, 1 / deviation_);
    const double count = static_cast<double>(components_);
    return {sums.below / count, sums.above / count};
  }

  /// Slopes at `count` readings, a multiple of kTogether.
  void slopes(const double* at, std::size_t count, double* slope) const {
    chance_slopes(at, count, means_.data(), components_, 1 / deviation_, odds_, slope);
  }

  const Odds& odds() const { return odds_; }
  double deviation() const { return deviation_; }
  /// How far off the density may be by rounding: a power of so many rivals magnifies it.
  double rounding() const { return 1e-12 + 4e-16 * (a_ + b_); }

 private:
  const Odds& odds_;
  std::size_t components_;
  std::array<double, kMostComponents> means_, weights_;  ///< those beyond the last have no weight
  double deviation_, a_, b_, log_beta_;
};

/// The largest share g for which I_g(a, b) is surely below `chance`.
double share_for(double a, double b, double chance) {
  double from = -110, to = 0;  // logarithms
  for (int round = 0; round < 30; ++round) {
    const double middle = 0.5 * (from + to);
    (boost::math::ibeta(a, b, std::exp(middle), Plain()) < chance ? from : to) = middle;
  }
  return std::exp(from);
}

Odds odds_of(std::size_t others, std::size_t places) {
  Odds odds{.others = others, .places = places};
  const double a = odds.a = static_cast<double>(others + 1 - places), b = odds.b = static_cast<double>(places);
  // The logarithm of the beta function from the density where that is neither tiny nor huge.
  const double x = a / (a + b);
  odds.log_beta = (a - 1) * std::log(x) + (b - 1) * std::log1p(-x) - std::log(boost::math::ibeta_derivative(a, b, x));
  if (a > 1 && b > 1) {
    const double mode = (a - 1) / (a + b - 2);
    odds.log_peak = (a - 1) * std::log(mode) + (b - 1) * std::log1p(-mode);
  }
  odds.never = share_for(a, b, kNever);
  odds.always = share_for(b, a, kAlways);
  return odds;
}

/// Where the chance rises: around the components' means, and where it is neither 0 nor 1. With many rivals that is a
/// small part: the best of many are nearly certain to be about so good.
Segments around(const Chance& chance, std::span<const double> means) {
  const double over = kOver * chance.deviation();
  double from = means.front() - over, to = means.back() + over;
  const auto narrow = [&](const auto& is_over) {
    double low = means.front() - over, high = means.back() + over;
    for (int round = 0; round < 16; ++round) {
      const double middle = 0.5 * (low + high);
      (is_over(chance.shares(middle)) ? high : low) = middle;
    }
    return std::pair(low, high);
  };
  from = narrow([&](const auto& shares) { return shares.first >= chance.odds().never; }).first;
  to = narrow([&](const auto& shares) { return shares.second < chance.odds().always; }).second;
  Segments segments;
  for (const double mean : means) {
    const double left = std::max(from, mean - over), right = std::min(to, mean + over);
    if (left < right) segments.emplace_back(left, right);
  }
  unite(segments);
  return segments;
}

/// Splits the chance into thresholds by the trapezoidal rule, whose error falls exponentially with their density
/// (Trefethen & Weideman 2014, doi 10.1137/130932132): fine enough for the chance alone (its weights then sum to 1) and
/// for its product with a normal of deviation `noise`. Returns the distance that is enough for the chance alone.
double thresholds_of(const Chance& chance, const Segments& segments, double noise,
                     ScratchVector<Threshold>& thresholds) {
  const auto fill = [&](double distance) {
    thresholds.clear();
    double sum = 0;
    for (const auto& [from, to] : segments) {
      const auto count = static_cast<std::size_t>((to - from) / distance) + 1;
      for (std::size_t q = 0; q < count; ++q) {
        const double at = from + (static_cast<double>(q) + 0.5) * distance;
        const double weight = distance * chance.at(at, false).slope;
        if (!(weight > 1e-19)) continue;
        thresholds.push_back({at, weight});
        sum += weight;
      }
    }
    return sum;
  };
  double enough = std::min(0.5 * chance.deviation(), (segments.back().second - segments.front().first) / 8);
  // Twice in a row, because a coarse sum can be right by chance.
  for (int good = 0, round = 0; round < 14; ++round) {
    good = std::fabs(fill(enough) - 1) < chance.rounding() ? good + 1 : 0;
    if (good == 2) break;
    enough *= 0.5;
  }
  enough *= 2;  // the coarser of the two was right
  const double sum = fill(noise > 0 ? 1 / (1 / enough + 1.23 / noise) : enough);
  for (Threshold& one : thresholds) one.weight /= sum;
  return enough;
}

/// What `passing` sums up, for kTogether readings at once, thresholds one after another.
GOODHART_WIDE void passing_together(const double* __restrict at, const double* __restrict weight, std::size_t count,
                                    const double* __restrict m, double per_noise, double* __restrict value,
                                    double* __restrict bell, double* __restrict lean) {
  double values[kTogether] = {}, bells[kTogether] = {}, leans[kTogether] = {};
  for (std::size_t q = 0; q < count; ++q) {
    for (std::size_t l = 0; l < kTogether; ++l) {
      const double z = (m[l] - at[q]) * per_noise;
      const Bell one = bell_at(z);
      values[l] += weight[q] * one.below;
      bells[l] += weight[q] * one.bell;
      leans[l] += z * (weight[q] * one.bell);
    }
  }
  for (std::size_t l = 0; l < kTogether; ++l) {
    value[l] = values[l];
    bell[l] = bells[l];
    lean[l] = leans[l];
  }
}

/// Tabulates sum of weight x Phi((m - at) / noise), thresholds ascending.
void tabulate(std::span<const Threshold> thresholds, double noise, double spacing, Rise& rise) {
  ScratchVector<double> passed{0.0};  // weights up to a threshold
  ScratchVector<double> places, weights;
  Segments segments;
  for (const Threshold& one : thresholds) {
    passed.push_back(passed.back() + one.weight);
    places.push_back(one.at);
    weights.push_back(one.weight);
    segments.emplace_back(one.at - kOver * noise, one.at + kOver * noise);
  }
  unite(segments);
  const double unit = kInverseRootTwoPi / noise;
  const auto look = [&](std::span<const double> at, Rise::Point* points) {
    std::size_t first = 0, last = 0;
    for (std::size_t begin = 0; begin < at.size(); begin += kTogether) {
      const std::size_t here = std::min(kTogether, at.size() - begin);
      double m[kTogether], value[kTogether], bell[kTogether], lean[kTogether];
      for (std::size_t l = 0; l < kTogether; ++l) m[l] = at[begin + std::min(l, here - 1)];
      // Thresholds that are neither passed by all nor out of reach of all.
      while (first < places.size() && places[first] < m[0] - kOver * noise) ++first;
      while (last < places.size() && places[last] <= m[kTogether - 1] + kOver * noise) ++last;
      passing_together(places.data() + first, weights.data() + first, std::max(first, last) - first, m, 1 / noise,
                       value, bell, lean);
      for (std::size_t l = 0; l < here; ++l) {
        points[begin + l] = {passed[first] + value[l], unit * bell[l], -unit / noise * lean[l]};
      }
    }
  };
  rise.build(std::cref(look), segments, spacing);
}

/// Sums of weights times what is passed of them, over `count` of a grid, a multiple of kTogether.
GOODHART_WIDE Passing weigh(const double* __restrict weight, const double* __restrict value,
                            const double* __restrict bell, const double* __restrict lean, std::size_t count) {
  double values[kTogether] = {}, bells[kTogether] = {}, leans[kTogether] = {};
  for (std::size_t q = 0; q < count; q += kTogether) {
    for (std::size_t l = 0; l < kTogether; ++l) values[l] += weight[q + l] * value[q + l];
    for (std::size_t l = 0; l < kTogether; ++l) bells[l] += weight[q + l] * bell[q + l];
    for (std::size_t l = 0; l < kTogether; ++l) leans[l] += weight[q + l] * lean[q + l];
  }
  return {total_of_eight(values), total_of_eight(bells), total_of_eight(leans)};
}

/// The normal law at z = from - q step, for q below `count`: its distribution function, bell and z bell.
GOODHART_WIDE void normal_on_grid(double from, double step, std::size_t count, double* __restrict value,
                                  double* __restrict bell, double* __restrict lean) {
  for (std::size_t q = 0; q < count; ++q) {
    const double z = from - static_cast<double>(q) * step;
    const Bell one = bell_at(z);
    value[q] = one.below;
    bell[q] = one.bell;
    lean[q] = z * one.bell;
  }
}

/// The chance of winning with noise on both sides, where the thresholds of the trapezoidal rule and the knots of its
/// table stand on one grid: then the normal law is needed at the grid's distances only, and each knot is a sum of
/// products. The grid is halved, which keeps what is known, until it is fine enough (`thresholds_of` says for what).
class GridOfChance {
 public:
  /// False where the grid would have too many points: where noises are of very different sizes.
  bool lay(const Chance& chance, double from, double to, double noise) {
    noise_ = noise;
    from_ = from;
    double distance = std::min(0.5 * chance.deviation(), (to - from) / 8);
    double enough = 0;  // the distance that is enough for the chance alone
    if (!begin(chance, distance, to)) return false;
    for (int good = 0, round = 0; enough == 0 || distance_ > 1 / (1 / enough + kForNoise / noise); ++round) {
      if (enough == 0) {
        // Twice in a row, because a coarse sum can be right by chance.
        good = std::fabs(sum() - 1) < chance.rounding() ? good + 1 : 0;
        if (good == 2 || round == kMostHalvings) enough = 2 * distance_;
        if (enough > 0) continue;
      }
      if (2 * count_ > kMostPoints) return false;
      halve(chance);
    }
    spacing_ = 2 * std::hypot(noise, 2 * enough);
    return true;
  }

  void tabulate(Rise& rise) {
    const double sum_of_all = sum(), share = distance_ / sum_of_all;
    passed_.assign(1, 0.0);
    for (std::size_t q = 0; q < count_; ++q) {
      weight_[q] *= share;
      passed_.push_back(passed_.back() + weight_[q]);
    }
    weight_.resize(count_ + kTogether, 0.0);
    reach_ = static_cast<std::ptrdiff_t>(std::ceil(kOver * noise_ / distance_));
    const std::size_t wide = static_cast<std::size_t>(2 * reach_ + 1) + 2 * kTogether;
    value_.resize(wide);
    bell_.resize(wide);
    lean_.resize(wide);
    normal_on_grid(static_cast<double>(reach_) * distance_ / noise_, distance_ / noise_, wide, value_.data(),
                   bell_.data(), lean_.data());
    // Knots stand on the grid as long as they are a power of two of its distances apart.
    const double halvings = std::max(1.0, std::floor(std::log2(spacing_ / distance_)));
    const double stride = std::exp2(halvings), begin = from_ - static_cast<double>(reach_) * distance_;
    const double wide_by = std::ceil((static_cast<double>(count_) + 2 * static_cast<double>(reach_)) / stride);
    const std::pair<double, double> segment{begin, begin + wide_by * stride * distance_};
    const auto look = [&](std::span<const double> at, Rise::Point* points) {
      for (std::size_t k = 0; k < at.size(); ++k) points[k] = point(at[k]);
    };
    rise.build(std::cref(look), {&segment, 1}, stride * distance_ * (1 + 1e-9));
  }

 private:
  static constexpr double kForNoise = 1.23;
  static constexpr int kMostHalvings = 13;
  static constexpr std::size_t kMostPoints = 4096;

  double place(std::size_t q) const { return from_ + static_cast<double>(q) * distance_; }
  double sum() const {
    double all = 0;
    for (const double one : weight_) all += one;
    return distance_ * all;
  }

  bool begin(const Chance& chance, double distance, double to) {
    distance_ = distance;
    const double points = std::ceil((to - from_) / distance) + 1;
    if (!(points <= static_cast<double>(kMostPoints))) return false;
    count_ = static_cast<std::size_t>(points);
    places_.resize((count_ + kTogether - 1) / kTogether * kTogether);
    for (std::size_t q = 0; q < places_.size(); ++q) places_[q] = place(q);
    fresh_.resize(places_.size());
    chance.slopes(places_.data(), places_.size(), fresh_.data());
    weight_.assign(fresh_.begin(), fresh_.begin() + static_cast<std::ptrdiff_t>(count_));
    return true;
  }

  /// Puts a point between every two.
  void halve(const Chance& chance) {
    distance_ *= 0.5;
    const std::size_t between = count_ - 1;
    places_.resize((between + kTogether - 1) / kTogether * kTogether);
    for (std::size_t q = 0; q < places_.size(); ++q) places_[q] = place(2 * q + 1);
    fresh_.resize(places_.size());
    chance.slopes(places_.data(), places_.size(), fresh_.data());
    weight_.resize(count_ + between);
    for (std::size_t q = between + 1; q-- > 0;) {
      weight_[2 * q] = weight_[q];
      if (q < between) weight_[2 * q + 1] = fresh_[q];
    }
    count_ += between;
  }

  Rise::Point point(double m) const {
    const double unit = kInverseRootTwoPi / noise_;
    const auto last = static_cast<std::ptrdiff_t>(count_);
    const double exact = (m - from_) / distance_, nearest = std::round(exact);
    const auto at = static_cast<std::ptrdiff_t>(nearest);
    const std::ptrdiff_t first = std::clamp<std::ptrdiff_t>(at - reach_, 0, last);
    const std::ptrdiff_t end = std::clamp<std::ptrdiff_t>(at + reach_ + 1, 0, last);
    const auto begin = static_cast<std::size_t>(first);
    // A few more than matter, to have whole lanes.
    const std::size_t count = (static_cast<std::size_t>(end - first) + kTogether - 1) / kTogether * kTogether;
    Passing sums;
    if (std::fabs(exact - nearest) < 1e-6) {
      const auto skip = static_cast<std::size_t>(first - (at - reach_));
      sums = weigh(weight_.data() + begin, value_.data() + skip, bell_.data() + skip, lean_.data() + skip, count);
    } else {
      ScratchVector<double> places(count);
      for (std::size_t q = 0; q < count; ++q) places[q] = place(begin + q);
      sums = passing(places.data(), weight_.data() + begin, count, m, 1 / noise_);
    }
    return {passed_[begin] + sums.value, unit * sums.bell, -unit / noise_ * sums.lean};
  }

  double noise_ = 0, from_ = 0, distance_ = 0, spacing_ = 0;
  std::size_t count_ = 0;     ///< points
  std::ptrdiff_t reach_ = 0;  ///< so many distances off, noise is over
  ScratchVector<double> weight_, passed_, places_, fresh_;
  ScratchVector<double> value_, bell_, lean_;  ///< the normal law from `reach_` distances ahead downwards
};

/// A reward that rises at each rival's reading, at once or blurred by noise.
int add_steps(std::span<const Threshold> thresholds, double noise, double weight, double offset, double scale,
              int reading, Curve* curves) {
  int count = 0;
  for (const Threshold& one : thresholds) {
    if (one.weight * weight == 0) continue;
    Curve& curve = curves[count++] = Curve{};
    curve.shape = Curve::Shape::step;
    curve.falling = scale < 0;
    curve.reading = reading;
    curve.weight = weight * one.weight;
    curve.low = (one.at - offset) / scale;
    curve.noise = noise / std::fabs(scale);
  }
  return count;
}

int add_rise(const Rise& rise, double weight, double offset, double scale, int reading, Curve* curves) {
  *curves = Curve{};
  curves->shape = Curve::Shape::rise;
  curves->reading = reading;
  curves->weight = weight;
  curves->rise = &rise;
  curves->offset = offset;
  curves->scale = scale;
  return 1;
}

/// All that a table depends on.
class Key {
 public:
  Key(const Rivals& rivals, double places, double noise)
      : numbers_{places, static_cast<double>(rivals.others), rivals.variance, noise}, means_(rivals.means.size()) {
    std::copy(rivals.means.begin(), rivals.means.end(), numbers_.begin() + kOthers);
  }
  operator std::span<const double>() const { return std::span(numbers_).first(kOthers + means_); }

 private:
  static constexpr std::size_t kOthers = RiseShelf::kLongestKey - kMostComponents;
  std::array<double, RiseShelf::kLongestKey> numbers_;
  std::size_t means_;
};

/// What each component's rivals add to the chance where rivals have no noise.
void jumps_of(const Rivals& rivals, const Chance* chance, ScratchVector<Threshold>& thresholds) {
  thresholds.clear();
  double before = 0;
  const auto count = static_cast<double>(rivals.means.size());
  for (std::size_t r = 0; r < rivals.means.size(); ++r) {
    if (r + 1 < rivals.means.size() && rivals.means[r + 1] == rivals.means[r]) continue;  // equal ones jump together
    const double share = static_cast<double>(r + 1) / count;
    const double now = chance ? chance->of_share(share) : share;
    thresholds.push_back({rivals.means[r], now - before});
    before = now;
  }
}

/// Rivals as seen from nearby, where their readings are large beside the noise: tables of large arguments are as rough
/// as these are rounded. Where noise is no more than that rounding, there is nothing to tabulate.
class Nearby {
 public:
  Nearby(const Rivals& rivals, std::initializer_list<double> noises, double& offset) : rivals_(rivals) {
    const double size = std::max(std::fabs(rivals.means.front()), std::fabs(rivals.means.back()));
    for (const double noise : noises) {
      if (noise == 0 || size <= kLarge * noise) continue;
      if (size > kLost * noise) {
        throw RunError(fmt::format(
            "readings of {:.3g} are too large beside their noise of {:.3g} for employees to be compared: what tells "
            "them apart is lost in rounding; measure from nearer by (the metric's baseline), or in units that fit",
            size, noise));
      }
      base_ = rivals.means.front();
    }
    if (base_ == 0) return;
    for (std::size_t r = 0; r < rivals.means.size(); ++r) means_[r] = rivals.means[r] - base_;
    rivals_.means = std::span(means_).first(rivals.means.size());
    rivals_.mean -= base_;
    offset -= base_;
  }
  Nearby(const Nearby&) = delete;
  Nearby& operator=(const Nearby&) = delete;
  ~Nearby() = default;

  const Rivals& rivals() const { return rivals_; }

 private:
  static constexpr double kLarge = 1e6, kLost = 1e13;  // times the noise
  Rivals rivals_;
  double base_ = 0;
  std::array<double, kMostComponents> means_;  ///< filled where there is a base
};

}  // namespace

Rise& RiseShelf::find(std::span<const double> key, bool& fresh) {
  while (slots_.size() < kSlots) slots_.push_back(std::make_unique<Slot>());
  Slot* oldest = nullptr;
  for (const auto& slot : slots_) {
    if (std::equal(key.begin(), key.end(), slot->key.begin(), slot->key.end())) {
      slot->used = now_;
      fresh = false;
      return slot->rise;
    }
    if (slot->used != now_ && (!oldest || slot->used < oldest->used)) oldest = slot.get();
  }
  if (!oldest) {
    slots_.push_back(std::make_unique<Slot>());
    oldest = slots_.back().get();
  }
  oldest->key.assign(key.begin(), key.end());
  oldest->used = now_;
  fresh = true;
  return oldest->rise;
}

const Odds& RiseShelf::odds(std::size_t others, std::size_t places) {
  for (const Odds& known : odds_) {
    if (known.others == others && known.places == places) return known;
  }
  if (odds_.size() < kOdds) {
    odds_.reserve(kOdds);
    return odds_.emplace_back(odds_of(others, places));
  }
  Odds& taken = odds_[next_odds_];
  next_odds_ = (next_odds_ + 1) % kOdds;
  taken = odds_of(others, places);
  return taken;
}

int add_contest(const Rivals& believed, std::size_t places, double own_noise, double weight, double offset,
                double scale, int reading, RiseShelf& shelf, Curve* curves) {
  ScratchVector<Threshold> thresholds;
  const Nearby nearby(believed, {std::sqrt(believed.variance), own_noise}, offset);
  const Rivals& rivals = nearby.rivals();
  if (rivals.variance == 0 && own_noise == 0) {
    const Chance chance(rivals, shelf.odds(rivals.others, places));
    jumps_of(rivals, &chance, thresholds);
    return add_steps(thresholds, 0, weight, offset, scale, reading, curves);
  }
  bool fresh = false;
  Rise& rise = shelf.find(Key(rivals, static_cast<double>(places), own_noise), fresh);
  if (fresh) {
    const Chance chance(rivals, shelf.odds(rivals.others, places));
    if (rivals.variance == 0) {
      jumps_of(rivals, &chance, thresholds);
      tabulate(thresholds, own_noise, 2 * own_noise, rise);
    } else {
      const Segments segments = around(chance, rivals.means);
      // Among few, where each has a table of its own, decisions may have several curved readings: what is proved of
      // these rests on the knots that follow the chance's own shape.
      GridOfChance grid;
      if (own_noise > 0 && rivals.others >= kMany && segments.size() == 1 &&
          grid.lay(chance, segments.front().first, segments.front().second, own_noise)) {
        grid.tabulate(rise);
        return add_rise(rise, weight, offset, scale, reading, curves);
      }
      const double distance = thresholds_of(chance, segments, own_noise, thresholds);
      if (own_noise > 0) {
        tabulate(thresholds, own_noise, 2 * std::hypot(own_noise, 2 * distance), rise);
      } else {
        const auto look = [&](std::span<const double> at, Rise::Point* points) {
          for (std::size_t k = 0; k < at.size(); ++k) points[k] = chance.at(at[k]);
        };
        rise.build(std::cref(look), segments, 4 * distance);
      }
    }
  }
  return add_rise(rise, weight, offset, scale, reading, curves);
}

int add_standing(const Rivals& believed, double own_noise, double weight, double offset, double scale, int reading,
                 RiseShelf& shelf, Curve* curves) {
  ScratchVector<Threshold> thresholds;
  const double noise = std::sqrt(believed.variance + own_noise * own_noise);
  const Nearby nearby(believed, {noise}, offset);
  const Rivals& rivals = nearby.rivals();
  if (noise == 0) {
    jumps_of(rivals, nullptr, thresholds);
    return add_steps(thresholds, 0, weight, offset, scale, reading, curves);
  }
  bool fresh = false;
  Rise& rise = shelf.find(Key(rivals, 0, noise), fresh);
  if (fresh) {
    jumps_of(rivals, nullptr, thresholds);
    tabulate(thresholds, noise, 2 * noise, rise);
  }
  return add_rise(rise, weight, offset, scale, reading, curves);
}

int add_standing_by_steps(const Rivals& believed, double own_noise, double weight, double offset, double scale,
                          int reading, Curve* curves) {
  ScratchVector<Threshold> thresholds;
  const double noise = std::sqrt(believed.variance + own_noise * own_noise);
  const Nearby nearby(believed, {noise}, offset);
  jumps_of(nearby.rivals(), nullptr, thresholds);
  return add_steps(thresholds, noise, weight, offset, scale, reading, curves);
}

}  // namespace goodhart
