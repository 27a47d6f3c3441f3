/// Stage 3 of a step: what efforts make.
#include "producing.hpp"

#include <algorithm>
#include <cmath>

#include "columns.hpp"
#include "phases.hpp"
#include "stages.hpp"

namespace goodhart {

namespace {

/// What is known of a strip, and summed up, while what its efforts make is put together.
struct Production {
  const Run& run;
  Sheet& sheet;
  Made& sums;
  bool mistaken = false;  ///< may value be other than it is believed to be?
  bool delays = false;    ///< is anything read later?
  bool gaming = false;    ///< has a gaming activity been looked at?
  double all_time = 0;
  std::array<std::uint32_t, kStrip / Sightings::kWord> games{};  ///< who was seen gaming

  std::size_t begin() const { return sheet.begin; }
  std::size_t count() const { return sheet.count; }
  const std::int16_t* group() const {
    const auto& all = run.state.roster.group;
    return all.empty() ? nullptr : all.data() + sheet.begin;
  }
  double sum_of(std::size_t g, const double* column) const {
    return columns::sum_of_group(column, group(), static_cast<std::int16_t>(g), sheet.count);
  }
};

/// Puts what falls due where nothing has been made yet, and 0 elsewhere.
void start(Production& all) {
  Sheet& sheet = all.sheet;
  const Run& run = all.run;
  const InForce& force = run.force;
  const std::size_t count = all.count();
  if (sheet.falls_due) {
    std::copy_n(sheet.due_value.data(), count, sheet.value);
    std::copy_n(sheet.due_time.data(), count, sheet.hours);
    columns::fill(sheet.burden.data(), 0, count);
    all.all_time = columns::sum(sheet.due_time.data(), count);
  }
  if (force.gives) columns::fill(sheet.given.data(), 0, count);
  if (force.loads) columns::fill(sheet.load.data(), 0, count);
  if (force.costs) {
    columns::fill(sheet.cost.data(), 0, count);
    columns::fill(sheet.waste.data(), 0, count);
  }
  if (force.audits) columns::fill(sheet.caught.data(), 0, count);
  // What people believe is what is, where nothing says otherwise and nothing falls due.
  all.mistaken = sheet.falls_due;
  for (std::size_t k = 0; k < run.people.activities.size(); ++k) {
    all.mistaken = all.mistaken || sheet.believed_value[k] != sheet.of(run.people.activities[k].value);
  }
  if (all.mistaken) columns::fill(sheet.worth.data(), 0, count);
  // What a reading under way will hold, as it is believed: what is foreseen of `later` comes in other readings.
  for (const auto& [name, metric] : force.setting->metrics) all.delays = all.delays || metric.delay > 0;
  if (all.delays) std::copy_n(sheet.due_value.data(), count, sheet.awaited.data());
}

/// What an activity's effort does to the readings of all metrics.
void read_effort(Production& all, std::size_t k) {
  Sheet& sheet = all.sheet;
  const std::size_t count = all.count();
  const double* x = sheet.efforts[k];
  for (std::size_t j = 0; j < index(all.run.constants.metrics); ++j) {
    const MetricColumns& metric = all.run.people.metrics[j];
    const double* loading = metric.loading[k].always(0) ? nullptr : sheet.of(metric.loading[k]);
    const double* bent = metric.bend[k].always(0) ? nullptr : sheet.of(metric.bend[k]);
    if (!all.run.constants.mechanisms.extremal) {
      for (std::size_t at = 0; at < count; ++at) sheet.place(4)[at] = bend_of(all.run, j, k, all.begin() + at);
      bent = sheet.place(4);
    }
    if (k == 0) {
      columns::bent(sheet.reading[j], loading, bent, x, count);
    } else {
      columns::add_bent(sheet.reading[j], loading, bent, x, count);
    }
  }
}

/// Who was seen doing an activity, which took so much time; gaming counts whichever activity it was.
void note_doing(Production& all, std::size_t k, const double* took, double time) {
  const ActivityColumns& activity = all.run.people.activities[k];
  Made& sums = all.sums;
  std::uint32_t* const seen = all.run.state.doing.words(static_cast<int>(k)) + all.begin() / Sightings::kWord;
  sums.doing[k] += static_cast<double>(columns::visible(took, activity.visible, all.count(), seen));
  if (activity.gaming) {
    const std::size_t words = (all.count() + Sightings::kWord - 1) / Sightings::kWord;
    for (std::size_t w = 0; w < words; ++w) all.games[w] |= seen[w];
    sums.gaming_time += time;
  }
  sums.effort[k] += time;
  all.all_time += time;
  for (std::size_t g = 0; g < sums.groups.size(); ++g) sums.groups[g].effort[k] = all.sum_of(g, took);
}

/// What an activity's effort makes.
void work(Production& all, std::size_t k) {
  Sheet& sheet = all.sheet;
  const Run& run = all.run;
  const InForce& force = run.force;
  const ActivityColumns& activity = run.people.activities[k];
  const std::size_t count = all.count();
  const double* x = sheet.efforts[k];
  const double* bends = activity.saturation.always(0) ? nullptr : sheet.of(activity.saturation);
  // The first gaming activity's time is all gaming time so far.
  double* const took = activity.gaming && !all.gaming ? sheet.gaming_time : sheet.took.data();
  const columns::Effort effort{.x = x,
                               .time = sheet.of(activity.time),
                               .value = sheet.of(activity.value),
                               .saturation = sheet.of(activity.saturation),
                               .strain = sheet.of(activity.strain),
                               .aversion = sheet.aversion[k],
                               .took = took,
                               .hours = sheet.hours,
                               .made = sheet.value,
                               .burden = sheet.burden.data()};
  const double time = k == 0 && !sheet.falls_due ? columns::first_work(effort, count) : columns::work(effort, count);
  if (all.mistaken) columns::add_bent(sheet.worth.data(), sheet.believed_value[k], bends, x, count);
  if (all.delays) columns::add_bent(sheet.awaited.data(), sheet.of(activity.perceived_value), bends, x, count);
  if (force.gives) columns::add_bent(sheet.given.data(), sheet.given_value[k], sheet.given_bend[k], x, count);
  if (force.loads && !activity.team_load.always(0)) {
    columns::add_product(sheet.load.data(), sheet.of(activity.team_load), x, count);
  }
  const double* price = activity.cost.always(0) ? nullptr : sheet.of(activity.cost);
  if (price) columns::add_product(sheet.cost.data(), price, x, count);
  if (activity.gaming) {
    if (price) columns::add_product(sheet.waste.data(), price, x, count);
    if (all.gaming) columns::add(sheet.gaming_time, took, count);
    all.gaming = true;
    if (force.audits) columns::add(sheet.caught.data(), x, count);
  }
  read_effort(all, k);
  note_doing(all, k, took, time);
  if (activity.after > 0) {
    const std::size_t slot = run.state.slot(run.state.next, activity.after);
    std::copy_n(x, count, run.state.due[k].data() + slot * run.state.roster.size + all.begin());
  }
}

/// Those who set up an activity, or do one that they have not set up, pay for that now: time, which is time in the
/// activity, money of the organisation, and what it costs the person.
void pay_setups(const Run& run, Sheet& sheet, Made& sums) {
  State& state = run.state;
  for (const int k : run.force.setups) {
    const auto at_k = index(k);
    const ActivityColumns& activity = run.people.activities[at_k];
    const bool lasts = run.force.setting->activities.entries[at_k].value.setup->paid == "once";
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

/// Half the risk aversion times the variance of rewards that are linear in a metric.
double risk_premium(const Now& now, std::size_t i) {
  const State& state = now.state;
  const InForce& force = now.force;
  const Population& people = now.people;
  const double dislike = people.effort.risk_aversion[i];
  if (dislike == 0) return 0;
  double burden = 0;
  for (std::size_t j = 0; j < index(now.constants.metrics); ++j) {
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
    if (now.constants.level[j] == Level::individual) {
      const double noise = people.metrics[j].scale[i] * people.metrics[j].deviations;
      alone = (1 - metric.common) * noise * noise;
      shared = metric.common * noise * noise;
    } else {
      const std::size_t unit = state.unit_of(now.constants.level[j], i);
      const double members = state.members(now.constants.level[j], unit);
      alone = (1 - metric.common) * force.variance_sum[j][unit] / (members * members);
      shared = metric.common * force.deviation_sum[j][unit] * force.deviation_sum[j][unit] / (members * members);
    }
    burden += 0.5 * dislike * (rate * rate * (alone + shared) + compared * alone);
  }
  return burden;
}

/// What working costs besides the strain of single activities and aversion: interactions, hours off the norm, and the
/// risk premium.
void burden_besides(const Now& now, Sheet& sheet) {
  const Population& people = now.people;
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
  for (std::size_t at = 0; at < count; ++at) burden[at] += risk_premium(now, sheet.begin + at);
}

/// The effort part of a metric's reading in this step, or of the one that is read later; noise is added by `measure`.
void finish_reading(const Production& all, std::size_t j) {
  Sheet& sheet = all.sheet;
  const Run& run = all.run;
  State& state = run.state;
  const MetricColumns& metric = run.people.metrics[j];
  const std::size_t begin = all.begin(), count = all.count();
  const int delay = run.force.setting->metrics.entries[j].value.delay;
  const std::size_t slot = delay > 0 ? state.slot(state.next, delay) * state.roster.size + begin : 0;
  double* const now = sheet.reading[j];
  const auto reads = [&](double* reading, const double* own) {
    if (metric.value_weights() != 0) columns::add_scaled(reading, metric.value_weights(), own, count);
    if (metric.contribution_weight != 0 && run.force.gives) {
      columns::add_scaled(reading, metric.contribution_weight, sheet.given.data(), count);
    }
  };
  // Without a baseline there is nothing to add it to.
  const bool based = !run.force.mean_baseline.empty() || !metric.baseline.always(0);
  double* base = sheet.place(0);
  for (std::size_t at = 0; based && at < count; ++at) base[at] = baseline(run, j, begin + at);
  const auto add_settled = [&](double* reading) {
    if (based) columns::add(reading, base, count);
    if (sheet.due_readings) columns::add(reading, sheet.due_reading[j].data(), count);
  };
  if (delay > 0) {
    double* expected = state.believed[j].data() + slot;
    std::copy_n(now, count, expected);
    reads(expected, sheet.awaited.data());
    if (!state.received.empty() && metric.value_weight != 0) {
      columns::add_scaled(expected, metric.value_weight, state.received.data() + begin, count);
    }
  }
  reads(now, sheet.value);
  if (run.constants.level[j] != Level::individual) {
    double* expectation = state.expectation[j].data() + begin;
    std::copy_n(now, count, expectation);
    add_settled(expectation);
  }
  if (delay > 0) std::swap_ranges(now, now + count, state.under_way[j].data() + slot);
  add_settled(now);
}

/// Contributions, what goes to the mates, and utility before rewards.
void weigh(const Production& all) {
  Sheet& sheet = all.sheet;
  State& state = all.run.state;
  const InForce& force = all.run.force;
  const std::size_t begin = all.begin(), count = all.count();
  double* const given = sheet.given.data();
  if (all.mistaken && force.gives) columns::add(sheet.worth.data(), given, count);
  if (sheet.contribution != sheet.value) {
    std::copy_n(sheet.value, count, sheet.contribution);
    if (force.gives) columns::add(sheet.contribution, given, count);
  }
  all.sums.contribution += columns::sum(sheet.contribution, count);
  const double* believed = all.mistaken ? sheet.worth.data() : sheet.contribution;
  columns::utility(sheet.content, sheet.care, believed, sheet.burden.data(), count);
  if (!state.given.empty()) std::copy_n(given, count, state.given.data() + begin);
  for (std::size_t at = 0; !state.load.empty() && at < count; ++at) {
    const bool mates = state.roster.members(state.roster.team_of(begin + at)) > 1;
    state.load[begin + at] = mates ? sheet.load[at] : 0.0;
  }
}

/// Audits come as a surprise: whether one is audited is not known when efforts are chosen.
void audit(const Production& all) {
  Sheet& sheet = all.sheet;
  const Run& run = all.run;
  const InForce& force = run.force;
  const std::uint32_t replicate = run.constants.luck.replicate;
  const int step = run.state.next;
  const Draws& draws = run.constants.audit;
  draws.uniforms(replicate, static_cast<std::uint32_t>(all.begin()), step, 0, {sheet.luck.data(), all.count()});
  for (std::size_t at = 0; at < all.count(); ++at) {
    const std::size_t i = all.begin() + at;
    if (!(sheet.luck[at] < (*force.audit_rate)[0][i])) continue;
    const double caught = sheet.caught[at];
    all.sums.audits += 1;
    sheet.content[at] -= force.audits->penalty * caught;
    if (caught > 0) sheet.content[at] -= force.audits->fine;
    if (caught > 0 && force.audits->dismiss > 0) {
      const double luck = run.constants.dismissal.uniform(replicate, static_cast<std::uint32_t>(i), step);
      run.state.leaves[i] = luck < force.audits->dismiss;
    }
  }
}

/// Sums over the strip of what has been made.
void sum_up(const Production& all) {
  const Sheet& sheet = all.sheet;
  const std::size_t count = all.count();
  Made& sums = all.sums;
  const std::size_t words = (count + Sightings::kWord - 1) / Sightings::kWord;
  sums.gamers += static_cast<double>(columns::bits_in(all.games.data(), words));
  sums.hours += all.all_time;
  if (all.run.force.costs) {
    sums.cost += columns::sum(sheet.cost.data(), count);
    sums.waste += columns::sum(sheet.waste.data(), count);
  }
  sums.burden += columns::sum(sheet.burden.data(), count);
  for (std::size_t g = 0; g < sums.groups.size(); ++g) {
    sums.groups[g].people = columns::members_of_group(all.group(), static_cast<std::int16_t>(g), count);
    sums.groups[g].hours = all.sum_of(g, sheet.hours);
    sums.groups[g].gaming_time = all.sum_of(g, sheet.gaming_time);
  }
}

/// Of a strip that nothing has moved, what is read without noise is kept too; all else stands where it stays.
void keep_made(const Production& all) {
  const Sheet& sheet = all.sheet;
  State& state = all.run.state;
  const std::size_t count = all.count();
  Rest& rest = state.rest[sheet.strip];
  if (rest == Rest::moved) {
    rest = Rest::still;
    return;
  }
  sum_values(all.run, sheet);
  all.sums.column_hours = columns::sum(sheet.hours, count);
  all.sums.column_gaming_time = columns::sum(sheet.gaming_time, count);
  for (std::size_t j = 0; j < state.plain.size(); ++j) {
    std::copy_n(sheet.reading[j], count, state.plain[j].data() + all.begin());
  }
  rest = Rest::kept;
}

}  // namespace

void produce(const Run& run, Sheet& sheet) {
  const InForce& force = run.force;
  Production all{.run = run, .sheet = sheet, .sums = run.state.made[sheet.strip]};
  all.sums.clear();
  start(all);
  for (std::size_t k = 0; k < run.people.activities.size(); ++k) work(all, k);
  if (!all.gaming) columns::fill(sheet.gaming_time, 0, sheet.count);
  if (!force.setups.empty()) {
    pay_setups(run, sheet, all.sums);
    for (const int k : force.setups) all.all_time += all.sums.setup_time[index(k)];
  }
  burden_besides(run, sheet);
  for (std::size_t j = 0; j < run.people.metrics.size(); ++j) finish_reading(all, j);
  weigh(all);
  sum_up(all);
  if (force.audits && !force.watch) audit(all);
  all.sums.utility = columns::sum(sheet.content, sheet.count);
  if (force.steady) keep_made(all);
}

void sum_values(const Run& run, const Sheet& sheet) {
  const State& state = run.state;
  Made& made = run.state.made[sheet.strip];
  made.values = columns::moments(sheet.value, nullptr, sheet.count);
  for (std::size_t g = 0; g < made.groups.size(); ++g) {
    made.groups[g].value = columns::sum_of_group(sheet.value, state.roster.group.data() + sheet.begin,
                                                 static_cast<std::int16_t>(g), sheet.count);
  }
}

void share_out(const Run& run) {
  State& state = run.state;
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
      for (std::size_t j = 0; j < index(run.constants.metrics); ++j) {
        const double read = run.people.metrics[j].value_weight * received;
        const int delay = run.force.setting->metrics.entries[j].value.delay;
        (delay > 0 ? state.under_way[j][state.slot(state.next, delay) * n + i] : state.reading[j][i]) += read;
        if (!state.expectation[j].empty()) state.expectation[j][i] += read;
      }
    }
  }
  for (std::size_t j = 0; j < index(run.constants.metrics); ++j) sum_expectations(run, j);
}

void sum_expectations(const Run& run, std::size_t j) {
  State& state = run.state;
  const Level level = run.constants.level[j];
  if (level == Level::individual) return;
  const std::size_t n = state.roster.size, units = state.units_of(level);
  const int delay = run.constants.scenario.setting.metrics.entries[j].value.delay;
  const std::size_t slot = delay > 0 ? state.slot(state.next, delay) : 0;
  std::fill(state.level_expectation[j].begin(), state.level_expectation[j].end(), 0.0);
  double* under_way = delay > 0 ? state.level_under_way[j].data() + slot * units : nullptr;
  if (under_way) std::fill(under_way, under_way + units, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t unit = state.unit_of(level, i);
    state.level_expectation[j][unit] += state.expectation[j][i];
    if (under_way) under_way[unit] += baseline(run, j, i) + state.under_way[j][slot * n + i];
  }
}

}  // namespace goodhart
