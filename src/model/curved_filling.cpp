/// Decisions with curved rewards on one reading, over columns.
///
/// Of all plans that read y let V(y) be the most that one is worth without the rewards phi(y). V is concave, and the
/// price p = -V' at which the reading is sold rises along it. The plans x(p) that are best at a price are traced from
/// p = 0 to where phi is nowhere steeper, from one knot to the next: between two knots activities stay out, between
/// their bounds, or full, so plan, reading and price go in straight lines, and V is a parabola (a straight line where
/// activities without curvature are exchanged; where nothing can be had for a higher price, V has a kink).
///
/// Readings are then cut where the outline of phi has its nodes. With the bounds of the slope of phi and of its
/// curvature a cell is seen to have no maximum inside (V + phi rises, falls, or is convex throughout), or at most one
/// (V + phi is concave), which is bracketed and found by Newton's method; or nothing is known but a bound of what it
/// may be worth. The best maximum is the answer where it beats all such bounds and all others by more than a tie, and
/// where its plan satisfies the conditions of optimality at its price.
#include "goodhart/model/curved_filling.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "goodhart/core/elementary.hpp"
#include "goodhart/core/lanes.hpp"
#include "goodhart/core/math.hpp"

namespace goodhart {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// So many decisions are worked on at once: what is known of them stays in the first-level cache.
constexpr std::size_t kTile = 32;

/// A number of each; whole cache lines, or loads take twice as long.
using Lanes __attribute__((aligned(64))) = double[kTile];

/// Beyond all numbers that matter, and beyond that.
constexpr double kHuge = 1e100, kNever = 1e200;

/// How many knots a path may have; whose has more is odd.
constexpr int kKnots = 17;

/// The paths of up to kTile decisions, and their rewards.
struct Paths {
  Lanes price[kKnots], reading[kKnots], worth[kKnots], toll[kKnots];
  Lanes steepness[kKnots];  ///< of the piece that begins here, price by reading; huge where the reading stays
  Lanes incline[kKnots];    ///< the same; 0 where the reading stays
  Lanes offset, scale, per_scale, besides, weight[CurvedFillings::kMostParts];
  // A path ends at a price, a reading, or a worth beyond which nothing matters.
  Lanes highest, goal, floor;
  Lanes odd;  ///< 1 for those that are to be left
  int knots;  ///< of the longest; shorter ones repeat their last
};

/// The decisions themselves.
template <int K>
struct Tile {
  Lanes linear[K], curvature[K], loading[K], time[K], most[K];
  Lanes on[K], full[K];  ///< 1 for what is between its bounds, 1 for what is full
  Lanes top[K];          ///< curvature most
  Lanes yields[K];       ///< 1 / curvature; 0 where there is none
  Lanes straight[K];     ///< 1 where there is none
  Lanes per_time[K];     ///< 1 / time
  Lanes budget, strain, slack;
  Lanes ease;   ///< 1 / strain; 0 where there is none
  Lanes bound;  ///< 1 while the budget is used up
  Lanes efforts[kKnots][K];
};

/// Puts columns into a tile, in which the last decision stands in for those that are missing. What is done at a price
/// of 0 is in the columns of efforts. Returns whether any activity is without curvature.
template <int K>
GOODHART_INLINE bool take(const CurvedFillings& in, std::size_t begin, std::size_t count, Tile<K>& tile, Paths& paths) {
  const auto copy = [&](const double* from, Lanes& to) __attribute__((always_inline)) {
    for (std::size_t i = 0; i < count; ++i) to[i] = from[begin + i];
    for (std::size_t i = count; i < kTile; ++i) to[i] = to[count - 1];
  };
  copy(in.plain.budget, tile.budget);
  copy(in.plain.strain, tile.strain);
  copy(in.plain.slack, tile.slack);
  const bool sharp = in.target != nullptr;
  copy(sharp ? in.target : in.offset, paths.offset);
  if (!sharp) copy(in.scale, paths.scale);
  for (std::size_t i = 0; i < kTile; ++i) paths.besides[i] = 0;
  if (in.besides != nullptr) copy(in.besides, paths.besides);
  for (std::size_t c = 0; c < CurvedFillings::kMostParts; ++c) {
    if (c < in.parts.size()) {
      copy(in.parts[c].weight, paths.weight[c]);
    } else {
      for (std::size_t i = 0; i < kTile; ++i) paths.weight[c][i] = 0;
    }
  }
  Lanes hours, lasts, straights;
  for (std::size_t i = 0; i < kTile; ++i) {
    tile.budget[i] = greatest(tile.budget[i], 0.0);
    const double ease = 1 / (tile.strain[i] > 0 ? tile.strain[i] : 1.0);
    tile.ease[i] = tile.strain[i] > 0 ? ease : 0.0;
    paths.scale[i] = sharp ? 1.0 : paths.scale[i];
    paths.per_scale[i] = 1 / paths.scale[i];
    const double strange = tile.strain[i] >= 0 ? 0.0 : 1.0;
    paths.odd[i] = paths.scale[i] < kHuge ? strange : 1.0;
    hours[i] = lasts[i] = straights[i] = 0;
  }
  for (int k = 0; k < K; ++k) {
    const auto at = static_cast<std::size_t>(k);
    copy(in.plain.linear[at], tile.linear[k]);
    copy(in.plain.curvature[at], tile.curvature[k]);
    copy(in.loading[at], tile.loading[k]);
    copy(in.plain.time[at], tile.time[k]);
    if (in.plain.most[at] != nullptr) {
      copy(in.plain.most[at], tile.most[k]);
    } else {
      for (std::size_t i = 0; i < kTile; ++i) tile.most[k][i] = kHuge;
    }
    Lanes& efforts = tile.efforts[0][k];
    copy(in.plain.efforts[at], efforts);
    for (std::size_t i = 0; i < kTile; ++i) {
      const double most = least(tile.most[k][i], kHuge), bend = tile.curvature[k][i], x = efforts[i];
      tile.most[k][i] = most;
      tile.per_time[k][i] = 1 / tile.time[k][i];
      const double yields = 1 / (bend > 0 ? bend : 1.0);
      // A closed activity never enters.
      const bool open = most > 0;
      const double curved = bend > 0 ? yields : 0.0, straight = bend > 0 ? 0.0 : 1.0;
      tile.linear[k][i] = open ? tile.linear[k][i] : -kHuge;
      tile.loading[k][i] = open ? tile.loading[k][i] : 0.0;
      tile.yields[k][i] = open ? curved : 1.0;
      tile.straight[k][i] = open ? straight : 0.0;
      tile.top[k][i] = bend * most;
      const double begun = x > 0 ? 1.0 : 0.0;
      tile.on[k][i] = x < most ? begun : 0.0;
      tile.full[k][i] = x < most ? 0.0 : begun;
      hours[i] += tile.time[k][i] * x;
      lasts[i] += tile.on[k][i] * tile.straight[k][i];
      straights[i] += tile.straight[k][i];
      // Where efforts hardly bend, rounding of prices shows in them.
      const bool plain = (bend == 0) | (bend > 1e-5);
      paths.odd[i] = plain ? paths.odd[i] : 1.0;
    }
  }
  for (std::size_t i = 0; i < kTile; ++i) {
    tile.bound[i] = hours[i] >= tile.budget[i] * (1 - 1e-13) ? 1.0 : 0.0;
    paths.odd[i] = lasts[i] > 1 ? 1.0 : paths.odd[i];
  }
  double many = 0;
  for (std::size_t i = 0; i < kTile; ++i) many += straights[i];
  return many > 0;
}

/// Traces the path from a price of 0 to its end. `calm` is 1 where the slope of the rewards at u is at most the
/// highest price by 1 + u^2 / 2 for u > 0, and 0 where it may be that high everywhere. kStraight: may activities be
/// without curvature?
///
/// Yes and no are 1 and 0 in much of this: compilers make better code of sums than of choices between choices.
template <int K, bool kStraight>
GOODHART_INLINE void trace(Tile<K>& tile, Paths& paths, double calm) {
  constexpr double kNobody = -1, kBudget = K, kEnd = K + 1, kGoal = K + 2;
  Lanes at, exchanged, left;
  for (std::size_t i = 0; i < kTile; ++i) {
    at[i] = 0;
    exchanged[i] = kNobody;
  }
  for (paths.knots = 0; paths.knots < kKnots;) {
    const int m = paths.knots++;
    double unfinished = 0;
    GOODHART_INDEPENDENT
    for (std::size_t i = 0; i < kTile; ++i) {
      const double price = at[i], strain = tile.strain[i], budget = tile.budget[i], slack = tile.slack[i];
      const bool bound = tile.bound[i] > 0;
      // Hours of what is between its bounds and full are fixed + price rise - toll give.
      double fixed = 0, rise = 0, give = 0, last_worth = 0, last_loading = 0, last_most = 0, lasts = 0;
#pragma GCC unroll 8
      for (int k = 0; k < K; ++k) {
        const double given = tile.on[k][i] * tile.time[k][i] * tile.yields[k][i];
        const double full = tile.time[k][i] * tile.most[k][i];
        fixed += given * tile.linear[k][i] + tile.full[k][i] * full;
        rise += given * tile.loading[k][i];
        give += given * tile.time[k][i];
        if (!kStraight) continue;
        const double last = tile.on[k][i] * tile.straight[k][i], units = last * tile.per_time[k][i];
        lasts += last;
        last_worth += units * tile.linear[k][i];
        last_loading += units * tile.loading[k][i];
        last_most += last * full;
      }
      // The price of time, and how fast it rises.
      const double demand = fixed + price * rise;
      const double per_strained = strain / (1 + strain * give), per_give = 1 / (give > 0 ? give : 1.0);
      const double felt = (demand - slack) * per_strained, felt_rise = rise * per_strained;
      const double asked = (demand - budget) * per_give, asked_rise = rise * per_give;
      const double shared = bound ? asked : felt, shared_rise = bound ? asked_rise : felt_rise;
      const bool lasting = lasts > 0;
      const double toll = (kStraight & lasting) ? last_worth + price * last_loading : shared;
      const double toll_rise = (kStraight & lasting) ? last_loading : shared_rise;
      // Hours of the last.
      const double others = demand - toll * give, others_rise = rise - toll_rise * give;
      const double rest = (bound ? budget : slack + toll * tile.ease[i]) - others;
      const double rest_rise = (bound ? 0.0 : toll_rise * tile.ease[i]) - others_rise;

      // The knot.
      double reading = 0, worth = 0, hours = -slack, strays = 0;
      double gain[K];
#pragma GCC unroll 8
      for (int k = 0; k < K; ++k) {
        const double most = tile.most[k][i];
        gain[k] = tile.linear[k][i] + price * tile.loading[k][i] - toll * tile.time[k][i];
        const double bent = gain[k] * tile.yields[k][i];
        const double within = kStraight ? bent + tile.straight[k][i] * (rest * tile.per_time[k][i]) : bent;
        const double x = tile.on[k][i] * least(greatest(within, 0.0), most) + tile.full[k][i] * most;
        // What stands between its bounds by rounding alone begins a path of nobody's.
        const double given = tile.efforts[0][k][i], stray = m == 0 ? std::fabs(x - given) - 1e-9 * (1 + given) : 0.0;
        strays = greatest(strays, stray);
        tile.efforts[m][k][i] = x;
        reading += tile.loading[k][i] * x;
        worth += (tile.linear[k][i] - 0.5 * tile.curvature[k][i] * x) * x;
        hours += tile.time[k][i] * x;
      }
      paths.odd[i] = strays > 0 ? 1.0 : paths.odd[i];
      paths.price[m][i] = price;
      paths.toll[m][i] = toll;
      paths.reading[m][i] = reading;
      paths.worth[m][i] = worth - 0.5 * strain * hours * hours;
      const double beyond = calm * greatest(paths.offset[i] + paths.scale[i] * reading, 0.0);
      const double too_dear = price * (1 + 0.5 * beyond * beyond) - paths.highest[i];
      const double too_far = reading - paths.goal[i], too_poor = paths.floor[i] - paths.worth[m][i];
      const bool over = greatest(greatest(too_dear, too_far), too_poor) >= 0;

      // What happens next: the least of ways to go by how fast they are gone.
      double way = paths.highest[i] - price, move = 1, who = kEnd, reads = 0;
#pragma GCC unroll 8
      for (int k = 0; k < K; ++k) {
        const double on = tile.on[k][i], full = tile.full[k][i], time = tile.time[k][i], top = tile.top[k][i];
        const double pays = tile.loading[k][i], costs = toll_rise * time, change = pays - costs;
        const double grain = 1e-13 * (std::fabs(pays) + std::fabs(costs));
        const double moves = std::fabs(change) > grain ? change : 0.0;
        const double up = on * top + full * kNever - gain[k];
        const double down = gain[k] - full * top + (1 - on - full) * kNever;
        // The last goes by hours.
        const bool last = on * tile.straight[k][i] > 0;
        const double to_full = time * tile.most[k][i] - rest;
        const double pace = (kStraight & last) ? rest_rise : moves;
        const double units = (kStraight & last) ? rest_rise * tile.per_time[k][i] : moves * tile.yields[k][i];
        reads += tile.on[k][i] * pays * units;
        const double if_up = (kStraight & last) ? to_full : up, if_down = (kStraight & last) ? rest : down;
        const double far = greatest(pace > 0 ? if_up : if_down, 0.0);
        const bool sooner = far * std::fabs(move) < way * std::fabs(pace);
        way = sooner ? far : way;
        move = sooner ? pace : move;
        who = sooner ? double(k) : who;
      }
      // A hair beyond the goal, so that it is seen to be reached.
      const double to_goal = paths.goal[i] + 1e-14 * (1 + std::fabs(paths.goal[i])) - reading;
      const bool reaches = to_goal * std::fabs(move) < way * reads;
      way = reaches ? to_goal : way;
      move = reaches ? reads : move;
      who = reaches ? kGoal : who;
      const double shared_way = bound ? asked - felt : budget - others;
      const double shared_pace = bound ? felt_rise - asked_rise : others_rise;
      const double limit = strain * (budget - slack), above = toll - limit;
      const double last_way = bound ? above : -above, last_pace = bound ? -toll_rise : toll_rise;
      const double budget_way = greatest((kStraight & lasting) ? last_way : shared_way, 0.0);
      const double budget_pace = greatest((kStraight & lasting) ? last_pace : shared_pace, 0.0);
      const bool sooner = budget_way * std::fabs(move) < way * budget_pace;
      way = sooner ? budget_way : way;
      move = sooner ? budget_pace : move;
      who = sooner ? kBudget : who;
      who += over ? 2 * kGoal : 0.0;  // nobody
      way = over ? 0.0 : way;

      // Two without curvature are exchanged at one price: until the one that gives has nothing left, or the one that
      // takes is full.
      const double partner = (kStraight & !over) ? exchanged[i] : kNobody;
      const bool exchanges = partner >= 0;
      double partner_most = 0, partner_full = 0, straight = 0;
#pragma GCC unroll 8
      for (int k = 0; kStraight && k < K; ++k) {
        partner_most += partner == k ? tile.time[k][i] * tile.most[k][i] : 0.0;
        partner_full += partner == k ? tile.full[k][i] : 0.0;
        straight += who == k ? tile.straight[k][i] : 0.0;  // what comes next has no curvature
      }
      const double if_enters = partner_most - rest, if_leaves = last_most - rest - partner_most;
      const bool spare = (partner_full > 0 ? if_leaves : if_enters) >= 0;  // could the one that takes have more?
      const double last_on_entered = spare ? 0.0 : 1.0, last_on_left = spare ? 1.0 : 0.0;
      const double last_on = partner_full > 0 ? last_on_left : last_on_entered;
      const double last_full = partner_full > 0 ? 1 - last_on : 0.0;
      const double partner_stays_full = partner_full > 0 ? 0.0 : last_on;
      double begins = kNobody;
      const double up = move > 0 ? 1.0 : 0.0;
#pragma GCC unroll 8
      for (int k = 0; k < K; ++k) {
        const double on = tile.on[k][i], full = tile.full[k][i];
        const bool next = who == k;
        double on_after = next ? 1 - on : on, full_after = next ? on * up : full;
        if (kStraight) {
          const bool last = on * tile.straight[k][i] > 0, waits = (1 - on) * tile.straight[k][i] * lasts > 0;
          const double found = waits ? double(k) : kNobody;
          begins = next ? found : begins;
          on_after = waits ? on : on_after;
          full_after = waits ? full : full_after;
          const double kept_on = last ? last_on : on, kept_full = last ? last_full : full;
          const double swapped_on = partner == k ? 1 - last_on : kept_on;
          const double swapped_full = partner == k ? partner_stays_full : kept_full;
          on_after = exchanges ? swapped_on : on_after;
          full_after = exchanges ? swapped_full : full_after;
        }
        tile.on[k][i] = on_after;
        tile.full[k][i] = full_after;
      }
      const double other_bound = 1 - tile.bound[i], now_bound = who == kBudget ? other_bound : tile.bound[i];
      const double there = who == kEnd ? paths.highest[i] : price + way / std::fabs(move);
      exchanged[i] = exchanges ? kNobody : begins;
      at[i] = exchanges ? price : there;

      // Nothing gives way where the budget is used up; without strain of hours nothing holds what is last.
      const double yielding = give + lasts, held = lasts > 0 ? strain : 1.0, sound = bound ? yielding : held;
      const double leaps = straight * (1 - tile.bound[i]) + (who == kBudget ? lasts : 0.0);
      const double loose = strain > 0 ? 0.0 : leaps, strange = sound > 0 ? loose : 1.0;
      tile.bound[i] = exchanges ? tile.bound[i] : now_bound;
      left[i] = over ? 0.0 : 1 - paths.odd[i];
      paths.odd[i] = greatest(paths.odd[i], strange > 0 ? left[i] : 0.0);
    }
    for (std::size_t i = 0; i < kTile; ++i) unfinished += left[i];
    if (unfinished == 0) break;
  }
  for (std::size_t i = 0; i < kTile; ++i) paths.odd[i] = greatest(paths.odd[i], left[i]);
  for (int m = 0; m + 1 < paths.knots; ++m) {
    for (std::size_t i = 0; i < kTile; ++i) {
      const double run = paths.reading[m + 1][i] - paths.reading[m][i];
      const double grain = 1e-13 * (std::fabs(paths.reading[m][i]) + std::fabs(paths.reading[m + 1][i])) + 1e-200;
      const double slope = (paths.price[m + 1][i] - paths.price[m][i]) / (run > grain ? run : 1.0);
      paths.steepness[m][i] = run > grain ? slope : kHuge;
      paths.incline[m][i] = run > grain ? slope : 0.0;
    }
  }
}

/// The rewards of a paths as the functions they are.
struct Rewards {
  const CurvedFillings& in;
  const Paths& paths;

