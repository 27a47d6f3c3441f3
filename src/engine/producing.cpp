/// Stages 3 and 4 of a step: what efforts make, and what is read of it.
#include <algorithm>
#include <cmath>

#include "simulation_state.hpp"

namespace goodhart {

// --- 3: produce
// --------------------------------------------------------------------------------------------------------

void Simulation::produce(Person& me, std::size_t block) {
  State& state = *state_;
  const InForce& force = *in_force_;
  const Population& people = *population_;
  Sums& sums = state.sums[block];
  const std::size_t i = me.i, n = state.roster.size;
  const auto activities = index(constants_->activities);
  const int group = state.roster.group_of(i);

  double made = me.due_value, given = 0, load = 0, believed = 0, awaited = me.due_value, cost = 0, waste = 0,
         hours = me.due_time, gaming_time = 0, burden = 0, caught = 0;
  std::array<double, kMostReadings> part{};
  Doing doing = 0;
  bool games = false;
  for (std::size_t k = 0; k < activities; ++k) {
    const ActivityColumns& activity = people.activities[k];
    const double x = me.efforts[k];
    const double time = activity.time[i] * x;
    const double half_square = 0.5 * x * x;
    made += activity.value[i] * x - activity.saturation[i] * half_square;
    believed += me.believed_value[k] * x - activity.saturation[i] * half_square;
    // What a reading under way will hold: what is foreseen of `later` comes in other readings.
    awaited += activity.perceived_value[i] * x - activity.saturation[i] * half_square;
    if (force.gives) given += me.given_value[k] * x - me.given_bend[k] * half_square;
    if (force.loads) load += activity.team_load[i] * x;
    cost += activity.cost[i] * x;
    hours += time;
    burden += activity.strain[i] * half_square + me.aversion[k] * x;
    if (activity.gaming) {
      waste += activity.cost[i] * x;
      gaming_time += time;
      caught += x;
    }
    for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
      const MetricColumns& metric = people.metrics[j];
      part[j] += metric.loading[k][i] * x - bend(j, k, i) * half_square;
    }
    const bool visible = time >= activity.visible;
    doing = static_cast<Doing>(doing | (unsigned{visible} << k));
    games = games || (visible && activity.gaming);
    sums.effort[k] += time;
    sums.doing[k] += visible;
    if (group >= 0) sums.groups[index(group)].effort[k] += time;
    if (activity.after > 0) state.due[k][state.slot(state.next, activity.after) * n + i] = x;
    state.units[k][i] = x;
  }
  burden += burden_besides(me, hours);

  // The effort part of this step's readings, or of those that are read later; noise is added by `measure`.
  const double expected_gift = state.received.empty() ? 0.0 : state.received[i];
  for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
    const MetricColumns& metric = people.metrics[j];
    const int delay = force.setting->metrics.entries[j].value.delay;
    double now = part[j] + metric.value_weight * made + metric.contribution_weight * (made + given);
    if (constants_->level[j] != Level::individual) {
      state.expectation[j][i] = baseline(j, i) + now + me.due_reading[j];
    }
    if (delay > 0) {
      const std::size_t slot = state.slot(state.next, delay) * n + i;
      std::swap(now, state.under_way[j][slot]);
      state.believed[j][slot] =
          part[j] + metric.value_weight * (awaited + expected_gift) + metric.contribution_weight * (awaited + given);
    }
    state.reading[j][i] = baseline(j, i) + now + me.due_reading[j];
  }

  state.doing[i] = doing;
  state.value[i] = made;
  if (!state.contribution.empty()) state.contribution[i] = made + given;
  if (!state.given.empty()) state.given[i] = given;
  if (!state.load.empty()) state.load[i] = state.roster.members(state.roster.team_of(i)) > 1 ? load : 0.0;
  state.hours[i] = hours;
  state.gaming_time[i] = gaming_time;
  state.reward[i] = 0;
  state.utility[i] = me.care * (believed + given) - burden;
  sums.contribution += made + given;
  sums.cost += cost;
  sums.waste += waste;
  sums.hours += hours;
  sums.gaming_time += gaming_time;
  sums.burden += burden;
  sums.gamers += games;
  if (group >= 0) {
    Sums::Group& own = sums.groups[index(group)];
    own.people += 1;
    own.hours += hours;
    own.gaming_time += gaming_time;
  }

  // Audits come as a surprise: whether one is audited is not known when efforts are chosen.
  if (force.audits) {
    const auto who = static_cast<std::uint32_t>(i);
    const std::uint32_t replicate = constants_->luck.replicate;
    if (constants_->audit.uniform(replicate, who, state.next) < (*force.audit_rate)[0][i]) {
      sums.audits += 1;
      state.utility[i] -= force.audits->penalty * caught;
      if (caught > 0 && force.audits->dismiss > 0) {
        state.leaves[i] = constants_->dismissal.uniform(replicate, who, state.next) < force.audits->dismiss;
      }
    }
  }
}

