/// Experiments as lists of arms, run over all cores and handed out run by run in an order that does not depend on the
/// cores.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
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

/// How much there is to do for so many replicates of a scenario, with nothing done yet.
Progress work_of(const Scenario& scenario, int replicates);

/// One arm of an experiment: a scenario as it is run there, and on which luck.
struct Arm {
  std::shared_ptr<const Scenario> scenario;  ///< may be empty where there is a `failure`
  std::shared_ptr<const Layout> layout;      ///< what is recorded of its runs
  Mechanisms mechanisms{};                   ///< that are at work
  std::vector<bool> policies{};              ///< which of the scenario's are run; all where it is empty
  int first_replicate = 0;
  int replicates = 1;
  std::string failure{};  ///< why it cannot be run: there are no records then
};

/// Runs a list of arms: of each, its policies on each of its replicates.
///
/// `arm` makes the arm of a number, from any thread; the arms that are made wait for those before them, a few for each
/// thread, so an arm should be small: a replicate or a handful. The burn-in of a replicate runs once, and all policies
/// of the arm start from the state that it leaves. `take` gets each finished arm with its records, one at a time in the
/// order of arms, whatever the number of threads; records are replicate by replicate, and within one policy by policy.
/// `total` says how much there is to do, for those who watch. `keep_going` is asked now and then, from any thread but
/// never from two at once; where it returns false the experiment stops soon.
Ending run_arms(std::size_t count, const Progress& total, TaskPool& pool, const std::function<Arm(std::size_t)>& arm,
                const std::function<void(std::size_t, const Arm&, const std::vector<RunRecord>&)>& take,
                const std::function<bool(const Progress&)>& keep_going);

/// The experiment of a scenario: every policy on every replicate from `part.first_replicate` on, an arm for each
/// replicate. `take` gets each finished run, in the order of `run_arms`.
Ending run_experiment(const Scenario& scenario, const Layout& layout, TaskPool& pool,
                      const std::function<void(const RunRecord&)>& take,
                      const std::function<bool(const Progress&)>& keep_going, const Part& part = {});

/// The scenario with what leadership commits to before the first step under a policy, or under all where none is named.
/// Every contract that it may choose is simulated on the same luck, which is not the run's; `run_arms` and
/// `run_experiment` do this by themselves. Nothing changes where it has chosen already, or does not commit.
Scenario committed(Scenario scenario, TaskPool& pool, const std::string& policy = {});

/// The same under all policies, for whoever runs the scenario more than once: the scenario itself where there is
/// nothing to choose; null where `keep_going` says no. It is asked as in `run_arms`, with `total`.
std::shared_ptr<const Scenario> committed(const std::shared_ptr<const Scenario>& scenario, TaskPool& pool,
                                          const Progress& total,
                                          const std::function<bool(const Progress&)>& keep_going);

/// Rewards of more than so many times pay, on average, are worth a warning: bonuses in what is known of pay for
/// performance are a fraction of pay, and commissions seldom a few times it.
inline constexpr double kMostPay = 3;

/// The warning that rewards are so many times pay.
std::string far_reward(double pays);

/// What can only be seen on drawn employees, found by setting up each policy's phases for a small population before
/// anything runs: drawn values out of bounds, a strain that is not convex, utility without an upper bound. A warning
/// where the rewards of the first step are beyond `kMostPay`.
std::vector<Diagnostic> rehearse(const Scenario& scenario);

}  // namespace goodhart
