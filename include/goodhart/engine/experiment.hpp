/// Policies x replicates over all cores, handed out run by run in an order that does not depend on the cores.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "goodhart/core/tasks.hpp"
#include "goodhart/engine/layout.hpp"
#include "goodhart/engine/simulation.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// What of an experiment is kept, as named axes and variables (docs/results-format.md).
Layout layout_of(const Scenario& scenario);

/// A step of a run, for those who watch an experiment.
struct StepDone {
  int policy = -1;  ///< -1 in the burn-in, which the policies of a replicate share
  int replicate = 0;
  bool starts = false;  ///< the run stands before this step; otherwise the step is done
  int step = 0;
  HardestDecision hardest;  ///< of the step, where it is done
};

/// How far an experiment is, for progress bars.
struct Progress {
  StepDone last;                 ///< what happened just now
  std::uint64_t steps_done = 0;  ///< over all runs
  std::uint64_t steps_total = 0;
  int runs_done = 0;
  int runs_total = 0;
};

/// How an experiment went.
struct Ending {
  int runs = 0;              ///< that were handed out
  int failed = 0;            ///< of these
  bool interrupted = false;  ///< `keep_going` said no; runs not yet handed out are lost
};

/// Which part of an experiment to run, and as what.
struct Part {
  int first_replicate = 0;  ///< those before are left out
  Mechanisms mechanisms;    ///< that are at work
};

/// Runs every policy on every replicate from `part.first_replicate` on.
///
/// The burn-in of a replicate runs once, and all policies start from the state that it leaves. `take` gets each
/// finished run, one at a time, replicate by replicate and within it policy by policy, whatever the number of threads.
/// `keep_going` is asked now and then, from any thread but never from two at once; where it returns false the
/// experiment stops soon.
Ending run_experiment(const Scenario& scenario, const Layout& layout, TaskPool& pool,
                      const std::function<void(const RunRecord&)>& take,
                      const std::function<bool(const Progress&)>& keep_going, const Part& part = {});

/// What can only be seen on drawn employees, found by setting up each policy's phases for a small population before
/// anything runs: drawn values out of bounds, a strain that is not convex, utility without an upper bound.
std::vector<Diagnostic> rehearse(const Scenario& scenario);

}  // namespace goodhart
