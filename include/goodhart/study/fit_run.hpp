/// A fit run: an organisation's statistics, and the runs of a scenario that make such.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "goodhart/core/tasks.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/scenario/scenario.hpp"
#include "goodhart/study/evaluation_log.hpp"
#include "goodhart/study/fit.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart {

/// Replicates from here on are for fits; each evaluation of a point has its own.
inline constexpr std::uint32_t kFitLuck = 1U << 23U;

/// Readings, counted: the same for a table of an organisation and for what a run makes.
class ReadingTally {
 public:
  /// `between`: readings from the first value on and below the second are inside.
  explicit ReadingTally(const std::optional<std::vector<double>>& between) : between_(between) {}
  void add(std::span<const double> readings);
  /// The share of readings that are inside, or their mean where nothing says which are; NaN where there are none.
  double value() const;

 private:
  std::optional<std::vector<double>> between_;
  double sum_ = 0;
  std::size_t readings_ = 0, inside_ = 0;
};

/// What is wrong with a scenario for a fit, with paths: no data, nothing in doubt, steps that are not
/// run.
std::vector<Diagnostic> check_fit(const Scenario& scenario);

/// What cannot be compared, with paths, once all values are known: shares of which fewer than five readings are to be
/// expected on one side, so that they are not Gaussian.
std::vector<Diagnostic> check_observed(const Scenario& scenario);

/// How many values an evaluation of a fit has in its log: each statistic on each replicate.
std::size_t values_of_evaluation(const Scenario& scenario);

/// Runs the fit of a scenario whose statistics all have their values. The numbers do not depend on the pool's threads.
///
/// The numbers in doubt are those of `experiment.vary`, with their distributions as prior, where `experiment.where`
/// allows; levers stand as they are. Each evaluation runs the policy of the fit on as many replicates as `FitRules`
/// says, none of which anything else has, up to the last step that counts.
class FitRun {
 public:
  /// Hears how far a batch of evaluations is, and what it is, now and then and from any thread. What it throws ends the
  /// fit.
  using Watch = std::function<void(const Progress&, const std::string& part)>;

  /// The pool and the log must outlive the run. What the log knows is not run again: an evaluation is a point on all of
  /// its replicates. Throws UserError with what `check_fit` and `check_observed` find.
  FitRun(const Scenario& scenario, TaskPool& pool, Watch watch = {}, EvaluationLog* log = nullptr);

  FitFindings run();

  const Scenario& scenario() const { return scenario_; }
  const std::vector<Varied>& inputs() const { return inputs_; }
  const FitRules& rules() const { return rules_; }
  /// The values of the numbers in doubt at shares of their ranges.
  std::vector<double> values_at(const std::vector<double>& shares) const;
  /// A sweep over particles, under all policies, one replicate each.
  Study study_of(const std::vector<Particle>& particles) const;

  std::size_t runs() const { return runs_; }
  std::size_t failed() const { return failed_; }
  const std::string& failure() const { return failure_; }  ///< the first; empty where none failed

 private:
  std::vector<Simulated> simulate(const std::vector<std::vector<double>>& points, std::size_t first);

  Scenario scenario_;
  std::vector<Varied> inputs_;
  FitRules rules_;
  TaskPool& pool_;
  Watch watch_;
  EvaluationLog* log_;
  std::size_t runs_ = 0, failed_ = 0;
  std::string failure_;
};

}  // namespace goodhart
