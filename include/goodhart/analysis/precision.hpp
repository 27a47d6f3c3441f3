/// Adding replicates until differences between policies are known well enough.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "goodhart/analysis/averages.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// How well the differences of an outcome to the comparison policy's shall be known.
struct Precision {
  std::string outcome;  ///< with one value for a step, as net_value
  double relative = 0;  ///< half of each interval, as a share of the comparison policy's mean
};

/// Why such an outcome cannot be looked at in a scenario, in words that follow its name; nothing where it can.
std::optional<std::string> outcome_trouble(const Scenario& scenario, const std::string& outcome);

/// Where replicates were no longer doubled.
struct Stopping {
  double confidence = 0;  ///< of the intervals that decided; they hold for all policies and all looks at once
  std::string words;      ///< how many replicates after how many looks, and whether the precision was reached
};

/// How many replicates a precision may take.
inline constexpr int kMostReplicates = 16384;

/// Doubles the replicates of a scenario, from its own number on (at least 2), until the precision is reached or there
/// would be more than kMostReplicates. `more(first)` runs those from `first` up to the scenario's number and returns
/// the averages of all, or null to give up; then nothing is returned.
///
/// Throws UserError where the differences have no interval relative to the comparison policy.
std::optional<Stopping> double_until(Scenario& scenario, const Precision& precision,
                                     const std::function<const Averages*(int first)>& more);

}  // namespace goodhart
