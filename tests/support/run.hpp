/// A world in a line: scenarios from files and texts with some settings changed, run, and their results by name.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "goodhart/core/tasks.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/engine/simulation.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/scenario/read.hpp"

namespace goodhart::test {

/// What to change in a document: paths and the YAML texts of their new values.
using Settings = std::vector<std::pair<std::string, std::string>>;

/// A sound scenario from a document, with one replicate where it does not say how many; throws with all that is wrong
/// with it.
inline Scenario scenario_of(Node root, const Settings& settings = {}) {
  for (const auto& [path, text] : settings) {
    const Node wrapped = parse_yaml("value: " + text, path);
    if (const auto trouble = set_path(root, path, *wrapped.find("value"))) throw std::runtime_error(*trouble);
  }
  if (root.kind == Node::Kind::map && !root.find("replicates")) root.add("replicates", Node::scalar("1"));
  const CheckedScenario checked = read_scenario(root);
  if (checked.sound()) return *checked.scenario;
  std::string all;
  for (const Diagnostic& diagnostic : checked.diagnostics) all += diagnostic.path + ": " + diagnostic.message + "\n";
  throw std::runtime_error(all);
}

inline Scenario scenario_text(const std::string& text, const Settings& settings = {}) {
  return scenario_of(parse_yaml(text, "test"), settings);
}

/// `file` is below the source folder, e.g. "scenarios/first-file.yaml".
inline Scenario scenario_file(const std::string& file, const Settings& settings = {}) {
  return scenario_of(read_yaml_file(std::string(GOODHART_SOURCE_DIR) + "/" + file), settings);
}

/// What an experiment left, by names.
class Results {
 public:
  explicit Results(const Scenario& scenario, int threads = 1) : layout_(layout_of(scenario)) {
    TaskPool pool(threads);
    run_experiment(
        scenario, layout_, pool, [this](const RunRecord& record) { records_.push_back(record); },
        [](const Progress&) { return true; });
    policies_ = static_cast<int>(scenario.policies.size());
    replicates_ = scenario.replicates;
    names_ = std::get<std::vector<std::string>>(layout_.folders.front().coordinates.front().values);
  }

  const Layout& layout() const { return layout_; }
  const std::vector<RunRecord>& records() const { return records_; }
  int replicates() const { return replicates_; }
  /// The policies.
  const std::vector<std::string>& names() const { return names_; }

  const RunRecord& record(const std::string& policy, int replicate = 0) const {
    const auto at = std::find(names_.begin(), names_.end(), policy);
    if (at == names_.end()) throw std::runtime_error("no policy " + policy);
    const RunRecord& found = records_.at(static_cast<std::size_t>(replicate * policies_ + (at - names_.begin())));
    if (!found.failure.empty()) throw std::runtime_error(found.failure);
    return found;
  }

  /// The mean over all steps from 0 on. `labels` name the activity, metric, incentive, group ... where there are such
  /// axes.
  double average(const std::string& policy, const std::string& variable, const std::vector<std::string>& labels = {},
                 int replicate = 0) const {
    const auto [index, offset, width] = find("", variable, labels);
    return record(policy, replicate).averages.at(index).at(offset);
  }

  /// All recorded steps of a variable.
  std::vector<double> series(const std::string& policy, const std::string& variable,
                             const std::vector<std::string>& labels = {}, int replicate = 0) const {
    const auto [index, offset, width] = find("", variable, labels);
    const std::vector<double>& all = record(policy, replicate).data.front().at(index);
    std::vector<double> picked;
    for (std::size_t at = offset; at < all.size(); at += width) picked.push_back(all[at]);
    return picked;
  }

  /// All values of a variable of a folder, in the order of its axes.
  const std::vector<double>& all(const std::string& policy, const std::string& folder, const std::string& variable,
                                 int replicate = 0) const {
    const std::size_t at = folder_index(folder);
    return record(policy, replicate).data.at(at).at(variable_index(layout_.folders[at], variable));
  }

 private:
  struct Where {
    std::size_t variable, offset, width;
  };

  std::size_t folder_index(const std::string& name) const {
    for (std::size_t f = 0; f < layout_.folders.size(); ++f) {
      if (layout_.folders[f].name == name) return f;
    }
    throw std::runtime_error("no folder " + name);
  }

  static std::size_t variable_index(const Folder& folder, const std::string& name) {
    for (std::size_t v = 0; v < folder.variables.size(); ++v) {
      if (folder.variables[v].name == name) return v;
    }
    throw std::runtime_error("no variable " + name);
  }

  Where find(const std::string& folder_name, const std::string& name, const std::vector<std::string>& labels) const {
    const Folder& folder = layout_.folders.at(folder_index(folder_name));
    Where where{variable_index(folder, name), 0, 1};
    std::size_t used = 0;
    for (const std::string& axis : folder.variables[where.variable].axes) {
      if (axis == "step") continue;
      for (const Coordinate& coordinate : folder.coordinates) {
        if (coordinate.name != axis) continue;
        const auto& values = std::get<std::vector<std::string>>(coordinate.values);
        const auto at = std::find(values.begin(), values.end(), labels.at(used++));
        if (at == values.end()) throw std::runtime_error("no " + axis + " " + labels.at(used - 1));
        where.offset = where.offset * values.size() + static_cast<std::size_t>(at - values.begin());
        where.width *= values.size();
      }
    }
    if (used != labels.size()) throw std::runtime_error("too many labels for " + name);
    return where;
  }

  Layout layout_;
  std::vector<RunRecord> records_;
  int policies_ = 0, replicates_ = 0;
  std::vector<std::string> names_;
};

/// Are these the same bits? (NaN equals NaN.)
inline bool same(std::span<const double> one, std::span<const double> other) {
  return one.size() == other.size() &&
         (one.empty() || std::memcmp(one.data(), other.data(), one.size() * sizeof(double)) == 0);
}

/// Do two runs leave the same, to the bit?
inline bool same(const RunRecord& one, const RunRecord& other) {
  const auto equal = [](const auto& a, const auto& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) { return same(x, y); });
  };
  return one.failure == other.failure && equal(one.averages, other.averages) &&
         std::equal(one.data.begin(), one.data.end(), other.data.begin(), other.data.end(), equal);
}

/// One policy's run, step by step, for tests that look at single employees. The burn-in is over when it is made.
class Run {
 public:
  explicit Run(Scenario scenario, const std::string& policy = "", std::uint32_t replicate = 0, int threads = 1)
      : scenario_(std::make_unique<Scenario>(std::move(scenario))),
        pool_(std::make_unique<TaskPool>(threads)),
        common_(std::make_unique<Simulation>(*scenario_, Luck{scenario_->seed, replicate}, *pool_)) {
    while (common_->next_step() < 0) common_->step();
    common_->settle();
    const int index = policy.empty() ? 0 : scenario_->policies.index(policy);
    run_ =
        std::make_unique<Simulation>(*common_, scenario_->policies.entries.at(static_cast<std::size_t>(index)).value);
  }

  Simulation* operator->() { return run_.get(); }
  const Simulation& operator*() const { return *run_; }
  const Scenario& scenario() const { return *scenario_; }

 private:
  std::unique_ptr<Scenario> scenario_;
  std::unique_ptr<TaskPool> pool_;
  std::unique_ptr<Simulation> common_, run_;
};

}  // namespace goodhart::test
