/// Regret by world, and what is said of it.
#include "goodhart/study/robust.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "goodhart/analysis/number_words.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/scenario/edits.hpp"
#include "goodhart/scenario/expression.hpp"
#include "goodhart/study/study.hpp"
#include "reaches.hpp"

namespace goodhart {
namespace {

/// The levers of each policy: those that set a number of it.
std::vector<std::vector<std::size_t>> levers_by_policy(const Study& study) {
  const Scenario& scenario = study.scenario();
  std::vector<std::vector<std::size_t>> levers(scenario.policies.size());
  for (std::size_t i = 0; i < study.inputs().size(); ++i) {
    const Varied& input = study.inputs()[i];
    if (!input.lever) continue;
    for (std::size_t p = 0; p < scenario.policies.size(); ++p) {
      if (reaches(input, scenario.policies.entries[p].name)) levers[p].push_back(i);
    }
  }
  return levers;
}

/// The conditions on the worlds alone, as YAML.
std::string conditions_on_worlds(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const auto& [path, range] : experiment.vary) names.push_back(range.name(path));
  std::string list;
  for (const std::string& condition : *experiment.where) {
    if (check_expression(condition, names)) continue;
    list += fmt::format("{}'{}'", list.empty() ? "" : ", ", condition);
  }
  return "[" + list + "]";
}

/// Gathers the options and the worlds of a study.
class Gathering {
 public:
  Gathering(const Study& study, const std::vector<std::string>& kept)
      : study_(study), levers_(levers_by_policy(study)) {
    const Scenario& scenario = study.scenario();
    worlds_.outcome = scenario.experiment->outcome;
    worlds_.has_requirements = scenario.experiment->require && !scenario.experiment->require->empty();
    worlds_.regret = scenario.experiment->robust.value_or(Robustness()).regret;
    worlds_.seed = scenario.seed;
    for (std::size_t i = 0; i < study.inputs().size(); ++i) {
      const Varied& input = study.inputs()[i];
      if (input.lever) continue;
      varying_.push_back(i);
      worlds_.inputs.push_back({input.name, number_words(scenario, input.path)});
    }
    for (std::size_t p = 0; p < scenario.policies.size(); ++p) {
      const auto& entry = scenario.policies.entries[p];
      const bool asked = kept.empty() || std::find(kept.begin(), kept.end(), entry.name) != kept.end();
      if (entry.value.is_option() && asked) policies_.push_back(p);
    }
  }

  WorldOutcomes gather(const ReadOutcome& outcome, const ReadMeets& meets) {
    for (std::size_t point = 0; point < study_.points(); ++point) {
      const std::vector<double> values = study_.values(point);
      const std::size_t world = world_at(point, values);
      for (const std::size_t policy : policies_) take(point, values, world, policy, outcome, meets);
    }
    order_options();
    return std::move(worlds_);
  }

 private:
  std::size_t world_at(std::size_t point, const std::vector<double>& values) {
    std::vector<double> inputs;
    for (const std::size_t i : varying_) inputs.push_back(values[i]);
    const auto [found, is_new] = world_numbers_.emplace(inputs, worlds_.worlds.size());
    if (is_new) {
      WorldOutcomes::World& world = worlds_.worlds.emplace_back();
      world.number = point;
      world.inputs = std::move(inputs);
    }
    return found->second;
  }

  std::size_t option_of(std::size_t policy, const std::vector<double>& values) {
    std::vector<double> setting;
    for (const std::size_t lever : levers_[policy]) setting.push_back(values[lever]);
    const auto [found, is_new] = option_numbers_.emplace(std::pair(policy, setting), worlds_.options.size());
    if (is_new) {
      std::vector<std::pair<std::string, double>> levers;
      for (std::size_t l = 0; l < setting.size(); ++l) {
        levers.emplace_back(study_.inputs()[levers_[policy][l]].name, setting[l]);
      }
      worlds_.options.push_back(option_with(study_.scenario(), policy, levers));
    }
    return found->second;
  }

