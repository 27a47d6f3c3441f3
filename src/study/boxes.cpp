/// Boxes by peeling, moving limits and dropping them.
#include "goodhart/study/boxes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "goodhart/core/errors.hpp"
#include "goodhart/core/random.hpp"

namespace goodhart {
namespace {

constexpr double kPeeled = 0.05;  // share of the points that a step takes away
constexpr double kLeast = 0.05;   // share of all points that a box must have
constexpr double kDoubt = 0.05;   // chance above which a limit, or a box, may be noise
constexpr std::size_t kMostBoxes = 3;
constexpr std::size_t kRounds = 20;  // in which limits move
constexpr std::uint32_t kShuffles = 99, kFewShuffles = 19;
constexpr std::size_t kMany = 200'000;  // numbers, from which on there are few shuffles
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The values of an input that lie in a box: from the first to the last, both within.
struct Side {
  double first = -kInfinity, last = kInfinity;
  bool is_open() const { return first == -kInfinity && last == kInfinity; }
  bool holds(double value) const { return value >= first && value <= last; }
};
using Sides = std::vector<Side>;

/// How good a box is: the correlation, over all points, of lying in it and failing.
double correlation(std::size_t failures, std::size_t points, std::size_t all_failures, std::size_t all_points) {
  const auto h = static_cast<double>(failures), n = static_cast<double>(points);
  const auto all_h = static_cast<double>(all_failures), all_n = static_cast<double>(all_points);
  const double spread = n * (all_n - n) * all_h * (all_n - all_h);
  return spread > 0 ? (h * all_n - n * all_h) / std::sqrt(spread) : 0;
}

/// The chance of at least `failures` among `points`, each of which fails with a chance of `share`.
double tail(std::size_t failures, std::size_t points, double share) {
  if (failures == 0) return 1;
  if (share <= 0) return 0;
  if (share >= 1) return 1;
  const auto n = static_cast<double>(points);
  double sum = 0;
  for (std::size_t k = failures; k <= points; ++k) {
    const auto x = static_cast<double>(k);
    sum += std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) + x * std::log(share) +
                    (n - x) * std::log1p(-share));
  }
  return std::min(sum, 1.0);
}

/// The points that are looked at, by the order of each input; which of them fail may be shuffled.
class Field {
 public:
  Field(const std::vector<std::vector<double>>& points, std::vector<std::size_t> members)
      : points_(points), members_(std::move(members)), inputs_(points.front().size()) {
    for (std::size_t i = 0; i < inputs_; ++i) {
      std::vector<std::size_t>& order = orders_.emplace_back(members_);
      std::stable_sort(order.begin(), order.end(),
                       [&](std::size_t a, std::size_t b) { return points[a][i] < points[b][i]; });
    }
  }

  std::size_t inputs() const { return inputs_; }
  const std::vector<std::size_t>& members() const { return members_; }
  const std::vector<std::size_t>& order(std::size_t input) const { return orders_[input]; }
  double value(std::size_t point, std::size_t input) const { return points_[point][input]; }

  /// Does a point lie in a box, whatever its value of the input `but`?
  bool holds(const Sides& sides, std::size_t point, std::size_t but = std::numeric_limits<std::size_t>::max()) const {
    for (std::size_t i = 0; i < sides.size(); ++i) {
      if (i != but && !sides[i].holds(points_[point][i])) return false;
    }
    return true;
  }

 private:
  const std::vector<std::vector<double>>& points_;
  std::vector<std::size_t> members_;
  std::size_t inputs_;
  std::vector<std::vector<std::size_t>> orders_;
};

/// Looks for one box among the points of a field.
class Hunt {
 public:
  Hunt(const Field& field, const std::vector<bool>& fails) : field_(field), fails_(fails) {
    for (const std::size_t point : field.members()) all_ += fails[point] ? 1 : 0;
  }

  Sides best() const {
    Sides sides = moved(peeled(), false);
    while (drop_one(sides)) sides = moved(sides, true);
    return sides;
  }

  std::pair<std::size_t, std::size_t> points_and_failures(const Sides& sides) const {
    std::size_t points = 0, failures = 0;
    for (const std::size_t point : field_.members()) {
      if (!field_.holds(sides, point)) continue;
      ++points;
      failures += fails_[point] ? 1 : 0;
    }
    return {points, failures};
  }

  double goodness_of(const Sides& sides) const {
    const auto counts = points_and_failures(sides);
    return goodness(counts.second, counts.first);
  }

