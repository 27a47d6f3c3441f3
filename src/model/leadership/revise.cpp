/// Move `revise`: when all conditions hold, another phase begins with some probability.
#include <cmath>
#include <functional>
#include <numeric>

#include "goodhart/model/moments.hpp"
#include "kind.hpp"

namespace goodhart {

namespace {

bool holds(const Condition& condition, const Office& office, std::size_t move) {
  if (condition.gaming_above) return office.gaming_share() > *condition.gaming_above;
  const auto level = [&](double asked) { return office.level(condition.metric, asked); };
  if (condition.above) return office.dashboard(condition.metric) > level(*condition.above);
  if (condition.below) return office.dashboard(condition.metric) < level(*condition.below);
  Moments moments;
  for (const std::size_t i : office.inspect(*condition.sample, move)) {
    moments.add({.count = 1,
                 .mean_x = office.own_reading(condition.metric, i),
                 .mean_y = office.contribution_read(condition.metric, i)});
  }
  return moments.correlation() < *condition.alignment_below;
}

}  // namespace

template <>
void act_as(const Revise& self, Office& office, std::size_t move) {
  for (const Condition& condition : self.when) {
    if (!holds(condition, office, move)) return;
  }
  if (office.draw(move) < self.chance) office.begin(self.to);
}

template <>
int audited_by(const Revise& self, int) {
  return std::transform_reduce(self.when.begin(), self.when.end(), 0, std::plus<>(),
                               [](const Condition& condition) { return condition.sample.value_or(0); });
}

template <>
std::vector<std::string> metrics_read_by(const Revise& self) {
  std::vector<std::string> metrics;
  for (const Condition& condition : self.when) {
    if (!condition.metric.empty()) metrics.push_back(condition.metric);
  }
  return metrics;
}

template <>
std::string moves_target_as(const Revise&) {
  return {};
}

template <>
bool moves_rates_as(const Revise&) {
  return false;
}

}  // namespace goodhart
