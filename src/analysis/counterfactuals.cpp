/// The same people and the same luck, in other worlds.
#include "goodhart/analysis/counterfactuals.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "goodhart/analysis/averages.hpp"
#include "goodhart/analysis/latin_hypercube.hpp"
#include "goodhart/analysis/number_words.hpp"
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
    failure_.clear();
    const auto take = [&](const RunRecord& record) {
      if (failure_.empty()) failure_ = record.failure;
      if (whole_ || !record.failure.empty()) return averages.add(record);
      RunRecord recorded = record;
      recorded.averages = averages_over_steps(layout.folders.front(), record.data[0]);
      averages.add(recorded);
    };
    const Ending ending = run_experiment(scenario, layout, pool_, take, tick(), Part{0, mechanisms});
    ++done_;
    if (ending.interrupted) return std::nullopt;
    return averages;
  }

  /// The first failure of a run in the last experiment; empty where all succeeded.
  const std::string& failure() const { return failure_; }

  /// The scenario with what leadership commits to, where it is run in several worlds of one contract; null where it was
  /// ended.
  std::shared_ptr<const Scenario> committed_once(const Scenario& scenario) {
    // Ours for as long as the call lasts.
    const std::shared_ptr<const Scenario> written(&scenario, [](const Scenario*) {});
    return committed(written, pool_, work_of(scenario, scenario.replicates), tick());
  }

 private:
  /// Tells of an experiment as part of the whole series.
  std::function<bool(const Progress&)> tick() const {
    return [this](const Progress& here) {
      Progress all = here;
      const auto total = static_cast<std::uint64_t>(experiments_);
      all.steps_total = total * here.steps_total;
      all.steps_done = static_cast<std::uint64_t>(done_) * here.steps_total + here.steps_done;
      all.runs_total = experiments_ * here.runs_total;
      all.runs_done = done_ * here.runs_total + here.runs_done;
      return keep_going_(all);
    };
  }

  std::string failure_;
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
  for (const auto& [name, activity] : setting.activities) gaming = gaming || (activity.gaming && !activity.max.is(0));
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

/// A change against the comparison policy in each world, replicate by replicate.
using Changes = std::array<std::vector<double>, kAll + 1>;

/// Where gaming alone is closed.
constexpr unsigned kHonest = kAll & ~8U;

/// The change in one world: in per cent of the comparison policy's mean there, or as it is.
std::vector<double> changes_of(const Averages& world, const std::string& variable, std::size_t policy, std::size_t base,
                               std::size_t at, bool in_per_cent) {
  std::vector<double> changes = world.over_replicates(variable, policy, at);
  const std::vector<double> from = world.over_replicates(variable, base, at);
  const double scale = in_per_cent ? 100 / std::fabs(mean_of(from)) : 1;
  for (std::size_t r = 0; r < changes.size(); ++r) {
    changes[r] = scale * (changes[r] - from[r]);
    if (!std::isfinite(changes[r])) changes[r] = kNaN;
  }
  return changes;
}

Causes causes_of(Changes changes) {
  const std::size_t replicates = changes[0].size();
  // A replicate counts only where it has a change in every world: else the parts would not sum up.
  for (std::size_t r = 0; r < replicates; ++r) {
    const bool lost = std::any_of(changes.begin(), changes.end(), [r](const auto& one) { return std::isnan(one[r]); });
    for (auto& one : changes) one[r] = lost ? kNaN : one[r];
  }
  // Shapley's weights |S|! (3 - |S|)! / 4!.
  constexpr double kWeight[] = {6.0 / 24, 2.0 / 24, 2.0 / 24, 6.0 / 24};
  std::array<Estimate, kMechanisms> parts;
  for (unsigned m = 0; m < kMechanisms; ++m) {
    std::vector<double> part(replicates, 0.0);
    for (unsigned set = 0; set <= kAll; ++set) {
      if (set >> m & 1U) continue;
      const double weight = kWeight[std::popcount(set)];
      for (std::size_t r = 0; r < replicates; ++r) part[r] += weight * (changes[set | 1U << m][r] - changes[set][r]);
    }
    parts[m] = estimate(part);
  }
  std::vector<double> closing(replicates);
  for (std::size_t r = 0; r < replicates; ++r) closing[r] = changes[kHonest][r] - changes[kAll][r];
  return {.total = estimate(changes[kAll]),
          .left = estimate(changes[0]),
          .regressional = parts[0],
          .extremal = parts[1],
          .causal = parts[2],
          .adversarial = parts[3],
          .honest = estimate(changes[kHonest]),
          .by_closing = estimate(closing)};
}

