/// Behaviours: from the list of kinds to the one at hand, and what they have in common.
#include "goodhart/model/behaviour.hpp"

#include <algorithm>

#include "behaviours/kind.hpp"

namespace goodhart {

void limit(const Behaviour& behaviour, Decision& decision) {
  std::visit([&](const auto& kind) { limit_as(kind, decision); }, behaviour);
}

void remember(const Behaviour& behaviour, Outlook& outlook) {
  std::visit([&](const auto& kind) { remember_as(kind, outlook); }, behaviour);
}

Solved choose(const Behaviour& behaviour, Outlook& outlook, PerActivity& efforts) {
  return std::visit([&](const auto& kind) { return choose_as(kind, outlook, efforts); }, behaviour);
}

Solved unrewarded(const Behaviour& behaviour, const Terms& terms, std::size_t employee, Decision& decision,
                  PerActivity& efforts) {
  return std::visit([&](const auto& kind) { return unrewarded_as(kind, terms, employee, decision, efforts); },
                    behaviour);
}

std::size_t memory_size(const Behaviour& behaviour, int incentives) {
  return std::visit([&](const auto& kind) { return memory_of(kind, incentives); }, behaviour);
}

bool responds(const Behaviour& behaviour) {
  return std::visit([](const auto& kind) { return responds_as(kind); }, behaviour);
}

bool watches(const Behaviour& behaviour) {
  return std::visit([](const auto& kind) { return watches_as(kind); }, behaviour);
}

double inertia(const Behaviour& behaviour) {
  return std::visit([](const auto& kind) { return kind.inertia; }, behaviour);
}

double foresight(const Behaviour& behaviour, double speed, double people) {
  const double discount = std::visit([](const auto& kind) { return foresees(kind); }, behaviour);
  if (discount == 0 || speed == 0) return 1;
  return 1 - discount * speed / (people * (1 - discount * (1 - speed)));
}

bool optimises(const Behaviour& behaviour) {
  return std::holds_alternative<BestResponse>(behaviour) || std::holds_alternative<Honest>(behaviour);
}

bool closes_gaming(const Behaviour& behaviour) {
  Decision trial;
  trial.activities = 1;
  trial.gaming = 1;
  trial.most[0] = 1;
  limit(behaviour, trial);
  return trial.most[0] == 0;
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
