/// What a step leaves must be numbers that mean something: else the run ends with a sentence.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "goodhart/engine/simulation.hpp"

namespace goodhart {

/// How far efforts may lie beyond their bounds, relative to these, for all that decisions are exact to 1e-9.
inline constexpr double kEffortSlack = 1e-6;

/// Is an effort, or time, within 0 and the most that is allowed?
inline bool within(double effort, double most) {
  return std::isfinite(effort) && effort >= -kEffortSlack && effort <= most + kEffortSlack * (1 + most);
}

/// Throws RunError where a mean of a step is infinite, or is no number where there must be one (NaN may stand for what
/// cannot be: a share of nothing, an alignment where nobody differs, an incentive's mean before a window has closed),
/// or where efforts are out of bounds. `incentives` are those of the phase in force; `budget` is the most time that
/// anybody has, infinite where that is not known. Sums that are finite have finite parts, so what single employees did
/// need not be looked at.
void require_in_range(const StepMeans& means, const Setting& setting, const std::vector<Scheme>& incentives, int step,
                      double budget);

/// Throws RunError where leadership has moved a target, stakes or a rate out of the range of numbers. `what` is which.
void require_in_range(double moved, const std::string& incentive, const char* what, const char* bound, int step);

}  // namespace goodhart