/// The worlds by which mechanisms are at work there; those that are the same are the same object.
using WorldSet = std::array<std::shared_ptr<const Averages>, kAll + 1>;

/// The splits of a policy: dashboards and gaps of the headline metrics, value, cost and net value.
std::vector<Split> splits_of(const WorldSet& worlds, const Comparison& comparison,
                             const std::vector<std::size_t>& metrics, std::size_t policy) {
  const std::size_t base = comparison.comparison;
  const auto in_all_worlds = [&](const char* variable, std::size_t at, bool in_per_cent) {
    Changes changes;
    for (unsigned set = 0; set <= kAll; ++set) {
      changes[set] = changes_of(*worlds[set], variable, policy, base, at, in_per_cent);
    }
    return changes;
  };
  std::vector<Split> splits;
  const auto add = [&](const char* outcome, const std::string& metric, const std::string& units, Changes changes,
                       const Outcome& of) {
    splits.push_back({.outcome = outcome,
                      .metric = metric,
                      .label = std::string(outcome) == "gap" ? "gap of " + of.metric_label : of.label,
                      .units = units,
                      .comparison = of.effects[base].level.mean,
                      .causes = causes_of(std::move(changes))});
  };
  const Changes value = in_all_worlds("value", 0, true);
  for (std::size_t d = 0; d < metrics.size(); ++d) {
    const Outcome& dashboard = comparison.outcome("dashboard", comparison.metrics[d]);
    const Changes shown = in_all_worlds("dashboard", metrics[d], true);
    Changes gap = shown;
    for (unsigned set = 0; set <= kAll; ++set) {
      for (std::size_t r = 0; r < gap[set].size(); ++r) gap[set][r] -= value[set][r];
    }
    add("dashboard", comparison.metrics[d], "%", shown, dashboard);
    add("gap", comparison.metrics[d], "percentage points", gap, dashboard);
  }
  add("value", "", "%", value, comparison.outcome("value"));
  for (const char* money : {"cost", "net_value"}) {
    add(money, "", comparison.outcome(money).units, in_all_worlds(money, 0, false), comparison.outcome(money));
  }
  return splits;
}

