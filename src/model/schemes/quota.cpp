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
void compare_by(const Quota&, std::span<const double> means, bool, std::span<double> merits) {
  std::copy(means.begin(), means.end(), merits.begin());
}

template <>
double reward_of(const Quota&, const Terms& terms, std::size_t employee, double mean, bool lower) {
  const double target = terms[kTarget][employee];
  // A hair's breadth counts as attained, so that a plan made to meet the target exactly does, whatever the rounding.
  const double hair = 1e-9 * std::max(1.0, std::fabs(target));
  const bool attained = lower ? mean <= target + hair : mean >= target - hair;
  return attained ? terms[kReward][employee] : -terms[kPenalty][employee];
}

template <>
void rewards_of(const Quota& self, const Terms& terms, std::size_t first, std::span<const double> merits, bool lower,
                std::span<double> out) {
  reward_each(self, terms, first, merits, lower, out);
}

template <>
bool straight_of(const Quota&) {
  return false;
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

template <>
double stake_of(const Quota& self, const Terms& terms, std::size_t employee, double low, double high, bool lower) {
  return std::fabs(reward_of(self, terms, employee, high, lower) - reward_of(self, terms, employee, low, lower));
}

template <>
double linear_rate_of(const Quota&, const Terms&, std::size_t) {
  return 0;
}

template <>
std::optional<std::size_t> target_term_of(const Quota&) {
  return kTarget;
}

template <>
std::optional<std::size_t> rate_term_of(const Quota&) {
  return std::nullopt;
}

template <>
void move_readings_of(const Quota&, Terms& terms, std::size_t employee, const std::function<double(double)>& moved) {
  terms[kTarget].set(employee, moved(terms[kTarget][employee]));
}

}  // namespace goodhart