  bool straight_with_an_end() const {
    return in.law == CurvedFillings::Law::floor || in.law == CurvedFillings::Law::cap;
  }

  /// Phi(z) and the normal law's density.
  struct NormalAt {
    double below, density;
  };
  GOODHART_INLINE static NormalAt normal_at(double z) {
    const double bell = exp_of(-0.5 * z * z), tail = bell * normal_tail(least(std::fabs(z), 40.0));
    return {z < 0 ? tail : 1 - tail, kInverseRootTwoPi * bell};
  }

  /// Slopes, and second derivatives, at readings y; only where `wanted` is above 0.
  GOODHART_INLINE void slopes(const Lanes& y, const Lanes& wanted, Lanes& slope, Lanes& bend) const {
    if (in.law == CurvedFillings::Law::step) {
      for (std::size_t i = 0; i < kTile; ++i) {
        const double u = paths.offset[i] + paths.scale[i] * y[i];
        const double weight = paths.weight[0][i] + paths.weight[1][i];
        slope[i] = weight * paths.scale[i] * (kInverseRootTwoPi * exp_of(-0.5 * u * u));
        bend[i] = -u * paths.scale[i] * slope[i];
      }
      return;
    }
    if (straight_with_an_end()) {
      // A cap is a floor seen from the other side.
      const double side = in.law == CurvedFillings::Law::floor ? 1 : -1;
      for (std::size_t i = 0; i < kTile; ++i) {
        const double steep = paths.weight[0][i] * paths.scale[i];
        const NormalAt at = normal_at(side * (paths.offset[i] + paths.scale[i] * y[i]));
        slope[i] = steep * at.below;
        bend[i] = side * steep * paths.scale[i] * at.density;
      }
      return;
    }
    for (std::size_t i = 0; i < kTile; ++i) {
      slope[i] = bend[i] = 0;
      if (!(wanted[i] > 0)) continue;
      const double u = paths.offset[i] + paths.scale[i] * y[i];
      for (std::size_t c = 0; c < in.parts.size(); ++c) {
        const Rise::Point point = in.parts[c].rise->at(u);
        slope[i] += paths.weight[c][i] * paths.scale[i] * point.slope;
        bend[i] += paths.weight[c][i] * paths.scale[i] * paths.scale[i] * point.curvature;
      }
    }
  }

