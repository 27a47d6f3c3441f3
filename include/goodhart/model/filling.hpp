/// Decisions without curved rewards and without interactions, many at once: water filling over columns.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "goodhart/scenario/limits.hpp"

namespace goodhart {

/// More activities than this are decided on one by one.
inline constexpr int kMostFilled = 6;

/// The decisions of `count` employees, as in Decision, one column per quantity:
///   maximise sum_k (linear_k x_k - curvature_k x_k^2 / 2) - strain / 2 (time . x - slack)^2
///   subject to 0 <= x_k <= most_k, time . x <= budget
struct Fillings {
  int activities = 0;
  std::size_t count = 0;
  std::array<const double*, kMostFilled> linear, curvature, time;       ///< (activities x count)
  std::array<const double*, kMostFilled> most;                          ///< the same; null where there is no bound
  const double *budget = nullptr, *strain = nullptr, *slack = nullptr;  ///< (count)
  std::array<double*, kMostFilled> efforts;                             ///< where plans go (activities x count)
  bool plain = false;                                                   ///< are all times 1? That goes faster.
  bool strained = true;                                                 ///< may `strain` be above 0?
};

/// Solves them exactly, as `decide` would, but for those that it marks in `odd`, whose efforts are not to be used:
/// where two activities tie, where nothing bounds an effort, where a coefficient has another sign than usual, or where
/// rounding shows. They are for `decide`. Returns how many are odd.
std::size_t fill_many(const Fillings& decisions, std::span<char> odd);

}  // namespace goodhart
