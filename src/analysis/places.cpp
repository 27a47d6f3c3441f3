/// Variables one after the other.
#include "goodhart/analysis/places.hpp"

#include <algorithm>

#include "goodhart/core/errors.hpp"

namespace goodhart {

const Coordinate& axis_of(const Folder& folder, const std::string& name) {
  for (const Coordinate& coordinate : folder.coordinates) {
    if (coordinate.name == name) return coordinate;
  }
  throw Bug("results: there is no axis " + name);
}

Places::Places(const Layout& layout)
    : root_(layout.folders.at(0)),
      policies_(axis_of(root_, "policy").size()),
      replicates_(axis_of(root_, "replicate").size()) {
  for (const Variable& variable : root_.variables) {
    std::size_t size = 1;
    for (const std::string& axis : variable.axes) {
      if (axis != "step") size *= axis_of(root_, axis).size();
    }
    offset_.push_back(offset_.back() + size);
  }
  std::erase_if(root_.coordinates, [](const Coordinate& axis) { return axis.name == "replicate"; });  // may be long
}

const std::vector<std::string>& Places::names(const std::string& axis) const {
  const auto* names = std::get_if<std::vector<std::string>>(&axis_of(root_, axis).values);
  if (!names) throw Bug("results: the axis " + axis + " has no names");
  return *names;
}

std::size_t Places::of(const std::string& variable, std::size_t position) const {
  const auto found = std::find_if(root_.variables.begin(), root_.variables.end(),
                                  [&](const Variable& candidate) { return candidate.name == variable; });
  if (found == root_.variables.end()) throw Bug("results: there is no variable " + variable);
  const auto v = static_cast<std::size_t>(found - root_.variables.begin());
  if (position >= offset_[v + 1] - offset_[v]) throw Bug("results: no such place in " + variable);
  return offset_[v] + position;
}

std::vector<std::vector<double>> Places::by_variable(const double* row) const {
  std::vector<std::vector<double>> variables;
  for (std::size_t v = 0; v + 1 < offset_.size(); ++v) variables.emplace_back(row + offset_[v], row + offset_[v + 1]);
  return variables;
}

void Places::check(const RunRecord& record) const {
  if (record.policy < 0 || static_cast<std::size_t>(record.policy) >= policies_ || record.replicate < 0 ||
      static_cast<std::size_t>(record.replicate) >= replicates_) {
    throw Bug("results: a run of another experiment");
  }
  if (!record.failure.empty()) return;
  if (record.averages.size() != root_.variables.size()) throw Bug("results: a run without an average of each variable");
  for (std::size_t v = 0; v < record.averages.size(); ++v) {
    if (record.averages[v].size() != offset_[v + 1] - offset_[v]) {
      throw Bug("results: " + root_.variables[v].name + " has another shape than in the layout");
    }
  }
}

}  // namespace goodhart