  GOODHART_INLINE void values(const Lanes& y, const Lanes& wanted, Lanes& value) const {
    if (in.law == CurvedFillings::Law::step) {
      for (std::size_t i = 0; i < kTile; ++i) {
        const double u = paths.offset[i] + paths.scale[i] * y[i];
        const double weight = paths.weight[0][i] + paths.weight[1][i];
        const double tail = exp_of(-0.5 * u * u) * normal_tail(least(std::fabs(u), 40.0));
        value[i] = weight * (u < 0 ? tail : 1 - tail);
      }
      return;
    }
    if (straight_with_an_end()) {
      const double side = in.law == CurvedFillings::Law::floor ? 1 : -1;
      for (std::size_t i = 0; i < kTile; ++i) {
        const double u = side * (paths.offset[i] + paths.scale[i] * y[i]);
        const NormalAt at = normal_at(u);
        value[i] = side * paths.weight[0][i] * (at.density + u * at.below);
      }
      return;
    }
    for (std::size_t i = 0; i < kTile; ++i) {
      value[i] = 0;
      if (!(wanted[i] > 0)) continue;
      const double u = paths.offset[i] + paths.scale[i] * y[i];
      for (std::size_t c = 0; c < in.parts.size(); ++c) value[i] += paths.weight[c][i] * in.parts[c].rise->value(u);
    }
  }
};

/// Where a maximum is: the only one between two readings.
struct Bracket {
  Lanes from, to;
  Lanes bound;  ///< it is not worth more
};

/// A maximum: on which piece of the path, and what share of it from its beginning.
struct Peak {
  Lanes piece, share, utility;
};

/// Goes through the cells of the outline and brackets the two maxima that may be the best, the better bound first.
/// `best` becomes the most that a reading at hand is worth, `others` the most that may be hidden elsewhere. All paths
/// have kPieces pieces; those that are of no length are at the end.
template <int kPieces>
GOODHART_INLINE void sweep(const CurvedFillings& in, const Paths& paths, const Rewards& rewards, Bracket& first,
                           Bracket& second, Lanes& best, Lanes& others) {
  const Outline& nodes = *in.parts[0].outline;
  constexpr int end = kPieces;
  Lanes from, worth, price, utility, pull, all, slopes[2], bends[2];
  Lanes first_bound, first_cell, second_bound, second_cell;
  for (std::size_t i = 0; i < kTile; ++i) {
    all[i] = 1;
    for (std::size_t c = 0; c < 2; ++c) {
      slopes[c][i] = paths.weight[c][i] * paths.scale[i];
      bends[c][i] = slopes[c][i] * paths.scale[i];
    }
  }
  rewards.values(paths.reading[0], all, utility);
  for (std::size_t i = 0; i < kTile; ++i) {
    from[i] = paths.reading[0][i];
    worth[i] = paths.worth[0][i];
    price[i] = 0;
    pull[i] = kHuge;  // whatever lies below is worth less
    utility[i] += worth[i];
    best[i] = utility[i];
    others[i] = -kHuge;
    first_bound[i] = second_bound[i] = -kHuge;
    first_cell[i] = second_cell[i] = 0;
  }
  for (int m = 0; m <= end; ++m) {
    for (std::size_t i = 0; i < kTile; ++i) {
      const double grain = 1e-13 * (std::fabs(from[i]) + std::fabs(paths.reading[end][i]));
      price[i] = paths.reading[m][i] <= from[i] + grain ? paths.price[m][i] : price[i];
    }
  }
  Lanes to;
  for (std::size_t g = 0; g <= nodes.nodes; ++g) {
    double many = 0;
    const double node = g < nodes.nodes ? nodes.at[g] : kHuge;
    for (std::size_t i = 0; i < kTile; ++i) {
      const double reading = (node - paths.offset[i]) * paths.per_scale[i];
      to[i] = greatest(least(reading, paths.reading[end][i]), from[i]);
    }
    for (std::size_t i = 0; i < kTile; ++i) many += to[i] - from[i];
    if (many == 0) continue;
    struct Known {
      double value, slope, most_slope, least_slope, most_bend, least_bend;
    };
    const auto look = [&](std::size_t c) -> Known {
      const Outline& outline = *in.parts[std::min(c, in.parts.size() - 1)].outline;
      const bool last = g == outline.nodes;
      return {last ? outline.end : outline.value[g],
              last ? 0 : outline.slope[g],
              outline.most_slope[g],
              outline.least_slope[g],
              outline.most_curvature[g],
              outline.least_curvature[g]};
    };
    const Known one = look(0), two = look(1);
    for (std::size_t i = 0; i < kTile; ++i) {
      const auto sum = [&](const Lanes(&weights)[2], double a, double b) __attribute__((always_inline)) {
        return weights[0][i] * a + weights[1][i] * b;
      };
      // V and the price at the cell's upper end, and how steep the price is within: the lines of pieces that end before
      // go on, but those of the next take their place.
      double to_worth = worth[i], to_price = price[i], flattest = kHuge, steepest = 0;
#pragma GCC unroll 16
      for (int m = 0; m < kPieces; ++m) {
        const double run = to[i] - paths.reading[m][i], here = paths.price[m][i], steepness = paths.steepness[m][i];
        const double rise = paths.incline[m][i] * run, further = here + rise;
        const double below = paths.worth[m][i] - run * (here + 0.5 * rise);
        to_price = run > 0 ? further : to_price;
        to_worth = run > 0 ? below : to_worth;
        const bool overlaps = least(run, paths.reading[m + 1][i] - from[i]) > 0;
        flattest = least(flattest, overlaps ? steepness : kHuge);
        steepest = greatest(steepest, overlaps ? steepness : 0.0);
      }
      const double value = sum(paths.weight, one.value, two.value), slope = sum(slopes, one.slope, two.slope);
      const double most_slope = sum(slopes, one.most_slope, two.most_slope);
      const double least_slope = sum(slopes, one.least_slope, two.least_slope);
      const double most_bend = sum(bends, one.most_bend, two.most_bend);
      const double least_bend = sum(bends, one.least_bend, two.least_bend);
      const double width = to[i] - from[i], there = to_worth + value;
      // Far above 0 where nothing is in the cell, where it is not the path's first, where it is not its last, is it.
      const double empty = width > 0 ? 0.0 : kHuge, inner = kHuge - pull[i];
      const bool ends = to[i] >= paths.reading[end][i];
      const double before = ends ? 0.0 : kHuge, behind = ends ? kHuge : 0.0;
      const double to_pull = slope - to_price - behind;
      // V + phi falls, rises, bends down, or bends up throughout, if these are not above 0.
      const double falls = most_slope - price[i], rises = to_price - least_slope;
      const double concave = most_bend - 0.999 * flattest, convex = steepest - least_bend;
      const double turns = greatest(greatest(-pull[i], to_pull), concave);
      const double at_end = least(greatest(falls, inner), greatest(rises, before));
      // The lower end is at hand as it is; of the upper one nothing is known but that it is within the bound.
      const double settled = least(least(falls, rises), least(concave, convex + behind));
      const double from_there = there + greatest(rises, 0.0) * width + behind;
      const double bound = least(least(utility[i] + greatest(falls, 0.0) * width, from_there), worth[i] + value);
      const double hidden = settled - empty > 0 ? bound : -kHuge;
      const double found = least(turns, at_end) + empty <= 0 ? bound : -kHuge;

      // The two with the best bounds.
      const double lesser = least(found, first_bound[i]), dropped = least(lesser, second_bound[i]);
      const bool leads = found > first_bound[i], follows = lesser > second_bound[i];
      const double cell = static_cast<double>(g), pushed = leads ? first_cell[i] : cell;
      second_cell[i] = follows ? pushed : second_cell[i];
      first_cell[i] = leads ? cell : first_cell[i];
      first_bound[i] = greatest(found, first_bound[i]);
      second_bound[i] = greatest(lesser, second_bound[i]);
      others[i] = greatest(others[i], greatest(hidden, dropped));

      best[i] = greatest(best[i], there - empty - behind);
      utility[i] = width > 0 ? there : utility[i];
      pull[i] = width > 0 ? to_pull : pull[i];
      worth[i] = to_worth;
      price[i] = to_price;
      from[i] = to[i];
    }
  }
  const auto bracket = [&](const Lanes& cell, const Lanes& bound, Bracket& around) {
    for (std::size_t i = 0; i < kTile; ++i) {
      const double low = paths.reading[0][i], high = paths.reading[end][i];
      const auto g = static_cast<std::size_t>(cell[i]);
      const double left = g > 0 ? (nodes.at[g - 1] - paths.offset[i]) * paths.per_scale[i] : low;
      const double right = g < nodes.nodes ? (nodes.at[g] - paths.offset[i]) * paths.per_scale[i] : high;
      around.from[i] = least(greatest(left, low), high);
      around.to[i] = least(greatest(right, low), high);
      around.bound[i] = bound[i];
    }
  };
  bracket(first_cell, first_bound, first);
  bracket(second_cell, second_bound, second);
  // Where there is one reading only, it is the best.
  for (std::size_t i = 0; i < kTile; ++i) {
    first.bound[i] = paths.reading[0][i] < paths.reading[end][i] ? first.bound[i] : kHuge;
  }
}

/// Finds the maxima in brackets, where `wanted` is above 0. Marks those that it does not find.
GOODHART_INLINE void climb(Paths& paths, const Rewards& rewards, const Bracket& bracket, const Lanes& wanted,
                           Peak& peak) {
  // The piece of the path: that of the last knot at which utility still rises.
  Lanes from, to, inside, pull, ahead, slope, bend;
  Lanes low_reading, low_price, high_price, high_reading, low_worth, steepness;
  for (std::size_t i = 0; i < kTile; ++i) {
    from[i] = bracket.from[i];
    to[i] = bracket.to[i];
    peak.piece[i] = 0;
    low_reading[i] = high_reading[i] = paths.reading[0][i];
    low_price[i] = high_price[i] = paths.price[0][i];
    low_worth[i] = paths.worth[0][i];
    steepness[i] = kHuge;
  }
  for (int m = 0; m + 1 < paths.knots; ++m) {
    double many = 0;
    const double lead = m == 0 ? kHuge : 0.0;
    for (std::size_t i = 0; i < kTile; ++i) {
      const double reading = paths.reading[m][i];
      const bool within = (reading >= bracket.from[i]) & (reading <= bracket.to[i]);
      inside[i] = within ? wanted[i] : 0.0;
    }
    for (std::size_t i = 0; i < kTile; ++i) many += inside[i];
    if (many > 0) rewards.slopes(paths.reading[m], inside, slope, bend);
    for (std::size_t i = 0; i < kTile; ++i) {
      const double begun = paths.reading[m][i] < bracket.from[i] ? lead + 1 : lead;
      pull[i] = inside[i] > 0 ? slope[i] - paths.price[m][i] : 0.0;
      ahead[i] = begun + pull[i];
    }
    for (std::size_t i = 0; i < kTile; ++i) {
      const bool here = ahead[i] > 0;
      peak.piece[i] = here ? m : peak.piece[i];
      steepness[i] = here ? paths.steepness[m][i] : steepness[i];
      low_reading[i] = here ? paths.reading[m][i] : low_reading[i];
      low_price[i] = here ? paths.price[m][i] : low_price[i];
      low_worth[i] = here ? paths.worth[m][i] : low_worth[i];
      high_reading[i] = here ? paths.reading[m + 1][i] : high_reading[i];
      high_price[i] = here ? paths.price[m + 1][i] : high_price[i];
    }
  }
  // Newton's method within the piece, where the price is a straight line.
  Lanes y, unsettled;
  for (std::size_t i = 0; i < kTile; ++i) {
    from[i] = greatest(from[i], low_reading[i]);
    to[i] = greatest(least(to[i], high_reading[i]), from[i]);
    y[i] = steepness[i] < kHuge ? 0.5 * (from[i] + to[i]) : low_reading[i];
    unsettled[i] = steepness[i] < kHuge ? wanted[i] : 0.0;
  }
  // A straight part of a reward ends at the price at which the path does: there the last step may go beyond by
  // rounding.
  const double rounding = rewards.straight_with_an_end() ? 1e-14 : 0;
  for (int round = 0; round < 24; ++round) {
    double many = 0;
    rewards.slopes(y, wanted, slope, bend);
    for (std::size_t i = 0; i < kTile; ++i) {
      const double here = slope[i] - (low_price[i] + steepness[i] * (y[i] - low_reading[i]));
      from[i] = here > 0 ? y[i] : from[i];
      to[i] = here > 0 ? to[i] : y[i];
      const double give = steepness[i] - bend[i];
      const double newton = y[i] + here / (give > 0 ? give : 1.0);
      const double beyond = rounding * (std::fabs(from[i]) + std::fabs(to[i]));
      const bool good = (newton >= from[i] - beyond) & (newton <= to[i] + beyond) & (give > 0);
      const double next = good ? greatest(least(newton, to[i]), from[i]) : 0.5 * (from[i] + to[i]);
      const double moved = std::fabs(next - y[i]);
      // What a small step of Newton's leaves is as small as its square.
      const double grain = 1e-15 * std::fabs(y[i]), small = good ? 1e-9 * paths.per_scale[i] : 0.0;
      y[i] = unsettled[i] > 0 ? next : y[i];
      unsettled[i] = moved <= grain + small ? 0.0 : unsettled[i];
    }
    for (std::size_t i = 0; i < kTile; ++i) many += unsettled[i];
    if (many == 0) break;
  }
  // Where the reading stays the price goes on.
  rewards.slopes(y, wanted, slope, bend);
  Lanes value;
  rewards.values(y, wanted, value);
  for (std::size_t i = 0; i < kTile; ++i) {
    const bool stays = steepness[i] >= kHuge;
    const double way = y[i] - low_reading[i], run = high_reading[i] - low_reading[i];
    const double climb = high_price[i] - low_price[i];
    const double at_kink = least(greatest(slope[i] - low_price[i], 0.0), climb);
    const double along = way / (stays ? 1.0 : run), up = at_kink / (climb > 0 ? climb : 1.0);
    const double share = stays ? up : along;
    const double price = low_price[i] + share * climb;
    peak.share[i] = share;
    peak.utility[i] = value[i] + low_worth[i] - 0.5 * way * (low_price[i] + price);
    // The slope of the rewards is the price.
    const bool off = std::fabs(slope[i] - price) > 1e-10 * paths.highest[i];
    const double strange = (off | (unsettled[i] > 0)) ? wanted[i] : 0.0;
    paths.odd[i] = strange > 0 ? 1.0 : paths.odd[i];
  }
}

/// Finds the best reading of each path. Marks those where it may be another one.
GOODHART_WIDE void search(const CurvedFillings& in, Paths& paths, Peak& peak) {
  const Rewards rewards{in, paths};
  Bracket first, second;
  Lanes best, others, wanted;
  const int knots = paths.knots;
  // Paths of one length: what is added has none.
  const int pieces = paths.knots <= 5 ? 4 : (paths.knots <= 9 ? 8 : kKnots - 1);
  for (; paths.knots <= pieces; ++paths.knots) {
    const int last = paths.knots - 1;
    for (std::size_t i = 0; i < kTile; ++i) {
      paths.price[last + 1][i] = paths.price[last][i];
      paths.reading[last + 1][i] = paths.reading[last][i];
      paths.worth[last + 1][i] = paths.worth[last][i];
      paths.steepness[last][i] = kHuge;
      paths.incline[last][i] = 0;
    }
  }
  switch (pieces) {
    case 4:
      sweep<4>(in, paths, rewards, first, second, best, others);
      break;
    case 8:
      sweep<8>(in, paths, rewards, first, second, best, others);
      break;
    default:
      sweep<kKnots - 1>(in, paths, rewards, first, second, best, others);
  }
  paths.knots = knots;
  for (std::size_t i = 0; i < kTile; ++i) {
    paths.odd[i] = first.bound[i] > -kHuge ? paths.odd[i] : 1.0;
    wanted[i] = 1 - paths.odd[i];
  }
  climb(paths, rewards, first, wanted, peak);
  // The other maximum, where it may be as good.
  double many = 0;
  for (std::size_t i = 0; i < kTile; ++i) {
    const double size = 1 + std::fabs(peak.utility[i]) + paths.besides[i];
    const bool close = second.bound[i] > peak.utility[i] - 4e-9 * size;
    wanted[i] = close ? 1 - paths.odd[i] : 0.0;
  }
  for (std::size_t i = 0; i < kTile; ++i) many += wanted[i];
  if (many > 0) {
    Peak other;
    climb(paths, rewards, second, wanted, other);
    for (std::size_t i = 0; i < kTile; ++i) {
      const bool better = (wanted[i] > 0) & (other.utility[i] > peak.utility[i]);
      const double loser = better ? peak.utility[i] : other.utility[i];
      others[i] = wanted[i] > 0 ? greatest(others[i], loser) : others[i];
      peak.utility[i] = better ? other.utility[i] : peak.utility[i];
      peak.piece[i] = better ? other.piece[i] : peak.piece[i];
      peak.share[i] = better ? other.share[i] : peak.share[i];
    }
  }
  for (std::size_t i = 0; i < kTile; ++i) {
    const double size = 1 + std::fabs(peak.utility[i]) + paths.besides[i];
    const double beaten = others[i] < peak.utility[i] - 4e-9 * size ? paths.odd[i] : 1.0;
    paths.odd[i] = best[i] <= peak.utility[i] + 1e-11 * size ? beaten : 1.0;
  }
}

/// The same for steps without noise: only a plan that just reaches the step can be better than doing without.
GOODHART_WIDE void search_sharp(Paths& paths, Peak& peak) {
  Lanes reached;
  for (std::size_t i = 0; i < kTile; ++i) {
    peak.piece[i] = peak.share[i] = reached[i] = 0;
    peak.utility[i] = -kHuge;
  }
  const int end = paths.knots - 1;
  for (int m = 0; m < end; ++m) {
    for (std::size_t i = 0; i < kTile; ++i) {
      const double way = paths.goal[i] - paths.reading[m][i], run = paths.reading[m + 1][i] - paths.reading[m][i];
      const bool here = (reached[i] == 0) & (way > 0) & (way <= run);
      const double worth = paths.worth[m][i] - way * (paths.price[m][i] + 0.5 * paths.incline[m][i] * way);
      peak.piece[i] = here ? m : peak.piece[i];
      peak.share[i] = here ? way / (run > 0 ? run : 1.0) : peak.share[i];
      peak.utility[i] = here ? worth + paths.weight[0][i] : peak.utility[i];
      reached[i] = here ? 1.0 : reached[i];
    }
  }
  for (std::size_t i = 0; i < kTile; ++i) {
    const double begin = paths.reading[0][i], idle = paths.worth[0][i];
    const double grain = 1e-13 * (1 + std::fabs(begin) + std::fabs(paths.goal[i]));
    const double tie = 4e-9 * (1 + std::fabs(idle) + paths.weight[0][i]);
    const double gain = peak.utility[i] - idle, short_by = paths.goal[i] - begin;
    // Where it is not reached, it must be because it is too dear: by the way, or by what is left of it.
    const bool far = paths.goal[i] - paths.reading[end][i] > 1e-6 * (1 + std::fabs(paths.goal[i]));
    const bool poor = paths.worth[end][i] <= paths.floor[i];
    const double sure = (far | poor) ? 0.0 : 1.0, close = std::fabs(gain) > tie ? 0.0 : 1.0;
    const double strange = reached[i] > 0 ? close : sure, within = std::fabs(short_by) > grain ? strange : 1.0;
    const double doubt = short_by < -grain ? 0.0 : within;
    paths.odd[i] = greatest(paths.odd[i], doubt);
    const bool pays = (reached[i] > 0) & (gain > 0);
    peak.piece[i] = pays ? peak.piece[i] : 0.0;
    peak.share[i] = pays ? peak.share[i] : 0.0;
  }
}

/// Puts the plans of peaks into `efforts`: in a straight line between those of the knots around them. Marks those that
/// are not the best at their price, by the conditions of optimality, which are enough.
template <int K>
GOODHART_INLINE void plan(const Tile<K>& tile, Paths& paths, const Peak& peak, Lanes (&efforts)[K]) {
  Lanes price, toll;
  for (std::size_t i = 0; i < kTile; ++i) {
    price[i] = paths.price[0][i];
    toll[i] = paths.toll[0][i];
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) efforts[k][i] = tile.efforts[0][k][i];
  }
  for (int m = 0; m + 1 < paths.knots; ++m) {
    for (std::size_t i = 0; i < kTile; ++i) {
      const bool here = peak.piece[i] == m;
      const double share = peak.share[i];
      const auto between = [&](double low, double high, double& to) __attribute__((always_inline)) {
        to = here ? low + share * (high - low) : to;
      };
      between(paths.price[m][i], paths.price[m + 1][i], price[i]);
      between(paths.toll[m][i], paths.toll[m + 1][i], toll[i]);
#pragma GCC unroll 8
      for (int k = 0; k < K; ++k) between(tile.efforts[m][k][i], tile.efforts[m + 1][k][i], efforts[k][i]);
    }
  }
  for (std::size_t i = 0; i < kTile; ++i) {
    double off = 0, hours = 0;
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) {
      const double x = efforts[k][i], pays = price[i] * tile.loading[k][i], costs = toll[i] * tile.time[k][i];
      const double grain = 1e-11 * (std::fabs(tile.linear[k][i]) + std::fabs(pays) + std::fabs(costs));
      const double pull = tile.linear[k][i] + pays - costs - tile.curvature[k][i] * x;
      off += ((pull > grain) & (x < tile.most[k][i])) ? 1.0 : 0.0;
      off += ((pull < -grain) & (x > 0)) ? 1.0 : 0.0;
      hours += tile.time[k][i] * x;
    }
    const double felt = tile.strain[i] * (hours - tile.slack[i]), grain = 1e-11 * (1 + std::fabs(toll[i]));
    off += toll[i] < felt - grain ? 1.0 : 0.0;
    off += ((toll[i] > felt + grain) & (hours < tile.budget[i] * (1 - 1e-12))) ? 1.0 : 0.0;
    off += hours > tile.budget[i] * (1 + 1e-13) ? 1.0 : 0.0;
    paths.odd[i] = off > 0 ? 1.0 : paths.odd[i];
  }
}