  void take(std::size_t point, const std::vector<double>& values, std::size_t number, std::size_t policy,
            const ReadOutcome& outcome, const ReadMeets& meets) {
    const std::size_t option = option_of(policy, values);
    WorldOutcomes::World& world = worlds_.worlds[number];
    if (world.outcomes.size() <= option) {
      world.outcomes.resize(option + 1);
      world.meets.resize(option + 1);
    }
    if (!world.outcomes[option].empty()) return;  // what other levers do does not reach it
    for (std::size_t r = 0; r < study_.replicates_of_point(); ++r) {
      world.outcomes[option].push_back(outcome(point, policy, r));
    }
    world.meets[option] = meets(point, policy);
  }

  /// Options stand policy by policy; each world has a place for each.
  void order_options() {
    const WorldOutcomes before = worlds_;
    std::vector<std::size_t> from;
    for (const auto& [key, option] : option_numbers_) from.push_back(option);  // by policy, then by setting
    worlds_.options.clear();
    for (const std::size_t option : from) worlds_.options.push_back(before.options[option]);
    for (std::size_t w = 0; w < worlds_.worlds.size(); ++w) {
      WorldOutcomes::World& world = worlds_.worlds[w];
      world.outcomes.assign(from.size(), {});
      world.meets.assign(from.size(), std::nullopt);
      for (std::size_t o = 0; o < from.size(); ++o) {
        if (from[o] >= before.worlds[w].outcomes.size()) continue;
        world.outcomes[o] = before.worlds[w].outcomes[from[o]];
        world.meets[o] = before.worlds[w].meets[from[o]];
      }
    }
    worlds_.comparison = worlds_.options.size();
    std::size_t o = 0;
    for (const auto& [key, option] : option_numbers_) {
      const bool is_it = key.first == static_cast<std::size_t>(study_.scenario().comparison());
      if (is_it && levers_[key.first].empty()) worlds_.comparison = o;
      ++o;
    }
  }

  const Study& study_;
  std::vector<std::vector<std::size_t>> levers_;
  std::vector<std::size_t> varying_, policies_;
  std::map<std::vector<double>, std::size_t> world_numbers_;
  std::map<std::pair<std::size_t, std::vector<double>>, std::size_t> option_numbers_;
  WorldOutcomes worlds_;
};

/// The replicates in which every option has an outcome; empty where an option has none at all.
std::vector<std::size_t> common_replicates(const WorldOutcomes::World& world, std::size_t options) {
  std::vector<std::size_t> common;
  if (world.outcomes.size() < options) return common;
  std::size_t most = std::numeric_limits<std::size_t>::max();
  for (const auto& of_option : world.outcomes) most = std::min(most, of_option.size());
  for (std::size_t r = 0; r < most; ++r) {
    const bool all = std::all_of(world.outcomes.begin(), world.outcomes.end(),
                                 [r](const auto& of_option) { return std::isfinite(of_option[r]); });
    if (all) common.push_back(r);
  }
  return common;
}

/// What a world says: the outcomes on common luck, their means, and which options are best.
struct Outcomes {
  std::vector<std::vector<double>> values;  ///< [option][replicate]
  std::vector<double> means;
  std::vector<std::size_t> best;  ///< all that are as good as the best
  double magnitude = 0;           ///< of what the means are of

