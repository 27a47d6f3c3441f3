/// Looking, and doubling.
#include "goodhart/analysis/precision.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "goodhart/analysis/estimates.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/core/random.hpp"
#include "goodhart/engine/experiment.hpp"

namespace goodhart {
namespace {

/// Half of the widest interval of a difference to the comparison policy, as a share of that policy's mean.
double widest(const Scenario& scenario, const Averages& averages, const std::string& outcome, double confidence) {
  const auto base = static_cast<std::size_t>(scenario.comparison());
  const std::vector<double> comparison = averages.over_replicates(outcome, base);
  const double mean = mean_of(comparison);
  std::vector<std::vector<double>> differences;
  for (std::size_t p = 0; p < scenario.policies.size(); ++p) {
    if (p == base) continue;
    std::vector<double>& column = differences.emplace_back(averages.over_replicates(outcome, p));
    for (std::size_t r = 0; r < column.size(); ++r) column[r] -= comparison[r];
  }
  double most = 0;
  for (const Interval& interval : simultaneous_intervals(differences, mixed(scenario.seed, "precision"), confidence)) {
    const double half = (interval.high - interval.low) / 2 / std::fabs(mean);
    if (std::isnan(half)) return half;
    most = std::max(most, half);
  }
  return most;
}

}  // namespace

std::optional<std::string> outcome_trouble(const Scenario& scenario, const std::string& outcome) {
  std::vector<std::string> names;
  const Layout layout = layout_of(scenario);
  for (const Variable& variable : layout.folders.front().variables) {
    if (variable.axes.size() == 1) names.push_back(variable.name);
  }
  if (std::find(names.begin(), names.end(), outcome) != names.end()) return std::nullopt;
  const auto near = nearest_name(outcome, names);
  return fmt::format("there is no such outcome; {}", near ? fmt::format("did you mean '{}'?", *near)
                                                          : fmt::format("there are {}", listed(names, "and")));
}

std::optional<Stopping> double_until(Scenario& scenario, const Precision& precision,
                                     const std::function<const Averages*(int first)>& more) {
  scenario.replicates = std::max(2, scenario.replicates);
  for (int look = 1, done = 0;; ++look, done = scenario.replicates, scenario.replicates *= 2) {
    const Averages* averages = more(done);
    if (!averages) return std::nullopt;
    const double confidence = confidence_of_look(look);
    const double half = widest(scenario, *averages, precision.outcome, confidence);
    if (std::isnan(half)) {
      throw UserError(fmt::format(
          "no number of replicates is enough: the differences of {} have no interval relative to the comparison "
          "policy, whose mean is 0, or too few runs succeeded",
          precision.outcome));
    }
    const bool reached = half <= precision.relative, over = 2 * scenario.replicates > kMostReplicates;
    if (!reached && !over) continue;
    return Stopping{
        confidence,
        fmt::format(
            "Replicates were doubled until half of the interval of each difference in {} was at most {:.3g} % of the "
            "comparison policy's mean: {} replicates after {} look{}, with {:.2g} %{}. The intervals that decide hold "
            "for all policies and all looks at once, so stopping early does not make them too narrow.",
            precision.outcome, 100 * precision.relative, scenario.replicates, look, look == 1 ? "" : "s", 100 * half,
            reached ? "" : ", which is as many as goodhart takes: the precision was NOT reached")};
  }
}

}  // namespace goodhart
