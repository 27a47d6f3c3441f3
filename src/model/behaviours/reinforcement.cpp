/// Behaviour `learning`: propensities r of the plans of the menu start equal; the one taken becomes
/// (1 - forgetting) r + rate x max(reward, 0), the others (1 - forgetting) r; a plan is taken in proportion to r.
#include <algorithm>

#include "kind.hpp"
#include "menu.hpp"

namespace goodhart {

// Remembered: the propensities, and which plan was taken last, counted from 1; all 0 where nothing is remembered.

template <>
void remember_as(const Reinforcement& self, Outlook& outlook) {
  const std::span<double> propensity = outlook.memory.first(outlook.memory.size() - 1);
  const double taken = outlook.memory.back();
  if (taken == 0) {
    std::fill(propensity.begin(), propensity.end(), 1.0);
    return;
  }
  for (double& r : propensity) r *= 1 - self.forgetting;
  propensity[static_cast<std::size_t>(taken) - 1] += self.rate * std::max(outlook.paid, 0.0);
}

template <>
Solved choose_as(const Reinforcement& self, Outlook& outlook, PerActivity& efforts) {
  const auto plans = static_cast<std::size_t>(menu_size(outlook));
  const std::span<const double> propensity = outlook.memory.first(outlook.memory.size() - 1);
  const bool explores = outlook.draw(Purpose::exploration, 0) < self.exploration;
  const std::size_t p = explores ? any(plans, outlook.draw(Purpose::exploration, 1))
                                 : pick(propensity.first(plans), outlook.draw(Purpose::choice, 0));
  outlook.memory.back() = static_cast<double>(p + 1);
  return menu_plan(outlook, static_cast<int>(p), efforts);
}

template <>
std::size_t memory_of(const Reinforcement&, int incentives) {
  return static_cast<std::size_t>(most_plans(incentives)) + 1;
}

}  // namespace goodhart
