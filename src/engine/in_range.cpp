/// Looks at the means of a step, and says what has left the range of numbers and what would bound it.
#include "in_range.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <numeric>
#include <span>

namespace goodhart {
namespace {

template <class T>
std::string name_in(const Named<T>& named, const char* list, std::size_t at) {
  return fmt::format(" of {}.{}", list, named.entries[at].name);
}

std::string name_in(const std::vector<Stock>& stocks, std::size_t at) {
  return " of the stock " + stocks[at].trait;
}

/// " of activities.work" and the like.
std::string owner(const StepOutput& output, std::size_t at, const Setting& setting,
                  const std::vector<Scheme>& incentives) {
  switch (output.over) {
    case Over::all:
    case Over::traits:
      return "";
    case Over::levers:
      return " of the lever " + std::to_string(at);
    case Over::stocks:
      return name_in(setting.stocks, at);
    case Over::activities:
      return name_in(setting.activities, "activities", at);
    case Over::metrics:
      return name_in(setting.metrics, "metrics", at);
    case Over::incentives:
      return " of the incentive " + incentive_names(incentives)[at];
    case Over::groups:
      return name_in(setting.population.groups, "population.groups", at);
    case Over::groups_and_activities:
      return name_in(setting.activities, "activities", at % setting.activities.size()) +
             name_in(setting.population.groups, "population.groups", at / setting.activities.size());
  }
  return "";
}

std::string sentence(int step, const std::string& what, double value, const char* bound) {
  return fmt::format("at step {} {} came out {} beyond the largest number that can be computed with, {:.2g}; bound {}",
                     step, what, std::isnan(value) ? "as no number: something in it is" : "infinite,",
                     std::numeric_limits<double>::max(), bound);
}

/// The table of outputs in the order in which parts of a step are made of one another.
std::array<const StepOutput*, std::size(kStepOutputs)> in_order() {
  std::array<const StepOutput*, std::size(kStepOutputs)> outputs{};
  std::transform(std::begin(kStepOutputs), std::end(kStepOutputs), outputs.begin(),
                 [](const StepOutput& one) { return &one; });
  std::stable_sort(outputs.begin(), outputs.end(),
                   [](const StepOutput* a, const StepOutput* b) { return a->from < b->from; });
  return outputs;
}

}  // namespace

void require_in_range(const StepMeans& m, const Setting& setting, const std::vector<Scheme>& incentives, int step,
                      double budget) {
  static const auto kInOrder = in_order();
  for (const StepOutput* output : kInOrder) {
    const std::span<const double> values = output->of(m);
    for (std::size_t at = 0; at < values.size(); ++at) {
      if (std::isfinite(values[at]) || (output->gaps == Gaps::some && std::isnan(values[at]))) continue;
      const std::string what = output->what ? output->what : output->name;
      throw RunError(sentence(step, what + owner(*output, at, setting, incentives), values[at], output->bound));
    }
  }
  for (std::size_t k = 0; k < m.effort.size(); ++k) {
    if (m.effort[k] >= -kEffortSlack) continue;
    throw RunError(
        fmt::format("at step {} the mean time in activities.{} came out as {:.3g}, below 0: rewards or "
                    "values are too large for what is best to be computed; bound them",
                    step, setting.activities.entries[k].name, m.effort[k]));
  }
  const double time = std::accumulate(m.effort.begin(), m.effort.end(), 0.0);
  if (!within(time, budget)) {
    throw RunError(
        fmt::format("at step {} the mean time of all activities came out as {:.3g}, above effort.budget, "
                    "{:.3g}: rewards or values are too large for what is best to be computed; bound them",
                    step, time, budget));
  }
}

void require_in_range(double moved, const std::string& incentive, const char* what, const char* bound, int step) {
  if (!std::isfinite(moved)) throw RunError(sentence(step, what + (" of the incentive " + incentive), moved, bound));
}

}  // namespace goodhart
