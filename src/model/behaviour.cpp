/// Behaviours: from the list of kinds to the one at hand, and what they have in common.
#include "goodhart/model/behaviour.hpp"

#include <algorithm>

#include "behaviours/kind.hpp"

namespace goodhart {

void limit(const Behaviour& behaviour, Decision& decision) {
  std::visit([&](const auto& kind) { limit_as(kind, decision); }, behaviour);
}

Solved choose(const Behaviour& behaviour, const Terms& terms, std::size_t employee, Decision& decision,
              PerActivity& efforts) {
  return std::visit([&](const auto& kind) { return choose_as(kind, terms, employee, decision, efforts); }, behaviour);
}

double inertia(const Behaviour& behaviour) {
  return std::visit([](const auto& kind) { return kind.inertia; }, behaviour);
}

void fit(const Decision& decision, PerActivity& efforts) {
  double time = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
    efforts[k] = std::min(efforts[k], decision.most[k]);
    time += decision.time[k] * efforts[k];
  }
  const double budget = std::max(decision.budget, 0.0);
  if (time <= budget) return;
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) efforts[k] *= budget / time;
}

}  // namespace goodhart
