/// What a phase of a policy puts in force: a function of the phase; then what the run keeps for it.
#include "phases.hpp"

#include <algorithm>
#include <limits>

#include "auditing.hpp"
#include "goodhart/model/curved_filling.hpp"
#include "goodhart/model/filling.hpp"
#include "goodhart/model/leadership.hpp"
#include "goodhart/model/strain.hpp"

namespace goodhart {

const Setting& setting_of(const Scenario& scenario, const Policy* policy, int phase) {
  if (phase < 0 || !policy->phases[index(phase)].setting) return scenario.setting;
  return *policy->phases[index(phase)].setting;
}

namespace {

int place_of_trait(const Population& people, const std::string& trait) {
  const auto& names = people.trait_names;
  return static_cast<int>(std::find(names.begin(), names.end(), trait) - names.begin());
}

}  // namespace

std::unique_ptr<Population> people_under(const Setting& setting, const Constants& constants, const Roster& roster,
                                         const Population* before) {
  auto people = std::make_unique<Population>(setting, roster, constants.luck);
  for (const TraitLearning& learning : setting.learning) people->will_change(place_of_trait(*people, learning.trait));
  for (const Stock& stock : setting.stocks) people->will_change(place_of_trait(*people, stock.trait));
  if (before) people->carry_over(*before);
  require_convex_strain(*people, roster.size);
  return people;
}

// --- what is in force
// -------------------------------------------------------------------------------------------------

namespace {

/// Which of the setting's mechanisms there are.
void note_activities(const Population& people, InForce& force) {
  for (std::size_t k = 0; k < people.activities.size(); ++k) {
    const ActivityColumns& activity = people.activities[k];
    force.erodes = force.erodes || activity.erosion > 0;
    force.gives = force.gives || !activity.team_value.zero() || !activity.team_saturation.zero();
    force.loads = force.loads || !activity.team_load.zero();
    force.costs = force.costs || !activity.cost.always(0);
    const Activity& described = force.setting->activities.entries[k].value;
    force.spreads = force.spreads || described.spread;
    force.tries = force.tries || (described.spread && described.spread->trying);
    if (described.setup) force.setups.push_back(static_cast<int>(k));
  }
}

/// What changes people: leaving, learning, stocks.
void note_people(const Roster& roster, Population& people, InForce& force) {
  const Setting& setting = *force.setting;
  force.workforce = &people.add_terms(setting.workforce, "workforce");
  if (setting.workforce.outside) {
    force.outside = &people.add_terms(*setting.workforce.outside, "workforce.outside");
  }
  for (std::size_t l = 0; l < setting.learning.size(); ++l) {
    const TraitLearning& learning = setting.learning[l];
    force.learning.push_back({&people.add_terms(learning, "learning." + std::to_string(l)),
                              place_of_trait(people, learning.trait), setting.activities.index(learning.by)});
  }
  for (std::size_t s = 0; s < setting.stocks.size(); ++s) {
    const Stock& stock = setting.stocks[s];
    InForce::Pool& pool = force.stocks.emplace_back();
    pool.adds = &people.add_terms(stock, setting.activities, "stocks." + std::to_string(s));
    pool.trait = place_of_trait(people, stock.trait);
    pool.of_team = stock.of == "team";
    // The trait holds the level from one phase to the next.
    pool.level.resize(pool.of_team ? roster.teams() : 1);
    for (std::size_t u = 0; u < pool.level.size(); ++u) {
      pool.level[u] = people.traits[index(pool.trait)][u * roster.team_size];
    }
  }
}

/// Room for what an incentive that compares makes of readings, and for what is believed of rivals.
void note_comparison(const Now& now, InForce& force, InForce::Incentive& incentive) {
  const Roster& roster = now.state.roster;
  const std::size_t entrants = incentive.entrants(roster);
  force.keeps_plain[index(incentive.metric)] = 1;
  for (auto* column : {&incentive.plain, &incentive.expected, &incentive.variance, &incentive.sorted})
    column->assign(entrants, 0.0);
  if (incentive.level == Level::team) incentive.ranked.assign(entrants, 0.0);
  incentive.place.assign(entrants, 0);
  incentive.merit.assign(roster.size, 0.0);
  const std::size_t scopes = incentive.within_team ? roster.teams() : 1;
  incentive.sum_expected.assign(scopes, 0.0);
  incentive.sum_variance.assign(scopes, 0.0);
  incentive.lot = std::make_unique<Draws>(now.constants.luck.seed, Purpose::lot, incentive.name);
}

/// What leadership moves of an incentive stands apart from what was drawn.
void note_moves(const std::vector<Move>& leadership, std::size_t employees, InForce::Incentive& incentive) {
  bool moved = false;
  for (const Move& move : leadership) {
    if (moves_target_of(move) == incentive.name) {
      incentive.moves_target = moved = true;
      std::visit(
          [&](const auto& kind) {
            if constexpr (requires { kind.speed, kind.of; }) {
              incentive.ratchet_speed = kind.speed;
              incentive.ratchet_of = kind.of;
            }
          },
          move);
    }
    moved = moved || (moves_rates(move) && retrainable(*incentive.scheme));
  }
  if (!moved) return;
  incentive.moved = std::make_unique<Terms>(*incentive.drawn);
  incentive.terms = incentive.moved.get();
  if (!incentive.moves_target) return;
  Column& target = (*incentive.moved)[*incentive.target_term];
  std::vector<double> own(employees);
  for (std::size_t i = 0; i < own.size(); ++i) own[i] = target[i];
  target = Column(std::move(own));
}

bool dismisses_by(const Scheme& scheme) {
  return std::visit([](const auto& kind) { return dismisses(kind); }, scheme);
}

/// Puts an incentive of a phase in force.
void put_in_force(const Now& now, Population& people, const Phase& phase, std::size_t c, const std::string& name,
                  InForce& force) {
  const Setting& setting = *force.setting;
  const std::size_t employees = now.state.roster.size;
  InForce::Incentive& incentive = force.incentives.emplace_back();
  incentive.name = name;
  incentive.scheme = &phase.incentives[c];
  // The luck of an incentive's quantities is named by the incentive alone, so that policies which share it share the
  // luck.
  incentive.as_drawn = &people.add_terms(phase.incentives[c], "incentives." + name);
  if (!now.constants.mechanisms.extremal) incentive.bent = std::make_unique<Terms>(*incentive.as_drawn);
  incentive.drawn = incentive.terms = incentive.bent ? incentive.bent.get() : incentive.as_drawn;
  incentive.target_term = target_term(*incentive.scheme);
  incentive.rate_term = rate_term(*incentive.scheme);
  incentive.compares = compares(*incentive.scheme);
  std::visit(
      [&](const auto& kind) {
        incentive.metric = setting.metrics.index(kind.metric);
        incentive.every = kind.every;
        if constexpr (requires { kind.scope; }) incentive.within_team = kind.scope == "team";
      },
      phase.incentives[c]);
  const auto j = index(incentive.metric);
  incentive.lower = setting.metrics.entries[j].value.better == "lower";
  incentive.level = now.constants.level[j];
  move_readings(now, incentive);
  force.charged[j] = 1;
  if (incentive.every > 1 || incentive.compares) {
    for (auto* column : {&incentive.readings, &incentive.contributions, &incentive.hours, &incentive.gaming_time})
      column->assign(employees, 0.0);
  }
  if (incentive.compares) note_comparison(now, force, incentive);
  note_moves(phase.leadership, employees, incentive);
  if (incentive.moves_target || (dismisses_by(*incentive.scheme) && setting.workforce.hiring.copy))
    incentive.achieved.assign(employees, kNaN);
}

/// The phase's incentives, leadership and audits.
void note_phase(const Now& now, Population& people, const Policy& policy, const Phase& phase, InForce& force) {
  const Time& time = now.constants.scenario.time;
  force.from = now.state.next;
  // Beyond the end that nobody knows of things go on as they are.
  force.to = time.end == "known" ? time.steps : std::numeric_limits<int>::max();
  for (const Phase& other : policy.phases) {
    if (&other != &phase && other.from && *other.from > force.from) force.to = std::min(force.to, *other.from);
  }
  force.leadership = &phase.leadership;
  force.beliefs.assign(phase.leadership.size(), {});
  for (const Move& move : phase.leadership) {
    for (const std::string& metric : metrics_read(move)) force.charged[index(force.setting->metrics.index(metric))] = 1;
  }
  const std::vector<std::string> names = incentive_names(phase.incentives);
  for (std::size_t c = 0; c < names.size(); ++c) put_in_force(now, people, phase, c, names[c], force);
  if (!phase.audits) return;
  force.audits = &*phase.audits;
  force.audit_rate = &people.add_terms(*phase.audits, "audits");
  force.watch = watch_of(now);
}

/// Can a column of decisions have this curved reward together with those before it? A first one may be anything; a
/// second one must compare the same readings over the same windows among the same rivals.
bool goes_with_curved(const InForce& force, const InForce::Incentive& incentive) {
  if (force.curved.empty()) return true;
  const InForce::Incentive& first = force.incentives[force.curved.front()];
  return force.curved.size() < CurvedFillings::kMostParts && first.compares && incentive.compares &&
         first.metric == incentive.metric && first.every == incentive.every && first.level == incentive.level &&
         first.within_team == incentive.within_team;
}

/// What of behaviours and rewards decides how decisions are made (see `choose`).
void note_rules(const Now& now, InForce& force) {
  const Setting& setting = *force.setting;
  bool optimise = true, foresee = false;
  const auto note = [&](const Behaviour& behaviour) {
    force.rules.push_back({inertia(behaviour), closes_gaming(behaviour)});
    force.inert = force.inert || force.rules.back().inertia > 0;
    force.closes_gaming = force.closes_gaming || force.rules.back().closes_gaming;
    optimise = optimise && optimises(behaviour);
    foresee = foresee || foresight(behaviour, 1, 1) != 1;
  };
  note(setting.behaviour);
  for (const auto& [name, group] : setting.population.groups) {
    note(group.behaviour ? *group.behaviour : setting.behaviour);
  }
  force.crowds = setting.effort.crowding != 0 && !force.incentives.empty();
  force.optimises = optimise;
  // Charges are chosen one by one.
  const bool charges = !force.setups.empty() || (force.audits && force.audits->fine > 0);
  force.straight = optimise && !charges && !force.tries && now.constants.activities <= kMostFilled &&
                   now.people.effort.interactions.empty();
  force.one_reading = now.people.effort.interactions.empty();
  for (const InForce::Incentive& incentive : force.incentives) {
    if (straight(*incentive.scheme)) {
      force.straight = force.straight && !(foresee && incentive.ratchet_speed > 0);
    } else {
      force.straight = force.straight && goes_with_curved(force, incentive);
      force.one_reading = force.one_reading &&
                          (force.curved.empty() || force.incentives[force.curved.front()].metric == incentive.metric);
      force.curved.push_back(static_cast<std::size_t>(&incentive - force.incentives.data()));
    }
  }
  for (const ActivityColumns& activity : now.people.activities) {
    // Time that is foreseen is felt and not taken.
    const bool felt_alike = activity.after == 0 || activity.foreseen.always(0) || activity.later_time.always(0) ||
                            now.people.effort.strain.always(0);
    force.straight = force.straight && felt_alike;
    force.one_reading = force.one_reading && felt_alike;
  }
}

/// Does anything go between team mates, or did it in an earlier phase?
bool shares(const Now& now) {
  return now.force.gives || now.force.loads || !now.state.received.empty() || !now.state.loads.empty();
}

/// Does nobody's step depend on what others do in it?
bool is_apart(const Now& now) {
  const auto& levels = now.constants.level;
  const auto& incentives = now.force.incentives;
  return !shares(now) && !now.force.watch &&
         std::all_of(levels.begin(), levels.end(), [](Level level) { return level == Level::individual; }) &&
         std::none_of(incentives.begin(), incentives.end(), [](const auto& incentive) { return incentive.compares; });
}

/// Does nothing change what an employee decides on, and what its efforts make, but what `move` is called for? So there
/// is no luck in it, nothing from earlier steps, and nothing from team mates.
bool is_steady(const Now& now) {
  const InForce& force = now.force;
  const auto later = [](const ActivityColumns& activity) { return activity.after > 0; };
  const auto delayed = [](const auto& metric) { return metric.value.delay > 0; };
  const auto steady = [](const InForce::Incentive& incentive) {
    if (straight(*incentive.scheme)) return true;  // whatever others do, and how the window stands
    return incentive.every == 1 && !incentive.compares && incentive.level == Level::individual;
  };
  const auto& metrics = force.setting->metrics;
  return force.optimises && !force.inert && !force.audits && force.setups.empty() && force.learning.empty() &&
         force.stocks.empty() && !force.tries && !shares(now) && now.constants.mechanisms.causal &&
         std::none_of(now.people.activities.begin(), now.people.activities.end(), later) &&
         std::none_of(metrics.begin(), metrics.end(), delayed) &&
         std::all_of(force.incentives.begin(), force.incentives.end(), steady);
}

/// Where the decisions of blocks are put together.
std::vector<Desk> desks_for(const InForce& force, std::size_t blocks) {
  const auto bent = [](const InForce::Incentive& incentive) { return !straight(*incentive.scheme); };
  const std::size_t curves =
      1 +  // what suspicion takes of a fine
      kMostCurves * static_cast<std::size_t>(std::count_if(force.incentives.begin(), force.incentives.end(), bent));
  std::vector<Desk> desks(blocks);
  for (Desk& desk : desks) {
    desk.curves.resize(curves);
    desk.alone_curves.resize(curves);
  }
  return desks;
}

}  // namespace

InForce in_force(const Constants& constants, const State& state, Population& people, const Policy* policy, int phase) {
  InForce force;
  const Now now{constants, state, people, force};
  const auto metrics = index(constants.metrics);
  force.policy = policy;
  force.phase = phase;
  force.setting = &setting_of(constants.scenario, policy, phase);
  force.common.assign(metrics, 0.0);
  force.charged.assign(metrics, 0);
  force.keeps_plain.assign(metrics, 0);
  note_activities(people, force);
  note_people(state.roster, people, force);
  sum_noise(now, force);
  level_baselines(now, force);
  move_dashboards(now, force);
  if (phase >= 0) note_phase(now, people, *policy, policy->phases[index(phase)], force);
  note_rules(now, force);
  force.read = people.read_in_each_step();
  force.apart = is_apart(now);
  force.steady = is_steady(now);
  force.desks = desks_for(force, state.sums.size());
  show_terms(now, force);
  return force;
}

// --- what the run keeps
// -----------------------------------------------------------------------------------------------

namespace {

/// What goes between team mates, is paid once, and is open to whom.
void make_room_for_setting(const Run& run, bool compared_before) {
  State& state = run.state;
  const InForce& force = run.force;
  const std::size_t n = state.roster.size;
  if (!force.setups.empty() && state.set_up.empty()) state.set_up.assign(n, 0);
  if (force.gives && state.given.empty()) {
    state.given.assign(n, 0.0);
    state.received.assign(n, 0.0);
    state.contribution = state.value;
    state.contribution.resize(n);
  }
  if (force.loads && state.load.empty()) {
    state.load.assign(n, 0.0);
    state.loads.assign(n, 0.0);
  }
  if (force.outside && !compared_before) {
    state.fared.assign(n, 0.0);
    state.fared_since = state.next;
  }
  if (force.spreads && state.access.empty()) {
    state.access.resize(n);
    for (std::size_t i = 0; i < n; ++i) state.access[i] = first_access(run, i);
  }
}

/// Before the first step teams and the organisation are expected to read their baselines.
void expect_baselines(const Run& run) {
  State& state = run.state;
  for (std::size_t j = 0; j < index(run.constants.metrics); ++j) {
    if (run.constants.level[j] == Level::individual) continue;
    for (std::size_t i = 0; i < state.roster.size; ++i) state.expectation[j][i] = baseline(run, j, i);
    sum_expectations(run, j);
    const std::size_t units = state.units_of(run.constants.level[j]);
    for (std::size_t s = 0; s < state.level_under_way[j].size(); ++s)
      state.level_under_way[j][s] = state.level_expectation[j][s % units];
  }
}

/// What behaviours remember and look at.
void make_room_for_behaviours(const Run& run) {
  State& state = run.state;
  const Setting& setting = *run.force.setting;
  const auto incentives = static_cast<int>(run.force.incentives.size());
  state.memory_width = memory_size(setting.behaviour, incentives);
  bool looks = watches(setting.behaviour);
  for (const auto& [name, group] : setting.population.groups) {
    if (!group.behaviour) continue;
    state.memory_width = std::max(state.memory_width, memory_size(*group.behaviour, incentives));
    looks = looks || watches(*group.behaviour);
  }
  state.memory.assign(state.roster.size * state.memory_width, 0.0);
  if (looks && state.past_utility.empty()) {
    state.past_units = state.units;
    state.past_utility = state.utility;
  }
}

/// What is kept of strips that nothing moves: where the next step finds it.
std::vector<const double*> columns_read_again(const State& state, const InForce& force) {
  std::vector<const double*> columns;
  if (!force.steady) return columns;
  const auto again = [&](const std::vector<double>& column, const std::vector<double>& kept) {
    columns.push_back((column.empty() ? kept : column).data());
  };
  again(state.value, state.kept_value);
  const auto adds_up = [](const InForce::Incentive& incentive) { return !incentive.readings.empty(); };
  if (std::any_of(force.incentives.begin(), force.incentives.end(), adds_up)) {
    again(state.hours, state.kept_hours);
    again(state.gaming_time, state.kept_gaming_time);
  }
  for (const std::vector<double>& column : state.plain) columns.push_back(column.data());
  return columns;
}

}  // namespace

void make_room(const Run& run, bool compared_before) {
  State& state = run.state;
  InForce& force = run.force;
  const std::size_t n = state.roster.size;
  make_room_for_setting(run, compared_before);
  if (state.next == state.first) expect_baselines(run);
  for (Sums& block : state.sums) block.closed.resize(force.incentives.size());
  const bool dismissed =
      std::any_of(force.incentives.begin(), force.incentives.end(),
                  [](const InForce::Incentive& incentive) { return dismisses_by(*incentive.scheme); }) ||
      (force.audits && force.audits->dismiss > 0);
  if (state.leaves.empty() && (dismissed || !(*force.workforce)[0].zero() || force.outside)) state.leaves.assign(n, 0);
  make_room_for_behaviours(run);
  if (!force.apart || force.led()) state.keep_columns();
  state.keep_made(force.steady);
  for (std::size_t j = 0; j < state.plain.size(); ++j) {
    if (force.steady || force.keeps_plain[j]) state.plain[j].resize(n);
  }
  force.read_again = columns_read_again(state, force);
}

// --- what follows from changes
// ----------------------------------------------------------------------------------------

void level_baselines(const Now& now, InForce& force) {
  if (now.constants.mechanisms.causal) return;
  std::vector<double>& means = force.mean_baseline;
  means.assign(index(now.constants.metrics), 0.0);
  const std::size_t n = now.state.roster.size;
  for (std::size_t j = 0; j < means.size(); ++j) {
    for (std::size_t i = 0; i < n; ++i) means[j] += now.people.metrics[j].baseline[i];
    means[j] /= static_cast<double>(n);
  }
}

void show_terms(const Now& now, InForce& force) {
  const std::size_t n = now.state.roster.size;
  for (InForce::Incentive& incentive : force.incentives) {
    const auto mean = [&](const std::optional<std::size_t>& term) {
      if (!term) return kNaN;
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) sum += (*incentive.terms)[*term][i];
      return sum / static_cast<double>(n);
    };
    incentive.target = mean(incentive.target_term);
    incentive.rate = mean(incentive.rate_term);
  }
}

void sum_noise(const Now& now, InForce& force) {
  const State& state = now.state;
  force.variance_sum.resize(index(now.constants.metrics));
  force.deviation_sum.resize(index(now.constants.metrics));
  for (std::size_t j = 0; j < index(now.constants.metrics); ++j) {
    const Level level = now.constants.level[j];
    if (level == Level::individual) continue;
    force.variance_sum[j].assign(state.units_of(level), 0.0);
    force.deviation_sum[j].assign(state.units_of(level), 0.0);
    for (std::size_t i = 0; i < state.roster.size; ++i) {
      const double deviation = now.people.metrics[j].scale[i] * now.people.metrics[j].deviations;
      if (deviation == 0) continue;
      force.variance_sum[j][state.unit_of(level, i)] += deviation * deviation;
      force.deviation_sum[j][state.unit_of(level, i)] += deviation;
    }
  }
}

}  // namespace goodhart
