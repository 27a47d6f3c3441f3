/// Behaviours: from the list of kinds to the one at hand, and what they have in common.
#include "goodhart/model/behaviour.hpp"

#include <algorithm>

#include "behaviours/kind.hpp"

namespace goodhart {

void remember(const Behaviour& behaviour, Outlook& outlook) {
  std::visit(
      [&]<class Kind>(const Kind& kind) {
        if constexpr (Remembers<Kind>) remember_as(kind, outlook);
      },
      behaviour);
}

Solved choose(const Behaviour& behaviour, Outlook& outlook, PerActivity& efforts) {
  return std::visit(
      [&]<class Kind>(const Kind& kind) {
        if constexpr (Optimises<Kind>) {
          return decide(*outlook.decision, efforts);
        } else if constexpr (Unresponsive<Kind>) {
          return unrewarded_as(kind, *outlook.terms, outlook.employee, *outlook.decision, efforts);
        } else {
          return choose_as(kind, outlook, efforts);
        }
      },
      behaviour);
}

Solved unrewarded(const Behaviour& behaviour, const Terms& terms, std::size_t employee, Decision& decision,
                  PerActivity& efforts) {
  return std::visit(
      [&]<class Kind>(const Kind& kind) {
        if constexpr (Unresponsive<Kind>) {
          return unrewarded_as(kind, terms, employee, decision, efforts);
        } else {
          return decide(decision, efforts);
        }
      },
      behaviour);
}

std::size_t memory_size(const Behaviour& behaviour, int incentives) {
  return std::visit(
      [&]<class Kind>(const Kind& kind) -> std::size_t {
        if constexpr (Remembers<Kind>) return memory_of(kind, incentives);
        return 0;
      },
      behaviour);
}

bool responds(const Behaviour& behaviour) {
  return std::visit([]<class Kind>(const Kind&) { return !Unresponsive<Kind>; }, behaviour);
}

bool watches(const Behaviour& behaviour) {
  return std::visit([]<class Kind>(const Kind&) { return Watches<Kind>; }, behaviour);
}

bool optimises(const Behaviour& behaviour) {
  return std::visit([]<class Kind>(const Kind&) { return Optimises<Kind>; }, behaviour);
}

bool closes_gaming(const Behaviour& behaviour) {
  return std::visit([]<class Kind>(const Kind&) { return ClosesGaming<Kind>; }, behaviour);
}

double inertia(const Behaviour& behaviour) {
  return std::visit([](const auto& kind) { return kind.inertia; }, behaviour);
}

double foresight(const Behaviour& behaviour, double speed, double people) {
  const double discount = std::visit(
      []<class Kind>(const Kind& kind) {
        if constexpr (MayForesee<Kind>) {
          if (kind.farsighted) return kind.farsighted->discount;
        }
        return 0.0;
      },
      behaviour);
  if (discount == 0 || speed == 0) return 1;
  return 1 - discount * speed / (people * (1 - discount * (1 - speed)));
}

void fit(const Decision& decision, PerActivity& efforts) {
  double time = 0, budget = std::max(decision.budget, 0.0);
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
    efforts[k] = std::min(efforts[k], decision.most[k]);
  }
  for (const Charge& charge : decision.charges) {
    // What there is no time to set up is not done.
    const bool fits = charge.time <= budget;
    bool done = false;
    for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
      if (!(charge.opens >> k & 1u) || efforts[k] == 0) continue;
      done = true;
      if (!fits) efforts[k] = 0;
    }
    if (done && fits) budget -= charge.time;
  }
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) time += decision.time[k] * efforts[k];
  if (time <= budget) return;
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) efforts[k] *= budget / time;
}

}  // namespace goodhart
