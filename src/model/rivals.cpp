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
#include "goodhart/core/scratch.hpp"

namespace goodhart {

namespace {

using Segments = ScratchVector<std::pair<double, double>>;

/// How many standard deviations away a normal is as good as over.
constexpr double kOver = 9;

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
  const auto total = [](const double(&part)[kTogether]) __attribute__((always_inline)) {
    return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
  };
  return {total(values), total(bells), total(leans)};
}

/// The chance T(m) of winning with a reading m, and its derivatives.
class Chance {
 public:
  Chance(const Rivals& rivals, std::size_t places)
      : components_(rivals.means.size()),
        deviation_(std::sqrt(rivals.variance)),
        a_(static_cast<double>(rivals.others + 1 - places)),
        b_(static_cast<double>(places)) {
    for (std::size_t r = 0; r < kMostComponents; ++r) {
      means_[r] = rivals.means[std::min(r, components_ - 1)];
      weights_[r] = r < components_ ? 1.0 : 0.0;
    }
    // The logarithm of the beta function from the density where that is neither tiny nor huge.
    const double x = a_ / (a_ + b_);
    log_beta_ = (a_ - 1) * std::log(x) + (b_ - 1) * std::log1p(-x) - std::log(boost::math::ibeta_derivative(a_, b_, x));
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

  double deviation() const { return deviation_; }
  /// How far off the density may be by rounding: a power of so many rivals magnifies it.
  double rounding() const { return 1e-12 + 4e-16 * (a_ + b_); }

 private:
  std::size_t components_;
  std::array<double, kMostComponents> means_, weights_;  ///< those beyond the last have no weight
  double deviation_, a_, b_, log_beta_ = 0;
};

/// Where the chance rises: around the components' means, and where it is neither 0 nor 1. With many rivals that is a
/// small part: the best of many are nearly certain to be about so good.
Segments around(const Chance& chance, std::span<const double> means) {
  constexpr double kNever = 1e-18, kAlways = 1 - 1e-16;
  const double over = kOver * chance.deviation();
  const auto level = [&](double bound, bool below) {
    double from = means.front() - over, to = means.back() + over;
    for (int round = 0; round < 16; ++round) {
      const double middle = 0.5 * (from + to);
      (chance.at(middle).value < bound ? from : to) = middle;
    }
    return below ? from : to;
  };
  const double from = level(kNever, true), to = level(kAlways, false);
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
  places.resize(places.size() + kTogether, places.back());
  weights.resize(places.size(), 0.0);
  unite(segments);
  const auto position = [&](double at) {
    return static_cast<std::size_t>(
        std::lower_bound(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(thresholds.size()), at) -
        places.begin());
  };
  const double unit = 1 / (std::sqrt(2 * std::numbers::pi) * noise);
  const auto at = [&](double m) {
    const std::size_t first = position(m - kOver * noise), last = position(m + kOver * noise);
    // A few more than matter, to have whole lanes.
    const std::size_t count = (last - first + kTogether - 1) / kTogether * kTogether;
    const Passing sums = passing(places.data() + first, weights.data() + first, count, m, 1 / noise);
    return Rise::Point{passed[first] + sums.value, unit * sums.bell, -unit / noise * sums.lean};
  };
  rise.build(std::cref(at), segments, spacing);
}

/// A reward that jumps at each rival's reading.
int add_steps(std::span<const Threshold> thresholds, double weight, double offset, double scale, int reading,
              Curve* curves) {
  int count = 0;
  for (const Threshold& one : thresholds) {
    if (one.weight * weight == 0) continue;
    Curve& curve = curves[count++] = Curve{};
    curve.shape = Curve::Shape::step;
    curve.falling = scale < 0;
    curve.reading = reading;
    curve.weight = weight * one.weight;
    curve.low = (one.at - offset) / scale;
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

int add_contest(const Rivals& believed, std::size_t places, double own_noise, double weight, double offset,
                double scale, int reading, RiseShelf& shelf, Curve* curves) {
  ScratchVector<Threshold> thresholds;
  const Nearby nearby(believed, {std::sqrt(believed.variance), own_noise}, offset);
  const Rivals& rivals = nearby.rivals();
  if (rivals.variance == 0 && own_noise == 0) {
    const Chance chance(rivals, places);
    jumps_of(rivals, &chance, thresholds);
    return add_steps(thresholds, weight, offset, scale, reading, curves);
  }
  bool fresh = false;
  Rise& rise = shelf.find(Key(rivals, static_cast<double>(places), own_noise), fresh);
  if (fresh) {
    const Chance chance(rivals, places);
    if (rivals.variance == 0) {
      jumps_of(rivals, &chance, thresholds);
      tabulate(thresholds, own_noise, 2 * own_noise, rise);
    } else {
      const Segments segments = around(chance, rivals.means);
      const double distance = thresholds_of(chance, segments, own_noise, thresholds);
      if (own_noise > 0) {
        tabulate(thresholds, own_noise, 2 * std::hypot(own_noise, 2 * distance), rise);
      } else {
        rise.build([&](double m) { return chance.at(m); }, segments, 4 * distance);
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
    return add_steps(thresholds, weight, offset, scale, reading, curves);
  }
  bool fresh = false;
  Rise& rise = shelf.find(Key(rivals, 0, noise), fresh);
  if (fresh) {
    jumps_of(rivals, nullptr, thresholds);
    tabulate(thresholds, noise, 2 * noise, rise);
  }
  return add_rise(rise, weight, offset, scale, reading, curves);
}

}  // namespace goodhart
