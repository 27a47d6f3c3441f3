/// The same people and the same luck, in other worlds.
#include "goodhart/analysis/counterfactuals.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "goodhart/analysis/averages.hpp"
#include "goodhart/scenario/read.hpp"

namespace goodhart {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Several experiments one after the other, shown as one progress.
class Series {
 public:
  /// `whole`: averages are over all steps; else over the recorded ones, as those of an older file are.
  Series(TaskPool& pool, const std::function<bool(const Progress&)>& keep_going, int experiments, bool whole)
      : pool_(pool), keep_going_(keep_going), experiments_(experiments), whole_(whole) {}

  /// The averages of an experiment over steps from 0 on; nothing where it was ended.
  std::optional<Averages> run(Scenario scenario, const Mechanisms& mechanisms) {
    scenario.record.employees.reset();
    scenario.record.teams = false;
    const Layout layout{{layout_of(scenario).folders.front()}};
    Averages averages(layout);
    const auto take = [&](const RunRecord& record) {
      if (whole_ || !record.failure.empty()) return averages.add(record);
      RunRecord recorded = record;
      recorded.averages = averages_over_steps(layout.folders.front(), record.data[0]);
      averages.add(recorded);
    };
    const auto tick = [&](const Progress& here) {
      Progress all = here;
      const auto total = static_cast<std::uint64_t>(experiments_);
      all.steps_total = total * here.steps_total;
      all.steps_done = static_cast<std::uint64_t>(done_) * here.steps_total + here.steps_done;
      all.runs_total = experiments_ * here.runs_total;
      all.runs_done = done_ * here.runs_total + here.runs_done;
      return keep_going_(all);
    };
    const Ending ending = run_experiment(scenario, layout, pool_, take, tick, Part{0, mechanisms});
    ++done_;
    if (ending.interrupted) return std::nullopt;
    return averages;
  }

 private:
  TaskPool& pool_;
  const std::function<bool(const Progress&)>& keep_going_;
  int experiments_;
  bool whole_;
  int done_ = 0;
};

// ---- Causes ----

constexpr int kMechanisms = 4;
constexpr unsigned kAll = (1U << kMechanisms) - 1;

Mechanisms at_work(unsigned set) {
  return {.regressional = (set & 1U) != 0,
          .extremal = (set & 2U) != 0,
          .causal = (set & 4U) != 0,
          .adversarial = (set & 8U) != 0};
}

/// The mechanisms whose absence would change nothing under a setting.
unsigned inert_in(const Setting& setting) {
  bool noise = false, bends = false, baselines = false, gaming = false;
  for (const auto& [name, activity] : setting.activities) gaming = gaming || activity.gaming;
  for (const auto& [name, metric] : setting.metrics) {
    noise = noise || !std::visit([](const auto& law) { return law.scale.is(0); }, metric.noise);
    baselines = baselines || !metric.baseline.number();
    for (const auto& [measured, loading] : metric.measures.loadings) {
      const Activity* activity = setting.activities.find(measured);
      if (!activity) continue;  // value itself bends as it does
      const bool straight = activity->saturation.is(0) && loading.saturation.is(0);
      const double* value = activity->value.number();
      bends = bends || (!straight && !(value && *value <= 0));
    }
  }
  return (noise ? 0U : 1U) | (bends ? 0U : 2U) | (baselines ? 0U : 4U) | (gaming ? 0U : 8U);
}

unsigned inert_in(const Scenario& scenario) {
  unsigned inert = inert_in(scenario.setting);
  for (const auto& [name, policy] : scenario.policies) {
    for (const Phase& phase : policy.phases) {
      if (phase.setting) inert &= inert_in(*phase.setting);
    }
  }
  return inert;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0, count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    count += 1;
  }
  return sum / count;
}

