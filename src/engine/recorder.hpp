/// Observers that put what they see of a run into a record.
#pragma once

#include <vector>

#include "goodhart/engine/layout.hpp"
#include "goodhart/engine/simulation.hpp"

namespace goodhart {

/// Watches one run step by step and makes its record. It only looks: it has no draws, and nothing it does can change
/// the run.
class Recorder {
 public:
  Recorder(const Scenario& scenario, const Layout& layout, int policy);

  /// Takes down the step that the simulation has just carried out.
  void see(const Simulation& run);

  /// What was seen, with the means over all steps from 0 on. Ends the recording: it is handed over, not copied.
  RunRecord record(int replicate);

 private:
  void see_means(const Simulation& run);
  void see_teams(const Simulation& run);
  void see_employees(const Simulation& run);

  const Scenario& scenario_;
  const Layout& layout_;
  int policy_;
  int first_incentive_ = 0;     ///< of this policy, along the incentive axis
  std::size_t incentives_ = 0;  ///< of all policies
  std::vector<int> phase_at_;   ///< of this policy's phases: their first incentive
  RunRecord record_;
  std::vector<double> row_;            ///< of the root, for the step at hand
  std::vector<std::size_t> widths_;    ///< values per step of each variable of the root
  std::vector<double> sums_, counts_;  ///< for the averages, of what stands in the row
  std::vector<std::size_t> sample_;    ///< employees that are followed
};

/// Which employees a scenario's panel follows: the same for every run.
std::vector<std::size_t> sampled_employees(const Scenario& scenario);

/// Is a step recorded under `every`, in a run from -before to steps - 1? Multiples of it, and the last.
bool recorded(int step, int every, const Time& time);

}  // namespace goodhart