template <int K>
GOODHART_INLINE std::size_t solve(const CurvedFillings& in, char* odd) {
  const bool sharp = in.target != nullptr;
  const double first_steepest = in.parts.front().outline->steepest, last_steepest = in.parts.back().outline->steepest;
  const double calm = in.law == CurvedFillings::Law::step && !sharp ? 1 : 0;
  std::size_t many = 0;
  for (std::size_t begin = 0; begin < in.plain.count; begin += kTile) {
    const std::size_t count = std::min(kTile, in.plain.count - begin);
    Tile<K> tile;
    Paths paths;
    const bool straight = take(in, begin, count, tile, paths);
    for (std::size_t i = 0; i < kTile; ++i) {
      const double weight = paths.weight[0][i], target = paths.offset[i];
      const double steepest = weight * first_steepest + paths.weight[1][i] * last_steepest;
      // For a step the price is whatever reaching it takes, while that leaves something of it.
      const double limit = sharp ? 1e6 * (1 + weight) : steepest * paths.scale[i];
      const double highest = tile.budget[i] > 0 ? limit : 0.0;
      paths.odd[i] = ((highest >= 0) & (highest < kHuge)) ? paths.odd[i] : 1.0;
      paths.highest[i] = paths.odd[i] > 0 ? 0.0 : highest;
      const double reached = weight > 0 ? target + 1e-14 * (1 + std::fabs(target)) : -kHuge;
      paths.goal[i] = sharp ? reached : kHuge;
      paths.floor[i] = -kNever;
    }
    if (sharp) {
      for (std::size_t i = 0; i < kTile; ++i) {
        double worth = 0, hours = -tile.slack[i];
#pragma GCC unroll 8
        for (int k = 0; k < K; ++k) {
          const double x = tile.efforts[0][k][i];
          worth += (tile.linear[k][i] - 0.5 * tile.curvature[k][i] * x) * x;
          hours += tile.time[k][i] * x;
        }
        const double idle = worth - 0.5 * tile.strain[i] * hours * hours;
        paths.floor[i] = idle - paths.weight[0][i] - 1e-8 * (1 + std::fabs(idle) + paths.weight[0][i]);
      }
    }
    straight ? trace<K, true>(tile, paths, calm) : trace<K, false>(tile, paths, calm);
    Peak peak;
    if (sharp) {
      search_sharp(paths, peak);
    } else {
      search(in, paths, peak);
    }
    Lanes efforts[K];
    plan(tile, paths, peak, efforts);
    if (sharp) {
      // What is to reach the step lies on the side where it counts.
      for (std::size_t i = 0; i < kTile; ++i) {
        double reading = 0;
#pragma GCC unroll 8
        for (int k = 0; k < K; ++k) reading += tile.loading[k][i] * efforts[k][i];
        const bool reaches = peak.piece[i] + peak.share[i] > 0, falls_short = reading < paths.offset[i];
        paths.odd[i] = (reaches & falls_short) ? 1.0 : paths.odd[i];
      }
    }
    for (int k = 0; k < K; ++k) {
      std::copy_n(efforts[k], count, in.plain.efforts[static_cast<std::size_t>(k)] + begin);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const bool strange = (paths.odd[i] > 0) | (odd[begin + i] != 0);
      odd[begin + i] = strange;
      many += strange;
    }
  }
  return many;
}