  bool is_worse(std::size_t option, std::size_t than) const {
    const double falls_short = means[than] - means[option];
    return falls_short > 0 && !only_rounding(falls_short, magnitude);
  }
  double regret(std::size_t option) const {
    const double short_of = means[best.front()] - means[option];
    return std::find(best.begin(), best.end(), option) != best.end() ? 0 : short_of;
  }
};

std::optional<Outcomes> outcomes_in(const WorldOutcomes::World& world, std::size_t options) {
  const std::vector<std::size_t> common = common_replicates(world, options);
  if (common.empty()) return std::nullopt;
  Outcomes there;
  for (const auto& of_option : world.outcomes) {
    std::vector<double>& values = there.values.emplace_back();
    for (const std::size_t r : common) {
      values.push_back(of_option[r]);
      there.magnitude = std::max(there.magnitude, std::fabs(of_option[r]));
    }
    there.means.push_back(mean_of(values));
  }
  const double highest = *std::max_element(there.means.begin(), there.means.end());
  for (std::size_t o = 0; o < options; ++o) {
    if (only_rounding(highest - there.means[o], there.magnitude)) there.best.push_back(o);
  }
  return there;
}

/// Is the best option told from every other, at 95 %?
bool is_told_apart(const Outcomes& there) {
  if (there.best.size() > 1) return false;
  const std::size_t best = there.best.front();
  for (std::size_t o = 0; o < there.values.size(); ++o) {
    if (o != best && !(compare(there.values[best], there.values[o]).difference.low > 0)) return false;
  }
  return true;
}

/// The smallest value that at least nine of ten are not above.
double nine_of_ten(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(std::ceil(0.9 * static_cast<double>(values.size()) - 1e-9));
  return values[std::max<std::size_t>(at, 1) - 1];
}

/// Throws UserError where there is nothing to be uncertain of, or to choose between.
void demand_worlds(const Scenario& scenario, const std::string& name) {
  if (!scenario.experiment || scenario.experiment->vary.empty()) {
    throw UserError(name + ": experiment: says of no number that it is uncertain; robust needs experiment.vary");
  }
  const auto options = std::count_if(scenario.policies.begin(), scenario.policies.end(),
                                     [](const auto& entry) { return entry.value.is_option(); });
  if (options < 2) {
    throw UserError(name + ": policies: there is only one option, so there is nothing that it could fall short of");
  }
}

}  // namespace

WorldOutcomes::Option option_with(const Scenario& scenario, std::size_t policy,
                                  const std::vector<std::pair<std::string, double>>& levers) {
  const auto& entry = scenario.policies.entries[policy];
  WorldOutcomes::Option option{entry.name, entry.value.called.shown(entry.name)};
  for (std::size_t l = 0; l < levers.size(); ++l) {
    option.name += fmt::format(" {}={}", levers[l].first, levers[l].second);
    option.label += fmt::format("{}{} {}", l == 0 ? " with " : ", ", levers[l].first, levers[l].second);
  }
  return option;
}

WorldOutcomes worlds_of(const Study& study, const ReadOutcome& outcome, const ReadMeets& meets,
                        const std::vector<std::string>& policies) {
  for (const std::string& name : policies) {
    if (const auto trouble = no_such_policy(study.scenario(), name))
      throw UserError(fmt::format("policy {}: {}", name, *trouble));
    if (!study.scenario().policies.find(name)->is_option()) {
      throw UserError(fmt::format("policy {}: is a reference, which nobody can choose", name));
    }
  }
  const Experiment& experiment = *study.scenario().experiment;
  for (const auto& [path, range] : experiment.levers) {
    if (range.is_grid() && !(experiment.design && std::holds_alternative<FileDesign>(*experiment.design))) continue;
    throw UserError(fmt::format(
        "the lever {} was sampled together with the worlds, so no two of its values meet the same world; give "
        "it values, or a step, and run the sweep again",
        range.name(path)));
  }
  return Gathering(study, policies).gather(outcome, meets);
}

