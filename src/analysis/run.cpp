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

}  // namespace

std::optional<Results> run_in_memory(const Scenario& scenario, TaskPool& pool,
                                     const std::function<bool(const Progress&)>& keep_going, const std::string& name) {
  Results results;
  results.name = name;
  results.scenario = scenario;
  Scenario bare = scenario;
  bare.record.employees.reset();
  bare.record.teams = false;
  results.layout.folders = {layout_of(bare).folders.front()};
  results.averages = Averages(results.layout);
  const Folder& root = results.layout.folders.front();
  const auto take = [&](const RunRecord& record) {
    results.averages.add(record);
    RunRecord& run = results.held.emplace_back(record);
    if (!run.failure.empty()) fill_with_nan(run, root);
  };
  const Ending ending = run_experiment(bare, results.layout, pool, take, keep_going);
  if (ending.interrupted) return std::nullopt;
  return results;
}

}  // namespace goodhart
