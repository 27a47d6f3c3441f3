/// One employee's decision: the exact, global maximiser of utility over what it can do in a step.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "goodhart/model/rise.hpp"
#include "goodhart/scenario/limits.hpp"

namespace goodhart {

/// One number per activity; only the first `Decision::activities` count.
using PerActivity = std::array<double, kMostActivities>;

/// The expected reading of a metric as a function of efforts, y(x) = sum_k (loading_k x_k - bend_k x_k^2 / 2).
/// Whatever is constant in it (baselines, past readings) has been moved into the curves that read it.
struct Reading {
  PerActivity loading{};  ///< per unit of activity, any sign
  PerActivity bend{};     ///< at least 0
};

/// One non-linear expected reward as a function of one reading y.
///
/// A *step* is weight where y >= low, blurred by Gaussian noise of standard deviation `noise`:
///   noise > 0:  weight * Phi((y - low) / noise);      noise = 0:  weight * [y >= low]
/// (`falling` turns it round: weight * Phi((low - y) / noise), weight * [y <= low]).
///
/// A *ramp* rises (or, with negative weight, falls) linearly between low and high and is flat outside:
///   weight * E[clamp(Y, low, high)],  Y ~ N(y, noise^2),
/// where either end may be infinite, not both. An infinite low makes it concave, an infinite high convex (times the
/// sign of weight). `falling` is not used by ramps.
///
/// A *rise* is any tabulated non-decreasing function of the reading, or of the reading turned round (scale below 0):
///   weight * rise(offset + scale y);  `falling`, `low`, `high` and `noise` are not used.
struct Curve {
  enum class Shape : std::uint8_t { step, ramp, rise };
  Shape shape = Shape::step;
  bool falling = false;
  int reading = 0;    ///< index into Decision::readings
  double weight = 0;  ///< utility; at least 0, but for a ramp's, which is per unit of reading and has any sign
  double low = 0;     ///< units of the reading
  double high = std::numeric_limits<double>::infinity();
  double noise = 0;  ///< standard deviation in units of the reading, at least 0
  const Rise* rise = nullptr;
  double offset = 0, scale = 1;
};

/// A lump that falls due where any of some activities is done at all: a fixed charge (Hirsch and Dantzig 1968).
struct Charge {
  std::uint32_t opens = 0;  ///< bit k: activity k is closed to one who does not pay
  double utility = 0;       ///< what it takes of utility, at least 0
  double time = 0;          ///< what it takes of time, at least 0, steps: of the budget, and of hours as they are felt
  bool lasts = false;       ///< is it free in all later steps once it is paid?
  std::size_t curves = 0;   ///< so many of the last of `Decision::curves` count only where it is paid
};

/// The most charges that one decision has.
inline constexpr std::size_t kMostCharges = kMostSetUps + 1;

/// Everything that decides one employee's efforts in one step:
///
///   U(x) = sum_k (linear_k x_k - curvature_k x_k^2 / 2) - sum_{k<l} interaction_kl x_k x_l
///          - strain / 2 * (sum_k felt_time_k x_k - slack)^2 + sum_c curve_c(y_{reading_c}(x))
///
///   subject to  0 <= x_k <= most_k,  sum_k time_k x_k <= budget.
///
/// Where there are charges, an activity that one opens is closed to those who do not pay it. Those that last are chosen
/// for `horizon` steps as this one (charges.hpp).
///
/// Linear rewards are already in `linear` and `curvature`. Where a reward falls in a reading with a bend, `curvature`
/// may be negative: the problem is then not concave even without curves, and still solved globally.
struct Decision {
  int activities = 0;        ///< K, 1 to kMostActivities
  PerActivity linear{};      ///< utility per unit
  PerActivity curvature{};   ///< utility per unit squared, any sign
  PerActivity time{};        ///< steps per unit, above 0
  PerActivity felt_time{};   ///< steps per unit as the strain of hours feels it, at least `time`
  PerActivity most{};        ///< units, at least 0; infinite where there is no bound; 0 where closed
  std::uint32_t gaming = 0;  ///< bit k: activity k counts as gaming (used to break ties only)
  double budget = 0;         ///< steps; may be infinite; a value below 0 counts as 0
  double strain = 0;         ///< C, at least 0
  double slack = 0;          ///< norm - time already due; may be negative
  const double* interaction =
      nullptr;  ///< (activities x activities) symmetric, zero diagonal, row-major; null for none
  int readings = 0;
  std::array<Reading, kMostReadings> reading{};
  std::span<const Curve> curves;
  std::span<const Charge> charges;  ///< at most kMostCharges
  double horizon = 1;               ///< for how many steps what lasts is reckoned with, discounted; at least 1
  std::uint32_t* paid = nullptr;  ///< where `decide` notes which charges are paid, bit c for charge c; null for nowhere
  std::uint64_t* parts = nullptr;  ///< where branch and bound adds how many parts it has looked at; null for nowhere
};

/// How a decision went.
enum class Solved : std::uint8_t {
  exactly,    ///< the efforts are a global maximiser
  unbounded,  ///< utility has no upper bound on the plans allowed: the scenario lacks a budget, a max or a strain
};

/// U(x) of the decision, as written above, in this step: less the charges of the activities that are done. Efforts
/// outside the constraints are evaluated all the same.
double utility(const Decision& decision, const PerActivity& efforts);

/// Writes the global maximiser of U to `efforts`: U within 1e-9 (1 + |U|) of the supremum, efforts within 1e-7 of a
/// maximiser. Maximisers whose U differ by less than that are ties, resolved by less gaming time, then less time, then
/// more of the activity listed first. A plan that is to reach a step without noise lies on the side where it counts.
///
/// One non-linear reading and no interactions (the common case) is solved by a scan over the price of the reading,
/// several by concave hulls where their rewards are smooth, and anything else by branch and bound; all give the same
/// answer where they apply. Throws RunError, which says why, where a proof would take too many parts: where numbers are
/// of too different sizes, mostly.
Solved decide(const Decision& decision, PerActivity& efforts);

/// The methods that `decide` chooses between where there are no charges, for tests that hold one against the other.
/// `decide_by_scan` may only be called where `scan_applies`: at most one reading whose rewards are curved within reach
/// (and none of them falling where that reading bends), no interactions, no negative curvature, and strain of hours
/// that feels time as it is. `decide_by_hulls` returns false, and leaves the efforts as they were, where it does not
/// apply or would take too long.
bool scan_applies(const Decision& decision);
Solved decide_by_scan(const Decision& decision, PerActivity& efforts);
bool decide_by_hulls(const Decision& decision, PerActivity& efforts);
Solved decide_by_branch_and_bound(const Decision& decision, PerActivity& efforts);

}  // namespace goodhart
