/// An experiment run in memory: no file on the way from a scenario to its results.
#pragma once

#include <functional>
#include <optional>

#include "goodhart/analysis/precision.hpp"
#include "goodhart/analysis/results.hpp"
#include "goodhart/core/tasks.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// Runs every policy on every replicate and keeps what a results file would hold, but for the panels of employees and
/// teams. It owns all it holds, the scenario too. A run that failed says so in RunRecord::failure; its numbers are NaN.
/// `name` is what comparisons call the results. There is no content digest.
///
/// The results do not depend on the pool's threads. Two experiments may run at once, in threads of the caller, where
/// each has a pool of its own. `keep_going` is asked as in `run_experiment`; where it says no, nothing is returned.
/// Memory: as the results, eight bytes a number.
std::optional<Results> run_in_memory(
    const Scenario& scenario, TaskPool& pool,
    const std::function<bool(const Progress&)>& keep_going = [](const Progress&) { return true; },
    const std::string& name = "results in memory");

/// Results of as many replicates as it took, and why no more.
struct RunUntil {
  Results results;
  Stopping stopping;
};

/// The same with replicates doubled until a precision is reached (`double_until`).
std::optional<RunUntil> run_until(Scenario scenario, const Precision& precision, TaskPool& pool,
                                  const std::function<bool(const Progress&)>& keep_going, const std::string& name);

}  // namespace goodhart
