/// Averages over time, run by run, in one flat array.
#include "goodhart/analysis/averages.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "goodhart/core/errors.hpp"

namespace goodhart {
namespace {

const Coordinate& axis_of(const Folder& folder, const std::string& name) {
  for (const Coordinate& coordinate : folder.coordinates) {
    if (coordinate.name == name) return coordinate;
  }
  throw Bug("averages: there is no axis " + name);
}

}  // namespace

Averages::Averages(const Layout& layout)
    : root_(layout.folders.at(0)),
      policies_(axis_of(root_, "policy").size()),
      replicates_(axis_of(root_, "replicate").size()) {
  offset_.push_back(0);
  for (const Variable& variable : root_.variables) {
    std::size_t size = 1;
    for (const std::string& axis : variable.axes) {
      if (axis != "step") size *= axis_of(root_, axis).size();
    }
    offset_.push_back(offset_.back() + size);
  }
  values_.assign(policies_ * replicates_ * offset_.back(), std::numeric_limits<double>::quiet_NaN());
}

void Averages::add(const RunRecord& record) {
  const auto policy = static_cast<std::size_t>(record.policy);
  const auto replicate = static_cast<std::size_t>(record.replicate);
  if (policy >= policies_ || replicate >= replicates_) throw Bug("averages: a run of another experiment");
  if (!record.failure.empty()) return;
  if (record.averages.size() != root_.variables.size())
    throw Bug("averages: a run without an average of each variable");
  double* const run = values_.data() + (policy * replicates_ + replicate) * offset_.back();
  for (std::size_t v = 0; v < record.averages.size(); ++v) {
    if (record.averages[v].size() != offset_[v + 1] - offset_[v]) {
      throw Bug("averages: " + root_.variables[v].name + " has another shape than in the layout");
    }
    std::copy(record.averages[v].begin(), record.averages[v].end(), run + offset_[v]);
  }
}

const std::vector<std::string>& Averages::names(const std::string& axis) const {
  const auto* names = std::get_if<std::vector<std::string>>(&axis_of(root_, axis).values);
  if (!names) throw Bug("averages: the axis " + axis + " has no names");
  return *names;
}

std::vector<double> Averages::over_replicates(const std::string& variable, std::size_t policy,
                                              std::size_t position) const {
  const auto found = std::find_if(root_.variables.begin(), root_.variables.end(),
                                  [&](const Variable& candidate) { return candidate.name == variable; });
  if (found == root_.variables.end()) throw Bug("averages: there is no variable " + variable);
  const auto v = static_cast<std::size_t>(found - root_.variables.begin());
  if (policy >= policies_ || position >= offset_[v + 1] - offset_[v]) throw Bug("averages: no such run of " + variable);
  std::vector<double> values;
  for (std::size_t r = 0; r < replicates_; ++r) {
    values.push_back(values_[(policy * replicates_ + r) * offset_.back() + offset_[v] + position]);
  }
  return values;
}

std::vector<std::vector<double>> averages_over_steps(const Folder& root, const std::vector<std::vector<double>>& data) {
  const auto& steps = std::get<std::vector<std::int64_t>>(axis_of(root, "step").values);
  std::vector<std::vector<double>> averages;
  for (const std::vector<double>& values : data) {
    const std::size_t width = steps.empty() ? 0 : values.size() / steps.size();
    std::vector<double> sums(width, 0.0), counts(width, 0.0);
    for (std::size_t s = 0; s < steps.size(); ++s) {
      for (std::size_t w = 0; steps[s] >= 0 && w < width; ++w) {
        const double value = values[s * width + w];
        if (std::isnan(value)) continue;
        sums[w] += value;
        counts[w] += 1;
      }
    }
    for (std::size_t w = 0; w < width; ++w) {
      sums[w] = counts[w] == 0 ? std::numeric_limits<double>::quiet_NaN() : sums[w] / counts[w];
    }
    averages.push_back(std::move(sums));
  }
  return averages;
}

}  // namespace goodhart