/// What people do more of where gaming is closed: the activity with the largest sure rise in its time.
void add_instead(PolicyComparison& into, const WorldSet& worlds, const Comparison& comparison, std::size_t policy) {
  for (std::size_t k = 0; k < comparison.activities.size(); ++k) {
    if (comparison.gaming[k]) continue;
    const Estimate rise = compare(worlds[kHonest]->over_replicates("effort", policy, k),
                                  worlds[kAll]->over_replicates("effort", policy, k))
                              .difference;
    if (!(rise.low > 0) || (!into.instead.empty() && rise.mean <= into.instead_time.mean)) continue;
    into.instead = comparison.activity_labels[k];
    into.instead_time = rise;
  }
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

/// What field a number of the resolved scenario fills; below an override it is the one that the override leads to.
std::optional<NumberField> field_of(const std::map<const Node*, NumberField>& fields, const Node& document,
                                    const Number& number) {
  const std::string below = ".override.";
  const std::size_t at = number.path.find(below);
  const Node* node = at == number.path.npos ? number.node : find_path(document, number.path.substr(at + below.size()));
  const auto found = fields.find(node);
  return found == fields.end() ? std::nullopt : std::optional(found->second);
}

/// What is to be tried: the numbers whose ranges the scenario states, and 20 % to either side, within the bounds of the
/// field, of the others that a study would doubt.
std::vector<Lever> levers_of(const Scenario& scenario, const Node& document, const std::vector<std::string>& policies) {
  std::vector<Number> numbers;
  collect(document, "", numbers);
  const std::map<const Node*, NumberField> fields = number_fields(document);
  std::vector<Lever> levers;
  for (const Number& number : numbers) {
    const double value = number.value;
    Lever lever{.path = number.path,
                .label = number_words(scenario, number.path),
                .value = value,
                .stated = false,
                .at_low = {},
                .at_high = {}};
    if (scenario.experiment) {
      for (const auto& [varied, range] : scenario.experiment->vary) {
        if (find_path(document, varied) != number.node) continue;
        lever.stated = true;
        lever.low = range.low();
        lever.high = range.high();
      }
    }
    if (!lever.stated) {
      const std::optional<NumberField> field = field_of(fields, document, number);
      if (value == 0 || !is_doubtful(number.path, policies) || (field && field->whole)) continue;
      const bool share = number.path.starts_with("population.groups.") && number.path.ends_with(".share");
      // Of a group's share the rest is the others', who must not vanish.
      const double reach = 0.2 * (share ? std::min(value, 1 - value) : std::fabs(value));
      lever.low = value - reach;
      lever.high = value + reach;
      if (field) {
        if (lever.low < field->low || (field->above && lever.low == field->low)) {
          lever.low = field->above ? (field->low + value) / 2 : field->low;
        }
        lever.high = std::min(lever.high, field->high);
      }
      if (lever.low == lever.high) continue;
    }
    levers.push_back(lever);
  }
  return levers;
}

/// The scenario with a number changed, or what is wrong with it.
std::pair<std::optional<Scenario>, std::string> changed(const Scenario& scenario, const Node& document,
                                                        const Lever& lever, double value) {
  Node other = document;
  Range alone;  // or what always has the same value
  if (scenario.experiment) {
    const Node* number = find_path(document, lever.path);
    for (const auto& [path, range] : scenario.experiment->vary) {
      if (find_path(document, path) == number) alone = range;
    }
  }
  if (const auto trouble = set_number(other, lever.path, alone, value)) return {std::nullopt, *trouble};
  CheckedScenario checked = read_scenario(other);
  if (checked.sound()) return {std::move(checked.scenario), ""};
  const auto fault =
      std::find_if(checked.diagnostics.begin(), checked.diagnostics.end(),
                   [](const Diagnostic& finding) { return finding.severity == Diagnostic::Severity::error; });
  return {std::nullopt, fault->path == lever.path ? fault->message : fault->path + ": " + fault->message};
}

// ---- Worlds ----

/// The ranks of values from 0, ties at their mean.
std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<double> ranks;
  for (const double value : values) {
    double below = 0, same = 0;
    for (const double other : values) {
      below += other < value ? 1 : 0;
      same += other == value ? 1 : 0;
    }
    ranks.push_back(below + (same - 1) / 2);
  }
  return ranks;
}

/// Spearman's rank correlation; 0 where either does not vary.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const std::vector<double> x = ranks_of(a), y = ranks_of(b);
  const double middle = (static_cast<double>(a.size()) - 1) / 2;
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - middle) * (y[i] - middle);
    xx += (x[i] - middle) * (x[i] - middle);
    yy += (y[i] - middle) * (y[i] - middle);
  }
  return xx == 0 || yy == 0 ? 0 : xy / std::sqrt(xx * yy);
}

/// The scenario with every number that varies set to its value in world `w`, under the options and the comparison
/// policy alone; nothing where that is unsound.
std::optional<Scenario> world_of(const Node& document, const Named<Range>& vary, const Comparison& comparison,
                                 const Worlds& about, const std::vector<std::vector<double>>& values, std::size_t w) {
  Node other = document;
  for (std::size_t v = 0; v < values.size(); ++v) {
    if (set_number(other, about.paths[v], vary.entries[v].value, values[v][w])) return std::nullopt;
  }
  const CheckedScenario checked = read_scenario(other);
  if (!checked.sound()) return std::nullopt;
  Scenario world = *checked.scenario;
  world.replicates = about.replicates;
  const std::string& base = comparison.policies[comparison.comparison].name;
  std::erase_if(world.policies.entries,
                [&](const auto& entry) { return !entry.value.is_option() && entry.name != base; });
  world.compare_with.reset();
  return world;
}