 private:
  double goodness(std::size_t failures, std::size_t points) const {
    return correlation(failures, points, all_, field_.members().size());
  }

  /// What taking away one end of an input would do.
  struct Peel {
    std::size_t input = 0;
    bool low = false;
    std::size_t points = 0, failures = 0;  ///< that go
    double limit = 0;                      ///< the value that then is the first, or the last, within
    double gain = -kInfinity;
  };

  Sides peeled() const {
    const std::size_t count = field_.members().size();
    const auto least = static_cast<std::size_t>(std::ceil(kLeast * static_cast<double>(count)));
    Sides sides(field_.inputs()), best = sides;
    std::size_t points = count, failures = all_;
    double best_goodness = goodness(failures, points);
    while (failures < points) {
      Peel peel;
      for (std::size_t i = 0; i < field_.inputs(); ++i) {
        for (const bool low : {true, false}) {
          const Peel other = end_of(sides, points, failures, i, low);
          if (other.points > 0 && points - other.points >= least && other.gain > peel.gain) peel = other;
        }
      }
      if (!(peel.gain >= 0)) break;
      (peel.low ? sides[peel.input].first : sides[peel.input].last) = peel.limit;
      points -= peel.points;
      failures -= peel.failures;
      if (const double now = goodness(failures, points); now > best_goodness) {
        best_goodness = now;
        best = sides;
      }
    }
    return best;
  }

  /// The twentieth of the points at an end of an input, and those that share the last one's value.
  Peel end_of(const Sides& sides, std::size_t points, std::size_t failures, std::size_t input, bool low) const {
    Peel peel{.input = input, .low = low};
    const auto wanted =
        std::max<std::size_t>(1, static_cast<std::size_t>(std::floor(kPeeled * static_cast<double>(points))));
    const std::vector<std::size_t>& order = field_.order(input);
    double last = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
      const std::size_t point = order[low ? k : order.size() - 1 - k];
      if (!field_.holds(sides, point)) continue;
      const double value = field_.value(point, input);
      if (peel.points >= wanted && value != last) {
        peel.limit = value;
        const auto left = static_cast<double>(points - peel.points);
        const double denser = static_cast<double>(failures - peel.failures) / left -
                              static_cast<double>(failures) / static_cast<double>(points);
        peel.gain = denser / static_cast<double>(peel.points);
        return peel;
      }
      last = value;
      ++peel.points;
      peel.failures += fails_[point] ? 1 : 0;
    }
    return {};  // nothing would be left
  }

  /// Moves each side of each input to where the box is best, until none moves; with `only_closed`, inputs without a
  /// limit stay so.
  Sides moved(Sides sides, bool only_closed) const {
    double best = goodness_of(sides);
    for (std::size_t round = 0; round < kRounds; ++round) {
      const double before = best;
      for (std::size_t i = 0; i < field_.inputs(); ++i) {
        if (only_closed && sides[i].is_open()) continue;
        move_side(sides, i, true, best);
        move_side(sides, i, false, best);
      }
      if (!(best > before)) break;
    }
    return sides;
  }

  void move_side(Sides& sides, std::size_t input, bool low, double& best) const {
    const Side side = sides[input];
    // From the end that stands still, the box grows over the values one after the other.
    const std::vector<std::size_t>& order = field_.order(input);
    std::vector<std::size_t> within;
    for (const std::size_t point : order) {
      const double value = field_.value(point, input);
      if ((low ? value <= side.last : value >= side.first) && field_.holds(sides, point, input))
        within.push_back(point);
    }
    if (low) std::reverse(within.begin(), within.end());
    std::size_t points = 0, failures = 0;
    double limit = low ? side.first : side.last;
    for (std::size_t k = 0; k < within.size(); ++k) {
      ++points;
      failures += fails_[within[k]] ? 1 : 0;
      const double value = field_.value(within[k], input);
      const bool whole = k + 1 == within.size();
      if (!whole && field_.value(within[k + 1], input) == value) continue;
      const double now = goodness(failures, points);
      if (now > best || (whole && now >= best)) {  // without a limit where it is as good
        best = now;
        limit = whole ? (low ? -kInfinity : kInfinity) : value;
      }
    }
    (low ? sides[input].first : sides[input].last) = limit;
  }

  /// Takes away the limits of the input that most probably are noise; false where none are.
  bool drop_one(Sides& sides) const {
    const auto counts = points_and_failures(sides);
    double most = kDoubt / static_cast<double>(field_.inputs());
    std::size_t dropped = field_.inputs();
    for (std::size_t i = 0; i < field_.inputs(); ++i) {
      if (sides[i].is_open()) continue;
      Sides without = sides;
      without[i] = {};
      const auto more = points_and_failures(without);
      const double chance =
          tail(counts.second, counts.first, static_cast<double>(more.second) / static_cast<double>(more.first));
      if (chance > most) {
        most = chance;
        dropped = i;
      }
    }
    if (dropped == field_.inputs()) return false;
    sides[dropped] = {};
    return true;
  }

  const Field& field_;
  const std::vector<bool>& fails_;
  std::size_t all_ = 0;
};

