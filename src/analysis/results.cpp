/// Results put together, and parts of them.
#include "goodhart/analysis/results.hpp"

#include <algorithm>

#include "goodhart/core/errors.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/scenario/read.hpp"

namespace goodhart {
namespace {

/// Where two documents first differ: "PATH is A in one and B in the other"; empty where they do not.
std::string difference(const Node& a, const Node& b, const std::string& path) {
  const auto found = first_difference(a, b);
  if (!found) return "";
  const std::string where = path.empty() || found->path.empty() ? path + found->path : path + "." + found->path;
  if (!found->one || !found->other) return where + " stands in one only";
  return where + " is " + brief(*found->one) + " in one and " + brief(*found->other) + " in the other";
}

/// What must be the same for results to be put together.
Node common_ground(const Scenario& scenario) {
  Node document = resolved(scenario);
  std::erase_if(document.members, [](const Member& member) {
    return member.key == "title" || member.key == "description" || member.key == "author" || member.key == "date" ||
           member.key == "sources" || member.key == "compare_with" || member.key == "policies" ||
           member.key == "experiment" || member.key == "lesson";
  });
  if (Node* record = document.find("record")) {
    std::erase_if(record->members,
                  [](const Member& member) { return member.key == "employees" || member.key == "teams"; });
  }
  return document;
}

std::size_t incentives_before(const Scenario& scenario, std::size_t policy) {
  std::size_t count = 0;
  for (std::size_t p = 0; p < policy; ++p) count += scenario.policies.entries[p].value.incentive_names().size();
  return count;
}

}  // namespace

Results joined(const std::vector<Results>& all, const std::vector<std::string>& kept) {
  if (all.empty()) throw Bug("joined: no results");
  struct Origin {
    std::size_t file, policy;
  };
  std::vector<Origin> origins;
  Results whole;
  whole.name = all.front().name;
  whole.digest = all.front().digest;
  whole.program = all.front().program;
  whole.overrides = all.front().overrides;
  whole.scenario = all.front().scenario;
  whole.scenario.policies.entries.clear();
  const Node ground = common_ground(all.front().scenario);
  for (std::size_t f = 0; f < all.size(); ++f) {
    const Scenario& scenario = all[f].scenario;
    whole.whole_means = whole.whole_means && all[f].whole_means;
    if (f > 0) {
      whole.name += ", " + all[f].name;
      whole.digest += ", " + all[f].digest;
      if (const std::string what = difference(ground, common_ground(scenario), ""); !what.empty()) {
        throw UserError(all.front().name + " and " + all[f].name +
                        " are of unlike scenarios, which cannot be compared: " + what);
      }
    }
    const Node document = resolved(scenario);
    for (std::size_t p = 0; p < scenario.policies.size(); ++p) {
      const auto& entry = scenario.policies.entries[p];
      const auto same = std::find_if(whole.scenario.policies.entries.begin(), whole.scenario.policies.entries.end(),
                                     [&](const auto& other) { return other.name == entry.name; });
      if (same == whole.scenario.policies.entries.end()) {
        whole.scenario.policies.entries.push_back(entry);
        origins.push_back({f, p});
        continue;
      }
      const Origin& first = origins[static_cast<std::size_t>(same - whole.scenario.policies.entries.begin())];
      const Node other = resolved(all[first.file].scenario);
      const std::string path = "policies." + entry.name;
      const std::string what =
          difference(*other.find("policies")->find(entry.name), *document.find("policies")->find(entry.name), path);
      if (!what.empty()) {
        throw UserError(all[first.file].name + " and " + all[f].name + " each have a policy " + entry.name +
                        ", and they are not the same: " + what + "; give one another name");
      }
    }
  }
  if (!kept.empty()) {
    std::vector<std::string> names;
    for (const auto& entry : whole.scenario.policies) names.push_back(entry.name);
    for (const std::string& name : kept) {
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      const auto near = nearest_name(name, names);
      throw UserError("--policy " + name + ": there is no such policy; " +
                      (near ? "did you mean '" + *near + "'?" : "the results have " + listed(names, "and")));
    }
    for (std::size_t p = names.size(); p-- > 0;) {
      if (std::find(kept.begin(), kept.end(), names[p]) != kept.end()) continue;
      const auto at = static_cast<std::ptrdiff_t>(p);
      whole.scenario.policies.entries.erase(whole.scenario.policies.entries.begin() + at);
      origins.erase(origins.begin() + at);
    }
  }
  if (!whole.scenario.compare_with && !whole.scenario.policies.find(all.front().scenario.policies.entries[0].name)) {
    whole.scenario.compare_with.reset();
  } else if (!whole.scenario.compare_with) {
    whole.scenario.compare_with = all.front().scenario.policies.entries[0].name;
  }
  if (whole.scenario.compare_with && !whole.scenario.policies.find(*whole.scenario.compare_with)) {
    whole.scenario.compare_with.reset();
  }

  whole.layout.folders = {layout_of(whole.scenario).folders.front()};
  const Folder& root = whole.layout.folders.front();
  const std::size_t policies = origins.size(), replicates = root.coordinates[1].size();
  const std::size_t incentives = incentives_before(whole.scenario, policies);
  for (std::size_t r = 0; r < replicates; ++r) {
    for (std::size_t p = 0; p < policies; ++p) {
      const Results& from = all[origins[p].file];
      const std::size_t there = from.scenario.policies.size();
      RunRecord run = from.runs[r * there + origins[p].policy];
      run.policy = static_cast<int>(p);
      const std::size_t own = whole.scenario.policies.entries[p].value.incentive_names().size();
      const std::size_t first_there = incentives_before(from.scenario, origins[p].policy),
                        all_there = incentives_before(from.scenario, there),
                        first_here = incentives_before(whole.scenario, p);
      for (std::size_t v = 0; v < root.variables.size(); ++v) {
        if (root.variables[v].axes.back() != "incentive") continue;
        const auto moved = [&](const std::vector<double>& values) {
          const std::size_t rows = all_there == 0 ? 0 : values.size() / all_there;
          std::vector<double> result(rows * incentives, std::numeric_limits<double>::quiet_NaN());
          for (std::size_t row = 0; row < rows; ++row) {
            for (std::size_t c = 0; c < own; ++c) {
              result[row * incentives + first_here + c] = values[row * all_there + first_there + c];
            }
          }
          return result;
        };
        run.data[0][v] = moved(run.data[0][v]);
        run.averages[v] = moved(run.averages[v]);
      }
      whole.runs.push_back(std::move(run));
    }
  }
  return whole;
}

}  // namespace goodhart
