/// Water filling over columns.
///
/// All activities see one price of time, nu = strain (hours - slack) + (multiplier of the budget). At a price nu an
/// activity takes x_k(nu) = clip((linear_k - nu time_k) / curvature_k, 0, most_k), and hours(nu) = sum_k time_k x_k(nu)
/// falls in nu, while the hours that the price stands for, room(nu) = min(budget, slack + nu / strain), rise. Both are
/// straight between the prices at which an activity enters or reaches its cap. So the two such prices around the
/// crossing are found by trying all of them, and the crossing itself by a division; an activity without curvature that
/// enters there is filled in part.
#include "goodhart/model/filling.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "goodhart/core/lanes.hpp"

namespace goodhart {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// So many decisions are worked on at once: what is known of them stays in the first-level cache.
constexpr std::size_t kTile = 64;

/// Each loop over i below is for the compiler to turn into vector code: no branches, arrays of its own. Divisions are
/// what takes longest, so they are few.

/// Up to kTile decisions in which all times are 1, every activity is curved, and every `most` is infinite. Returns
/// whether none of them was of another kind; else no efforts are written.
///
/// hours(nu) less room(nu) is convex, so from any price Newton's method first steps to a price that is too low, and
/// then rises to the crossing, leaving at least one activity behind with each step: as many steps as activities are
/// enough, and one less from a price that is right where a single activity is left.
template <int K, bool kStrained>
GOODHART_INLINE bool fill_plain(const Fillings& in, std::size_t begin, std::size_t count) {
  const double* linear[K];
  const double* curvature[K];
  double* efforts[K];
  const double* const budget = in.budget + begin;
  const double* const strain = in.strain + begin;
  const double* const slack = in.slack + begin;
#pragma GCC unroll 8
  for (int k = 0; k < K; ++k) {
    const auto at = static_cast<std::size_t>(k);
    linear[k] = in.linear[at] + begin;
    curvature[k] = in.curvature[at] + begin;
    efforts[k] = in.efforts[at] + begin;
  }
  // Only curvatures that are plainly above 0, and whose products are plain numbers.
  std::uint64_t odd = 0;
  for (std::size_t i = 0; i < count; ++i) {
    bool usual = (budget[i] < kInfinity) & (budget[i] >= 0);
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) usual = usual & (curvature[k][i] > 1e-9) & (curvature[k][i] < 1e40);
    odd |= usual ? 0u : 1u;
  }
  for (const double* most : std::span(in.most).first(K)) {
    if (most == nullptr) continue;
    for (std::size_t i = 0; i < count; ++i) odd |= most[begin + i] == kInfinity ? 0u : 1u;
  }
  if (odd != 0) return false;

  GOODHART_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) {
    // One division for all: 1 / a = b / (a b), and so on.
    double yields[K], below[K];
    double all = 1;
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) {
      below[k] = all;
      all *= curvature[k][i];
    }
    double inverse = 1 / all;
#pragma GCC unroll 8
    for (int k = K - 1; k >= 0; --k) {
      yields[k] = inverse * below[k];
      inverse *= curvature[k][i];
    }
    double share[K];  // what each takes at a price of 0
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) share[k] = yields[k] * linear[k][i];
    // Without strain of hours the price is at least 0, and at least what any one activity would pay for all the time.
    double nu = kStrained ? -1e100 : 0.0;
    if (!kStrained) {
#pragma GCC unroll 8
      for (int k = 0; k < K; ++k) nu = greatest(linear[k][i] - budget[i] * curvature[k][i], nu);
    }
