/// Move `escalate`: while the dashboard misses its goal, the stakes are multiplied.
#include <algorithm>

#include "kind.hpp"

namespace goodhart {

template <>
void act_as(const Escalate& self, Office& office, std::size_t) {
  if (office.since() % self.every != 0) return;
  const std::size_t incentive = office.incentive(self.incentive);
  const double seen = office.dashboard(office.metric(incentive));
  const double goal = office.level(office.metric(incentive), self.goal);
  const bool missed = office.lower(incentive) ? seen > goal : seen < goal;
  if (missed) office.set_stakes(incentive, std::min(self.cap, office.stakes(incentive) * self.factor));
}

template <>
int audited_by(const Escalate&, int) {
  return 0;
}

template <>
std::vector<std::string> metrics_read_by(const Escalate&) {
  return {};
}

template <>
std::string moves_target_as(const Escalate&) {
  return {};
}

template <>
bool moves_rates_as(const Escalate&) {
  return false;
}

}  // namespace goodhart
