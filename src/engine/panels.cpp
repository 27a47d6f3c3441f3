/// How a run shows single employees and teams, variable by variable.
#include "panels.hpp"

#include <limits>

namespace goodhart {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double time_in(const Simulation& run, std::size_t activity, std::size_t employee) {
  return run.units(static_cast<int>(activity))[employee] * run.population().activities[activity].time[employee];
}

/// The mean over a team of what `of` says of each of its members.
template <class Of>
double team_mean(const Simulation& run, std::size_t team, const Of& of) {
  const Roster& roster = run.roster();
  const std::size_t begin = team * roster.team_size, end = begin + roster.members(team);
  double sum = 0;
  for (std::size_t i = begin; i < end; ++i) sum += of(i);
  return sum / static_cast<double>(end - begin);
}

using Run = Simulation;
using At = std::size_t;

constexpr PanelOutput kEmployees[] = {
    {"group", Over::all, words::kOne, "group of the employee",
     [](const Run& run, At, At i) { return static_cast<double>(run.roster().group_of(i)); }, true},
    {"team", Over::all, words::kOne, "number of the employee's team",
     [](const Run& run, At, At i) { return static_cast<double>(run.roster().team_of(i)); }, true},
    {"trait", Over::traits, "units of the trait", "trait of the employee",
     [](const Run& run, At t, At i) { return run.population().traits[t][i]; }},
    {"effort", Over::activities, words::kOne, "time spent on an activity, as a share of a full step", time_in},
    {"value", Over::all, "value per step", "value that shows at the employee's desk",
     [](const Run& run, At, At i) { return run.value()[i]; }},
    {"contribution", Over::all, "value per step", "what the organisation gets because of the employee",
     [](const Run& run, At, At i) { return run.contribution()[i]; }},
    {"reading", Over::metrics, words::kMetric, "individual reading",
     [](const Run& run, At j, At i) { return run.reading(static_cast<int>(j))[i]; }},
    {"reward", Over::all, "money per step", "reward paid less penalty",
     [](const Run& run, At, At i) { return run.pay() * run.reward()[i]; }},
    {"utility", Over::all, words::kUtility, "utility realised",
     [](const Run& run, At, At i) { return run.utility()[i]; }},
};

constexpr PanelOutput kTeams[] = {
    {"value", Over::all, words::kValue, "value produced, mean over the team",
     [](const Run& run, At, At team) {
       return team_mean(run, team, [value = run.value()](At i) { return value[i]; });
     }},
    {"gaming_share", Over::all, words::kOne, "time in gaming activities over all hours of the team",
     [](const Run& run, At, At team) {
       const double hours = team_mean(run, team, [all = run.hours()](At i) { return all[i]; });
       return hours == 0 ? kNaN
                         : team_mean(run, team, [gaming = run.gaming_time()](At i) { return gaming[i]; }) / hours;
     }},
    {"effort", Over::activities, words::kOne,
     "time spent on an activity, mean over the team, as a share of a full step",
     [](const Run& run, At k, At team) { return team_mean(run, team, [&](At i) { return time_in(run, k, i); }); }},
    {"reading", Over::metrics, words::kMetric, "individual reading, mean over the team",
     [](const Run& run, At j, At team) {
       return team_mean(run, team, [reading = run.reading(static_cast<int>(j))](At i) { return reading[i]; });
     }},
};

}  // namespace

std::span<const PanelOutput> employee_outputs() {
  return kEmployees;
}

std::span<const PanelOutput> team_outputs() {
  return kTeams;
}

}  // namespace goodhart