/// The gap in one world, replicate by replicate, in points of per cent.
std::vector<double> gaps_of(const Averages& world, std::size_t policy, std::size_t base, std::size_t metric) {
  const std::vector<double> shown = world.over_replicates("dashboard", policy, metric),
                            shown_base = world.over_replicates("dashboard", base, metric),
                            value = world.over_replicates("value", policy),
                            value_base = world.over_replicates("value", base);
  const double shown_mean = std::fabs(mean_of(shown_base)), value_mean = std::fabs(mean_of(value_base));
  std::vector<double> gaps(shown.size());
  for (std::size_t r = 0; r < gaps.size(); ++r) {
    gaps[r] = 100 * (shown[r] - shown_base[r]) / shown_mean - 100 * (value[r] - value_base[r]) / value_mean;
    if (!std::isfinite(gaps[r])) gaps[r] = kNaN;
  }
  return gaps;
}

Causes causes_of(const std::array<std::vector<double>, kAll + 1>& gaps) {
  const std::size_t replicates = gaps[0].size();
  // Shapley's weights |S|! (3 - |S|)! / 4!.
  constexpr double kWeight[] = {6.0 / 24, 2.0 / 24, 2.0 / 24, 6.0 / 24};
  std::array<Estimate, kMechanisms> parts;
  for (unsigned m = 0; m < kMechanisms; ++m) {
    std::vector<double> part(replicates, 0.0);
    for (unsigned set = 0; set <= kAll; ++set) {
      if (set >> m & 1U) continue;
      const double weight = kWeight[std::popcount(set)];
      for (std::size_t r = 0; r < replicates; ++r) part[r] += weight * (gaps[set | 1U << m][r] - gaps[set][r]);
    }
    parts[m] = estimate(part);
  }
  return {.misweighting = estimate(gaps[0]),
          .regressional = parts[0],
          .extremal = parts[1],
          .causal = parts[2],
          .adversarial = parts[3]};
}

// ---- Levers ----

struct Number {
  std::string path;
  const Node* node;
  double value;
};

/// The numbers of a document with their paths, in order; items of lists by name where they have one.
void collect(const Node& node, const std::string& path, std::vector<Number>& found) {
  const auto below = [&path](const std::string& key) { return path.empty() ? key : path + "." + key; };
  if (node.kind == Node::Kind::map) {
    for (const Member& member : node.members) {
      const bool implied = member.key == "incentives" && path.starts_with("policies.");  // a path may leave it out
      collect(member.value, implied ? path : below(member.key), found);
    }
  } else if (node.kind == Node::Kind::list) {
    const std::vector<std::string> names = item_names(node);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const Node& item = node.items[i];
      const bool choice = item.kind == Node::Kind::map && item.members.size() == 1 && !names[i].empty();
      // The name of a choice stands for what is in it.
      collect(choice ? item.members[0].value : item, below(names[i].empty() ? std::to_string(i) : names[i]), found);
    }
  } else if (const auto number = as_number(node); number && std::isfinite(*number)) {
    found.push_back({path, &node, *number});
  }
}

bool begins(const std::string& path, const std::string& part) {
  return path == part || path.starts_with(part + ".");
}

/// Is the number one that a study of the scenario would doubt? Whole numbers that count something are not.
bool is_doubtful(const std::string& path, const std::vector<std::string>& policies) {
  for (const char* part : {"goodhart", "time", "seed", "replicates", "record", "experiment", "population.size",
                           "population.team_size", "population.network", "sources"}) {
    if (begins(path, part)) return false;
  }
  for (const char* end : {".every", ".from", ".after", ".delay", ".sample", ".applicants", ".dof", ".visible"}) {
    if (path.ends_with(end)) return false;
  }
  if (!begins(path, "policies")) return true;
  return std::any_of(policies.begin(), policies.end(),
                     [&](const std::string& policy) { return begins(path, "policies." + policy); });
}

}  // namespace

