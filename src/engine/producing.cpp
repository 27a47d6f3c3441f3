/// Stages 3 and 4 of a step: what efforts make, and what is read of it.
#include <algorithm>
#include <bit>
#include <cmath>

#include "columns.hpp"
#include "sheet.hpp"
#include "simulation_state.hpp"

namespace goodhart {

// --- 3: produce
// --------------------------------------------------------------------------------------------------------

void Simulation::produce(Sheet& sheet, std::size_t block) {
  State& state = *state_;
  const InForce& force = *in_force_;
  const Population& people = *population_;
  Sums& sums = state.sums[block];
  const std::size_t begin = sheet.begin, count = sheet.count, n = state.roster.size;
  const auto activities = index(constants_->activities), metrics = index(constants_->metrics);
  const std::vector<std::int16_t>& group = state.roster.group;

  // What is made stands where the state keeps it; the rest where anybody asks for it.
  double* const made = state.value.data() + begin;
  double* const hours = state.hours.data() + begin;
  double* const gaming_time = state.gaming_time.data() + begin;
  double* const given = sheet.given.data();
  double* const worth = sheet.worth.data();
  double* const awaited = sheet.awaited.data();
  double* const load = sheet.load.data();
  double* const cost = sheet.cost.data();
  double* const waste = sheet.waste.data();
  double* const burden = sheet.burden.data();
  double* const caught = sheet.caught.data();
  double* const took = sheet.took.data();
  std::copy_n(sheet.due_value.data(), count, made);
  std::copy_n(sheet.due_time.data(), count, hours);
  for (double* column : {gaming_time, burden}) columns::fill(column, 0, count);
  if (force.gives) columns::fill(given, 0, count);
  if (force.loads) columns::fill(load, 0, count);
  if (force.costs) {
    columns::fill(cost, 0, count);
    columns::fill(waste, 0, count);
  }
  if (force.audits) columns::fill(caught, 0, count);
  for (Strip& part : sheet.part) columns::fill(part.data(), 0, count);
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
  std::array<std::uint64_t, kStrip / 64> games{};
  double all_time = sheet.falls_due ? columns::sum(sheet.due_time.data(), count) : 0;

  for (std::size_t k = 0; k < activities; ++k) {
    const ActivityColumns& activity = people.activities[k];
    const double* x = sheet.efforts[k];
    const double* bends = activity.saturation.always(0) ? nullptr : sheet.of(activity.saturation);
    const double* value = activity.value.always(0) ? nullptr : sheet.of(activity.value);
    columns::take_time(took, hours, sheet.of(activity.time), x, count);
    columns::add_bent(made, value, bends, x, count);
    if (mistaken) columns::add_bent(worth, sheet.believed_value[k], bends, x, count);
    if (delays) columns::add_bent(awaited, sheet.of(activity.perceived_value), bends, x, count);
    if (force.gives) columns::add_bent(given, sheet.given_value[k], sheet.given_bend[k], x, count);
    if (force.loads && !activity.team_load.always(0)) {
      columns::add_product(load, sheet.of(activity.team_load), x, count);
    }
    if (!activity.strain.always(0)) columns::add_bent(burden, -1, nullptr, sheet.of(activity.strain), x, count);
    if (!activity.aversion.always(0)) columns::add_product(burden, sheet.aversion[k], x, count);
    const double* price = activity.cost.always(0) ? nullptr : sheet.of(activity.cost);
    if (price) columns::add_product(cost, price, x, count);
    if (activity.gaming) {
      if (price) columns::add_product(waste, price, x, count);
      columns::add(gaming_time, took, count);
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
      columns::add_bent(sheet.part[j].data(), loading, bent, x, count);
    }
    std::array<std::uint64_t, kStrip / 64> seen{};
    columns::visible(took, activity.visible, count, seen.data());
    std::size_t doing = 0;
    std::uint64_t* words = state.doing.words(static_cast<int>(k)) + begin / 64;
    for (std::size_t w = 0; w < (count + 63) / 64; ++w) {
      words[w] = seen[w];
      doing += static_cast<std::size_t>(std::popcount(seen[w]));
      if (activity.gaming) games[w] |= seen[w];
    }
    sums.doing[k] += static_cast<double>(doing);
    const double time = columns::sum(took, count);
    sums.effort[k] += time;
    all_time += time;
    if (activity.gaming) sums.gaming_time += time;
    if (!group.empty()) {
      for (std::size_t at = 0; at < count; ++at) sums.groups[index(group[begin + at])].effort[k] += took[at];
    }
    if (activity.after > 0) {
      std::copy_n(x, count, state.due[k].data() + state.slot(state.next, activity.after) * n + begin);
    }
  }
  sums.hours += all_time;
  burden_besides(sheet);

  // The effort part of this step's readings, or of those that are read later; noise is added by `measure`.
  for (std::size_t j = 0; j < metrics; ++j) {
    const MetricColumns& metric = people.metrics[j];
    const int delay = force.setting->metrics.entries[j].value.delay;
    double* now = sheet.part[j].data();
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
    double* reading = state.reading[j].data() + begin;
    std::copy_n(now, count, reading);
    if (based) columns::add(reading, base, count);
    if (sheet.due_readings) columns::add(reading, sheet.due_reading[j].data(), count);
  }

  if (mistaken && force.gives) columns::add(worth, given, count);
  const double* believed = mistaken ? worth : made;
  double* const made_and_given = sheet.contribution.data();
  if (force.gives) {
    std::copy_n(made, count, made_and_given);
    columns::add(made_and_given, given, count);
    if (!mistaken) believed = made_and_given;
    if (!state.contribution.empty()) std::copy_n(made_and_given, count, state.contribution.data() + begin);
  } else if (!state.contribution.empty()) {
    std::copy_n(made, count, state.contribution.data() + begin);
  }
  sums.contribution += columns::sum(force.gives ? made_and_given : made, count);
  columns::utility(state.utility.data() + begin, sheet.care, believed, burden, count);
  columns::fill(state.reward.data() + begin, 0, count);
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
  for (const std::uint64_t word : games) sums.gamers += static_cast<double>(std::popcount(word));
  if (!group.empty()) {
    for (std::size_t at = 0; at < count; ++at) {
      Sums::Group& own = sums.groups[index(group[begin + at])];
      own.people += 1;
      own.hours += hours[at];
      own.gaming_time += gaming_time[at];
    }
  }

  // Audits come as a surprise: whether one is audited is not known when efforts are chosen.
  if (force.audits) {
    const std::uint32_t replicate = constants_->luck.replicate;
    constants_->audit.uniforms(replicate, static_cast<std::uint32_t>(begin), state.next, 0, {sheet.luck.data(), count});
    for (std::size_t at = 0; at < count; ++at) {
      const std::size_t i = begin + at;
      if (!(sheet.luck[at] < (*force.audit_rate)[0][i])) continue;
      sums.audits += 1;
      state.utility[i] -= force.audits->penalty * caught[at];
      if (caught[at] > 0 && force.audits->dismiss > 0) {
        state.leaves[i] =
            constants_->dismissal.uniform(replicate, static_cast<std::uint32_t>(i), state.next) < force.audits->dismiss;
      }
    }
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
    columns::add_off_norm(burden, sheet.of(people.effort.strain), state_->hours.data() + sheet.begin,
                          sheet.of(people.effort.norm), count);
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

void Simulation::measure(std::size_t block) {
  State& state = *state_;
  const InForce& force = *in_force_;
  Sums& sums = state.sums[block];
  const std::size_t begin = block * kBlock, end = std::min(begin + kBlock, state.roster.size), n = state.roster.size;
  const std::size_t count = end - begin;
  sums.values = columns::moments(state.value.data() + begin, nullptr, count);
  sums.value = sums.values.mean_x * sums.values.count;
  if (!state.roster.group.empty()) {
    for (std::size_t i = begin; i < end; ++i) sums.groups[index(state.roster.group[i])].value += state.value[i];
  }
  const std::vector<double>& contributions = state.contributions();
  Sheet& sheet = constants_->sheet();
  for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
    const Metric& metric = force.setting->metrics.entries[j].value;
    const Column& scale = population_->metrics[j].scale;
    double* reading = state.reading[j].data();
    if (force.keeps_plain[j]) std::copy(reading + begin, reading + end, state.plain[j].data() + begin);
    if (!scale.always(0) && constants_->mechanisms.regressional) {
      const double shared = std::sqrt(metric.common) * force.common[j], rest = std::sqrt(1 - metric.common);
      for (std::size_t from = begin; from < end; from += kStrip) {
        sheet.begin = from;
        sheet.count = std::min(kStrip, end - from);
        standard_noise(metric.noise, constants_->noise[j], constants_->luck.replicate, state.next, from,
                       std::span(sheet.noise.data(), sheet.count));
        columns::add_noise(reading + from, sheet.of(scale), shared, rest, sheet.noise.data(), sheet.count);
      }
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
    // Where that is the value, its own moments are known.
    sums.metric[j] = contribution == state.value.data()
                         ? columns::moments(reading + begin, contribution + begin, sums.values, count)
                         : columns::moments(reading + begin, contribution + begin, count);
    if (const auto* level = std::get_if<ShareAbove>(&metric.dashboard)) {
      sums.above[j] += columns::at_least(reading + begin, level->level, count);
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