RobustnessFindings robustness_of(const WorldOutcomes& worlds, std::optional<double> regret) {
  const std::size_t count = worlds.options.size();
  if (count < 2) throw UserError("there is only one option, so there is nothing that it could fall short of");
  RobustnessFindings findings;
  findings.regret = regret ? regret : worlds.regret;
  findings.options.resize(count);
  std::vector<std::vector<bool>> fails(count);
  std::vector<std::vector<double>> points;
  for (std::size_t w = 0; w < worlds.worlds.size(); ++w) {
    const WorldOutcomes::World& world = worlds.worlds[w];
    const std::optional<Outcomes> there = outcomes_in(world, count);
    if (!there) {
      ++findings.left_out;
      continue;
    }
    findings.place.push_back(w);
    points.push_back(world.inputs);
    if (is_told_apart(*there)) ++findings.options[there->best.front()].surely_best;
    for (const std::size_t o : there->best) ++findings.options[o].best;
    for (std::size_t o = 0; o < count; ++o) {
      OptionRobustness& option = findings.options[o];
      const double falls_short = there->regret(o);
      if (option.regrets.empty() || falls_short > option.worst) {
        option.worst = falls_short;
        option.worst_world = w;
        option.worst_regret = compare(there->values[there->best.front()], there->values[o]).difference;
      }
      option.regrets.push_back(falls_short);
      bool failed = false;
      if (findings.regret) {
        failed = falls_short > *findings.regret;
      } else if (worlds.comparison < count) {
        failed = there->is_worse(o, worlds.comparison);
      }
      if (worlds.has_requirements && world.meets[o]) {
        option.meets += *world.meets[o] ? 1 : 0;
        failed = failed || !*world.meets[o];
      }
      fails[o].push_back(failed);
      if (failed) option.failing.push_back(w);
    }
  }
  findings.worlds = findings.place.size();
  if (findings.worlds == 0) {
    throw UserError("there is no world in which every option has a run that succeeded, so there is nothing to compare");
  }
  for (std::size_t o = 0; o < count; ++o) {
    OptionRobustness& option = findings.options[o];
    option.ninety = nine_of_ten(option.regrets);
    option.mean = mean_of(option.regrets);
    option.failures = option.failing.size();
    option.boxes = failing_boxes(points, fails[o], worlds.seed);
    findings.order.push_back(o);
  }
  const auto& options = findings.options;
  std::stable_sort(findings.order.begin(), findings.order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(options[a].worst, options[a].mean) < std::pair(options[b].worst, options[b].mean);
  });
  findings.least_worst = findings.order.front();
  for (std::size_t o = 1; o < count; ++o) {
    if (options[o].mean < options[findings.least_mean].mean) findings.least_mean = o;
    if (options[o].best > options[findings.most_often_best].best) findings.most_often_best = o;
  }
  return findings;
}

std::vector<std::string> changes_for_worlds(const Scenario& scenario, const std::string& name,
                                            std::optional<std::int64_t> worlds) {
  demand_worlds(scenario, name);
  const Experiment& experiment = *scenario.experiment;
  std::vector<std::string> changes;
  if (!experiment.levers.empty()) {
    changes.emplace_back("experiment.levers={}");
    if (experiment.where) changes.push_back("experiment.where=" + conditions_on_worlds(experiment));
  }
  const bool sampled = std::any_of(experiment.vary.begin(), experiment.vary.end(),
                                   [](const auto& entry) { return !entry.value.is_grid(); });
  if (worlds && !sampled) {
    throw UserError(
        name +
        ": all numbers in experiment.vary have a grid, which says how many worlds there are; leave their number out");
  }
  if (worlds || (sampled && !experiment.design)) {
    changes.push_back(fmt::format("experiment.design={{sobol: {{points: {}}}}}", worlds.value_or(kUsualWorlds)));
  }
  return changes;
}

std::vector<std::string> changes_for_worlds(const Scenario& scenario, const std::string& name,
                                            const std::string& design) {
  demand_worlds(scenario, name);
  std::vector<std::string> changes;
  if (!scenario.experiment->levers.empty()) changes.emplace_back("experiment.levers={}");
  if (scenario.experiment->where) changes.emplace_back("experiment.where=[]");
  changes.push_back("experiment.design=" + design);
  return changes;
}

}  // namespace goodhart
