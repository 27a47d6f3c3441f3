/// Results put together, and parts of them.
#include "goodhart/analysis/results.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

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

/// Where a policy of results that are put together comes from.
struct Origin {
  std::size_t file, policy;
};

/// Results whose runs are put together as they are read.
class Joint {
 public:
  Joint(const Scenario& scenario, const Layout& layout, std::vector<Results> files, std::vector<Origin> origins)
      : scenario_(scenario), root_(layout.folders.front()), files_(std::move(files)), origins_(std::move(origins)) {
    incentives_ = incentives_before(scenario_, origins_.size());
  }

  /// A run with its averages alone; one that failed has none but NaN.
  RunRecord averages_of(std::size_t replicate, std::size_t policy) const {
    const Origin& origin = origins_[policy];
    RunRecord run;
    run.policy = static_cast<int>(policy);
    run.replicate = static_cast<int>(replicate);
    run.averages = files_[origin.file].averages.of_run(origin.policy, replicate);
    for_each_by_incentive([&](std::size_t v) { run.averages[v] = moved(run.averages[v], policy); });
    return run;
  }

  void each_replicate(std::size_t first, std::size_t end, const TakeReplicate& take) const {
    std::vector<const Results*> files;
    for (const Results& file : files_) files.push_back(&file);
    std::vector<RunRecord> runs(origins_.size());
    each_replicate_of(
        files,
        [&](const std::vector<std::span<const RunRecord>>& by_file) {
          for (std::size_t p = 0; p < runs.size(); ++p) {
            runs[p] = by_file[origins_[p].file][origins_[p].policy];
            runs[p].policy = static_cast<int>(p);
            if (!runs[p].failure.empty()) continue;
            for_each_by_incentive([&](std::size_t v) {
              runs[p].data[0][v] = moved(runs[p].data[0][v], p);
              runs[p].averages[v] = moved(runs[p].averages[v], p);
            });
          }
          take(runs);
        },
        first, end);
  }

 private:
  /// Calls `act` for each variable whose last axis is that of incentives.
  void for_each_by_incentive(const std::function<void(std::size_t)>& act) const {
    for (std::size_t v = 0; v < root_.variables.size(); ++v) {
      if (root_.variables[v].axes.back() == "incentive") act(v);
    }
  }

  /// Values by incentive of a policy's own file, by incentive of all policies here; NaN for those of others.
  std::vector<double> moved(const std::vector<double>& values, std::size_t policy) const {
    const Scenario& there = files_[origins_[policy].file].scenario;
    const std::size_t own = scenario_.policies.entries[policy].value.incentive_names().size();
    const std::size_t first_there = incentives_before(there, origins_[policy].policy),
                      all_there = incentives_before(there, there.policies.size()),
                      first_here = incentives_before(scenario_, policy);
    const std::size_t rows = all_there == 0 ? 0 : values.size() / all_there;
    std::vector<double> result(rows * incentives_, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t c = 0; c < own; ++c) {
        result[row * incentives_ + first_here + c] = values[row * all_there + first_there + c];
      }
    }
    return result;
  }

  Scenario scenario_;
  Folder root_;
  std::vector<Results> files_;
  std::vector<Origin> origins_;
  std::size_t incentives_ = 0;  ///< of all policies
};

/// Bytes of the series and averages of one replicate.
std::size_t bytes_of_replicate(const Results& results) {
  const Folder& root = results.layout.folders.front();
  std::size_t numbers = 0;
  for (const Variable& variable : root.variables) {
    std::size_t size = 1;
    for (const std::string& axis : variable.axes) size *= axis_of(root, axis).size();
    numbers += size;
  }
  return sizeof(double) * numbers * results.scenario.policies.size();
}

}  // namespace

void Results::each_replicate(std::size_t first, std::size_t end, const TakeReplicate& take) const {
  if (read) return read(first, end, take);
  const std::size_t policies = scenario.policies.size();
  for (std::size_t r = first; r < end; ++r) take(std::span(held).subspan(r * policies, policies));
}

void each_replicate_of(const std::vector<const Results*>& all,
                       const std::function<void(const std::vector<std::span<const RunRecord>>&)>& take,
                       std::size_t first, std::size_t end) {
  if (all.size() == 1) {
    return all[0]->each_replicate(first, end, [&](std::span<const RunRecord> runs) { take({runs}); });
  }
  constexpr std::size_t kRoom = 4U << 20U;  // bytes
  std::size_t bytes = 1;
  for (const Results* results : all) bytes += bytes_of_replicate(*results);
  const std::size_t together = std::max<std::size_t>(1, kRoom / bytes);
  std::vector<std::vector<RunRecord>> block(all.size());
  for (; first < end; first += together) {
    const std::size_t last = std::min(end, first + together);
    for (std::size_t i = 0; i < all.size(); ++i) {
      block[i].clear();
      all[i]->each_replicate(first, last, [&](std::span<const RunRecord> runs) {
        block[i].insert(block[i].end(), runs.begin(), runs.end());
      });
    }
    for (std::size_t r = 0; r < last - first; ++r) {
      std::vector<std::span<const RunRecord>> runs;
      for (std::size_t i = 0; i < all.size(); ++i) {
        const std::size_t policies = all[i]->scenario.policies.size();
        runs.push_back(std::span<const RunRecord>(block[i]).subspan(r * policies, policies));
      }
      take(runs);
    }
  }
}

Results joined(std::vector<Results> all, const std::vector<std::string>& kept) {
  if (all.empty()) throw Bug("joined: no results");
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
  whole.averages = Averages(whole.layout);
  const auto joint = std::make_shared<const Joint>(whole.scenario, whole.layout, std::move(all), std::move(origins));
  for (std::size_t r = 0; r < whole.averages.replicates(); ++r) {
    for (std::size_t p = 0; p < whole.scenario.policies.size(); ++p) whole.averages.add(joint->averages_of(r, p));
  }
  whole.read = [joint](std::size_t first, std::size_t end, const TakeReplicate& take) {
    joint->each_replicate(first, end, take);
  };
  return whole;
}

}  // namespace goodhart
