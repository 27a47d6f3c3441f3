/// A running mean for each step.
#include "goodhart/analysis/courses.hpp"

#include <algorithm>
#include <variant>

#include "goodhart/analysis/places.hpp"
#include "goodhart/core/errors.hpp"

namespace goodhart {

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
    Kept kept{.name = name, .index = static_cast<std::size_t>(found - root.variables.begin()), .values = {}};
    for (const std::string& axis : found->axes) {
      if (axis != "step") kept.width *= axis_of(root, axis).size();
    }
    kept.values.assign(policies_, std::vector<Running>(steps_.size() * kept.width));
    kept_.push_back(std::move(kept));
  }
}

void Courses::add(const RunRecord& record) {
  if (!record.failure.empty()) return;
  const auto policy = static_cast<std::size_t>(record.policy);
  if (policy >= policies_ || record.data.empty()) throw Bug("courses: a run of another experiment");
  for (Kept& kept : kept_) {
    const std::vector<double>& values = record.data[0].at(kept.index);
    if (values.size() != (before_ + steps_.size()) * kept.width) {
      throw Bug("courses: " + kept.name + " has another shape than in the layout");
    }
    std::vector<Running>& into = kept.values[policy];
    for (std::size_t i = 0; i < into.size(); ++i) into[i].add(values[before_ * kept.width + i]);
  }
}

std::vector<Running> Courses::over_steps(const std::string& variable, std::size_t policy, std::size_t position) const {
  const auto found =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& candidate) { return candidate.name == variable; });
  if (found == kept_.end()) throw Bug("courses: " + variable + " is not kept");
  if (policy >= policies_ || position >= found->width) throw Bug("courses: no such part of " + variable);
  std::vector<Running> list;
  for (std::size_t s = 0; s < steps_.size(); ++s) list.push_back(found->values[policy][s * found->width + position]);
  return list;
}

std::vector<double> Courses::mean(const std::string& variable, std::size_t policy, std::size_t position) const {
  std::vector<double> means;
  for (const Running& at_step : over_steps(variable, policy, position)) means.push_back(at_step.mean());
  return means;
}

}  // namespace goodhart
