/// What an incentive is to those who respond to it: rewards, and expected rewards as curves over a reading.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "goodhart/model/decision.hpp"
#include "goodhart/model/population.hpp"
#include "goodhart/model/rivals.hpp"
#include "goodhart/scenario/schemes.hpp"

namespace goodhart {

/// How an employee sees the review window that its efforts will be read in. With efforts x kept up to the close, M is
/// expected to be (settled + left y(x)) / window, where y is the reading that efforts make in one step.
struct Prospect {
  std::size_t employee = 0;
  double settled =
      0;            ///< readings taken and under way, baselines to come, what is known to fall due; units of the metric
  double left = 1;  ///< steps whose readings these efforts make, this one included
  double window = 1;     ///< steps
  double patience = 1;   ///< what a unit of pay at the close is worth now
  double noise = 0;      ///< standard deviation of one reading, as believed; without what all share where M is compared
  double foresight = 1;  ///< what is left of a linear reward once its effect on later targets is foreseen
  bool lower = false;    ///< is lower better?
  Rivals rivals;         ///< whom M is compared with; turned round where lower is better
};

/// Collects what expected rewards add to a decision, for one reading y.
struct Hopes {
  double slope = 0;    ///< utility per unit of y, over all linear rewards
  Curve* curves;       ///< where the next non-linear reward goes
  int count = 0;       ///< how many have gone there; at most kMostCurves for an incentive
  int reading = 0;     ///< index of y among the decision's readings
  RiseShelf* shelf;    ///< where tabulated rewards are kept
  bool alone = false;  ///< is nothing else curved in the decision?
};

/// The most curves that one incentive adds.
inline constexpr int kMostCurves = 32;

/// Does the scheme compare? Then it rewards a merit that `compare` gives; else its merit is M itself.
bool compares(const Scheme& scheme);

/// The merits of those compared, whose means M are given best first (equal ones in an order drawn by lot).
void compare(const Scheme& scheme, std::span<const double> means, bool lower, std::span<double> merits);

/// Is one of this merit dismissed?
bool dismisses(const Scheme& scheme, double merit);

/// The reward per step, in pay, for a merit.
double reward(const Scheme& scheme, const Terms& terms, std::size_t employee, double merit, bool lower);

/// The same for the merits of the employees first, first + 1, ...
void rewards(const Scheme& scheme, const Terms& terms, std::size_t first, std::span<const double> merits, bool lower,
             std::span<double> out);

/// Is the expected reward a straight line in the reading that efforts make, as steep as `linear_rate` says?
bool straight(const Scheme& scheme);

/// Adds the expected reward window / left x patience x E[R(M)] to `hopes`, constants left out; not asked of straight
/// ones.
void expect(const Scheme& scheme, const Terms& terms, const Prospect& prospect, Hopes& hopes);

/// The largest difference in R that a reading between low and high can make: what is at stake (crowding out).
double stake(const Scheme& scheme, const Terms& terms, std::size_t employee, double low, double high, bool lower);

/// The rate of a reward that is linear in M, else 0: what risk aversion multiplies the noise with.
double linear_rate(const Scheme& scheme, const Terms& terms, std::size_t employee);

/// May leadership find its rate anew?
bool retrainable(const Scheme& scheme);

/// Where the target and the rate stand among the terms, if the scheme has them: what results report, a ratchet moves
/// and retraining sets.
std::optional<std::size_t> target_term(const Scheme& scheme);
std::optional<std::size_t> rate_term(const Scheme& scheme);

/// The metric reads otherwise: moves an employee's terms so that what hangs on readings (a target, and where the line
/// meets floor and cap) hangs on what `moved` makes of those readings, and pays there what it paid. `moved` never
/// falls. Schemes that compare have no such readings.
void move_readings(const Scheme& scheme, Terms& terms, std::size_t employee,
                   const std::function<double(double)>& moved);

}  // namespace goodhart
