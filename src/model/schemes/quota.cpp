/// Scheme `quota`: R(M) = reward where M reaches the target, else -penalty.
///
/// Expected with Gaussian noise of standard deviation s in M: (reward + penalty) Phi((mu - target) / s) - penalty.
#include <algorithm>
#include <cmath>

#include "kind.hpp"

namespace goodhart {

namespace {

/// Positions in Terms: the order in which Quota declares its quantities.
enum : std::size_t { kTarget, kReward, kPenalty };

}  // namespace

template <>
double reward_of(const Quota&, const Terms& terms, std::size_t employee, double mean, bool lower) {
  const double target = terms[kTarget][employee];
  // A hair's breadth counts as attained, so that a plan made to meet the target exactly does, whatever the rounding.
  const double hair = 1e-9 * std::max(1.0, std::fabs(target));
  const bool attained = lower ? mean <= target + hair : mean >= target - hair;
  return attained ? terms[kReward][employee] : -terms[kPenalty][employee];
}

template <>
void expect_of(const Quota&, const Terms& terms, const Prospect& prospect, Hopes& hopes) {
  const double at_stake = terms[kReward][prospect.employee] + terms[kPenalty][prospect.employee];
  if (at_stake == 0) return;
  Curve& curve = hopes.curves[hopes.count++];
  curve = Curve{};
  curve.shape = Curve::Shape::step;
  curve.falling = prospect.lower;
  curve.reading = hopes.reading;
  curve.weight = prospect.window / prospect.left * prospect.patience * at_stake;
  curve.low = (terms[kTarget][prospect.employee] * prospect.window - prospect.settled) / prospect.left;
  curve.noise = prospect.noise / std::sqrt(prospect.left);
}

}  // namespace goodhart
