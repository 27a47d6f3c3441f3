/// What a run is made of: what never changes in it, what it keeps between steps, and a strip of it before a worker.
#include "simulation_state.hpp"

#include <algorithm>

#include "blocks.hpp"

namespace goodhart {

namespace {

std::vector<Level> levels_of(const Setting& setting) {
  std::vector<Level> levels;
  for (const auto& [name, metric] : setting.metrics) {
    levels.push_back(metric.level == "team"           ? Level::team
                     : metric.level == "organisation" ? Level::organisation
                                                      : Level::individual);
  }
  return levels;
}

/// The most incentives that any phase has.
std::size_t most_incentives(const Scenario& scenario) {
  std::size_t most = 0;
  for (const auto& [name, policy] : scenario.policies) {
    for (const Phase& phase : policy.phases) most = std::max(most, phase.incentives.size());
  }
  return most;
}

}  // namespace

Simulation::Constants::Constants(const Scenario& all, Luck run, TaskPool& tasks, Mechanisms on, const Roster& roster)
    : scenario(all),
      luck(run),
      pool(tasks),
      mechanisms(on),
      peers(peers_of(all.setting.population.network, roster, run)),
      activities(static_cast<int>(all.setting.activities.size())),
      metrics(static_cast<int>(all.setting.metrics.size())),
      level(levels_of(all.setting)),
      audit(run.seed, Purpose::audit),
      dismissal(run.seed, Purpose::dismissal),
      attrition(run.seed, Purpose::attrition),
      signal(run.seed, Purpose::signal),
      model(run.seed, Purpose::model),
      leadership(run.seed, Purpose::leadership),
      inspection(run.seed, Purpose::inspection) {
  for (const Purpose purpose : kOwnPurposes) own.emplace_back(run.seed, purpose);
  for (const auto& [name, metric] : all.setting.metrics) {
    noise.emplace_back(run.seed, Purpose::noise, name);
    common_noise.emplace_back(run.seed, Purpose::common_noise, name);
  }
  for (const auto& [name, activity] : all.setting.activities) access.emplace_back(run.seed, Purpose::access, name);
  for (int worker = 0; worker < tasks.threads(); ++worker) {
    sheets.push_back(std::make_unique<Sheet>(index(activities), index(metrics), most_incentives(all)));
  }
}

Simulation::Constants::~Constants() = default;

Simulation::State::State(const Constants& constants, const Roster& people, bool all_columns)
    : next(-constants.scenario.time.before),
      first(next),
      span(constants.scenario.time.before + constants.scenario.time.steps),
      roster(people) {
  const Setting& setting = constants.scenario.setting;
  const std::size_t n = roster.size, metrics = setting.metrics.size();
  units.resize(setting.activities.size());
  doing = seen = Sightings(n, constants.activities);
  for (const auto& [name, activity] : setting.activities) {
    due.emplace_back(activity.later ? n * slots(activity.later->after) : 0);
  }
  for (auto* lists : {&plain, &expectation, &level_reading, &level_plain, &level_expectation, &level_under_way})
    lists->resize(metrics);
  for (std::size_t j = 0; j < metrics; ++j) {
    const std::size_t delayed = slots(setting.metrics.entries[j].value.delay);
    under_way.emplace_back(n * delayed);
    contributed.emplace_back(n * delayed);
    believed.emplace_back(n * delayed);
    read_contribution.emplace_back(delayed > 0 ? n : 0);
    if (constants.level[j] == Level::individual) continue;
    const std::size_t count = units_of(constants.level[j]);
    expectation[j].resize(n);
    for (auto* lists : {&level_reading, &level_plain, &level_expectation}) (*lists)[j].resize(count);
    level_under_way[j].resize(count * delayed);
  }
  reading.resize(metrics);
  if (all_columns) keep_columns();
  sums.resize((n + kBlock - 1) / kBlock);
  made.resize((n + kStrip - 1) / kStrip);
  for (Made& strip : made) strip.groups.resize(roster.groups.size());
  made_by_all.groups.resize(roster.groups.size());
}

void Simulation::State::keep_columns() {
  keep_efforts();
  for (auto* column : {&value, &hours, &gaming_time, &utility, &reward}) column->resize(roster.size);
  for (std::vector<double>& column : reading) column.resize(roster.size);
}

void Simulation::State::keep_efforts() {
  for (std::vector<double>& column : units) column.resize(roster.size);
}

void Simulation::State::keep_made(bool keep) {
  const auto room = [&](std::vector<double>& column, bool needed) {
    if (keep && needed) {
      column.resize(roster.size);
    } else {
      std::vector<double>().swap(column);
    }
  };
  room(kept_value, value.empty());
  room(kept_hours, hours.empty());
  room(kept_gaming_time, gaming_time.empty());
  room(content, !utility.empty());
  rest.assign(keep ? made.size() : 0, Rest::moved);
}

void Simulation::State::move(std::size_t begin, std::size_t end) {
  if (rest.empty() || begin == end) return;
  for (std::size_t strip = begin / kStrip; strip <= (end - 1) / kStrip; ++strip) rest[strip] = Rest::moved;
}

void lay(State& state, Sheet& sheet, std::size_t begin, std::size_t count) {
  sheet.begin = begin;
  sheet.count = count;
  const auto place = [begin](std::vector<double>& kept, Strip& room) {
    return kept.empty() ? room.data() : kept.data() + begin;
  };
  for (std::size_t k = 0; k < sheet.efforts.size(); ++k) {
    sheet.efforts[k] = place(state.units[k], sheet.room_for_units[k]);
  }
  const bool keeps = !state.rest.empty() && state.rest[begin / kStrip] != Rest::moved;
  const auto place_made = [&](std::vector<double>& column, std::vector<double>& kept, Strip& room) {
    return place(column.empty() && keeps ? kept : column, room);
  };
  sheet.strip = begin / kStrip;
  sheet.value = place_made(state.value, state.kept_value, sheet.room_for_value);
  sheet.hours = place_made(state.hours, state.kept_hours, sheet.room_for_hours);
  sheet.gaming_time = place_made(state.gaming_time, state.kept_gaming_time, sheet.room_for_gaming_time);
  sheet.utility = state.utility.empty() ? nullptr : state.utility.data() + begin;
  sheet.content = place(state.content.empty() ? state.utility : state.content, sheet.room_for_content);
  sheet.reward = place(state.reward, sheet.room_for_reward);
  sheet.contribution = state.contribution.empty() ? sheet.value : state.contribution.data() + begin;
  for (std::size_t j = 0; j < sheet.reading.size(); ++j) {
    sheet.reading[j] = place(state.reading[j], sheet.room_for_reading[j]);
  }
}

}  // namespace goodhart
