/// Where a target must move to when its metric bends otherwise, so that the same efforts attain it.
#pragma once

#include <span>

namespace goodhart {

/// How one activity moves a reading: loading x - bend x^2 / 2, and otherwise with `other_bend`.
struct ReadingPart {
  double loading = 0;     ///< units of the metric per unit of effort
  double bend = 0;        ///< per unit of effort squared
  double other_bend = 0;  ///< the same where the metric bends otherwise
  double time = 1;        ///< steps per unit, above 0
  double most = 0;        ///< units in a step; may be infinite
};

/// A reading that efforts make where the metric bends otherwise.
struct SameEfforts {
  double reading = 0;    ///< units of the metric
  bool attained = true;  ///< can efforts make the goal at all?
};

/// What the efforts that make a reading of `goal` read where the metric bends otherwise.
///
/// Of all efforts that make the goal, those are taken that need the least time: x maximises
///
///   Σ (loading_k x_k - bend_k x_k^2 / 2) - λ Σ time_k x_k   over 0 <= x_k <= most_k
///
/// for the λ at which the goal is made (an activity that bends up is taken whole or for what is missing). On the way
/// there from no effort, λ falls from infinity, and the reading with the other bends may turn and fall: where less
/// effort reads more, that is enough, so the highest reading on the way is what is returned. What cannot be made within
/// `budget`, nor at all, is missed by as much as before: the reading is that at the end of the way, plus what is
/// missing. Below 0, where `goal` is below what no effort makes, all is done for -reading.
///
/// With other bends that equal the bends it returns the goal, but for rounding. It never falls as the goal rises.
SameEfforts same_efforts(std::span<const ReadingPart> parts, double budget, double goal);

}  // namespace goodhart
