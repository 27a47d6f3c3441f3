/// Scheme `linear`: R(M) = rate (M - target), held within floor and cap; rate (target - M) where lower is better.
#include <algorithm>
#include <cmath>

#include "goodhart/core/lanes.hpp"
#include "kind.hpp"

namespace goodhart {

namespace {

/// Positions in Terms: the order in which Linear declares its quantities.
enum : std::size_t { kRate, kTarget };

/// Rewards of many: rate (sign (mean - target)), held within floor and cap.
GOODHART_WIDE void held_lines(const double* __restrict means, const double* __restrict target,
                              const double* __restrict rate, double sign, double floor, double cap, std::size_t count,
                              double* __restrict out) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = least(greatest(rate[i] * (sign * (means[i] - target[i])), floor), cap);
  }
}

}  // namespace

template <>
double reward_of(const Linear& self, const Terms& terms, std::size_t employee, double mean, bool lower) {
  const double above = lower ? terms[kTarget][employee] - mean : mean - terms[kTarget][employee];
  return std::clamp(terms[kRate][employee] * above, self.least(), self.cap);
}

template <>
void rewards_of(const Linear& self, const Terms& terms, std::size_t first, std::span<const double> means, bool lower,
                std::span<double> out) {
  for (std::size_t begin = 0; begin < out.size(); begin += Column::kRun) {
    held_lines(means.data() + begin, terms[kTarget].from(first + begin), terms[kRate].from(first + begin),
               lower ? -1 : 1, self.least(), self.cap, std::min(Column::kRun, out.size() - begin), out.data() + begin);
  }
}

template <>
void expect_of(const Linear& self, const Terms& terms, const Prospect& prospect, Hopes& hopes) {
  const double slope = (prospect.lower ? -1 : 1) * terms[kRate][prospect.employee];
  if (slope == 0) return;
  // The readings at which M meets floor and cap, turned from M into y.
  const double target = terms[kTarget][prospect.employee];
  const double at_floor = target + self.least() / slope, at_cap = target + self.cap / slope;
  const auto reading = [&](double mean) { return (mean * prospect.window - prospect.settled) / prospect.left; };
  Curve& curve = hopes.curves[hopes.count++];
  curve = Curve{};
  curve.shape = Curve::Shape::ramp;
  curve.reading = hopes.reading;
  curve.weight = prospect.patience * prospect.foresight * slope;
  curve.low = reading(std::min(at_floor, at_cap));
  curve.high = reading(std::max(at_floor, at_cap));
  curve.noise = prospect.noise / std::sqrt(prospect.left);
}

/// The line goes through the moved readings of floor and cap, so both are met at the same efforts and pay the same;
/// where there is only one of them, through that and the target; where there is neither, the target moves and the rate
/// stays.
template <>
void move_readings_of(const Linear& self, Terms& terms, std::size_t employee,
                      const std::function<double(double)>& moved) {
  const double target = terms[kTarget][employee], rate = terms[kRate][employee];
  if (rate == 0) return;
  const double least_pay = std::isfinite(self.least()) ? self.least()
                           : std::isfinite(self.cap)   ? std::min(0.0, self.cap)
                                                       : 0;
  const double most_pay = std::isfinite(self.cap) && self.cap != least_pay ? self.cap : std::max(0.0, least_pay);
  const double low = moved(target + least_pay / rate), high = moved(target + most_pay / rate);
  if (most_pay == least_pay || high == low) {
    terms[kTarget].set(employee, moved(target));
    return;
  }
  const double through = (most_pay - least_pay) / (high - low);
  terms[kRate].set(employee, through);
  terms[kTarget].set(employee, low - least_pay / through);
}

}  // namespace goodhart