#pragma GCC unroll 8
    for (int step = kStrained ? 0 : 1; step < K; ++step) {
      double intercept = 0, slope = 1e-300;
#pragma GCC unroll 8
      for (int k = 0; k < K; ++k) {
        const bool takes = linear[k][i] > nu;
        intercept += takes ? share[k] : 0.0;
        slope += takes ? yields[k] : 0.0;
      }
      const double bound = (intercept - budget[i]) / slope;
      if (kStrained) {
        const double felt = strain[i] * (intercept - slack[i]) / (1 + strain[i] * slope);
        nu = greatest(greatest(bound, felt), nu);
      } else {
        nu = greatest(bound, nu);
      }
    }
    const double free = greatest(nu, 0.0);
    const double price = kStrained ? (strain[i] > 0 ? nu : free) : free;
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) efforts[k][i] = greatest((linear[k][i] - price) * yields[k], 0.0);
  }
  return true;
}

/// Up to kTile decisions of any kind. Writes 1 for those that are odd, else 0.
template <int K>
GOODHART_INLINE void fill_any(const Fillings& in, std::size_t begin, std::size_t count, double* __restrict marks) {
  // By activity: the price at which it enters and the one at which it is full, what is taken per unit of price below
  // that, and the cap; without curvature it is full at once.
  double enters[K][kTile], leaves[K][kTile], yields[K][kTile], most[K][kTile], time[K][kTile], bends[K][kTile];
  double budget[kTile], strain[kTile], slack[kTile], ease[kTile], floor[kTile], odd[kTile];
  const auto take = [&](const double* from, double(&to)[kTile]) __attribute__((always_inline)) {
    for (std::size_t i = 0; i < count; ++i) to[i] = from[begin + i];
    for (std::size_t i = count; i < kTile; ++i) to[i] = to[count - 1];
  };
  take(in.budget, budget);
  take(in.strain, strain);
  take(in.slack, slack);
  const double strained = sum_over(
      kTile, [&](std::size_t i) __attribute__((always_inline)) { return strain[i]; });
  for (std::size_t i = 0; i < kTile; ++i) {
    budget[i] = greatest(budget[i], 0.0);
    ease[i] = 0;
    floor[i] = strain[i] > 0 ? -kInfinity : 0.0;
    odd[i] = strain[i] < 0 ? 1.0 : 0.0;
  }
  if (strained != 0) {
    for (std::size_t i = 0; i < kTile; ++i) ease[i] = 1 / (strain[i] > 0 ? strain[i] : 1.0);
  }
  for (int k = 0; k < K; ++k) {
    const auto at = static_cast<std::size_t>(k);
    take(in.curvature[at], bends[k]);
    if (in.most[at] != nullptr) {
      take(in.most[at], most[k]);
    } else {
      for (std::size_t i = 0; i < kTile; ++i) most[k][i] = kInfinity;
    }
    take(in.linear[at], enters[k]);
    take(in.time[at], time[k]);
    for (std::size_t i = 0; i < kTile; ++i) {
      const double per_unit = 1 / time[k][i];
      const double share = budget[i] * per_unit;
      const double cap = least(most[k][i], share);
      most[k][i] = most[k][i] > 0 ? cap : 0.0;
      // A closed activity enters at a price below all others.
      const double price = enters[k][i] * per_unit;
      enters[k][i] = most[k][i] > 0 ? price : -1e100;
      const double inverse = 1 / (bends[k][i] > 0 ? bends[k][i] : 1.0);
      yields[k][i] = bends[k][i] > 0 ? inverse * time[k][i] : 0.0;
      const double left = enters[k][i] - bends[k][i] * most[k][i] * per_unit;
      leaves[k][i] = bends[k][i] > 0 ? left : enters[k][i];
      odd[i] = bends[k][i] < 0 ? 1.0 : odd[i];
    }
  }
  const auto hours_of = [&](int k, std::size_t i, double x) __attribute__((always_inline)) {
    return time[k][i] * x;
  };

  // What a curved activity takes at a price, and the hours that the price stands for.
  const auto taken = [&](int k, std::size_t i, double price) __attribute__((always_inline)) {
    const double wish = (enters[k][i] - price) * yields[k][i];
    return greatest(least(wish, most[k][i]), 0.0);
  };
  const auto room_at = [&](std::size_t i, double price) __attribute__((always_inline)) {
    const double earned = least(budget[i], slack[i] + price * ease[i]);
    return strain[i] > 0 ? earned : budget[i];
  };

  // Of the prices at which something enters or leaves: the highest whose hours are wanted, the lowest whose are not.
  double low[kTile], high[kTile];
  for (std::size_t i = 0; i < kTile; ++i) {
    low[i] = floor[i];
    high[i] = kInfinity;
  }
  const auto consider = [&](const double(&price)[kTile]) __attribute__((always_inline)) {
    for (std::size_t i = 0; i < kTile; ++i) {
      double hours = 0;
#pragma GCC unroll 8
      for (int k = 0; k < K; ++k) {
        const double bent = taken(k, i, price[i]);
        const double flat = enters[k][i] > price[i] ? most[k][i] : 0.0;
        hours += hours_of(k, i, bends[k][i] > 0 ? bent : flat);
      }
      const double room = room_at(i, price[i]);
      const double higher = greatest(price[i], low[i]), lower = least(price[i], high[i]);
      low[i] = hours < room ? low[i] : higher;
      // Without strain of hours a price below 0 stands for no hours at all.
      const double above = price[i] > floor[i] ? lower : high[i];
      high[i] = hours < room ? above : high[i];
    }
  };
  for (int k = 0; k < K; ++k) {
    consider(enters[k]);
    consider(leaves[k]);
  }

  // Between the two.
  double rank[K][kTile];  // 0: out; 1: between its bounds; 2: full; 3: without curvature, enters at the upper price
  double price[kTile], part[kTile], entering[kTile], intercept[kTile], slope[kTile];
  for (std::size_t i = 0; i < kTile; ++i) {
    double fixed = 0, bend = 0, many = 0;
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) {
      const double inside = leaves[k][i] >= high[i] ? 2.0 : 1.0;
      const double flat = enters[k][i] > high[i] ? 2.0 : 3.0;
      const double entered = bends[k][i] > 0 ? inside : flat;
      const double ranked = enters[k][i] >= high[i] ? entered : 0.0;
      rank[k][i] = most[k][i] > 0 ? ranked : 0.0;
      const double give = hours_of(k, i, yields[k][i]);
      fixed += rank[k][i] == 1 ? give * enters[k][i] : 0.0;
      bend += rank[k][i] == 1 ? give : 0.0;
      fixed += rank[k][i] > 1 ? hours_of(k, i, most[k][i]) : 0.0;
      many += rank[k][i] == 3 ? 1.0 : 0.0;
    }
    intercept[i] = fixed;
    slope[i] = bend;
    entering[i] = many;
    price[i] = 0;
  }
  if (strained != 0) {
    for (std::size_t i = 0; i < kTile; ++i) {
      price[i] = strain[i] * (intercept[i] - slack[i]) / (1 + strain[i] * slope[i]);
    }
  }
  for (std::size_t i = 0; i < kTile; ++i) {
    const double ratio = (intercept[i] - budget[i]) / (slope[i] > 0 ? slope[i] : 1.0);
    const double bound = slope[i] > 0 ? ratio : -kInfinity;
    const double crossing = greatest(price[i], bound);
    // An activity without curvature that enters at the upper price may be filled in part.
    const double over = crossing > high[i] ? entering[i] : 0.0;
    part[i] = intercept[i] > budget[i] ? entering[i] : over;
    const double within = greatest(least(crossing, high[i]), low[i]);
    price[i] = part[i] > 0 ? high[i] : within;
  }

  double x[K][kTile], wanted[kTile], rest[kTile];
  for (std::size_t i = 0; i < kTile; ++i) {
    double hours = 0;
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) {
      const double bent = taken(k, i, price[i]);
      const double last = part[i] > 0 ? 0.0 : most[k][i];
      const double full = rank[k][i] > 0 ? most[k][i] : 0.0;
      const double flat = rank[k][i] == 3 ? last : full;
      x[k][i] = bends[k][i] > 0 ? bent : flat;
      hours += hours_of(k, i, x[k][i]);
    }
    wanted[i] = room_at(i, price[i]);
    rest[i] = wanted[i] - hours;
  }
  for (std::size_t i = 0; i < kTile; ++i) {
    double all = 0;
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) {
      const double filled = greatest(0.0, least(rest[i] / time[k][i], most[k][i]));
      const double last = part[i] > 0 ? filled : x[k][i];
      x[k][i] = rank[k][i] == 3 ? last : x[k][i];
      all += hours_of(k, i, x[k][i]);
    }
    // The plan keeps to the budget, and its hours are those that the price stands for; a plan without end is neither.
    const double off = std::fabs(all - wanted[i]) <= 1e-12 * (1 + wanted[i]) ? odd[i] : 1.0;
    const double over = all <= budget[i] ? odd[i] : 1.0;
    const double priced = price[i] > 0 ? off : over;
    double mark = strain[i] > 0 ? off : priced;
    mark = low[i] < high[i] ? mark : 1.0;
    mark = entering[i] > 1 ? 1.0 : mark;
    odd[i] = all < kInfinity ? mark : 1.0;
  }
  // Activities without curvature whose prices are next to each other tie.
