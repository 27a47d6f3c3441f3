/// The order of a step, and what a phase puts in force.
#include "goodhart/engine/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "goodhart/model/filling.hpp"
#include "goodhart/model/leadership.hpp"
#include "goodhart/model/strain.hpp"
#include "sheet.hpp"
#include "simulation_state.hpp"

namespace goodhart {

namespace {

/// Below this many blocks a step is not worth sharing out over cores.
constexpr std::size_t kFewBlocks = 16;

/// The last step of a review window, as far as steps can be counted: a window may be longer than any run.
int last_of_window(int first, int every) {
  return static_cast<int>(std::min<std::int64_t>(std::int64_t{first} + every - 1, std::numeric_limits<int>::max()));
}

/// From so many employees on, their columns are in no cache when a step comes to them.
constexpr std::size_t kLarge = 30'000;

std::vector<Level> levels_of(const Setting& setting) {
  std::vector<Level> levels;
  for (const auto& [name, metric] : setting.metrics) {
    levels.push_back(metric.level == "team"           ? Level::team
                     : metric.level == "organisation" ? Level::organisation
                                                      : Level::individual);
  }
  return levels;
}

/// Is it true of some phase's setting, or of the behaviour of somebody in it?
template <class OfSetting, class OfBehaviour>
bool ever(const Scenario& scenario, OfSetting of_setting, OfBehaviour of_behaviour) {
  const auto within = [&](const Setting& setting) {
    if (of_setting(setting) || of_behaviour(setting.behaviour)) return true;
    for (const auto& [name, group] : setting.population.groups) {
      if (group.behaviour && of_behaviour(*group.behaviour)) return true;
    }
    return false;
  };
  if (within(scenario.setting)) return true;
  for (const auto& [name, policy] : scenario.policies) {
    for (const Phase& phase : policy.phases) {
      if (phase.setting && within(*phase.setting)) return true;
    }
  }
  return false;
}

/// The most incentives that any phase has.
std::size_t most_incentives(const Scenario& scenario) {
  std::size_t most = 0;
  for (const auto& [name, policy] : scenario.policies) {
    for (const Phase& phase : policy.phases) most = std::max(most, phase.incentives.size());
  }
  return most;
}

/// Do the efforts of the last step count in the next: does anybody keep them, learn by doing, fill a stock, or try?
bool looks_at_efforts(const Scenario& scenario) {
  const auto is_tried_for = [](const auto& activity) { return activity.value.spread && activity.value.spread->trying; };
  return ever(
      scenario,
      [&](const Setting& setting) {
        return !setting.learning.empty() || !setting.stocks.empty() ||
               std::any_of(setting.activities.begin(), setting.activities.end(), is_tried_for);
      },
      [](const Behaviour& behaviour) { return inertia(behaviour) > 0; });
}

/// Does all that an employee did and got count: does anybody decide otherwise than by what is best now, or leave by
/// how it fared?
bool looks_at_all(const Scenario& scenario) {
  return ever(
      scenario, [](const Setting& setting) { return setting.workforce.outside.has_value(); },
      [](const Behaviour& behaviour) { return !optimises(behaviour); });
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

Simulation::Simulation(const Scenario& scenario, Luck luck, TaskPool& pool, Mechanisms mechanisms, Columns columns) {
  const Roster roster(scenario.setting.population, luck);
  constants_ = std::make_shared<const Constants>(scenario, luck, pool, mechanisms, roster);
  state_ = std::make_unique<State>(*constants_, roster, columns == Columns::all || looks_at_all(scenario));
  if (looks_at_efforts(scenario)) state_->keep_efforts();
  in_force_ = std::make_unique<InForce>();
}

Simulation::Simulation(const Simulation& common, const Policy& policy)
    : constants_(common.constants_),
      state_(std::make_unique<State>(*common.state_)),
      in_force_(std::make_unique<InForce>()),
      policy_(&policy) {
  enter(0, common.population_.get());
}

Simulation::Simulation(Simulation&& common, const Policy& policy)
    : constants_(std::move(common.constants_)),
      state_(std::move(common.state_)),
      in_force_(std::make_unique<InForce>()),
      policy_(&policy) {
  const std::unique_ptr<Population> before = std::move(common.population_);
  enter(0, before.get());
}

Simulation::~Simulation() = default;

int Simulation::next_step() const {
  return state_->next;
}
int Simulation::phase() const {
  return in_force_->phase;
}
const StepMeans& Simulation::means() const {
  return means_;
}
HardestDecision Simulation::hardest_decision() const {
  HardestDecision hardest;
  if (!in_force_) return hardest;
  for (const InForce::Desk& desk : in_force_->desks) {
    if (desk.hardest.parts > hardest.parts) hardest = desk.hardest;
  }
  return hardest;
}
const Scenario& Simulation::scenario() const {
  return constants_->scenario;
}
const Roster& Simulation::roster() const {
  return state_->roster;
}
const Population& Simulation::population() const {
  return *population_;
}
std::span<const double> Simulation::units(int activity) const {
  return state_->units[index(activity)];
}
std::span<const double> Simulation::value() const {
  return state_->value;
}
std::span<const double> Simulation::contribution() const {
  return state_->contributions();
}
std::span<const double> Simulation::hours() const {
  return state_->hours;
}
std::span<const double> Simulation::gaming_time() const {
  return state_->gaming_time;
}
std::span<const double> Simulation::reading(int metric) const {
  return state_->reading[index(metric)];
}
std::span<const double> Simulation::reward() const {
  return state_->reward;
}
double Simulation::pay() const {
  return in_force_->setting->organisation.pay;
}
bool Simulation::has_access(std::size_t employee, int activity) const {
  return state_->access.empty() || (state_->access[employee] >> activity & 1u);
}
bool Simulation::leaves(std::size_t employee) const {
  return !state_->leaves.empty() && state_->leaves[employee];
}
double Simulation::target(std::size_t incentive, std::size_t employee) const {
  const InForce::Incentive& one = in_force_->incentives[incentive];
  return one.target_term ? (*one.terms)[*one.target_term][employee] : kNaN;
}
std::span<const double> Simulation::utility() const {
  return state_->utility;
}

void Simulation::ready() {
  if (ready_) return;
  settle();
  if (!population_) enter(-1, nullptr);
  enter_phases();
  prepare();
  ready_ = true;
}

void Simulation::step() {
  ready();
  ready_ = false;
  State& state = *state_;

  for (InForce::Desk& desk : in_force_->desks) desk.hardest = {};
  over_blocks(&Simulation::advance);
  if (!in_force_->apart) {
    share_out();
    over_blocks(&Simulation::measure_block);
    gather();
    if (in_force_->watch) audit_suspicious();
    over_blocks(&Simulation::accumulate_block);
    for (std::size_t n = 0; n < in_force_->incentives.size(); ++n) {
      if (in_force_->incentives[n].compares) contest(n);
    }
    over_blocks(&Simulation::pay_block);
  }
  leave();
  record();
  state.pending = true;
  ++state.next;
}

/// Without the causal mechanism everybody has the mean baseline.
void Simulation::level_baselines() {
  if (constants_->mechanisms.causal) return;
  std::vector<double>& means = in_force_->mean_baseline;
  means.assign(index(constants_->metrics), 0.0);
  const std::size_t n = state_->roster.size;
  for (std::size_t j = 0; j < means.size(); ++j) {
    for (std::size_t i = 0; i < n; ++i) means[j] += population_->metrics[j].baseline[i];
    means[j] /= static_cast<double>(n);
  }
}

/// What is the same for everybody in a step: where windows lie, shared luck, who did what, what is believed of rivals.
void Simulation::prepare() {
  State& state = *state_;
  InForce& force = *in_force_;
  const int t = state.next;
  level_baselines();
  for (InForce::Incentive& incentive : force.incentives) {
    const int delay = scenario().setting.metrics.entries[index(incentive.metric)].value.delay;
    incentive.open = force.from + (t + delay - force.from) / incentive.every * incentive.every;
    incentive.close = last_of_window(incentive.open, incentive.every);
    const bool worthwhile = std::exchange(incentive.worthwhile, incentive.close < force.to);
    const double patience =
        std::exchange(incentive.patience, std::pow(force.setting->effort.discount, incentive.close - t));
    if (incentive.worthwhile != worthwhile || incentive.patience != patience) state.move_all();
    incentive.opened = force.from + (t - force.from) / incentive.every * incentive.every;
    const int closing = last_of_window(incentive.opened, incentive.every);
    incentive.closes = t == closing;
    incentive.settles = !incentive.closes && t == scenario().time.steps - 1 && closing < force.to;
  }
  for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
    const Metric& metric = force.setting->metrics.entries[j].value;
    double four[kNoiseGroup] = {};
    if (metric.common > 0)
      standard_noise(metric.noise, constants_->common_noise[j], constants_->luck.replicate, t, 0, four);
    force.common[j] = four[0];
  }
  std::swap(state.doing, state.seen);
  note_sightings();
  if (force.erodes || force.tries) {
    constants_->peers.count(state.seen, state.roster, constants_->activities, state.counts);
  }
  if (!state.past_utility.empty()) {
    state.past_units = state.units;
    state.past_utility = state.utility;
  }

  // Beliefs about rivals: at first from what each would do by itself, then from the last closed window.
  const auto compared = [](const InForce::Incentive& incentive) { return incentive.compares && !incentive.believes; };
  if (std::any_of(force.incentives.begin(), force.incentives.end(), compared)) {
    over_blocks(&Simulation::imagine);
    for (InForce::Incentive& incentive : force.incentives) {
      if (!compared(incentive)) continue;
      const auto& plain = state.plain[index(incentive.metric)];
      std::fill(incentive.expected.begin(), incentive.expected.end(), 0.0);
      for (std::size_t i = 0; i < state.roster.size; ++i) {
        const std::size_t e = incentive.entrant(state.roster, i);
        incentive.expected[e] +=
            plain[i] / (incentive.level == Level::team ? static_cast<double>(state.roster.members(e)) : 1.0);
      }
      incentive.believes = incentive.stale = true;
    }
  }
  for (std::size_t n = 0; n < force.incentives.size(); ++n) {
    if (force.incentives[n].compares && force.incentives[n].stale) believe(n);
  }
}

/// Moves those whose peers were seen doing otherwise in the last step than in the one before.
void Simulation::note_sightings() {
  State& state = *state_;
  if (!in_force_->erodes || state.rest.empty()) return;
  const std::size_t n = state.roster.size;
  for (std::size_t k = 0; k < population_->activities.size(); ++k) {
    if (population_->activities[k].erosion == 0) continue;
    const std::uint32_t* now = state.seen.words(static_cast<int>(k));
    const std::uint32_t* before = state.doing.words(static_cast<int>(k));
    // `doing` has been swapped: it holds the step before the last.
    for (std::size_t w = 0; w < state.seen.words(); ++w) {
      if (now[w] == before[w]) continue;
      const std::size_t first = w * Sightings::kWord, last = std::min(first + Sightings::kWord, n);
      const auto [begin, end] = constants_->peers.seen_by(first, last, state.roster);
      state.move(begin, end);
      if (begin == 0 && end == n) return;
    }
  }
}

void Simulation::over_blocks(void (Simulation::*stage)(std::size_t)) {
  const std::size_t blocks = state_->sums.size();
  if (blocks < kFewBlocks) {
    for (std::size_t b = 0; b < blocks; ++b) (this->*stage)(b);
  } else {
    constants_->pool.for_each(blocks, [&](std::size_t b) { (this->*stage)(b); });
  }
}

void Simulation::over_strips(std::size_t block, void (Simulation::*stage)(Sheet&, std::size_t)) {
  const std::size_t end = std::min((block + 1) * kBlock, state_->roster.size);
  Sheet& sheet = constants_->sheet();
  for (std::size_t begin = block * kBlock; begin < end; begin += kStrip) {
    lay(sheet, begin, std::min(kStrip, end - begin));
    (this->*stage)(sheet, block);
  }
}

/// Lays the strip of `count` employees from `begin` on before a worker.
void Simulation::lay(Sheet& sheet, std::size_t begin, std::size_t count) const {
  State& state = *state_;
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

/// Asks for the next strip's numbers while this one is worked on: column after column, each a page or so, is nothing
/// that processors foresee by themselves.
void Simulation::fetch_ahead(const Sheet& sheet) const {
  constexpr std::size_t kLine = 64 / sizeof(double);
  const std::size_t n = state_->roster.size, from = sheet.begin + kStrip;
  if (n < kLarge || from + kStrip > n) return;
  const bool kept = state_->kept(from / kStrip);
  for (const double* column : kept ? in_force_->read_again : in_force_->read) {
    for (std::size_t at = from; at < from + kStrip; at += kLine) __builtin_prefetch(column + at, 0, 2);
  }
  if (!kept) constants_->peers.fetch(from, kStrip);
}

/// All stages of a block, or as far as each employee goes by itself.
void Simulation::advance(std::size_t block) {
  state_->sums[block].clear();
  over_strips(block, &Simulation::advance_strip);
}

void Simulation::advance_strip(Sheet& sheet, std::size_t block) {
  fetch_ahead(sheet);
  // What is seen of a strip that nothing moves stands in both of the last two steps' sightings already.
  if (!state_->kept(sheet.strip)) {
    perceive(sheet);
    choose(sheet, block);
    produce(sheet);
  }
  if (!in_force_->apart) return;
  measure(sheet, block);
  accumulate(sheet, block);
  pay_out(sheet, block);
}

bool Simulation::has_past(std::size_t employee) const {
  return state_->next > state_->first && state_->roster.arrival[employee] != state_->next;
}

// --- phases
// ------------------------------------------------------------------------------------------------------------

void Simulation::enter_phases() {
  if (!policy_) return;
  int next = -1;
  for (std::size_t p = 0; p < policy_->phases.size(); ++p) {
    if (policy_->phases[p].from == state_->next && static_cast<int>(p) != in_force_->phase) next = static_cast<int>(p);
  }
  // A phase that starts by the calendar goes before one that leadership wants.
  if (next < 0) next = in_force_->revised;
  if (next >= 0) enter(next, population_.get());
}

/// Puts a phase in force (-1: the burn-in's, without a policy). `before` are the people as they were; null at the
/// start.
void Simulation::enter(int phase, const Population* before) {
  InForce& force = *in_force_;
  State& state = *state_;
  const Phase* now = phase < 0 ? nullptr : &policy_->phases[index(phase)];
  const Setting* setting = now && now->setting ? now->setting.get() : &scenario().setting;
  if (setting != force.setting || !population_) {
    auto people = std::make_unique<Population>(*setting, state.roster, constants_->luck);
    const auto changes = [&](const std::string& trait) {
      const auto& names = people->trait_names;
      people->will_change(static_cast<int>(std::find(names.begin(), names.end(), trait) - names.begin()));
    };
    for (const TraitLearning& learning : setting->learning) changes(learning.trait);
    for (const Stock& stock : setting->stocks) changes(stock.trait);
    if (before) people->carry_over(*before);
    population_ = std::move(people);
    require_convex_strain(*population_, state.roster.size);
  }
  force.setting = setting;
  force.phase = phase;
  force.revised = -1;
  const std::size_t n = state.roster.size, metrics = index(constants_->metrics);

  // What depends on the setting alone.
  force.common.assign(metrics, 0.0);
  force.charged.assign(metrics, 0);
  force.keeps_plain.assign(metrics, 0);
  force.erodes = force.gives = force.loads = force.costs = force.spreads = force.tries = false;
  force.setups.clear();
  for (std::size_t k = 0; k < population_->activities.size(); ++k) {
    const ActivityColumns& activity = population_->activities[k];
    force.erodes = force.erodes || activity.erosion > 0;
    force.gives = force.gives || !activity.team_value.zero() || !activity.team_saturation.zero();
    force.loads = force.loads || !activity.team_load.zero();
    force.costs = force.costs || !activity.cost.always(0);
    const std::optional<Spread>& spread = setting->activities.entries[k].value.spread;
    force.spreads = force.spreads || spread;
    force.tries = force.tries || (spread && spread->trying);
    if (setting->activities.entries[k].value.setup) force.setups.push_back(static_cast<int>(k));
  }
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
  force.workforce = &population_->add_terms(setting->workforce, "workforce");
  const bool compared_before = force.outside != nullptr;
  force.outside = nullptr;
  if (setting->workforce.outside) {
    force.outside = &population_->add_terms(*setting->workforce.outside, "workforce.outside");
    if (!compared_before) {
      state.fared.assign(n, 0.0);
      state.fared_since = state.next;
    }
  }
  force.learning.clear();
  for (std::size_t l = 0; l < setting->learning.size(); ++l) {
    const TraitLearning& learning = setting->learning[l];
    const auto& names = population_->trait_names;
    const auto trait = std::find(names.begin(), names.end(), learning.trait) - names.begin();
    force.learning.push_back({&population_->add_terms(learning, "learning." + std::to_string(l)),
                              static_cast<int>(trait), setting->activities.index(learning.by)});
  }
  force.stocks.clear();
  for (std::size_t s = 0; s < setting->stocks.size(); ++s) {
    const Stock& stock = setting->stocks[s];
    const auto& names = population_->trait_names;
    InForce::Pool& pool = force.stocks.emplace_back();
    pool.adds = &population_->add_terms(stock, setting->activities, "stocks." + std::to_string(s));
    pool.trait = static_cast<int>(std::find(names.begin(), names.end(), stock.trait) - names.begin());
    pool.of_team = stock.of == "team";
    // The trait holds the level from one phase to the next.
    pool.level.resize(pool.of_team ? state.roster.teams() : 1);
    for (std::size_t u = 0; u < pool.level.size(); ++u) {
      pool.level[u] = population_->traits[index(pool.trait)][u * state.roster.team_size];
    }
  }
  if (force.spreads && state.access.empty()) {
    state.access.resize(n);
    for (std::size_t i = 0; i < n; ++i) state.access[i] = first_access(i);
  }
  sum_noise();
  level_baselines();
  if (state.next == state.first) {
    for (std::size_t j = 0; j < metrics; ++j) {
      if (constants_->level[j] == Level::individual) continue;
      for (std::size_t i = 0; i < n; ++i) state.expectation[j][i] = baseline(j, i);
      sum_expectations(j);
      const std::size_t units = state.units_of(constants_->level[j]);
      for (std::size_t s = 0; s < state.level_under_way[j].size(); ++s)
        state.level_under_way[j][s] = state.level_expectation[j][s % units];
    }
  }

  move_dashboards();

  // The policy.
  force.incentives.clear();
  force.audits = nullptr;
  force.watch.reset();
  force.leadership = nullptr;
  if (now) {
    force.from = state.next;
    // Beyond the end that nobody knows of things go on as they are.
    force.to = scenario().time.end == "known" ? scenario().time.steps : std::numeric_limits<int>::max();
    for (const Phase& other : policy_->phases) {
      if (&other != now && other.from && *other.from > state.next) force.to = std::min(force.to, *other.from);
    }
    force.leadership = &now->leadership;
    force.beliefs.assign(now->leadership.size(), {});
    for (const Move& move : now->leadership) {
      for (const std::string& metric : metrics_read(move)) force.charged[index(setting->metrics.index(metric))] = 1;
    }
    const std::vector<std::string> names = incentive_names(now->incentives);
    for (std::size_t c = 0; c < names.size(); ++c) put_in_force(*now, c, names[c]);
    if (now->audits) {
      force.audits = &*now->audits;
      force.audit_rate = &population_->add_terms(*now->audits, "audits");
      watch();
    }
  }
  for (Sums& block : state.sums) block.closed.resize(force.incentives.size());

  const bool dismisses =
      std::any_of(force.incentives.begin(), force.incentives.end(), [](const InForce::Incentive& incentive) {
        return std::visit([](const auto& kind) { return goodhart::dismisses(kind); }, *incentive.scheme);
      });
  if (state.leaves.empty() &&
      (dismisses || (force.audits && force.audits->dismiss > 0) || !(*force.workforce)[0].zero() || force.outside))
    state.leaves.assign(n, 0);

  // What behaviours remember and look at.
  const auto incentives = static_cast<int>(force.incentives.size());
  state.memory_width = memory_size(setting->behaviour, incentives);
  bool looks = watches(setting->behaviour);
  for (const auto& [name, group] : setting->population.groups) {
    if (!group.behaviour) continue;
    state.memory_width = std::max(state.memory_width, memory_size(*group.behaviour, incentives));
    looks = looks || watches(*group.behaviour);
  }
  state.memory.assign(n * state.memory_width, 0.0);
  if (looks && state.past_utility.empty()) {
    state.past_units = state.units;
    state.past_utility = state.utility;
  }
  note_rules(*setting);
  force.read = population_->read_in_each_step();
  const auto compared = [](const InForce::Incentive& incentive) { return incentive.compares; };
  force.apart = state.received.empty() && state.loads.empty() && !force.watch &&
                std::all_of(constants_->level.begin(), constants_->level.end(),
                            [](Level level) { return level == Level::individual; }) &&
                std::none_of(force.incentives.begin(), force.incentives.end(), compared);
  if (!force.apart || (force.leadership && !force.leadership->empty())) state.keep_columns();
  force.steady = is_steady();
  state.keep_made(force.steady);
  for (std::size_t j = 0; j < metrics && force.steady; ++j) state.plain[j].resize(n);
  force.read_again.clear();
  const auto again = [&](const std::vector<double>& column, const std::vector<double>& kept) {
    force.read_again.push_back((column.empty() ? kept : column).data());
  };
  if (force.steady) {
    again(state.value, state.kept_value);
    const auto adds_up = [](const InForce::Incentive& incentive) { return !incentive.readings.empty(); };
    if (std::any_of(force.incentives.begin(), force.incentives.end(), adds_up)) {
      again(state.hours, state.kept_hours);
      again(state.gaming_time, state.kept_gaming_time);
    }
    for (const std::vector<double>& column : state.plain) force.read_again.push_back(column.data());
  }
  const auto bent = [](const InForce::Incentive& incentive) { return !straight(*incentive.scheme); };
  const std::size_t curves =
      1 +  // what suspicion takes of a fine
      kMostCurves * static_cast<std::size_t>(std::count_if(force.incentives.begin(), force.incentives.end(), bent));
  force.desks.resize(state.sums.size());
  for (InForce::Desk& desk : force.desks) {
    desk.curves.resize(curves);
    desk.alone_curves.resize(curves);
  }
  show_terms();
}

/// What of behaviours and rewards decides how decisions are made (see `choose`).
void Simulation::note_rules(const Setting& setting) {
  InForce& force = *in_force_;
  force.rules.clear();
  force.inert = force.closes_gaming = false;
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
  force.curved = -1;
  // Charges are chosen one by one.
  const bool charges = !force.setups.empty() || (force.audits && force.audits->fine > 0);
  force.straight = optimise && !charges && !force.tries && constants_->activities <= kMostFilled &&
                   population_->effort.interactions.empty();
  for (const InForce::Incentive& incentive : force.incentives) {
    if (straight(*incentive.scheme)) {
      force.straight = force.straight && !(foresee && incentive.ratchet_speed > 0);
    } else {
      // Of those that are curved one may be a step or what a contest promises.
      force.straight = force.straight && force.curved < 0 && !incentive.rate_term;
      force.curved = static_cast<int>(&incentive - force.incentives.data());
    }
  }
  for (const ActivityColumns& activity : population_->activities) {
    // Time that is foreseen is felt and not taken.
    force.straight = force.straight && (activity.after == 0 || activity.foreseen.always(0) ||
                                        activity.later_time.always(0) || population_->effort.strain.always(0));
  }
}

/// Does nothing change what an employee decides on, and what its efforts make, but what `move` is called for? So there
/// is no luck in it, nothing from earlier steps, and nothing from team mates.
bool Simulation::is_steady() const {
  const InForce& force = *in_force_;
  const State& state = *state_;
  const auto later = [](const ActivityColumns& activity) { return activity.after > 0; };
  const auto delayed = [](const auto& metric) { return metric.value.delay > 0; };
  const auto steady = [](const InForce::Incentive& incentive) {
    if (straight(*incentive.scheme)) return true;  // whatever others do, and how the window stands
    return incentive.every == 1 && !incentive.compares && incentive.level == Level::individual;
  };
  const auto& metrics = force.setting->metrics;
  return force.optimises && !force.inert && !force.audits && force.setups.empty() && force.learning.empty() &&
         force.stocks.empty() && !force.tries && state.received.empty() && state.loads.empty() &&
         constants_->mechanisms.causal &&
         std::none_of(population_->activities.begin(), population_->activities.end(), later) &&
         std::none_of(metrics.begin(), metrics.end(), delayed) &&
         std::all_of(force.incentives.begin(), force.incentives.end(), steady);
}

void Simulation::put_in_force(const Phase& phase, std::size_t c, const std::string& name) {
  const Setting& setting = *in_force_->setting;
  const Roster& roster = state_->roster;
  InForce::Incentive& incentive = in_force_->incentives.emplace_back();
  incentive.name = name;
  incentive.scheme = &phase.incentives[c];
  // The luck of an incentive's quantities is named by the incentive alone, so that policies which share it share the
  // luck.
  incentive.as_drawn = &population_->add_terms(phase.incentives[c], "incentives." + name);
  if (!constants_->mechanisms.extremal) incentive.bent = std::make_unique<Terms>(*incentive.as_drawn);
  incentive.drawn = incentive.terms = incentive.bent ? incentive.bent.get() : incentive.as_drawn;
  incentive.target_term = target_term(*incentive.scheme);
  incentive.rate_term = rate_term(*incentive.scheme);
  incentive.compares = compares(*incentive.scheme);
  bool dismisses = false;
  std::visit(
      [&](const auto& kind) {
        incentive.metric = setting.metrics.index(kind.metric);
        incentive.every = kind.every;
        dismisses = goodhart::dismisses(kind);
        if constexpr (requires { kind.scope; }) incentive.within_team = kind.scope == "team";
      },
      phase.incentives[c]);
  const auto j = index(incentive.metric);
  incentive.lower = setting.metrics.entries[j].value.better == "lower";
  incentive.level = constants_->level[j];
  move_readings(in_force_->incentives.size() - 1);
  in_force_->charged[j] = 1;
  if (incentive.every > 1 || incentive.compares) {
    for (auto* column : {&incentive.readings, &incentive.contributions, &incentive.hours, &incentive.gaming_time})
      column->assign(roster.size, 0.0);
  }
  if (incentive.compares) {
    const std::size_t entrants = incentive.entrants(roster);
    in_force_->keeps_plain[j] = 1;
    state_->plain[j].resize(roster.size);
    for (auto* column : {&incentive.plain, &incentive.expected, &incentive.variance, &incentive.sorted})
      column->assign(entrants, 0.0);
    if (incentive.level == Level::team) incentive.ranked.assign(entrants, 0.0);
    incentive.place.assign(entrants, 0);
    incentive.merit.assign(roster.size, 0.0);
    const std::size_t scopes = incentive.within_team ? roster.teams() : 1;
    incentive.sum_expected.assign(scopes, 0.0);
    incentive.sum_variance.assign(scopes, 0.0);
    incentive.lot = std::make_unique<Draws>(constants_->luck.seed, Purpose::lot, name);
  }
  // What leadership moves stands apart from what was drawn.
  bool moved = false;
  for (const Move& move : phase.leadership) {
    if (moves_target_of(move) == name) {
      incentive.moves_target = moved = true;
      if (const auto* ratchet = std::get_if<Ratchet>(&move)) {
        incentive.ratchet_speed = ratchet->speed;
        incentive.ratchet_of = ratchet->of;
      }
    }
    moved = moved || (moves_rates(move) && retrainable(*incentive.scheme));
  }
  if (moved) {
    incentive.moved = std::make_unique<Terms>(*incentive.drawn);
    incentive.terms = incentive.moved.get();
    if (incentive.moves_target) {
      Column& target = (*incentive.moved)[*incentive.target_term];
      std::vector<double> own(roster.size);
      for (std::size_t i = 0; i < own.size(); ++i) own[i] = target[i];
      target = Column(std::move(own));
    }
  }
  if (incentive.moves_target || (dismisses && setting.workforce.hiring.copy))
    incentive.achieved.assign(roster.size, kNaN);
}

void Simulation::show_terms() {
  const std::size_t n = state_->roster.size;
  for (InForce::Incentive& incentive : in_force_->incentives) {
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

/// The noise of the mean reading of teams or of all: sums of variances and of standard deviations over the members.
void Simulation::sum_noise() {
  InForce& force = *in_force_;
  const State& state = *state_;
  force.variance_sum.resize(index(constants_->metrics));
  force.deviation_sum.resize(index(constants_->metrics));
  for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
    const Level level = constants_->level[j];
    if (level == Level::individual) continue;
    force.variance_sum[j].assign(state.units_of(level), 0.0);
    force.deviation_sum[j].assign(state.units_of(level), 0.0);
    for (std::size_t i = 0; i < state.roster.size; ++i) {
      const double deviation = population_->metrics[j].scale[i] * population_->metrics[j].deviations;
      if (deviation == 0) continue;
      force.variance_sum[j][state.unit_of(level, i)] += deviation * deviation;
      force.deviation_sum[j][state.unit_of(level, i)] += deviation;
    }
  }
}

}  // namespace goodhart
