/// What an experiment leaves behind: the list of all variables, with their meanings and units. The order here is the
/// order in recorder.cpp.
#include "goodhart/engine/layout.hpp"

#include <algorithm>

#include "goodhart/engine/experiment.hpp"
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

}  // namespace

Layout layout_of(const Scenario& scenario) {
  const Setting& setting = scenario.setting;
  const std::string unit = scenario.time.unit;
  const std::string money = "money per employee and step", pay = "pay";
  const std::string value = "value per employee and step";

  const Coordinate policy{"policy", "policy", names_of(scenario.policies)};
  const Coordinate replicate{"replicate", "replicate: the same number is the same luck under every policy",
                             counted(scenario.replicates)};
  const Coordinate activity{"activity", "activity", names_of(setting.activities)};
  const Coordinate metric{"metric", "metric", names_of(setting.metrics)};
  std::vector<std::string> incentives;
  for (const auto& [name, one] : scenario.policies) {
    for (const std::string& incentive : one.incentive_names()) incentives.push_back(name + "/" + incentive);
  }

  Folder root;
  root.title = scenario.title;
  root.coordinates = {policy,
                      replicate,
                      {"step", "number of the step, whose length is called " + unit + "; burn-in steps are negative",
                       steps_recorded(scenario.record.every, scenario.time)},
                      activity,
                      metric,
                      {"incentive", "incentive: policy/name, or policy/phase/name", incentives}};
  root.variables = {
      {"value", "value produced, mean over employees", value, {"step"}},
      {"contribution", "what the organisation gets because of an employee, mean over employees", value, {"step"}},
      {"net_value", "price of the value less the cost of activities, measurement, audits and hiring", money, {"step"}},
      {"surplus", "net value less the employees' own burden", money, {"step"}},
      {"utility", "utility realised, mean over employees", "utility per step", {"step"}},
      {"reward", "rewards paid less penalties of incentives (a transfer)", money, {"step"}},
      {"cost", "cost of activities", money, {"step"}},
      {"waste", "cost of gaming activities", money, {"step"}},
      {"measurement_cost", "cost of measuring the metrics that an incentive or leadership reads", money, {"step"}},
      {"audit_cost", "cost of audits and samples", money, {"step"}},
      {"hiring_cost", "cost of hires", money, {"step"}},
      {"bonus", "rewards less penalties of incentives that are paid in money on top of pay", money, {"step"}},
      {"net_after_bonuses", "net value less bonuses", money, {"step"}},
      {"hours", "hours worked, mean over employees, as a share of a full step", "1", {"step"}},
      {"gaming_share", "time in gaming activities over all hours", "1", {"step"}},
      {"gamers", "share of employees visibly doing any gaming activity", "1", {"step"}},
      {"value_sd", "standard deviation of value across employees", value, {"step"}},
      {"effort",
       "time spent on an activity, mean over employees, as a share of a full step",
       "1",
       {"step", "activity"}},
      {"doing", "share of employees visibly doing an activity", "1", {"step", "activity"}},
      {"access", "share of employees with access to an activity", "1", {"step", "activity"}},
      {"dashboard", "what leadership sees of a metric", "units of the metric", {"step", "metric"}},
      {"reading", "individual reading, mean over employees", "units of the metric", {"step", "metric"}},
      {"reading_sd",
       "individual reading, standard deviation across employees",
       "units of the metric",
       {"step", "metric"}},
      {"alignment",
       "correlation across employees of the reading with the contribution that it reads",
       "1",
       {"step", "metric"}},
      {"target", "target in force, mean over employees", "units of the metric", {"step", "incentive"}},
      {"stakes", "multiplier of the stakes in force", "1", {"step", "incentive"}},
      {"rate",
       "rate in force of a linear reward, mean over employees",
       "pay per unit of the metric",
       {"step", "incentive"}},
      {"attained", "share of employees rewarded at the last closed window", "1", {"step", "incentive"}},
      {"rewarded_contribution",
       "contribution over the last closed window of those it rewarded, mean",
       value,
       {"step", "incentive"}},
      {"rewarded_reading",
       "reading over the last closed window of those it rewarded, mean",
       "units of the metric",
       {"step", "incentive"}},
      {"rewarded_gaming_share",
       "gaming time over hours in the last closed window of those it rewarded",
       "1",
       {"step", "incentive"}},
      {"headcount", "employees", "1", {"step"}},
      {"exits", "employees who left at the end of the step", "1", {"step"}},
      {"hires", "employees hired for the next step", "1", {"step"}},
  };
  const bool groups = scenario.record.groups && !setting.population.groups.empty();
  if (groups) {
    root.coordinates.push_back({"group", "group of employees", names_of(setting.population.groups)});
    root.variables.push_back({"group_value", "value produced, mean over the group", value, {"step", "group"}});
    root.variables.push_back(
        {"group_gaming_share", "time in gaming activities over all hours of the group", "1", {"step", "group"}});
    root.variables.push_back({"group_effort",
                              "time spent on an activity, mean over the group, as a share of a full step",
                              "1",
                              {"step", "group", "activity"}});
  }
  Layout layout{{root, means_of(root)}};

  if (scenario.record.employees) {
    Folder folder;
    folder.name = "employees";
    folder.title = "single employees";
    std::vector<std::int64_t> numbers;
    for (const std::size_t i : sampled_employees(scenario)) numbers.push_back(static_cast<std::int64_t>(i));
    std::vector<std::string> traits;
    for (const auto& [group_name, group] : setting.population.groups) {
      for (const auto& entry : group.traits) {
        const bool known = setting.population.traits.find(entry.name) ||
                           std::find(traits.begin(), traits.end(), entry.name) != traits.end();
        if (!known) traits.push_back(entry.name);
      }
    }
    for (const auto& entry : setting.population.traits) traits.push_back(entry.name);
    folder.coordinates = {policy,
                          replicate,
                          {"sample", "step at which employees were recorded",
                           steps_recorded(scenario.record.employees->every, scenario.time)},
                          {"employee", "number of the employee", numbers},
                          activity,
                          metric};
    if (!setting.population.groups.empty()) {
      folder.variables.push_back(
          {"group", "group of the employee", "1", {"employee"}, names_of(setting.population.groups)});
    }
    folder.variables.push_back({"team", "number of the employee's team", "1", {"employee"}});
    if (!traits.empty()) {
      folder.coordinates.push_back({"trait_name", "trait", traits});
      folder.variables.push_back(
          {"trait", "trait of the employee", "units of the trait", {"sample", "employee", "trait_name"}});
    }
    folder.variables.push_back(
        {"effort", "time spent on an activity, as a share of a full step", "1", {"sample", "employee", "activity"}});
    folder.variables.push_back(
        {"value", "value that shows at the employee's desk", "value per step", {"sample", "employee"}});
    folder.variables.push_back({"contribution",
                                "what the organisation gets because of the employee",
                                "value per step",
                                {"sample", "employee"}});
    folder.variables.push_back(
        {"reading", "individual reading", "units of the metric", {"sample", "employee", "metric"}});
    folder.variables.push_back({"reward", "reward paid less penalty", "money per step", {"sample", "employee"}});
    folder.variables.push_back({"utility", "utility realised", "utility per step", {"sample", "employee"}});
    layout.folders.push_back(std::move(folder));
  }
  if (scenario.record.teams) {
    Folder folder;
    folder.name = "teams";
    folder.title = "means of teams";
    const int teams =
        (setting.population.size + setting.population.people_per_team() - 1) / setting.population.people_per_team();
    folder.coordinates = {policy,   replicate, root.coordinates[2], {"team", "number of the team", counted(teams)},
                          activity, metric};
    folder.variables = {
        {"value", "value produced, mean over the team", value, {"step", "team"}},
        {"gaming_share", "time in gaming activities over all hours of the team", "1", {"step", "team"}},
        {"effort",
         "time spent on an activity, mean over the team, as a share of a full step",
         "1",
         {"step", "team", "activity"}},
        {"reading", "individual reading, mean over the team", "units of the metric", {"step", "team", "metric"}}};
    layout.folders.push_back(std::move(folder));
  }
  return layout;
}

}  // namespace goodhart