/// Counts a world that ran: which option is best there, and whose value falls. Returns the lead of the first option of
/// the ranking over the second.
double count_world(Worlds& into, const Comparison& comparison, const Scenario& world, const Averages& averages) {
  const auto mean_under = [&](const std::string& variable, std::size_t p) {
    const auto at = static_cast<std::size_t>(world.policies.index(comparison.policies[p].name));
    return mean_of(averages.over_replicates(variable, at));
  };
  const auto outcome_of_option = [&](std::size_t p) { return mean_under(comparison.ranked_by().name, p); };
  std::size_t best = comparison.ranking[0];
  for (const std::size_t p : comparison.ranking) {
    if (outcome_of_option(p) > outcome_of_option(best)) best = p;
  }
  ++into.tried;
  ++into.best[best];
  for (const std::size_t p : comparison.ranking) {
    into.value_falls[p] += mean_under("value", p) < mean_under("value", comparison.comparison) ? 1 : 0;
  }
  return outcome_of_option(comparison.ranking[0]) - outcome_of_option(comparison.ranking[1]);
}

/// Names the number that the lead goes with most closely over the worlds that ran. `values`: number by number.
void find_what_it_turns_on(Worlds& into, const std::vector<std::vector<double>>& values,
                           const std::vector<double>& leads) {
  if (leads.size() <= 2) return;  // any two lie on a line
  for (std::size_t v = 0; v < values.size(); ++v) {
    const double correlation = rank_correlation(values[v], leads);
    if (std::fabs(correlation) <= std::fabs(into.correlation)) continue;
    into.correlation = correlation;
    into.turns_on = into.paths[v];
  }
}

}  // namespace

bool add_worlds(Comparison& comparison, const Results& results, int worlds, int replicates, TaskPool& pool,
                const std::function<bool(const Progress&)>& keep_going) {
  const Scenario& scenario = results.scenario;
  if (!scenario.experiment || scenario.experiment->vary.empty() || worlds < 1) return true;
  return add_worlds(comparison, results, sampled_values(scenario, worlds), "", replicates, pool, keep_going);
}

bool add_worlds(Comparison& comparison, const Results& results, const std::vector<std::vector<double>>& values,
                const std::string& from, int replicates, TaskPool& pool,
                const std::function<bool(const Progress&)>& keep_going) {
  const Scenario& scenario = results.scenario;
  if (comparison.ranking.size() < 2) return true;
  const std::size_t worlds = values.front().size();
  Worlds found;
  found.from = from;
  found.replicates = std::min(replicates, scenario.replicates);
  found.best.assign(comparison.policies.size(), 0);
  found.value_falls.assign(comparison.policies.size(), 0);
  for (const auto& entry : scenario.experiment->vary) found.paths.push_back(entry.name);
  const Node document = resolved_model(scenario);
  Series series(pool, keep_going, static_cast<int>(worlds), results.whole_means);
  std::vector<double> leads;
  std::vector<std::vector<double>> of_tried(values.size());
  for (std::size_t w = 0; w < worlds; ++w) {
    const std::optional<Scenario> world = world_of(document, scenario.experiment->vary, comparison, found, values, w);
    if (!world) {
      ++found.failed;
      continue;
    }
    const std::optional<Averages> averages = series.run(*world, Mechanisms{});
    if (!averages) return false;
    if (!series.failure().empty()) {
      ++found.failed;
      continue;
    }
    leads.push_back(count_world(found, comparison, *world, *averages));
    for (std::size_t v = 0; v < values.size(); ++v) of_tried[v].push_back(values[v][w]);
  }
  find_what_it_turns_on(found, of_tried, leads);
  if (!found.turns_on.empty()) found.turns_on_label = number_words(scenario, found.turns_on);
  comparison.worlds = std::move(found);
  return true;
}