#define GOODHART_SOLVE(K)                                                    \
  GOODHART_WIDE std::size_t solve_##K(const CurvedFillings& in, char* odd) { \
    return solve<K>(in, odd);                                                \
  }
GOODHART_SOLVE(1)
GOODHART_SOLVE(2)
GOODHART_SOLVE(3)
GOODHART_SOLVE(4)
GOODHART_SOLVE(5)
GOODHART_SOLVE(6)
#undef GOODHART_SOLVE

}  // namespace

const Outline& outline_of_normal_law() {
  static const Outline outline = [] {
    constexpr double kNodes[] = {-4, -2.75, -1.75, -1, -0.4, 0, 0.8, 1.6, 2.6};
    Outline made;
    made.nodes = std::size(kNodes);
    const auto bell = [](double u) { return kInverseRootTwoPi * exp_of(-0.5 * u * u); };
    for (std::size_t g = 0; g <= made.nodes; ++g) {
      const double from = g > 0 ? kNodes[g - 1] : -50, to = g < made.nodes ? kNodes[g] : 50;
      // The slope has its peak at 0, and its own slope at -1 and 1.
      const auto bend = [&](double u) { return -u * bell(u); };
      made.most_slope[g] = bell(std::clamp(0.0, from, to));
      made.least_slope[g] = std::min(bell(from), bell(to));
      made.most_curvature[g] = from < -1 && to > -1 ? bell(1) : std::max(bend(from), bend(to));
      made.least_curvature[g] = from < 1 && to > 1 ? -bell(1) : std::min(bend(from), bend(to));
      if (g == made.nodes) break;
      made.at[g] = to;
      const double tail = exp_of(-0.5 * to * to) * normal_tail(std::fabs(to));
      made.value[g] = to < 0 ? tail : 1 - tail;
      made.slope[g] = bell(to);
    }
    made.steepest = bell(0);
    return made;
  }();
  return outline;
}

