/// A decision reduced to what matters: open activities, bounded efforts, and readings whose rewards are truly curved.
#pragma once

#include <array>
#include <string>

#include "goodhart/model/decision.hpp"

namespace goodhart::detail {

/// A decision without its closed activities and without rewards that are flat or straight over all readings in reach
/// (straight ones have been added to `linear` and `curvature`). Arrays are indexed by open activity.
struct Reduced {
  int size = 0;                                 ///< number of open activities
  std::array<int, kMostActivities> activity{};  ///< index in the decision
  PerActivity linear;
  PerActivity curvature;
  PerActivity time;
  PerActivity felt_time;
  PerActivity most;  ///< the cap, or what the budget allows if that is less; infinite only while not `confined`
  PerActivity gaming_time;
  double budget = 0;
  double strain = 0;
  double slack = 0;
  bool felt_alike = true;    ///< felt_time equals time
  bool interacting = false;  ///< some interaction between open activities is not 0
  bool concave = true;       ///< no curvature is negative
  bool open_ended = false;   ///< some `most` is infinite
  int live = 0;              ///< readings with rewards that are curved within reach
  std::array<int, kMostReadings> reading{};
};

Reduced reduce(const Decision& decision);

/// What is known of a reading over all plans allowed.
struct Reach {
  double low = 0;
  double high = 0;
};

Reach reach_of(const Reduced& reduced, const Reading& reading);

/// Decides by concave hulls (concave_hulls.cpp) where that is possible: no interactions, no negative curvature, and
/// smooth rewards each of which turns but once. False where it is not, with `efforts` as they were.
bool decide_by_hulls(const Decision& decision, const Reduced& reduced, PerActivity& efforts);

/// Replaces infinite caps by finite ones that no maximiser reaches. `assumed` is set where that cannot be proved: then
/// efforts near such a cap mean that utility is unbounded. Returns false where utility is certainly unbounded.
bool confine(const Decision& decision, Reduced& reduced, bool& assumed);

double interaction_between(const Decision& decision, int k, int l);

/// Whether efforts a are to be preferred to b, of equal utility: less gaming time, less time, more of what is listed
/// first.
bool wins_tie(const Decision& decision, const PerActivity& a, const PerActivity& b);

/// Reading j at these efforts, as `utility` computes it.
double read(const Decision& decision, int j, const PerActivity& efforts);

/// Where a plan misses a jump by a hair: tries steps so small that rounding hides from a search what they do to a
/// reading, to that jump, or as far from the edge of one that is attained as it still counts. True where that makes
/// the plan worth more than it was, and than `best`, by more than a tie; else it stays as it was.
bool step_over(const Decision& decision, const Reduced& reduced, PerActivity& efforts, double best);

/// U within this of each other count as equal.
inline double tie_width(double best) {
  return 1e-9 * (1 + (best < 0 ? -best : best));
}

/// Is a step without noise attained on a face of the plans only: where all activities that move its reading are at the
/// efforts that make most of it? (A ranking of complaints in which nobody else has any; a rival who makes the most of
/// value that can be made; one who puts all time into one activity.) Such a face has no width, so no division of
/// readings finds it. `at` gets these efforts, and -1 for the others.
bool attained_on_a_face(const Decision& decision, const Curve& curve, PerActivity& at);

/// Ends a search that has looked at so many parts of what can be done without a proof: throws RunError, which says why
/// and what to change.
[[noreturn]] void give_up(std::size_t parts, const std::string& why);

/// Why a search does not end where numbers differ too much.
inline constexpr const char* kTooFarApart =
    "numbers that differ by many orders of magnitude, as 1e300 beside 1, are beyond what can be computed";

}  // namespace goodhart::detail
