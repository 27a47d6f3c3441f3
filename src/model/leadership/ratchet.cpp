/// Move `ratchet`: target += speed x (M - target) at each close (Weitzman 1980, doi 10.2307/3003414).
#include <cmath>

#include "goodhart/core/scratch.hpp"
#include "kind.hpp"

namespace goodhart {

template <>
void act_as(const Ratchet& self, Office& office, std::size_t) {
  const std::size_t incentive = office.incentive(self.incentive);
  if (!office.closed(incentive)) return;
  // Whose M counts: one's own, or the mean over those who were there, of the team or of all.
  const auto circle = [&](std::size_t employee) {
    return self.of == "team" ? office.team(employee) : self.of == "organisation" ? 0 : employee;
  };
  const std::size_t people = office.employees();
  ScratchVector<double> sum(people, 0.0), count(people, 0.0);
  for (std::size_t i = 0; i < people; ++i) {
    const double mean = office.achieved(incentive, i);
    if (std::isnan(mean)) continue;
    sum[circle(i)] += mean;
    count[circle(i)] += 1;
  }
  for (std::size_t i = 0; i < people; ++i) {
    if (count[circle(i)] == 0) continue;
    const double target = office.target(incentive, i);
    const double moved = target + self.speed * (sum[circle(i)] / count[circle(i)] - target);
    const bool harder = office.lower(incentive) ? moved < target : moved > target;
    if (harder || !self.up_only) office.set_target(incentive, i, moved);
  }
}

template <>
int audited_by(const Ratchet&, int) {
  return 0;
}

template <>
std::vector<std::string> metrics_read_by(const Ratchet&) {
  return {};
}

template <>
std::string moves_target_as(const Ratchet& self) {
  return self.incentive;
}

template <>
bool moves_rates_as(const Ratchet&) {
  return false;
}

}  // namespace goodhart