/// What working costs besides the strain of single activities and aversion: interactions, hours off the norm, and the
/// risk premium, half the risk aversion times the variance of rewards that are linear in a metric.
double Simulation::burden_besides(const Person& me, double hours) const {
  const State& state = *state_;
  const InForce& force = *in_force_;
  const Population& people = *population_;
  const std::size_t i = me.i;
  double burden = 0;
  for (const EffortColumns::Pair& pair : people.effort.interactions) {
    burden += pair.strain[i] * me.efforts[index(pair.first)] * me.efforts[index(pair.second)];
  }
  const double beyond = hours - people.effort.norm[i];
  burden += 0.5 * people.effort.strain[i] * beyond * beyond;
  const double dislike = people.effort.risk_aversion[i];
  if (dislike == 0) return burden;
  for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
    const Metric& metric = force.setting->metrics.entries[j].value;
    double rate = 0, compared = 0;
    for (const InForce::Incentive& incentive : force.incentives) {
      if (index(incentive.metric) != j) continue;
      const double own = incentive.stakes * linear_rate(*incentive.scheme, *incentive.terms, i);
      if (!incentive.compares) {
        rate += own;
        continue;
      }
      // One's own noise and that of the others' mean, without what all share.
      const auto [begin, end] = incentive.scope(state.roster, incentive.entrant(state.roster, i));
      const auto rivals = static_cast<double>(end - begin);
      if (rivals > 1) compared += own * own * rivals / (rivals - 1);
    }
    if (rate == 0 && compared == 0) continue;
    double alone = 0, shared = 0;
    if (constants_->level[j] == Level::individual) {
      const double noise = people.metrics[j].scale[i] * people.metrics[j].deviations;
      alone = (1 - metric.common) * noise * noise;
      shared = metric.common * noise * noise;
    } else {
      const std::size_t unit = state.unit_of(constants_->level[j], i);
      const double members = state.members(constants_->level[j], unit);
      alone = (1 - metric.common) * force.variance_sum[j][unit] / (members * members);
      shared = metric.common * force.deviation_sum[j][unit] * force.deviation_sum[j][unit] / (members * members);
    }
    burden += 0.5 * dislike * (rate * rate * (alone + shared) + compared * alone);
  }
  return burden;
}

/// Between producing and measuring: team mates get what was given, the load that falls due in the next step, and the
/// expectations of teams and of the organisation are summed up.
void Simulation::share_out() {
  State& state = *state_;
  const Roster& roster = state.roster;
  const std::size_t n = roster.size;
  for (std::size_t team = 0; team < roster.teams() && (!state.received.empty() || !state.loads.empty()); ++team) {
    const std::size_t begin = team * roster.team_size, end = begin + roster.members(team);
    const auto mates = static_cast<double>(end - begin - 1);
    if (mates == 0) continue;
    double given = 0, load = 0;
    for (std::size_t i = begin; i < end; ++i) {
      if (!state.given.empty()) given += state.given[i];
      if (!state.load.empty()) load += state.load[i];
    }
    for (std::size_t i = begin; i < end; ++i) {
      if (!state.loads.empty()) state.loads[i] = (load - state.load[i]) / mates;
      if (state.received.empty()) continue;
      const double received = state.received[i] = (given - state.given[i]) / mates;
      state.value[i] += received;
      for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
        const double read = population_->metrics[j].value_weight * received;
        const int delay = in_force_->setting->metrics.entries[j].value.delay;
        (delay > 0 ? state.under_way[j][state.slot(state.next, delay) * n + i] : state.reading[j][i]) += read;
        if (!state.expectation[j].empty()) state.expectation[j][i] += read;
      }
    }
  }
  for (std::size_t j = 0; j < index(constants_->metrics); ++j) sum_expectations(j);
}

