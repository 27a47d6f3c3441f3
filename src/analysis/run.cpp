/// Results without a file.
#include "goodhart/analysis/run.hpp"

#include <algorithm>
#include <limits>

namespace goodhart {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// How many numbers a run has of a variable, over all its axes, or over those but step.
std::size_t numbers_of(const Folder& folder, const Variable& variable, bool over_steps) {
  std::size_t size = 1;
  for (const std::string& axis : variable.axes) {
    if (axis == "step" && !over_steps) continue;
    const auto found = std::find_if(folder.coordinates.begin(), folder.coordinates.end(),
                                    [&](const Coordinate& coordinate) { return coordinate.name == axis; });
    if (found != folder.coordinates.end()) size *= found->size();
  }
  return size;
}

/// Gives a failed run the shape of the others, as a results file does.
void fill_with_nan(RunRecord& run, const Folder& root) {
  run.data.assign(1, {});
  run.averages.clear();
  for (const Variable& variable : root.variables) {
    run.data[0].emplace_back(numbers_of(root, variable, true), kNaN);
    run.averages.emplace_back(numbers_of(root, variable, false), kNaN);
  }
}

/// Runs the replicates of a scenario from `first` on, and keeps them beside those that are there. Says whether it ran
/// to the end.
bool add_replicates(Results& results, const Scenario& scenario, int first, TaskPool& pool,
                    const std::function<bool(const Progress&)>& keep_going) {
  Scenario bare = scenario;
  bare.record.employees.reset();
  bare.record.teams = false;
  results.scenario = scenario;
  results.layout.folders = {layout_of(bare).folders.front()};
  results.averages = Averages(results.layout);
  for (const RunRecord& run : results.held) results.averages.add(run);
  const Folder& root = results.layout.folders.front();
  const auto take = [&](const RunRecord& record) {
    results.averages.add(record);
    RunRecord& run = results.held.emplace_back(record);
    if (!run.failure.empty()) fill_with_nan(run, root);
  };
  const Part part{.first_replicate = first, .mechanisms = {}};
  return !run_experiment(bare, results.layout, pool, take, keep_going, part).interrupted;
}

}  // namespace

std::optional<Results> run_in_memory(const Scenario& scenario, TaskPool& pool,
                                     const std::function<bool(const Progress&)>& keep_going, const std::string& name) {
  Results results;
  results.name = name;
  if (!add_replicates(results, scenario, 0, pool, keep_going)) return std::nullopt;
  return results;
}

std::optional<RunUntil> run_until(Scenario scenario, const Precision& precision, TaskPool& pool,
                                  const std::function<bool(const Progress&)>& keep_going, const std::string& name) {
  Results results;
  results.name = name;
  const std::optional<Stopping> stopping = double_until(scenario, precision, [&](int first) {
    return add_replicates(results, scenario, first, pool, keep_going) ? &results.averages : nullptr;
  });
  if (!stopping) return std::nullopt;
  return RunUntil{std::move(results), *stopping};
}

}  // namespace goodhart