namespace {

/// Of E[max(0, u + Z)] for side 1, of E[min(0, u + Z)], which is minus the former at -u, for side -1.
Outline outline_of_end(double side) {
  constexpr double kNodes[] = {-6, -4, -2.75, -1.75, -0.9, 0, 0.9, 1.75, 2.75, 4, 6};
  constexpr double kUnbounded = 1e50;  // beyond all rewards, and yet far below kHuge
  Outline made;
  made.nodes = std::size(kNodes);
  const auto bell = [](double u) { return kInverseRootTwoPi * exp_of(-0.5 * u * u); };
  const auto below = [](double u) {
    const double tail = exp_of(-0.5 * u * u) * normal_tail(std::fabs(u));
    return u < 0 ? tail : 1 - tail;
  };
  for (std::size_t g = 0; g <= made.nodes; ++g) {
    const double from = g > 0 ? kNodes[g - 1] : -40, to = g < made.nodes ? kNodes[g] : 40;
    // The slope goes from 0 to 1 or back, and the second derivative has its peak at 0.
    made.least_slope[g] = g == (side > 0 ? 0 : made.nodes) ? 0.0 : below(side > 0 ? from : -to);
    made.most_slope[g] = g == (side > 0 ? made.nodes : 0) ? 1.0 : below(side > 0 ? to : -from);
    const double most = bell(std::clamp(0.0, from, to)), least = std::min(bell(from), bell(to));
    made.most_curvature[g] = side > 0 ? most : -least;
    made.least_curvature[g] = side > 0 ? least : -most;
    if (g == made.nodes) break;
    made.at[g] = to;
    made.value[g] = side * (bell(to) + side * to * below(side * to));
    made.slope[g] = below(side * to);
  }
  made.end = side > 0 ? kUnbounded : 0;
  made.steepest = 1;
  return made;
}

}  // namespace

