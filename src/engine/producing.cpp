/// Stages 3 and 4 of a step: what efforts make, and what is read of it.
#include <algorithm>
#include <cmath>

#include "columns.hpp"
#include "sheet.hpp"
#include "simulation_state.hpp"

namespace goodhart {

// --- 3: produce
// --------------------------------------------------------------------------------------------------------

void Simulation::produce(Sheet& sheet) {
  State& state = *state_;
  const InForce& force = *in_force_;
  const Population& people = *population_;
  Made& sums = state.made[sheet.strip];
  sums.clear();
  const std::size_t begin = sheet.begin, count = sheet.count, n = state.roster.size;
  const auto activities = index(constants_->activities), metrics = index(constants_->metrics);
  const std::int16_t* const group = state.roster.group.empty() ? nullptr : state.roster.group.data() + begin;
  const auto sum_of = [&](std::size_t g, const double* column) {
    return columns::sum_of_group(column, group, static_cast<std::int16_t>(g), count);
  };

  double* const made = sheet.value;
  double* const hours = sheet.hours;
  double* const gaming_time = sheet.gaming_time;
  double* const given = sheet.given.data();
  double* const worth = sheet.worth.data();
  double* const awaited = sheet.awaited.data();
  double* const load = sheet.load.data();
  double* const cost = sheet.cost.data();
  double* const waste = sheet.waste.data();
  double* const burden = sheet.burden.data();
  double* const caught = sheet.caught.data();
  // Nothing is in these yet, but for what falls due.
  if (sheet.falls_due) {
    std::copy_n(sheet.due_value.data(), count, made);
    std::copy_n(sheet.due_time.data(), count, hours);
    columns::fill(burden, 0, count);
  }
  if (force.gives) columns::fill(given, 0, count);
  if (force.loads) columns::fill(load, 0, count);
  if (force.costs) {
    columns::fill(cost, 0, count);
    columns::fill(waste, 0, count);
  }
  if (force.audits) columns::fill(caught, 0, count);
  // What people believe is what is, where nothing says otherwise and nothing falls due.
  bool mistaken = sheet.falls_due;
  for (std::size_t k = 0; k < activities; ++k) {
    mistaken = mistaken || sheet.believed_value[k] != sheet.of(people.activities[k].value);
  }
  if (mistaken) columns::fill(worth, 0, count);
  // What a reading under way will hold, as it is believed: what is foreseen of `later` comes in other readings.
  bool delays = false;
  for (const auto& [name, metric] : force.setting->metrics) delays = delays || metric.delay > 0;
  if (delays) std::copy_n(sheet.due_value.data(), count, awaited);
  const std::size_t words = (count + Sightings::kWord - 1) / Sightings::kWord;
  std::array<std::uint32_t, kStrip / Sightings::kWord> games{};
  bool gaming = false;
  double all_time = sheet.falls_due ? columns::sum(sheet.due_time.data(), count) : 0;

  for (std::size_t k = 0; k < activities; ++k) {
    const ActivityColumns& activity = people.activities[k];
    const double* x = sheet.efforts[k];
    const double* bends = activity.saturation.always(0) ? nullptr : sheet.of(activity.saturation);
    // The first gaming activity's time is all gaming time so far.
    double* const took = activity.gaming && !gaming ? gaming_time : sheet.took.data();
    const columns::Effort effort{.x = x,
                                 .time = sheet.of(activity.time),
                                 .value = sheet.of(activity.value),
                                 .saturation = sheet.of(activity.saturation),
                                 .strain = sheet.of(activity.strain),
                                 .aversion = sheet.aversion[k],
                                 .took = took,
                                 .hours = hours,
                                 .made = made,
                                 .burden = burden};
    const double time = k == 0 && !sheet.falls_due ? columns::first_work(effort, count) : columns::work(effort, count);
    if (mistaken) columns::add_bent(worth, sheet.believed_value[k], bends, x, count);
    if (delays) columns::add_bent(awaited, sheet.of(activity.perceived_value), bends, x, count);
    if (force.gives) columns::add_bent(given, sheet.given_value[k], sheet.given_bend[k], x, count);
    if (force.loads && !activity.team_load.always(0)) {
      columns::add_product(load, sheet.of(activity.team_load), x, count);
    }
    const double* price = activity.cost.always(0) ? nullptr : sheet.of(activity.cost);
    if (price) columns::add_product(cost, price, x, count);
    if (activity.gaming) {
      if (price) columns::add_product(waste, price, x, count);
      if (gaming) columns::add(gaming_time, took, count);
      gaming = true;
      if (force.audits) columns::add(caught, x, count);
    }
    for (std::size_t j = 0; j < metrics; ++j) {
      const MetricColumns& metric = people.metrics[j];
      const double* loading = metric.loading[k].always(0) ? nullptr : sheet.of(metric.loading[k]);
      const double* bent = metric.bend[k].always(0) ? nullptr : sheet.of(metric.bend[k]);
      if (!constants_->mechanisms.extremal) {
        for (std::size_t at = 0; at < count; ++at) sheet.place(4)[at] = bend(j, k, begin + at);
        bent = sheet.place(4);
      }
      if (k == 0) {
        columns::bent(sheet.reading[j], loading, bent, x, count);
      } else {
        columns::add_bent(sheet.reading[j], loading, bent, x, count);
      }
    }
    std::uint32_t* const seen = state.doing.words(static_cast<int>(k)) + begin / Sightings::kWord;
    sums.doing[k] += static_cast<double>(columns::visible(took, activity.visible, count, seen));
    for (std::size_t w = 0; w < words && activity.gaming; ++w) games[w] |= seen[w];
    sums.effort[k] += time;
    all_time += time;
    if (activity.gaming) sums.gaming_time += time;
    for (std::size_t g = 0; g < sums.groups.size(); ++g) sums.groups[g].effort[k] = sum_of(g, took);
    if (activity.after > 0) {
      std::copy_n(x, count, state.due[k].data() + state.slot(state.next, activity.after) * n + begin);
    }
  }
  if (!gaming) columns::fill(gaming_time, 0, count);
  if (!force.setups.empty()) {
    pay_setups(sheet, sums);
    for (const int k : force.setups) all_time += sums.setup_time[index(k)];
  }
  sums.gamers += static_cast<double>(columns::bits_in(games.data(), words));
  sums.hours += all_time;
  burden_besides(sheet);

  // The effort part of this step's readings, or of those that are read later; noise is added by `measure`.
  for (std::size_t j = 0; j < metrics; ++j) {
    const MetricColumns& metric = people.metrics[j];
    const int delay = force.setting->metrics.entries[j].value.delay;
    double* now = sheet.reading[j];
    const auto reads = [&](double* reading, const double* own) {
      const double weights = metric.value_weight + metric.contribution_weight;
      if (weights != 0) columns::add_scaled(reading, weights, own, count);
      if (metric.contribution_weight != 0 && force.gives) {
        columns::add_scaled(reading, metric.contribution_weight, given, count);
      }
    };
    // Without a baseline there is nothing to add it to.
    const bool based = !force.mean_baseline.empty() || !metric.baseline.always(0);
    double* base = sheet.place(0);
    for (std::size_t at = 0; based && at < count; ++at) base[at] = baseline(j, begin + at);
    if (delay > 0) {
      const std::size_t slot = state.slot(state.next, delay) * n + begin;
      double* expected = state.believed[j].data() + slot;
      std::copy_n(now, count, expected);
      reads(expected, awaited);
      if (!state.received.empty() && metric.value_weight != 0) {
        columns::add_scaled(expected, metric.value_weight, state.received.data() + begin, count);
      }
    }
    reads(now, made);
    if (constants_->level[j] != Level::individual) {
      double* expectation = state.expectation[j].data() + begin;
      std::copy_n(now, count, expectation);
      if (based) columns::add(expectation, base, count);
      if (sheet.due_readings) columns::add(expectation, sheet.due_reading[j].data(), count);
    }
    if (delay > 0) {
      std::swap_ranges(now, now + count, state.under_way[j].data() + state.slot(state.next, delay) * n + begin);
    }
    if (based) columns::add(now, base, count);
    if (sheet.due_readings) columns::add(now, sheet.due_reading[j].data(), count);
  }

  if (mistaken && force.gives) columns::add(worth, given, count);
  const double* believed = mistaken ? worth : made;
  if (sheet.contribution != made) {
    std::copy_n(made, count, sheet.contribution);
    if (force.gives) columns::add(sheet.contribution, given, count);
  }
  if (!mistaken) believed = sheet.contribution;
  sums.contribution += columns::sum(sheet.contribution, count);
  columns::utility(sheet.content, sheet.care, believed, burden, count);
  if (!state.given.empty()) std::copy_n(given, count, state.given.data() + begin);
  if (!state.load.empty()) {
    for (std::size_t at = 0; at < count; ++at) {
      const bool mates = state.roster.members(state.roster.team_of(begin + at)) > 1;
      state.load[begin + at] = mates ? load[at] : 0.0;
    }
  }
  if (force.costs) {
    sums.cost += columns::sum(cost, count);
    sums.waste += columns::sum(waste, count);
  }
  sums.burden += columns::sum(burden, count);
  for (std::size_t g = 0; g < sums.groups.size(); ++g) {
    sums.groups[g].people = columns::members_of_group(group, static_cast<std::int16_t>(g), count);
    sums.groups[g].hours = sum_of(g, hours);
    sums.groups[g].gaming_time = sum_of(g, gaming_time);
  }

  // Audits come as a surprise: whether one is audited is not known when efforts are chosen.
  if (force.audits && !force.watch) {
    const std::uint32_t replicate = constants_->luck.replicate;
    constants_->audit.uniforms(replicate, static_cast<std::uint32_t>(begin), state.next, 0, {sheet.luck.data(), count});
    for (std::size_t at = 0; at < count; ++at) {
      const std::size_t i = begin + at;
      if (!(sheet.luck[at] < (*force.audit_rate)[0][i])) continue;
      sums.audits += 1;
      sheet.content[at] -= force.audits->penalty * caught[at];
      if (caught[at] > 0) sheet.content[at] -= force.audits->fine;
      if (caught[at] > 0 && force.audits->dismiss > 0) {
        state.leaves[i] =
            constants_->dismissal.uniform(replicate, static_cast<std::uint32_t>(i), state.next) < force.audits->dismiss;
      }
    }
  }
  sums.utility = columns::sum(sheet.content, count);
  if (!force.steady) return;
  Rest& rest = state.rest[sheet.strip];
  if (rest == Rest::moved) {
    rest = Rest::still;
    return;
  }
  // What is read without noise is kept too; all else stands where it stays.
  sum_values(sheet);
  sums.column_hours = columns::sum(hours, count);
  sums.column_gaming_time = columns::sum(gaming_time, count);
  for (std::size_t j = 0; j < metrics; ++j) std::copy_n(sheet.reading[j], count, state.plain[j].data() + begin);
  rest = Rest::kept;
}

/// Those who set up an activity, or do one that they have not set up, pay for that now: time, which is time in the
/// activity, money of the organisation, and what it costs the person.
void Simulation::pay_setups(Sheet& sheet, Made& sums) {
  State& state = *state_;
  for (const int k : in_force_->setups) {
    const auto at_k = index(k);
    const ActivityColumns& activity = population_->activities[at_k];
    const bool lasts = in_force_->setting->activities.entries[at_k].value.setup->paid == "once";
    const auto bit = static_cast<Doing>(1u << k);
    double time = 0, cost = 0;
    for (std::size_t at = 0; at < sheet.count; ++at) {
      const std::size_t i = sheet.begin + at;
      Doing& set_up = state.set_up[i];
      if (!lasts) set_up = static_cast<Doing>(set_up & ~bit);
      const bool pays = (sheet.sets_up[at] & bit) || sheet.efforts[at_k][at] > 0;
      if (!pays || (set_up & bit)) continue;
      set_up = static_cast<Doing>(set_up | bit);
      sheet.hours[at] += activity.setup_time[i];
      sheet.burden[at] += activity.setup_aversion[i];
      if (activity.gaming) sheet.gaming_time[at] += activity.setup_time[i];
      time += activity.setup_time[i];
      cost += activity.setup_cost[i];
      if (!sums.groups.empty()) sums.groups[index(state.roster.group_of(i))].effort[at_k] += activity.setup_time[i];
    }
    sums.setup_time[at_k] = time;
    sums.effort[at_k] += time;
    sums.cost += cost;
    if (!activity.gaming) continue;
    sums.gaming_time += time;
    sums.waste += cost;
  }
}

/// Sums up a strip's value.
void Simulation::sum_values(const Sheet& sheet) {
  const State& state = *state_;
  Made& made = state_->made[sheet.strip];
  made.values = columns::moments(sheet.value, nullptr, sheet.count);
  for (std::size_t g = 0; g < made.groups.size(); ++g) {
    made.groups[g].value = columns::sum_of_group(sheet.value, state.roster.group.data() + sheet.begin,
                                                 static_cast<std::int16_t>(g), sheet.count);
  }
}

/// What working costs besides the strain of single activities and aversion: interactions, hours off the norm, and the
/// risk premium.
void Simulation::burden_besides(Sheet& sheet) const {
  const Population& people = *population_;
  const std::size_t count = sheet.count;
  double* const burden = sheet.burden.data();
  for (const EffortColumns::Pair& pair : people.effort.interactions) {
    const double* strain = sheet.of(pair.strain);
    const double* first = sheet.efforts[index(pair.first)];
    const double* second = sheet.efforts[index(pair.second)];
    for (std::size_t at = 0; at < count; ++at) burden[at] += strain[at] * first[at] * second[at];
  }
  if (!people.effort.strain.always(0)) {
    columns::add_off_norm(burden, sheet.of(people.effort.strain), sheet.hours, sheet.of(people.effort.norm), count);
  }
  if (people.effort.risk_aversion.always(0)) return;
  for (std::size_t at = 0; at < count; ++at) burden[at] += risk_premium(sheet.begin + at);
}

/// Half the risk aversion times the variance of rewards that are linear in a metric.
double Simulation::risk_premium(std::size_t i) const {
  const State& state = *state_;
  const InForce& force = *in_force_;
  const Population& people = *population_;
  const double dislike = people.effort.risk_aversion[i];
  if (dislike == 0) return 0;
  double burden = 0;
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

void Simulation::measure(Sheet& sheet, std::size_t block) {
  State& state = *state_;
  const InForce& force = *in_force_;
  Sums& sums = state.sums[block];
  const std::size_t begin = sheet.begin, count = sheet.count, n = state.roster.size;
  const bool kept = state.kept(sheet.strip);
  if (!kept) sum_values(sheet);
  const Moments& values = state.made[sheet.strip].values;
  for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
    const Metric& metric = force.setting->metrics.entries[j].value;
    const Column& scale = population_->metrics[j].scale;
    double* const reading = sheet.reading[j];
    const double* const plain = kept ? state.plain[j].data() + begin : reading;
    if (force.keeps_plain[j] && !kept) std::copy_n(reading, count, state.plain[j].data() + begin);
    if (scale.always(0) || !constants_->mechanisms.regressional) {
      if (kept) std::copy_n(plain, count, reading);
    } else {
      const double shared = std::sqrt(metric.common) * force.common[j], rest = std::sqrt(1 - metric.common);
      standard_noise(metric.noise, constants_->noise[j], constants_->luck.replicate, state.next, begin,
                     std::span(sheet.noise.data(), count));
      columns::add_noise(reading, plain, sheet.of(scale), shared, rest, sheet.noise.data(), count);
    }
    // The contribution that the reading is of: this step's, or the one `delay` steps ago.
    const double* contribution = sheet.contribution;
    if (metric.delay > 0) {
      double* ring = state.contributed[j].data() + state.slot(state.next, metric.delay) * n + begin;
      std::copy_n(ring, count, state.read_contribution[j].data() + begin);
      std::copy_n(contribution, count, ring);
      contribution = state.read_contribution[j].data() + begin;
    }
    // Where that is the value, its own moments are known.
    sums.metric[j].add(contribution == sheet.value ? columns::moments(reading, contribution, values, count)
                                                   : columns::moments(reading, contribution, count));
    if (const auto* level = std::get_if<ShareAbove>(&metric.dashboard)) {
      if (force.bent_above.empty()) {
        sums.above[j] += columns::at_least(reading, level->level, count);
      } else {
        for (std::size_t at = 0; at < count; ++at) sums.above[j] += reading[at] >= force.bent_above[j][begin + at];
      }
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