/// Sums up by team, or over all, what a metric's readings are expected to be.
void Simulation::sum_expectations(std::size_t j) {
  State& state = *state_;
  const Level level = constants_->level[j];
  if (level == Level::individual) return;
  const std::size_t n = state.roster.size, units = state.units_of(level);
  const int delay = scenario().setting.metrics.entries[j].value.delay;
  const std::size_t slot = delay > 0 ? state.slot(state.next, delay) : 0;
  std::fill(state.level_expectation[j].begin(), state.level_expectation[j].end(), 0.0);
  double* under_way = delay > 0 ? state.level_under_way[j].data() + slot * units : nullptr;
  if (under_way) std::fill(under_way, under_way + units, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t unit = state.unit_of(level, i);
    state.level_expectation[j][unit] += state.expectation[j][i];
    if (under_way) under_way[unit] += baseline(j, i) + state.under_way[j][slot * n + i];
  }
}

// --- 4: measure
// --------------------------------------------------------------------------------------------------------

void Simulation::measure(std::size_t block) {
  State& state = *state_;
  const InForce& force = *in_force_;
  Sums& sums = state.sums[block];
  const std::size_t begin = block * kBlock, end = std::min(begin + kBlock, state.roster.size), n = state.roster.size;
  for (std::size_t i = begin; i < end; ++i) {
    sums.value += state.value[i];
    if (const int group = state.roster.group_of(i); group >= 0) sums.groups[index(group)].value += state.value[i];
  }
  sums.values.count = static_cast<double>(end - begin);
  sums.values.mean_x = sums.value / sums.values.count;
  for (std::size_t i = begin; i < end; ++i) {
    const double d = state.value[i] - sums.values.mean_x;
    sums.values.xx += d * d;
  }
  const std::vector<double>& contributions = state.contributions();
  std::array<double, kBlock> own;
  for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
    const Metric& metric = force.setting->metrics.entries[j].value;
    const Column& scale = population_->metrics[j].scale;
    double* reading = state.reading[j].data();
    if (force.keeps_plain[j]) std::copy(reading + begin, reading + end, state.plain[j].data() + begin);
    if (!(scale.constant() && scale[0] == 0) && constants_->mechanisms.regressional) {
      standard_noise(metric.noise, constants_->noise[j], constants_->luck.replicate, state.next, begin,
                     std::span(own).first(end - begin));
      const double shared = std::sqrt(metric.common) * force.common[j], rest = std::sqrt(1 - metric.common);
      for (std::size_t i = begin; i < end; ++i) reading[i] += scale[i] * (shared + rest * own[i - begin]);
    }
    // The contribution that the reading is of: this step's, or the one `delay` steps ago.
    const double* contribution = state.contributions_read(j).data();
    if (metric.delay > 0) {
      double* ring = state.contributed[j].data() + state.slot(state.next, metric.delay) * n;
      for (std::size_t i = begin; i < end; ++i) {
        state.read_contribution[j][i] = ring[i];
        ring[i] = contributions[i];
      }
    }
    Moments& moments = sums.metric[j];
    moments.count = static_cast<double>(end - begin);
    double sum_x = 0, sum_y = 0;
    for (std::size_t i = begin; i < end; ++i) {
      sum_x += reading[i];
      sum_y += contribution[i];
    }
    moments.mean_x = sum_x / moments.count;
    moments.mean_y = sum_y / moments.count;
    for (std::size_t i = begin; i < end; ++i) {
      const double dx = reading[i] - moments.mean_x, dy = contribution[i] - moments.mean_y;
      moments.xx += dx * dx;
      moments.yy += dy * dy;
      moments.xy += dx * dy;
    }
    if (const auto* level = std::get_if<ShareAbove>(&metric.dashboard)) {
      for (std::size_t i = begin; i < end; ++i) sums.above[j] += reading[i] >= level->level;
    }
  }
}

/// Readings of teams and of the organisation: the means of their members'.
void Simulation::gather() {
  State& state = *state_;
  for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
    const Level level = constants_->level[j];
    if (level == Level::individual) continue;
    const auto mean = [&](const std::vector<double>& members, std::vector<double>& units) {
      std::fill(units.begin(), units.end(), 0.0);
      for (std::size_t i = 0; i < state.roster.size; ++i) units[state.unit_of(level, i)] += members[i];
      for (std::size_t u = 0; u < units.size(); ++u) units[u] /= state.members(level, u);
    };
    mean(state.reading[j], state.level_reading[j]);
    if (in_force_->keeps_plain[j]) mean(state.plain[j], state.level_plain[j]);
  }
}

}  // namespace goodhart