const Outline& outline_of_floor() {
  static const Outline outline = outline_of_end(1);
  return outline;
}

const Outline& outline_of_cap() {
  static const Outline outline = outline_of_end(-1);
  return outline;
}

void outline(std::span<const Rise* const> rises, std::span<Outline> outlines) {
  // From where the first begins to rise to where the last has done so: before and after there is next to nothing.
  constexpr double kLittle = 1e-12;
  double low = kInfinity, high = -kInfinity;
  for (const Rise* rise : rises) {
    const double first = rise->value(rise->low()), last = rise->value(rise->high());
    const auto level = [&](double bound) {
      double from = rise->low(), to = rise->high();
      for (int round = 0; round < 12; ++round) {
        const double middle = 0.5 * (from + to);
        (rise->value(middle) < bound ? from : to) = middle;
      }
      return 0.5 * (from + to);
    };
    low = std::min(low, level(first + kLittle));
    high = std::max(high, level(last - kLittle));
  }
  constexpr std::size_t kNodes = Outline::kMostNodes;
  for (std::size_t c = 0; c < rises.size(); ++c) {
    const Rise& rise = *rises[c];
    Outline& made = outlines[c];
    made.nodes = kNodes;
    made.steepest = 0;
    double from = std::min(low, rise.low());
    for (std::size_t g = 0; g <= kNodes; ++g) {
      const double to =
          g < kNodes ? low + (high - low) * static_cast<double>(g) / (kNodes - 1) : std::max(from, rise.high());
      const Rise::Range range = rise.range(g == 0 ? std::min(from, to) : from, to);
      made.least_slope[g] = range.least_slope;
      made.most_slope[g] = range.most_slope;
      made.least_curvature[g] = range.least_curvature;
      made.most_curvature[g] = range.most_curvature;
      made.steepest = std::max(made.steepest, range.most_slope);
      if (g == kNodes) break;
      const Rise::Point point = rise.at(to);
      made.at[g] = to;
      made.value[g] = point.value;
      made.slope[g] = point.slope;
      from = to;
    }
    made.end = rise.value(rise.high());
    // Outside a function is constant.
    made.least_slope[0] = std::min(made.least_slope[0], 0.0);
    made.least_slope[kNodes] = std::min(made.least_slope[kNodes], 0.0);
    for (const std::size_t g : {std::size_t{0}, kNodes}) {
      made.most_slope[g] = std::max(made.most_slope[g], 0.0);
      made.least_curvature[g] = std::min(made.least_curvature[g], 0.0);
      made.most_curvature[g] = std::max(made.most_curvature[g], 0.0);
    }
  }
}

std::span<const Outline> Outlines::of(std::span<const Rise* const> rises) {
  std::array<Held, CurvedFillings::kMostParts> now;
  for (std::size_t c = 0; c < rises.size(); ++c) now[c] = {rises[c], rises[c]->builds()};
  if (outlines_.empty()) outlines_.resize(CurvedFillings::kMostParts);
  const auto found = std::span(outlines_).first(rises.size());
  if (now != held_) outline(rises, found);
  held_ = now;
  return found;
}

std::size_t fill_curved(const CurvedFillings& decisions, std::span<char> odd) {
  using Kernel = std::size_t (*)(const CurvedFillings&, char*);
  static constexpr Kernel kKernels[] = {solve_1, solve_2, solve_3, solve_4, solve_5, solve_6};
  fill_many(decisions.plain, odd);
  return kKernels[static_cast<std::size_t>(decisions.plain.activities - 1)](decisions, odd.data());
}

}  // namespace goodhart