bool add_causes(Comparison& comparison, const Results& results, TaskPool& pool,
                const std::function<bool(const Progress&)>& keep_going) {
  if (comparison.policies.size() < 2) return true;
  const unsigned inert = inert_in(results.scenario);
  WorldSet worlds;
  worlds[kAll] = std::shared_ptr<const Averages>(std::shared_ptr<void>(), &results.averages);  // which outlive it
  const int experiments = (1 << (kMechanisms - std::popcount(inert))) - 1;
  Series series(pool, keep_going, experiments, results.whole_means);
  // What leadership commits to was chosen in the world as it is, so it is the same in all of these.
  const std::shared_ptr<const Scenario> scenario = series.committed_once(results.scenario);
  if (!scenario) return false;
  // Downwards, so that the world with all that is inert at work comes before those that it stands for.
  for (unsigned set = kAll; set-- > 0;) {
    if (const unsigned same = set | inert; same != set) {
      worlds[set] = worlds[same];
      continue;
    }
    std::optional<Averages> averages = series.run(*scenario, at_work(set));
    if (!averages) return false;
    worlds[set] = std::make_shared<Averages>(std::move(*averages));
  }
  const std::vector<std::size_t> metrics = headline_metrics(results.scenario);
  for (std::size_t p = 0; p < comparison.policies.size(); ++p) {
    if (p == comparison.comparison) continue;
    comparison.policies[p].splits = splits_of(worlds, comparison, metrics, p);
    add_instead(comparison.policies[p], worlds, comparison, p);
  }
  constexpr const char* kNames[] = {"regressional", "extremal", "causal", "adversarial"};
  for (unsigned m = 0; m < kMechanisms; ++m) {
    if (inert >> m & 1U) comparison.inert.emplace_back(kNames[m]);
  }
  return true;
}

bool add_levers(Comparison& comparison, const Results& results, int replicates, TaskPool& pool,
                const std::function<bool(const Progress&)>& keep_going) {
  if (comparison.ranking.size() < 2) return true;
  const Scenario& scenario = results.scenario;
  const std::string& outcome = comparison.ranked_by().name;
  const std::vector<std::string> names{comparison.policies[comparison.ranking[0]].name,
                                       comparison.policies[comparison.ranking[1]].name};
  const Node document = resolved_model(scenario);
  std::vector<Lever> levers = levers_of(scenario, document, names);
  std::vector<Untried> untried;
  const auto give_up = [&](const Lever& lever, double end, const std::string& why) {
    untried.push_back({lever.path, lever.label, lever.value, lever.low, lever.high, lever.stated,
                       fmt::format("at {:.6g}: {}", end, why)});
  };
  std::erase_if(levers, [&](const Lever& lever) {
    for (const double end : {lever.low, lever.high}) {
      const auto [world, why] = changed(scenario, document, lever, end);
      if (world) continue;
      give_up(lever, end, why);
      return true;
    }
    return false;
  });

  const int most = std::min(replicates, scenario.replicates);
  Series series(pool, keep_going, 2 * static_cast<int>(levers.size()), results.whole_means);
  bool interrupted = false;
  // Returns what is wrong there; nothing where it ran.
  const auto lead = [&](const Lever& lever, double value, Estimate& into) -> std::string {
    Scenario world = *changed(scenario, document, lever, value).first;
    world.replicates = most;
    std::erase_if(world.policies.entries,
                  [&](const auto& entry) { return entry.name != names[0] && entry.name != names[1]; });
    world.compare_with.reset();
    const std::optional<Averages> averages = series.run(world, Mechanisms{});
    interrupted = !averages;
    if (interrupted || !series.failure().empty()) return series.failure();
    const auto first = static_cast<std::size_t>(world.policies.index(names[0]));
    into = compare(averages->over_replicates(outcome, first), averages->over_replicates(outcome, 1 - first),
                   net_value_magnitude(*averages, world))
               .difference;
    return std::isnan(into.mean) ? "there is no " + outcome : "";
  };
  std::vector<Lever> tried;
  for (Lever& lever : levers) {
    bool ran = true;
    for (const bool high : {false, true}) {
      const double end = high ? lever.high : lever.low;
      const std::string why = ran ? lead(lever, end, high ? lever.at_high : lever.at_low) : "";
      if (interrupted) return false;
      if (!why.empty()) give_up(lever, end, why);
      ran = ran && why.empty();
    }
    if (ran) tried.push_back(std::move(lever));
  }
  const auto reach = [](const Lever& lever) { return std::fabs(lever.at_high.mean - lever.at_low.mean); };
  std::stable_sort(tried.begin(), tried.end(), [&](const Lever& a, const Lever& b) {
    return std::pair(a.flips(), reach(a)) > std::pair(b.flips(), reach(b));
  });
  comparison.levers = std::move(tried);
  comparison.untried = std::move(untried);
  comparison.lever_replicates = most;
  return true;
}

}  // namespace goodhart
