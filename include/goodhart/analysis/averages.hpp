/// Keeps of each run its averages over time, which is what comparisons go by.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "goodhart/analysis/places.hpp"
#include "goodhart/engine/layout.hpp"

namespace goodhart {

/// The averages over time of every run of an experiment: RunRecord::averages, by the names in the layout.
/// Memory: eight bytes for each policy, replicate, variable of the root and place on its axes but step.
class Averages {
 public:
  /// Of no run.
  Averages() = default;

  /// Room for the runs of an experiment with this layout; a run that is never added looks like one that failed.
  explicit Averages(const Layout& layout);
  /// The same with the runs that an experiment of fewer replicates, and otherwise of the same layout, had.
  Averages(const Layout& layout, const Averages& fewer);

  /// Takes the averages of one run. Of a failed run it keeps NaN. Throws Bug where the record does not fit the layout.
  void add(const RunRecord& record);

  /// The names along an axis: policy, activity, metric, ... Throws Bug where there is no such axis of names.
  const std::vector<std::string>& names(const std::string& axis) const { return places_.names(axis); }

  std::size_t replicates() const { return places_.replicates(); }

  /// One value a replicate, in order; NaN where the run failed. `position` counts in C order over the variable's axes
  /// but step, as for the metric of a `dashboard`. Throws Bug where there is no such variable.
  std::vector<double> over_replicates(const std::string& variable, std::size_t policy, std::size_t position = 0) const;

  /// The averages of a run as RunRecord::averages has them; all NaN where it failed. Throws Bug where there is no such
  /// run.
  std::vector<std::vector<double>> of_run(std::size_t policy, std::size_t replicate) const;

 private:
  Places places_;
  std::vector<double> values_;  ///< [policy][replicate][place]
};

/// The averages of a run's root variables over the recorded steps from 0 on, by what is left of their axes; where a
/// value is NaN the step does not count. For files that do not hold RunRecord::averages, which are over all steps.
std::vector<std::vector<double>> averages_over_steps(const Folder& root, const std::vector<std::vector<double>>& data);

}  // namespace goodhart
