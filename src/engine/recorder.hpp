/// Observers that put what they see of a run into a record.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "goodhart/engine/layout.hpp"
#include "goodhart/engine/simulation.hpp"
#include "panels.hpp"

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
  /// A folder of single employees or teams, with the entries that its variables come from.
  struct Panel {
    std::size_t folder = 0;
    std::vector<std::size_t> widths;  ///< values of one employee or team, of each variable
    std::vector<const PanelOutput*> outputs;
  };

  Panel panel_of(const std::string& folder, std::span<const PanelOutput> table) const;
  void see_means(const Simulation& run);
  void see_each(const Simulation& run, const Panel& panel, std::span<const std::size_t> who);

  const Scenario& scenario_;
  const Layout& layout_;
  int policy_;
  std::size_t incentives_ = 0;         ///< of all policies
  std::size_t levers_ = 0;             ///< that leadership commits to, of all policies
  std::size_t lever_at_ = 0;           ///< the first of this policy
  std::vector<std::size_t> phase_at_;  ///< of this policy's phases: their first incentive along that axis
  RunRecord record_;
  std::vector<const StepOutput*> outputs_;  ///< of the root
  std::vector<double> row_;                 ///< of the root, for the step at hand
  std::vector<std::size_t> widths_;         ///< values per step of each variable of the root
  std::vector<double> sums_, counts_;       ///< for the averages, of what stands in the row
  std::vector<std::size_t> sample_;         ///< employees that are followed
  std::vector<std::size_t> teams_;          ///< all
  Panel of_employees_, of_teams_;
};

/// Which employees a scenario's panel follows: the same for every run.
std::vector<std::size_t> sampled_employees(const Scenario& scenario);

/// Is a step recorded under `every`, in a run from -before to steps - 1? Multiples of it, and the last.
bool recorded(int step, int every, const Time& time);

}  // namespace goodhart
