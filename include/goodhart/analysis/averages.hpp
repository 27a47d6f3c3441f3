/// Keeps of each run its averages over time, which is all that a summary needs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "goodhart/engine/layout.hpp"

namespace goodhart {

/// The averages over time of every run of an experiment: RunRecord::averages, by the names in the layout.
/// Memory: one number for each policy, replicate, variable of the root and place on its axes but step.
class Averages {
 public:
  /// Room for the runs of an experiment with this layout; a run that is never added looks like one that failed.
  explicit Averages(const Layout& layout);

  /// Takes the averages of one run. Of a failed run it keeps NaN. Throws Bug where the record does not fit the layout.
  void add(const RunRecord& record);

  /// The names along an axis: policy, activity, metric, ... Throws Bug where there is no such axis of names.
  const std::vector<std::string>& names(const std::string& axis) const;

  std::size_t replicates() const { return replicates_; }

  /// One value a replicate, in order; NaN where the run failed. `position` counts in C order over the variable's axes
  /// but step, as for the metric of a `dashboard`. Throws Bug where there is no such variable.
  std::vector<double> over_replicates(const std::string& variable, std::size_t policy, std::size_t position = 0) const;

 private:
  Folder root_;                      ///< without its variables' data, as the layout describes it
  std::vector<std::size_t> offset_;  ///< where each variable of the root starts in a run, and the end
  std::size_t policies_ = 0;
  std::size_t replicates_ = 0;
  std::vector<double> values_;  ///< [policy][replicate][offset_[variable] + position]
};

/// The averages of a run's root variables over the recorded steps from 0 on, by what is left of their axes; where a
/// value is NaN the step does not count. For files that do not hold RunRecord::averages, which are over all steps.
std::vector<std::vector<double>> averages_over_steps(const Folder& root, const std::vector<std::vector<double>>& data);

}  // namespace goodhart