/// The failures of a field's points in another order.
std::vector<bool> shuffled(const Field& field, const std::vector<bool>& fails, const Draws& draws,
                           std::uint32_t number) {
  std::vector<std::size_t> order = field.members();
  for (std::size_t k = order.size(); k > 1; --k) {
    const double u = draws.uniform(number, static_cast<std::uint32_t>(k), 0);
    std::swap(order[k - 1], order[std::min(static_cast<std::size_t>(u * static_cast<double>(k)), k - 1)]);
  }
  std::vector<bool> other = fails;
  for (std::size_t k = 0; k < order.size(); ++k) other[field.members()[k]] = fails[order[k]];
  return other;
}

/// Limits halfway between the values within and those beside them.
std::vector<Limit> limits_of(const Field& field, const Sides& sides) {
  std::vector<Limit> limits;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    if (sides[i].is_open()) continue;
    Limit& limit = limits.emplace_back();
    limit.input = i;
    double lower = -kInfinity, higher = kInfinity;  // the values beside the box
    for (const std::size_t point : field.members()) {
      const double value = field.value(point, i);
      if (value < sides[i].first) lower = std::max(lower, value);
      if (value > sides[i].last) higher = std::min(higher, value);
    }
    if (lower > -kInfinity) limit.above = lower + (sides[i].first - lower) / 2;
    if (higher < kInfinity) limit.below = sides[i].last + (higher - sides[i].last) / 2;
    if (!limit.above && !limit.below) limits.pop_back();
  }
  return limits;
}

}  // namespace

bool Box::holds(const std::vector<double>& point) const {
  return std::all_of(limits.begin(), limits.end(), [&](const Limit& limit) { return limit.holds(point[limit.input]); });
}

std::vector<Box> failing_boxes(const std::vector<std::vector<double>>& points, const std::vector<bool>& fails,
                               std::uint64_t seed) {
  if (points.size() != fails.size()) throw Bug("boxes: points and failures are not of the same number");
  std::vector<Box> boxes;
  std::vector<std::size_t> members(points.size());
  std::iota(members.begin(), members.end(), std::size_t{0});
  if (points.empty() || points.front().empty()) return boxes;
  while (boxes.size() < kMostBoxes) {
    const auto failures = static_cast<std::size_t>(
        std::count_if(members.begin(), members.end(), [&](std::size_t point) { return fails[point]; }));
    if (failures < kFewestFailures || members.size() - failures < kFewestFailures) break;
    const Field field(points, members);
    const Hunt hunt(field, fails);
    const Sides sides = hunt.best();
    Box box;
    box.limits = limits_of(field, sides);
    if (box.limits.empty()) break;
    const auto counts = hunt.points_and_failures(sides);
    box.points = counts.first;
    box.failures = counts.second;
    if (box.failures < kFewestFailures) break;
    const double goodness = hunt.goodness_of(sides);
    const Draws draws(seed, Purpose::resampling, fmt::format("boxes {}", boxes.size()));
    const std::uint32_t shuffles = members.size() * field.inputs() > kMany ? kFewShuffles : kShuffles;
    box.shuffles = shuffles;
    for (std::uint32_t k = 0; k < shuffles && box.chance() <= kDoubt; ++k) {
      const std::vector<bool> other = shuffled(field, fails, draws, k);
      const Hunt noise(field, other);
      box.as_good += noise.goodness_of(noise.best()) >= goodness ? 1 : 0;
    }
    if (box.chance() > kDoubt) break;
    std::erase_if(members, [&](std::size_t point) { return box.holds(points[point]); });
    boxes.push_back(std::move(box));
  }
  return boxes;
}

}  // namespace goodhart
