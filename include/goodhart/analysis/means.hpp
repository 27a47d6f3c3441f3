/// Means over replicates of the runs' averages over time, and their changes, without keeping the runs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "goodhart/analysis/places.hpp"
#include "goodhart/analysis/running.hpp"

namespace goodhart {

/// What a summary says of an experiment. Memory: 200 bytes for each policy, variable of the root and place on its axes
/// but step, and nothing for a replicate.
class Means {
 public:
  /// Of an experiment with this layout; changes are against the policy at `comparison`.
  Means(const Layout& layout, std::size_t comparison);

  /// Takes the averages of one run. All runs of a replicate must come before those of the next, as `run_experiment`
  /// hands them over. Throws Bug where the record does not fit the layout.
  void add(const RunRecord& record);

  /// The names along an axis: policy, activity, metric, ... Throws Bug where there is no such axis of names.
  const std::vector<std::string>& names(const std::string& axis) const { return places_.names(axis); }

  std::size_t replicates() const { return places_.replicates(); }
  std::size_t comparison() const { return comparison_; }

  /// Over the replicates with a value. `position` counts in C order over the variable's axes but step. Throws Bug where
  /// there is no such variable.
  Estimate level(const std::string& variable, std::size_t policy, std::size_t position = 0) const;

  /// Against the comparison policy, paired by replicate.
  Change change(const std::string& variable, std::size_t policy, std::size_t position = 0) const;

 private:
  Places places_;
  std::size_t comparison_ = 0;
  std::vector<Running> levels_;         ///< [policy][place]
  std::vector<RunningChange> changes_;  ///< likewise
  std::vector<double> replicate_;       ///< [policy][place]: the averages of the replicate that is under way
  std::size_t taken_ = 0;               ///< runs of it
};

}  // namespace goodhart
