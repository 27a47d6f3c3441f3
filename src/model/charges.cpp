/// Decisions with fixed charges, by looking at all sets of them that a bound does not exclude.
#include "goodhart/model/charges.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "reduction.hpp"

namespace goodhart {

namespace {

/// All sets of charges, bit c for charge c: smaller ones first, and of these those first whose charges are listed
/// first.
constexpr std::array<std::uint32_t, 1u << kMostCharges> kSets = [] {
  std::array<std::uint32_t, 1u << kMostCharges> sets{};
  std::size_t at = 0;
  for (int size = 0; size <= static_cast<int>(kMostCharges); ++size) {
    for (std::uint32_t set = 0; set < sets.size(); ++set) {
      if (std::popcount(set) == size) sets[at++] = set;
    }
  }
  return sets;
}();

/// What a set of charges takes.
struct Lump {
  double utility = 0, time = 0;
};

Lump lump_of(const Decision& decision, std::uint32_t set) {
  Lump lump;
  for (std::size_t c = 0; c < decision.charges.size(); ++c) {
    if (!(set >> c & 1u)) continue;
    lump.utility += decision.charges[c].utility;
    lump.time += decision.charges[c].time;
  }
  return lump;
}

/// A step for which it is settled which charges are paid.
struct Step {
  Solved solved = Solved::exactly;
  bool possible = false;  ///< is there time enough for the charges?
  double worth = 0;
  std::uint32_t due = 0;  ///< the charges that fall due in it
  PerActivity efforts{};
};

/// The best step where the charges `open` are paid and those of `due` fall due in it.
Step best_step(const Decision& decision, std::uint32_t open, std::uint32_t due) {
  Step step;
  step.due = due;
  const Lump lump = lump_of(decision, due);
  step.possible = lump.time <= std::max(0.0, decision.budget);
  if (!step.possible) return step;
  Decision settled = decision;
  settled.charges = {};
  settled.budget -= lump.time;
  settled.slack -= lump.time;
  for (std::size_t c = 0; c < decision.charges.size(); ++c) {
    if (open >> c & 1u) continue;
    const Charge& charge = decision.charges[c];
    for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
      if (charge.opens >> k & 1u) settled.most[k] = 0;
    }
    settled.curves = settled.curves.first(settled.curves.size() - charge.curves);
  }
  step.solved = decide(settled, step.efforts);
  step.worth = utility(settled, step.efforts) - lump.utility;
  return step;
}

/// At most what a step is worth, in `worth`, whichever charges are paid: as if all were free, but for their time. That
/// may even be welcome, where hours are below the norm; so it is taken as far as it is (idle time, as an activity
/// more).
Step bound_of(const Decision& decision) {
  const auto all = static_cast<std::uint32_t>((1u << decision.charges.size()) - 1);
  const double time = lump_of(decision, all).time;
  if (time == 0 || decision.strain == 0) return best_step(decision, all, 0);
  const bool full = decision.activities == kMostActivities || decision.interaction != nullptr;
  Decision relaxed = decision;
  if (!full) {
    const auto idle = static_cast<std::size_t>(relaxed.activities++);
    relaxed.linear[idle] = relaxed.curvature[idle] = 0;
    relaxed.time[idle] = relaxed.felt_time[idle] = 1;
    relaxed.most[idle] = time;
    for (Reading& reading : relaxed.reading) reading.loading[idle] = reading.bend[idle] = 0;
  }
  Step step = best_step(relaxed, all, 0);
  // Where there is no room for one activity more: no time can make up for more than all hours below the norm.
  if (full) step.worth += 0.5 * decision.strain * std::pow(std::max(0.0, decision.slack), 2);
  return step;
}

bool better(double worth, double than) {
  return worth > than + detail::tie_width(than);
}

/// The charges that can be worth paying: they open something that can be done.
std::uint32_t sensible_charges(const Decision& decision) {
  std::uint32_t sensible = 0;
  for (std::size_t c = 0; c < decision.charges.size(); ++c) {
    for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
      if ((decision.charges[c].opens >> k & 1u) && decision.most[k] > 0) sensible |= 1u << c;
    }
  }
  return sensible;
}

/// The best step over all sets of the charges `each_step`, with the lasting charges `set` open, and due if `now`. No
/// step is worth more than `most`.
Step best_of_sets(const Decision& decision, std::uint32_t set, bool now, std::uint32_t each_step, double most) {
  Step best;
  for (const std::uint32_t others : kSets) {
    if ((others & ~each_step) != 0) continue;
    const std::uint32_t due = others | (now ? set : 0);
    if (best.possible && !better(most - lump_of(decision, due).utility, best.worth)) continue;
    const Step step = best_step(decision, set | others, due);
    if (step.solved == Solved::unbounded) return step;
    if (step.possible && (!best.possible || better(step.worth, best.worth))) best = step;
  }
  return best;
}

/// The charges that can be worth paying, by kind.
struct Kinds {
  std::uint32_t lasting = 0, each_step = 0;
};

Kinds kinds_of(const Decision& decision) {
  Kinds kinds;
  const std::uint32_t sensible = sensible_charges(decision);
  for (std::size_t c = 0; c < decision.charges.size(); ++c) {
    (decision.charges[c].lasts ? kinds.lasting : kinds.each_step) |= sensible & (1u << c);
  }
  return kinds;
}

}  // namespace

Solved decide_with_charges(const Decision& decision, PerActivity& efforts) {
  const auto [lasting, each_step] = kinds_of(decision);
  const Step most = bound_of(decision);
  if (most.solved == Solved::unbounded) return most.solved;
  const double later = decision.horizon - 1;
  double best = 0;
  for (const std::uint32_t set : kSets) {
    if ((set & ~lasting) != 0) continue;
    const Lump lump = lump_of(decision, set);
    if (set != 0 && !better(decision.horizon * most.worth - lump.utility, best)) continue;
    const Step now = best_of_sets(decision, set, true, each_step, most.worth);
    if (now.solved == Solved::unbounded) return now.solved;
    if (!now.possible) continue;
    double worth = now.worth;
    if (later > 0) {
      // Without time to pay, a later step is this one without what is paid once.
      worth += later * (lump.time == 0 ? now.worth + lump.utility
                                       : best_of_sets(decision, set, false, each_step, most.worth).worth);
    }
    if (set != 0 && !better(worth, best)) continue;
    best = worth;
    efforts = now.efforts;
    if (decision.paid != nullptr) *decision.paid = now.due;
  }
  return Solved::exactly;
}

double later_gain(const Decision& decision, std::uint32_t paid) {
  const auto [lasting, each_step] = kinds_of(decision);
  const std::uint32_t set = paid & lasting;
  if (set == 0 || decision.horizon <= 1) return 0;
  const double most = bound_of(decision).worth;
  return (decision.horizon - 1) * (best_of_sets(decision, set, false, each_step, most).worth -
                                   best_of_sets(decision, 0, false, each_step, most).worth);
}

std::uint32_t charges_of(const Decision& decision, const PerActivity& efforts) {
  std::uint32_t paid = 0;
  for (std::size_t c = 0; c < decision.charges.size(); ++c) {
    for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
      if ((decision.charges[c].opens >> k & 1u) && efforts[k] > 0) paid |= 1u << c;
    }
  }
  return paid;
}

}  // namespace goodhart
