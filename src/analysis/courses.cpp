/// Sums over replicates, step by step.
#include "goodhart/analysis/courses.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <variant>

#include "goodhart/core/errors.hpp"

namespace goodhart {
namespace {

const Coordinate& axis_of(const Folder& folder, const std::string& name) {
  for (const Coordinate& coordinate : folder.coordinates) {
    if (coordinate.name == name) return coordinate;
  }
  throw Bug("courses: there is no axis " + name);
}

}  // namespace

Courses::Courses(const Layout& layout, const std::vector<std::string>& variables) {
  const Folder& root = layout.folders.at(0);
  for (const std::int64_t step : std::get<std::vector<std::int64_t>>(axis_of(root, "step").values)) {
    if (step >= 0) {
      steps_.push_back(step);
    } else {
      ++before_;
    }
  }
  policies_ = axis_of(root, "policy").size();
  for (const std::string& name : variables) {
    const auto found = std::find_if(root.variables.begin(), root.variables.end(),
                                    [&](const Variable& candidate) { return candidate.name == name; });
    if (found == root.variables.end()) throw Bug("courses: there is no variable " + name);
    Kept kept{.name = name,
              .index = static_cast<std::size_t>(found - root.variables.begin()),
              .sums = std::vector<std::vector<double>>(policies_),
              .counts = std::vector<std::vector<double>>(policies_)};
    for (const std::string& axis : found->axes) {
      if (axis != "step") kept.width *= axis_of(root, axis).size();
    }
    kept_.push_back(std::move(kept));
  }
}

void Courses::add(const RunRecord& record) {
  if (!record.failure.empty()) return;
  const auto policy = static_cast<std::size_t>(record.policy);
  if (policy >= policies_ || record.data.empty()) throw Bug("courses: a run of another experiment");
  for (Kept& kept : kept_) {
    const std::vector<double>& values = record.data[0].at(kept.index);
    if (values.size() != (before_ + steps_.size()) * kept.width)
      throw Bug("courses: " + kept.name + " has another shape");
    std::vector<double>& sums = kept.sums[policy];
    std::vector<double>& counts = kept.counts[policy];
    sums.resize(values.size(), 0.0);
    counts.resize(values.size(), 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) continue;
      sums[i] += values[i];
      counts[i] += 1;
    }
  }
}

std::vector<double> Courses::mean(const std::string& variable, std::size_t policy, std::size_t position) const {
  const auto found =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& candidate) { return candidate.name == variable; });
  if (found == kept_.end()) throw Bug("courses: " + variable + " is not kept");
  if (policy >= policies_ || position >= found->width) throw Bug("courses: no such part of " + variable);
  const std::vector<double>& sums = found->sums[policy];
  std::vector<double> means(steps_.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t s = 0; s < steps_.size() && !sums.empty(); ++s) {
    const std::size_t at = (before_ + s) * found->width + position;
    if (found->counts[policy][at] > 0) means[s] = sums[at] / found->counts[policy][at];
  }
  return means;
}

}  // namespace goodhart
