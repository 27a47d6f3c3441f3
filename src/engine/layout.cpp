/// What an experiment leaves behind: the tables of output variables, with the axes that a scenario gives them.
#include "goodhart/engine/layout.hpp"

#include <algorithm>

#include "goodhart/engine/experiment.hpp"
#include "panels.hpp"
#include "recorder.hpp"

namespace goodhart {

namespace {

template <class T>
std::vector<std::string> names_of(const Named<T>& named) {
  std::vector<std::string> names;
  for (const auto& entry : named) names.push_back(entry.name);
  return names;
}

std::vector<std::int64_t> steps_recorded(int every, const Time& time) {
  std::vector<std::int64_t> steps;
  for (int step = -time.before; step < time.steps; ++step) {
    if (recorded(step, every, time)) steps.push_back(step);
  }
  return steps;
}

std::vector<std::int64_t> counted(int count) {
  std::vector<std::int64_t> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(i);
  return numbers;
}

/// The axes of a variable beyond those of the runs and of time.
std::vector<std::string> axes_of(Over over) {
  switch (over) {
    case Over::all:
      return {};
    case Over::activities:
      return {"activity"};
    case Over::metrics:
      return {"metric"};
    case Over::incentives:
      return {"incentive"};
    case Over::groups:
      return {"group"};
    case Over::groups_and_activities:
      return {"group", "activity"};
    case Over::stocks:
      return {"stock_name"};
    case Over::levers:
      return {"lever"};
    case Over::traits:
      return {"trait_name"};
  }
  return {};
}

/// A variable of a table, over `axes` and then its own.
Variable variable_of(const auto& output, std::vector<std::string> axes) {
  for (std::string& axis : axes_of(output.over)) axes.push_back(std::move(axis));
  return {output.name, output.meaning, output.units, std::move(axes)};
}

/// The names of all traits that anybody has: those that groups alone have first.
std::vector<std::string> trait_names(const PopulationSpec& population) {
  std::vector<std::string> traits;
  for (const auto& [group_name, group] : population.groups) {
    for (const auto& entry : group.traits) {
      const bool known =
          population.traits.find(entry.name) || std::find(traits.begin(), traits.end(), entry.name) != traits.end();
      if (!known) traits.push_back(entry.name);
    }
  }
  for (const auto& entry : population.traits) traits.push_back(entry.name);
  return traits;
}

/// The axes that all folders share.
struct Axes {
  Coordinate policy, replicate, step, activity, metric, group;
};

Axes axes_of(const Scenario& scenario) {
  const Setting& setting = scenario.setting;
  return {.policy = {"policy", "policy", names_of(scenario.policies)},
          .replicate = {"replicate", "replicate: the same number is the same luck under every policy",
                        counted(scenario.replicates)},
          .step = {"step",
                   "number of the step, whose length is called " + scenario.time.unit + "; burn-in steps are negative",
                   steps_recorded(scenario.record.every, scenario.time)},
          .activity = {"activity", "activity", names_of(setting.activities)},
          .metric = {"metric", "metric", names_of(setting.metrics)},
          .group = {"group", "group of employees", names_of(setting.population.groups)}};
}

/// Can employees leave, under some policy, by comparing with what they would have elsewhere?
bool compares_elsewhere(const Scenario& scenario) {
  const auto compares = [](const Setting& setting) { return setting.workforce.outside.has_value(); };
  return compares(scenario.setting) ||
         std::any_of(scenario.policies.begin(), scenario.policies.end(), [&](const auto& policy) {
           return std::any_of(policy.value.phases.begin(), policy.value.phases.end(),
                              [&](const Phase& phase) { return phase.setting && compares(*phase.setting); });
         });
}

/// Is a variable left out, because the scenario has nothing that it could tell of?
bool is_left_out(const StepOutput& output, const Scenario& scenario) {
  switch (output.over) {
    case Over::groups:
    case Over::groups_and_activities:
      return !scenario.record.groups || scenario.setting.population.groups.empty();
    case Over::stocks:
      return scenario.setting.stocks.empty();
    default:
      return std::get_if<double StepMeans::*>(&output.value) != nullptr &&
             std::get<double StepMeans::*>(output.value) == &StepMeans::quits && !compares_elsewhere(scenario);
  }
}

/// Is there such a variable in this scenario?
bool is_there(const StepOutput& output, const Scenario& scenario) {
  switch (output.where) {
    case Where::everywhere:
      return !is_left_out(output, scenario);
    case Where::with_setups:
      return has_setups(scenario.setting);
    case Where::with_inference:
      return infers(scenario);
    case Where::with_commitment:
      return !committed_levers(scenario).empty();
  }
  return false;
}

/// Means over employees, step by step.
Folder root_of(const Scenario& scenario, const Axes& axes) {
  std::vector<std::string> incentives;
  for (const auto& [name, one] : scenario.policies) {
    for (const std::string& incentive : one.incentive_names()) incentives.push_back(name + "/" + incentive);
  }
  Folder root;
  root.title = scenario.title;
  root.coordinates = {axes.policy, axes.replicate,
                      axes.step,   axes.activity,
                      axes.metric, {"incentive", "incentive: policy/name, or policy/phase/name", incentives}};
  const bool groups = scenario.record.groups && !scenario.setting.population.groups.empty();
  if (groups) root.coordinates.push_back(axes.group);
  std::vector<std::string> stocks;
  for (const Stock& stock : scenario.setting.stocks) stocks.push_back(stock.trait);
  if (!stocks.empty()) root.coordinates.push_back({"stock_name", "trait that holds the level of a stock", stocks});
  const std::vector<std::string> levers = committed_levers(scenario);
  if (!levers.empty()) root.coordinates.push_back({"lever", "path of a number that leadership committed to", levers});
  for (const StepOutput& output : kStepOutputs) {
    if (is_there(output, scenario)) root.variables.push_back(variable_of(output, {"step"}));
  }
  return root;
}

/// The means of a run: each variable of the root without its axis `step`.
Folder means_of(const Folder& root) {
  Folder means;
  means.name = "means";
  means.title = "means over all steps from 0 on, whether recorded or not";
  for (const Coordinate& coordinate : root.coordinates) {
    if (coordinate.name != "step") means.coordinates.push_back(coordinate);
  }
  for (Variable variable : root.variables) {
    variable.long_name = "mean over all steps from 0 on: " + variable.long_name;
    std::erase(variable.axes, "step");
    means.variables.push_back(std::move(variable));
  }
  return means;
}

Folder employees_of(const Scenario& scenario, const Axes& axes) {
  std::vector<std::int64_t> numbers;
  for (const std::size_t i : sampled_employees(scenario)) numbers.push_back(static_cast<std::int64_t>(i));
  const std::vector<std::string> traits = trait_names(scenario.setting.population);
  Folder folder;
  folder.name = "employees";
  folder.title = "single employees";
  folder.coordinates = {axes.policy,
                        axes.replicate,
                        {"sample", "step at which employees were recorded",
                         steps_recorded(scenario.record.employees->every, scenario.time)},
                        {"employee", "number of the employee", numbers},
                        axes.activity,
                        axes.metric};
  if (!traits.empty()) folder.coordinates.push_back({"trait_name", "trait", traits});
  const std::vector<std::string> once{"employee"}, each_sample{"sample", "employee"};
  for (const PanelOutput& output : employee_outputs()) {
    if (output.over == Over::traits && traits.empty()) continue;
    folder.variables.push_back(variable_of(output, output.once ? once : each_sample));
  }
  // Groups have names, which are flags rather than an axis.
  const auto group = std::find_if(folder.variables.begin(), folder.variables.end(),
                                  [](const Variable& variable) { return variable.name == "group"; });
  group->flags = names_of(scenario.setting.population.groups);
  if (group->flags.empty()) folder.variables.erase(group);
  return folder;
}

Folder teams_of(const Scenario& scenario, const Axes& axes) {
  const PopulationSpec& population = scenario.setting.population;
  const int teams = (population.size + population.people_per_team() - 1) / population.people_per_team();
  Folder folder;
  folder.name = "teams";
  folder.title = "means of teams";
  folder.coordinates = {axes.policy,   axes.replicate, axes.step, {"team", "number of the team", counted(teams)},
                        axes.activity, axes.metric};
  for (const PanelOutput& output : team_outputs()) folder.variables.push_back(variable_of(output, {"step", "team"}));
  return folder;
}

}  // namespace

std::string described(const Variable& variable) {
  return variable.long_name + (variable.units == words::kOne ? "" : ", in " + variable.units);
}

std::string flag_meanings(const Variable& variable) {
  std::string meanings;
  for (std::string flag : variable.flags) {
    std::replace(flag.begin(), flag.end(), ' ', '_');
    meanings += (meanings.empty() ? "" : " ") + flag;
  }
  return meanings;
}

Variable seed_of_runs() {
  return {"seed", "seed of the run", words::kOne, {}};
}

Variable status_of_runs() {
  return {"status", "how the run ended", words::kOne, {}, {"ok", "failed"}};
}

Layout layout_of(const Scenario& scenario) {
  const Axes axes = axes_of(scenario);
  const Folder root = root_of(scenario, axes);
  Layout layout{{root, means_of(root)}};
  if (scenario.record.employees) layout.folders.push_back(employees_of(scenario, axes));
  if (scenario.record.teams) layout.folders.push_back(teams_of(scenario, axes));
  return layout;
}

}  // namespace goodhart
