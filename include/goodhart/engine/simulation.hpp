/// One run: the order of a step, and nothing else that another layer could know.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "goodhart/core/tasks.hpp"
#include "goodhart/engine/explanation.hpp"
#include "goodhart/engine/outputs.hpp"
#include "goodhart/model/behaviour.hpp"
#include "goodhart/model/network.hpp"
#include "goodhart/model/population.hpp"
#include "goodhart/model/scheme.hpp"

namespace goodhart {

struct Now;
struct Run;

/// The mechanisms by which a metric and value come apart (Manheim & Garrabrant 2018, arXiv:1803.04585), each of which a
/// counterfactual run may switch off, in measurement and choice sets only, never in production (model.md, section 8).
struct Mechanisms {
  bool regressional = true;  ///< off: readings have no noise; people go on believing that they have
  /// off: a metric bends as value does, q = loading * saturation / value where value > 0, and what hangs on its
  /// readings (targets, floors, caps, the levels of dashboards and of leadership) moves to where the same efforts
  /// attain it
  bool extremal = true;
  bool causal = true;       ///< off: everybody's baseline is the mean of all baselines
  bool adversarial = true;  ///< off: gaming activities are closed
};

/// How hard the hardest decision of a step was.
struct HardestDecision {
  std::uint64_t parts = 0;   ///< that branch and bound looked at; 0 where no decision needed it
  std::size_t employee = 0;  ///< whose; of several, the first
};

/// One run of one policy, from the first step of the burn-in on.
///
/// Whatever happens is a function of the scenario, the policy and the luck: not of the number of threads, nor of who
/// looks on.
class Simulation {
 public:
  /// What is kept of single employees from one step to the next: all that observers may look at, or only what the run
  /// itself needs, which takes less memory and time. Nothing that happens depends on it.
  enum class Columns { all, needed };

  /// A run that stands before its first step, under no policy. Both must outlive it.
  Simulation(const Scenario& scenario, Luck luck, TaskPool& pool, Mechanisms mechanisms = {},
             Columns columns = Columns::all);
  /// A run that goes on from where another stands (after the burn-in), under a policy.
  Simulation(const Simulation& common, const Policy& policy);
  /// The same, taking over what the other has: it is of no use any more, and memory is needed once only.
  Simulation(Simulation&& common, const Policy& policy);
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;
  ~Simulation();

  /// Carries out one step:
  ///   1 perceive   what peers did, own progress in each review window
  ///   2 decide     each employee chooses efforts
  ///   3 produce    efforts become value, cost, and what falls due later
  ///   4 measure    efforts become readings, with noise
  ///   5 review     audits; where a window closes: rewards
  ///   6 adapt      access spreads, traits learn, people leave and are replaced, leadership acts
  ///   7 record     the means of the step
  /// What adapting changes shows in the next step: it is carried out when that begins (see `settle`).
  /// Throws RunError where the draws of this run make no sense, or where an employee's decision is beyond computing.
  void step();

  /// Makes the run stand right before its next step: what the last one left is carried out, the phase is entered, peers
  /// and windows are looked at. `step` does this itself where nobody has.
  void ready();

  /// What an employee is about to decide in the next step, and why: the run must stand before it (`ready`). Changes
  /// nothing. Throws RunError as `step`.
  Explanation explain(std::size_t employee) const;

  /// Carries out what the last step left for the next: to be called before another run goes on from here.
  void settle();

  // What whoever plays leadership by hand may set between two steps (steering.cpp). It holds from the next step on,
  // after what the policy's own leadership has moved, until it is set again or another phase begins. All throw
  // UserError with a sentence where there is no such thing in force, or the number makes no sense; else as `ready`.

  /// The names of the incentives in force.
  std::vector<std::string> incentives() const;
  /// Everybody's target of an incentive, in units of its metric.
  void set_target(const std::string& incentive, double target);
  /// The rate of a linear incentive, in pay per unit of its metric.
  void set_rate(const std::string& incentive, double rate);
  /// What the reward of an incentive is multiplied by.
  void set_stakes(const std::string& incentive, double stakes);
  /// Everybody's probability of being audited, where the phase in force has audits.
  void set_audit_rate(double rate);
  /// Another phase begins in the next step, unless one begins then by the calendar. It must come before anything is set
  /// or explained for that step.
  void begin_phase(const std::string& name);

  /// The step that `step` carries out next; burn-in steps are negative.
  int next_step() const;
  /// Which phase of the policy the last step was in; -1 in the burn-in.
  int phase() const;
  /// The means of the last step.
  const StepMeans& means() const;
  /// The hardest decision of the last step: a function of the run, whatever the machine.
  HardestDecision hardest_decision() const;

  // What single employees did in the last step (employees), for observers. Where only needed columns are kept, the
  // others are empty.
  const Scenario& scenario() const;
  const Roster& roster() const;
  const Population& population() const;
  std::span<const double> units(int activity) const;  ///< efforts in units of the activity
  std::span<const double> value() const;              ///< what shows at the employee's desk
  std::span<const double> contribution() const;       ///< what the organisation gets because of the employee
  std::span<const double> hours() const;
  std::span<const double> gaming_time() const;
  std::span<const double> reading(int metric) const;
  std::span<const double> reward() const;  ///< pay
  double pay() const;                      ///< money per unit of pay
  bool has_access(std::size_t employee, int activity) const;
  bool leaves(std::size_t employee) const;  ///< is it replaced when the next step begins?
  /// The target of an incentive of the phase in force; NaN where it has none.
  double target(std::size_t incentive, std::size_t employee) const;
  std::span<const double> utility() const;

  // What a run is made of, for the engine's own stages (src/engine/simulation_state.hpp).
  struct Constants;
  struct State;
  struct InForce;

 private:
  Now now() const;
  Run run();
  void enter_phases();
  void enter(int phase, const Population* before);

  std::shared_ptr<const Constants> constants_;
  std::unique_ptr<State> state_;
  std::unique_ptr<Population> population_;
  std::unique_ptr<InForce> in_force_;
  const Policy* policy_ = nullptr;
  bool ready_ = false;
  StepMeans means_;
};

}  // namespace goodhart
