/// What an incentive is to those who respond to it: rewards, and expected rewards as curves over a reading.
#pragma once

#include <cstddef>
#include <vector>

#include "goodhart/model/decision.hpp"
#include "goodhart/model/population.hpp"
#include "goodhart/scenario/schemes.hpp"

namespace goodhart {

/// How an employee sees the review window that its efforts will be read in. With efforts x kept up to the close, M is
/// expected to be (settled + left y(x)) / window, where y is the reading that efforts make in one step.
struct Prospect {
  std::size_t employee = 0;
  double settled =
      0;            ///< readings taken and under way, baselines to come, what is known to fall due; units of the metric
  double left = 1;  ///< steps whose readings these efforts make, this one included
  double window = 1;    ///< steps
  double patience = 1;  ///< what a unit of pay at the close is worth now
  double noise = 0;     ///< standard deviation of one reading, as believed
  bool lower = false;   ///< is lower better?
};

/// Collects what expected rewards add to a decision, for one reading y.
struct Hopes {
  double slope = 0;  ///< utility per unit of y, over all linear rewards
  Curve* curves;     ///< where the next non-linear reward goes
  int count = 0;     ///< how many have gone there
  int reading = 0;   ///< index of y among the decision's readings
};

/// R(M): the reward per step, in pay.
double reward(const Scheme& scheme, const Terms& terms, std::size_t employee, double mean, bool lower);

/// Adds the expected reward window / left x patience x E[R(M)] to `hopes`, constants left out.
void expect(const Scheme& scheme, const Terms& terms, const Prospect& prospect, Hopes& hopes);

/// The largest difference in R that a reading between low and high can make: what is at stake (crowding out).
double stake(const Scheme& scheme, const Terms& terms, std::size_t employee, double low, double high, bool lower);

/// The rate of a reward that is linear in M, else 0: what risk aversion multiplies the noise with.
double linear_rate(const Scheme& scheme, const Terms& terms, std::size_t employee);

/// What results report as `target` and `rate`; NaN where the scheme has none.
double target_of(const Scheme& scheme, const Terms& terms, std::size_t employee);
double rate_of(const Scheme& scheme, const Terms& terms, std::size_t employee);

}  // namespace goodhart