bool add_causes(Comparison& comparison, const Results& results, TaskPool& pool,
                const std::function<bool(const Progress&)>& keep_going) {
  if (comparison.policies.size() < 2) return true;
  const unsigned inert = inert_in(results.scenario);
  std::array<std::shared_ptr<const Averages>, kAll + 1> worlds;
  auto whole = std::make_shared<Averages>(results.layout);
  for (const RunRecord& run : results.runs) whole->add(run);
  worlds[kAll] = whole;
  const int experiments = (1 << (kMechanisms - std::popcount(inert))) - 1;
  Series series(pool, keep_going, experiments, results.whole_means);
  // Downwards, so that the world with all that is inert at work comes before those that it stands for.
  for (unsigned set = kAll; set-- > 0;) {
    if (const unsigned same = set | inert; same != set) {
      worlds[set] = worlds[same];
      continue;
    }
    std::optional<Averages> averages = series.run(results.scenario, at_work(set));
    if (!averages) return false;
    worlds[set] = std::make_shared<Averages>(std::move(*averages));
  }
  const std::vector<std::size_t> metrics = headline_metrics(results.scenario);
  for (std::size_t p = 0; p < comparison.policies.size(); ++p) {
    for (std::size_t d = 0; d < comparison.policies[p].divergences.size(); ++d) {
      std::array<std::vector<double>, kAll + 1> gaps;
      for (unsigned set = 0; set <= kAll; ++set) {
        gaps[set] = gaps_of(*worlds[set], p, comparison.comparison, metrics[d]);
      }
      // A replicate counts only where it has a gap in every world: else the parts would not sum up.
      for (std::size_t r = 0; r < gaps[0].size(); ++r) {
        const bool lost = std::any_of(gaps.begin(), gaps.end(), [r](const auto& gap) { return std::isnan(gap[r]); });
        for (auto& gap : gaps) gap[r] = lost ? kNaN : gap[r];
      }
      comparison.policies[p].divergences[d].causes = causes_of(gaps);
    }
  }
  return true;
}

bool add_levers(Comparison& comparison, const Results& results, int replicates, TaskPool& pool,
                const std::function<bool(const Progress&)>& keep_going) {
  if (comparison.policies.size() < 2) return true;
  const Scenario& scenario = results.scenario;
  const std::vector<std::string> names{comparison.policies[comparison.ranking[0]].name,
                                       comparison.policies[comparison.ranking[1]].name};
  const Node document = resolved(scenario);
  std::vector<Number> numbers;
  collect(document, "", numbers);
  std::vector<Lever> levers;
  for (const auto& [path, node, value] : numbers) {
    Lever lever{.path = path,
                .value = value,
                .low = value - 0.2 * std::fabs(value),
                .high = value + 0.2 * std::fabs(value),
                .stated = false,
                .at_low = {},
                .at_high = {}};
    if (scenario.experiment) {
      for (const auto& [varied, range] : scenario.experiment->vary) {
        if (find_path(document, varied) != node) continue;
        lever.stated = true;
        lever.low = range.from;
        lever.high = range.to;
      }
    }
    if (lever.stated || (value != 0 && is_doubtful(path, names))) levers.push_back(lever);
  }

  const int most = std::min(replicates, scenario.replicates);
  const auto lead = [&](Series& series, const Lever& lever, double value, Estimate& into) {
    Node changed = document;
    if (set_path(changed, lever.path, Node::number(value))) return true;
    CheckedScenario checked = read_scenario(changed);
    if (!checked.sound()) return true;
    Scenario world = std::move(*checked.scenario);
    world.replicates = most;
    std::erase_if(world.policies.entries,
                  [&](const auto& entry) { return entry.name != names[0] && entry.name != names[1]; });
    world.compare_with.reset();
    const std::optional<Averages> averages = series.run(world, Mechanisms{});
    if (!averages) return false;
    const auto first = static_cast<std::size_t>(world.policies.index(names[0]));
    into = compare(averages->over_replicates("net_value", first), averages->over_replicates("net_value", 1 - first))
               .difference;
    return true;
  };
  Series series(pool, keep_going, 2 * static_cast<int>(levers.size()), results.whole_means);
  for (Lever& lever : levers) {
    if (!lead(series, lever, lever.low, lever.at_low) || !lead(series, lever, lever.high, lever.at_high)) return false;
  }
  const auto reach = [](const Lever& lever) {
    const double low = lever.at_low.mean, high = lever.at_high.mean;
    return std::isnan(low) || std::isnan(high) ? 0.0 : std::fabs(high - low);
  };
  std::stable_sort(levers.begin(), levers.end(), [&](const Lever& a, const Lever& b) {
    return std::pair(a.flips(), reach(a)) > std::pair(b.flips(), reach(b));
  });
  comparison.levers = std::move(levers);
  comparison.lever_replicates = most;
  return true;
}

}  // namespace goodhart