#pragma GCC unroll 8
  for (int k = 1; k < K; ++k) {
#pragma GCC unroll 8
    for (int l = 0; l < k; ++l) {
      for (std::size_t i = 0; i < kTile; ++i) {
        const double apart = std::fabs(enters[k][i] - enters[l][i]);
        const double close = apart <= 1e-9 * (1 + std::fabs(enters[k][i])) ? 1.0 : odd[i];
        const double straight = greatest(bends[k][i], bends[l][i]) > 0 ? odd[i] : close;
        odd[i] = least(most[k][i], most[l][i]) > 0 ? straight : odd[i];
      }
    }
  }
  for (int k = 0; k < K; ++k) {
    double* to = in.efforts[static_cast<std::size_t>(k)] + begin;
    for (std::size_t i = 0; i < count; ++i) to[i] = x[k][i];
  }
  for (std::size_t i = 0; i < count; ++i) marks[i] = odd[i];
}

template <int K>
GOODHART_INLINE std::size_t fill_all(const Fillings& in, char* odd) {
  const auto plain = [&](std::size_t begin, std::size_t count) __attribute__((always_inline)) {
    const bool filled =
        in.plain && (in.strained ? fill_plain<K, true>(in, begin, count) : fill_plain<K, false>(in, begin, count));
    if (filled) std::fill_n(odd + begin, count, char{0});
    return filled;
  };
  if (plain(0, in.count)) return 0;
  std::size_t many = 0;
  for (std::size_t begin = 0; begin < in.count; begin += kTile) {
    const std::size_t count = std::min(kTile, in.count - begin);
    if (plain(begin, count)) continue;
    double marks[kTile];
    fill_any<K>(in, begin, count, marks);
    for (std::size_t i = 0; i < count; ++i) {
      odd[begin + i] = marks[i] > 0;
      many += marks[i] > 0;
    }
  }
  return many;
}

#define GOODHART_FILL(K)                                              \
  GOODHART_WIDE std::size_t fill_##K(const Fillings& in, char* odd) { \
    return fill_all<K>(in, odd);                                      \
  }
GOODHART_FILL(1)
GOODHART_FILL(2)
GOODHART_FILL(3)
GOODHART_FILL(4)
GOODHART_FILL(5)
GOODHART_FILL(6)
#undef GOODHART_FILL

}  // namespace

std::size_t fill_many(const Fillings& decisions, std::span<char> odd) {
  using Kernel = std::size_t (*)(const Fillings&, char*);
  static constexpr Kernel kKernels[] = {fill_1, fill_2, fill_3, fill_4, fill_5, fill_6};
  return kKernels[static_cast<std::size_t>(decisions.activities - 1)](decisions, odd.data());
}

}  // namespace goodhart
