/// One run of one policy, step by step by hand, and one employee's decision explained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "goodhart/engine/explanation.hpp"
#include "goodhart/engine/simulation.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// A run that owns all it needs (its scenario, its state) and works in the calling thread. The burn-in is over when it
/// is made. It goes the same way as in an experiment: same policy, same replicate, same numbers.
class SingleRun {
 public:
  /// A replicate need not be one of those that an experiment runs: its luck is there all the same. Throws UserError
  /// where there is no such policy, and RunError as `step`.
  SingleRun(Scenario scenario, const std::string& policy, std::uint32_t replicate = 0);
  SingleRun(SingleRun&&) noexcept;
  SingleRun& operator=(SingleRun&&) noexcept;
  ~SingleRun();

  const Scenario& scenario() const;

  /// The step that `step` carries out next, from 0.
  int next_step() const;
  /// Have all of the scenario's steps been carried out?
  bool done() const;
  /// Carries out one step. Throws RunError where the draws of this run make no sense.
  void step();
  /// Carries out steps until the given one is next.
  void run_to(int step);

  /// The means of the last step. Before the first step they are those of the burn-in's last, or all 0.
  const StepMeans& means() const;
  /// What single employees did in the last step, as columns.
  const Simulation& simulation() const;
  /// What an employee is about to decide in the next step, and why. Changes nothing of what the run will do. Throws
  /// UserError where there is no such employee.
  Explanation explain(std::size_t employee);

  // For whoever plays leadership between two steps: see Simulation, whose calls of these names they are.
  std::vector<std::string> incentives() const;
  void set_target(const std::string& incentive, double target);
  void set_rate(const std::string& incentive, double rate);
  void set_stakes(const std::string& incentive, double stakes);
  void set_audit_rate(double rate);
  void begin_phase(const std::string& name);
  /// The phase in force; empty where the policy has none.
  std::string phase() const;

 private:
  struct World;
  std::unique_ptr<World> world_;
};

/// Whose decision is to be explained. What is not given has a default.
struct Question {
  std::string policy;                   ///< else `policy_to_explain`
  std::optional<std::size_t> employee;  ///< else the one with the median gaming time among those who game in the step,
                                        ///< or employee 0 where nobody does
  std::optional<int> step;              ///< else the last
  std::uint32_t replicate = 0;
};

/// The first policy that the others are not compared with; of a single policy, that one.
const std::string& policy_to_explain(const Scenario& scenario);

/// One employee's decision, laid open. Throws UserError where there is no such policy, employee or step, and RunError
/// where the run cannot be completed up to the step.
Explanation explained(const Scenario& scenario, const Question& question = {});

}  // namespace goodhart
