/// Comparisons of scenarios without files.
#pragma once

#include "goodhart/analysis/comparison.hpp"
#include "goodhart/analysis/counterfactuals.hpp"
#include "support/run.hpp"

namespace goodhart::test {

/// What a results file of the scenario would hold.
inline goodhart::Results results_of(const Scenario& scenario, const Mechanisms& mechanisms = {}) {
  goodhart::Results results;
  results.name = "test.h5";
  results.scenario = scenario;
  results.scenario.record.employees.reset();
  results.scenario.record.teams = false;
  results.layout.folders = {layout_of(results.scenario).folders.front()};
  results.averages = Averages(results.layout);
  TaskPool pool(1);
  run_experiment(
      results.scenario, results.layout, pool,
      [&](const RunRecord& record) {
        results.averages.add(record);
        results.held.push_back(record);
      },
      [](const Progress&) { return true; }, Part{.first_replicate = 0, .mechanisms = mechanisms});
  return results;
}

/// The comparison with the causes of its gaps.
inline Comparison with_causes(const goodhart::Results& results) {
  Comparison comparison = compared(results);
  TaskPool pool(1);
  add_causes(comparison, results, pool, [](const Progress&) { return true; });
  return comparison;
}

}  // namespace goodhart::test
