/// The plans that those choose from who do not optimise: best responses to each incentive alone, with gaming and
/// without, to all incentives together, and to none.
#pragma once

#include <array>

#include "goodhart/model/behaviour.hpp"
#include "goodhart/scenario/limits.hpp"

namespace goodhart {

inline constexpr int kMostPlans = 2 * kMostIncentives + 2;

/// How many plans there are at most under so many incentives.
constexpr int most_plans(int incentives) {
  return 2 * incentives + 2;
}

/// How many plans this employee has: plans that are the same by construction (all incentives where there is one,
/// without gaming where no gaming is open) count once.
int menu_size(const Outlook& outlook);

/// Plan p: first none, then all together, then each incentive alone, first with gaming and then without.
Solved menu_plan(Outlook& outlook, int p, PerActivity& efforts);

/// Which of several weights u in (0, 1) falls on; any of them where all are 0.
std::size_t pick(std::span<const double> weights, double u);

/// Which of `count` u falls on.
std::size_t any(std::size_t count, double u);

}  // namespace goodhart
