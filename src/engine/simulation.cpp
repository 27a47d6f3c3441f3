/// The order of a step.
#include "goodhart/engine/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "goodhart/model/decision.hpp"
#include "goodhart/model/noise.hpp"
#include "goodhart/model/strain.hpp"
#include "moments.hpp"

namespace goodhart {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Employees are worked on in blocks of this many, so that what a stage writes is still in cache when the next reads
/// it. Sums are taken within blocks and then over blocks in order, so they do not depend on who worked on which.
constexpr std::size_t kBlock = 1024;
static_assert(kBlock % kNoiseGroup == 0);

/// Below this many blocks a step is not worth sharing out over cores.
constexpr std::size_t kFewBlocks = 16;

constexpr std::size_t index(int i) {
  return static_cast<std::size_t>(i);
}

/// Sums over the employees of one block.
struct Sums {
  double value = 0, cost = 0, waste = 0, hours = 0, gaming_time = 0, burden = 0, utility = 0, reward = 0, audits = 0;
  double gamers = 0;
  std::array<double, kMostActivities> effort{}, doing{};
  std::array<Moments, kMostReadings> metric{};  ///< x: reading, y: contribution of the step it reads
  std::array<double, kMostReadings> above{};    ///< employees at or above the dashboard's level
  struct Group {
    double people = 0, value = 0, hours = 0, gaming_time = 0;
    std::array<double, kMostActivities> effort{};
  };
  std::vector<Group> groups;
  /// Of the windows that close in this step, by incentive.
  struct Closed {
    double people = 0, contribution = 0, reading = 0, hours = 0, gaming_time = 0;  ///< over those rewarded
  };
  std::vector<Closed> closed;
};

}  // namespace

/// What never changes in the course of a run.
struct Simulation::Constants {
  const Scenario& scenario;
  Luck luck;
  TaskPool& pool;
  Peers peers;
  int activities, metrics;
  std::vector<Draws> noise, common_noise;  ///< by metric
  Draws audit, dismissal, inertia;

  Constants(const Scenario& all, Luck run, TaskPool& tasks, const Roster& roster)
      : scenario(all),
        luck(run),
        pool(tasks),
        peers(peers_of(all.setting.population.network, roster, run)),
        activities(static_cast<int>(all.setting.activities.size())),
        metrics(static_cast<int>(all.setting.metrics.size())),
        audit(run.seed, Purpose::audit),
        dismissal(run.seed, Purpose::dismissal),
        inertia(run.seed, Purpose::inertia) {
    for (const auto& [name, metric] : all.setting.metrics) {
      noise.emplace_back(run.seed, Purpose::noise, name);
      common_noise.emplace_back(run.seed, Purpose::common_noise, name);
    }
  }
};

/// What varies from step to step and is carried over from the burn-in.
struct Simulation::State {
  int next;   ///< the step to carry out next
  int first;  ///< the first step of the run
  Roster roster;
  std::vector<std::vector<double>>
      units;                          ///< efforts of the last step     (activities x employees), units of the activity
  std::vector<Doing> doing, seen;     ///< what was visibly done in the last step, and in the one before it (employees)
  std::vector<std::uint32_t> counts;  ///< of `seen`, see Peers::counts
  // Rings of what is still to come; slot (step mod length) holds what was put there `length` steps before.
  std::vector<std::vector<double>> due;          ///< units done             (activities x after x employees)
  std::vector<std::vector<double>> under_way;    ///< effort part of readings (metrics x delay x employees)
  std::vector<std::vector<double>> believed;     ///< the same as employees believe it, where they believe otherwise
  std::vector<std::vector<double>> contributed;  ///< contributions           (metrics x delay x employees)
  // The last step.
  std::vector<double> value, hours, gaming_time, utility, reward;  ///< (employees)
  std::vector<std::vector<double>> reading;                        ///< (metrics x employees)
  std::vector<char> dismissed;                                     ///< (employees; empty where nobody can be)
  std::vector<Sums> sums;                                          ///< (blocks)

  State(const Scenario& scenario, const Roster& people)
      : next(-scenario.time.before), first(-scenario.time.before), roster(people) {
    const std::size_t n = roster.size;
    units.assign(scenario.setting.activities.size(), std::vector<double>(n));
    doing.assign(n, 0);
    seen.assign(n, 0);
    for (const auto& [name, activity] : scenario.setting.activities) {
      due.emplace_back(activity.later ? n * index(activity.later->after) : 0);
    }
    for (const auto& [name, metric] : scenario.setting.metrics) {
      const std::size_t size = n * index(metric.delay);
      under_way.emplace_back(size);
      contributed.emplace_back(size);
      believed.emplace_back(size);
    }
    for (auto* column : {&value, &hours, &gaming_time, &utility, &reward}) column->assign(n, 0.0);
    reading.assign(scenario.setting.metrics.size(), std::vector<double>(n));
    sums.resize((n + kBlock - 1) / kBlock);
    for (Sums& block : sums) block.groups.resize(roster.groups.size());
  }
};

/// The phase in force: its setting, and where each incentive's review window stands.
struct Simulation::InForce {
  struct Incentive {
    const Scheme* scheme;
    const Terms* terms;
    int metric = 0;
    int every = 1;
    bool lower = false;
    // Sums over the window so far (employees); empty where a window is one step.
    std::vector<double> readings, contributions, hours, gaming_time;
    // Shown in results.
    double target = kNaN, rate = kNaN, attained = kNaN, contribution = kNaN, reading = kNaN, gaming_share = kNaN;
    // How the window lies in which the efforts of this step will be read; the same for all but newcomers.
    bool worthwhile = false;  ///< does it close before the phase ends?
    int open = 0, close = 0;  ///< its first and last step
    double patience = 1;      ///< what a unit of pay at its close is worth now
    bool closes = false;      ///< does the window of this step's reading close now?
    int opened = 0;           ///< and where did that begin?
  };
  int phase = -1;
  int from = 0, to = 0;
  const Setting* setting = nullptr;
  std::vector<Incentive> incentives;
  const Terms* audit_rate = nullptr;
  const Audits* audits = nullptr;
  std::vector<char> charged;   ///< is the metric's cost charged?    (metrics)
  std::vector<double> common;  ///< this step's common noise         (metrics)
  bool erodes = false;         ///< does anything depend on peers?
};

/// One employee in one step: what it perceives and decides.
struct Simulation::Person {
  std::size_t i = 0;
  double due_time = 0, due_value = 0;               ///< what falls due now
  std::array<double, kMostReadings> due_reading{};  ///< by metric
  PerActivity aversion{};                           ///< after erosion by peers
  PerActivity foreseen{};                           ///< share of what comes later that counts now
  PerActivity believed_value{};                     ///< value of a unit as the employee believes it
  PerActivity efforts{};
  double care = 0;  ///< intrinsic motivation after crowding out
  // Where the decision is put together. One Person serves a whole block, so that these are not cleared for each
  // employee.
  Decision decision;
  std::array<Curve, kMostIncentives> curves;
  std::array<double, std::size_t{kMostActivities} * kMostActivities> interaction;
};

Simulation::Simulation(const Scenario& scenario, Luck luck, TaskPool& pool) {
  const Roster roster(scenario.setting.population, luck);
  constants_ = std::make_shared<const Constants>(scenario, luck, pool, roster);
  state_ = std::make_unique<State>(scenario, roster);
  in_force_ = std::make_unique<InForce>();
}

Simulation::Simulation(const Simulation& common, const Policy& policy)
    : constants_(common.constants_),
      state_(std::make_unique<State>(*common.state_)),
      in_force_(std::make_unique<InForce>()),
      policy_(&policy) {
  for (const Phase& phase : policy.phases) {
    if (phase.audits && phase.audits->dismiss > 0) state_->dismissed.assign(state_->roster.size, 0);
  }
  enter(0);
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
  return state_->value;
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
std::span<const double> Simulation::utility() const {
  return state_->utility;
}

void Simulation::step() {
  State& state = *state_;
  if (!population_) enter(-1);
  replace_leavers();
  enter_phases();

  // What is the same for everybody in this step: where windows lie, shared luck, who did what.
  InForce& force = *in_force_;
  const int t = state.next;
  for (InForce::Incentive& incentive : force.incentives) {
    const int delay = scenario().setting.metrics.entries[index(incentive.metric)].value.delay;
    incentive.open = force.from + (t + delay - force.from) / incentive.every * incentive.every;
    incentive.close = incentive.open + incentive.every - 1;
    incentive.worthwhile = incentive.close < force.to;
    incentive.patience = std::pow(force.setting->effort.discount, incentive.close - t);
    incentive.opened = force.from + (t - force.from) / incentive.every * incentive.every;
    incentive.closes = t == incentive.opened + incentive.every - 1;
  }
  for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
    const Metric& metric = force.setting->metrics.entries[j].value;
    double four[kNoiseGroup] = {};
    if (metric.common > 0)
      standard_noise(metric.noise, constants_->common_noise[j], constants_->luck.replicate, t, 0, four);
    force.common[j] = four[0];
  }
  std::swap(state.doing, state.seen);
  if (force.erodes) state.counts = constants_->peers.counts(state.seen, state.roster, constants_->activities);

  over_blocks(&Simulation::advance);  // perceive, decide, produce, measure
  over_blocks(&Simulation::review);
  record();
  adapt();
  ++state.next;
}

void Simulation::over_blocks(void (Simulation::*stage)(std::size_t)) {
  const std::size_t blocks = state_->sums.size();
  if (blocks < kFewBlocks) {
    for (std::size_t b = 0; b < blocks; ++b) (this->*stage)(b);
  } else {
    constants_->pool.for_each(blocks, [&](std::size_t b) { (this->*stage)(b); });
  }
}

// --- phases
// ------------------------------------------------------------------------------------------------------------

void Simulation::enter_phases() {
  if (!policy_) return;
  const auto& phases = policy_->phases;
  for (int p = in_force_->phase + 1; p < static_cast<int>(phases.size()); ++p) {
    if (phases[index(p)].from == state_->next) enter(p);
  }
}

void Simulation::enter(int phase) {
  InForce& force = *in_force_;
  const Setting* before = force.setting;
  const Phase* now = phase < 0 ? nullptr : &policy_->phases[index(phase)];
  force.phase = phase;
  force.setting = now && now->setting ? now->setting.get() : &scenario().setting;
  if (force.setting != before || !population_) {
    population_ = std::make_unique<Population>(*force.setting, state_->roster, constants_->luck);
    require_convex_strain(*population_, state_->roster.size);
  }
  force.common.assign(index(constants_->metrics), 0.0);
  force.charged.assign(index(constants_->metrics), 0);
  force.erodes = false;
  for (const auto& [name, activity] : force.setting->activities) force.erodes = force.erodes || activity.erosion > 0;
  force.incentives.clear();
  force.audits = nullptr;
  if (!now) return;

  force.from = now->from;
  force.to = index(phase) + 1 < policy_->phases.size()
                 ? std::min(policy_->phases[index(phase) + 1].from, scenario().time.steps)
                 : scenario().time.steps;
  const std::vector<std::string> names = incentive_names(now->incentives);
  for (std::size_t n = 0; n < names.size(); ++n) {
    InForce::Incentive incentive;
    incentive.scheme = &now->incentives[n];
    // The luck of an incentive's quantities is named by the incentive alone, so that policies which share it share the
    // luck.
    incentive.terms = &population_->add_terms(now->incentives[n], "incentives." + names[n]);
    std::visit(
        [&](const auto& kind) {
          incentive.metric = scenario().setting.metrics.index(kind.metric);
          incentive.every = kind.every;
        },
        now->incentives[n]);
    incentive.lower = scenario().setting.metrics.entries[index(incentive.metric)].value.better == "lower";
    if (incentive.every > 1) {
      for (auto* column : {&incentive.readings, &incentive.contributions, &incentive.hours, &incentive.gaming_time}) {
        column->assign(state_->roster.size, 0.0);
      }
    }
    force.charged[index(incentive.metric)] = 1;
    force.incentives.push_back(std::move(incentive));
  }
  if (now->audits) {
    force.audits = &*now->audits;
    force.audit_rate = &population_->add_terms(*now->audits, "audits");
  }
  for (Sums& block : state_->sums) block.closed.resize(names.size());
  show_terms();
}

void Simulation::show_terms() {
  const std::size_t n = state_->roster.size;
  for (InForce::Incentive& incentive : in_force_->incentives) {
    double target = 0, rate = 0;
    for (std::size_t i = 0; i < n; ++i) {
      target += target_of(*incentive.scheme, *incentive.terms, i);
      rate += rate_of(*incentive.scheme, *incentive.terms, i);
    }
    incentive.target = target / static_cast<double>(n);
    incentive.rate = rate / static_cast<double>(n);
  }
}

// --- 1 to 4: what employees do
// -----------------------------------------------------------------------------------------

void Simulation::advance(std::size_t block) {
  Sums& sums = state_->sums[block];
  {
    Sums fresh;
    fresh.groups.swap(sums.groups);
    fresh.closed.swap(sums.closed);
    std::fill(fresh.groups.begin(), fresh.groups.end(), Sums::Group{});
    std::fill(fresh.closed.begin(), fresh.closed.end(), Sums::Closed{});
    std::swap(sums, fresh);
  }
  const std::size_t end = std::min((block + 1) * kBlock, state_->roster.size);
  Person me;
  for (std::size_t i = block * kBlock; i < end; ++i) {
    me.i = i;
    perceive(me);
    decide(me);
    produce(me, block);
  }
  measure(block);
}

void Simulation::perceive(Person& me) const {
  const State& state = *state_;
  const Setting& setting = *in_force_->setting;
  const std::size_t n = state.roster.size;
  me.due_time = me.due_value = 0;
  std::fill_n(me.due_reading.begin(), constants_->metrics, 0.0);
  for (std::size_t k = 0; k < index(constants_->activities); ++k) {
    const ActivityColumns& activity = population_->activities[k];
    me.aversion[k] = activity.aversion[me.i];
    if (activity.erosion > 0) {
      const double share = constants_->peers.share(me.i, static_cast<int>(k), state.seen, state.counts, state.roster,
                                                   constants_->activities);
      me.aversion[k] *= 1 - activity.erosion * share;
    }
    me.believed_value[k] = activity.perceived_value[me.i];
    if (activity.after == 0) continue;
    // What falls due now comes from the efforts of `after` steps ago.
    me.foreseen[k] = activity.foreseen[me.i];
    if (setting.effort.discount != 1) me.foreseen[k] *= std::pow(setting.effort.discount, activity.after);
    me.believed_value[k] += me.foreseen[k] * activity.later_value[me.i];
    const double then = state.due[k][index((state.next - state.first) % activity.after) * n + me.i];
    me.due_time += activity.later_time[me.i] * then;
    me.due_value += activity.later_value[me.i] * then;
    for (const auto& [metric, amount] : activity.later_amounts) me.due_reading[index(metric)] += amount[me.i] * then;
  }
}

void Simulation::decide(Person& me) const {
  const State& state = *state_;
  const InForce& force = *in_force_;
  const Population& people = *population_;
  const Effort& effort = force.setting->effort;
  const std::size_t i = me.i, n = state.roster.size;
  const auto activities = index(constants_->activities);
  const int t = state.next;

  // The constraints.
  Decision& decision = me.decision;
  decision.activities = constants_->activities;
  decision.gaming = 0;
  decision.readings = 0;
  decision.curves = {};
  decision.budget = std::max(0.0, people.effort.budget[i] - me.due_time);
  decision.strain = people.effort.strain[i];
  decision.slack = people.effort.norm[i] - me.due_time;
  for (std::size_t k = 0; k < activities; ++k) {
    const ActivityColumns& activity = people.activities[k];
    decision.time[k] = activity.time[i];
    decision.felt_time[k] = activity.time[i] + (activity.after > 0 ? me.foreseen[k] * activity.later_time[i] : 0.0);
    decision.most[k] = activity.max[i];
    decision.gaming |= std::uint32_t{activity.gaming} << k;
  }
  // What the employee never does, whatever it pays.
  const int group = state.roster.group_of(i);
  const bool own = group >= 0 && force.setting->population.groups.entries[index(group)].value.behaviour;
  const Behaviour& behaviour =
      own ? *force.setting->population.groups.entries[index(group)].value.behaviour : force.setting->behaviour;
  limit(behaviour, decision);
  auto& interaction = me.interaction;
  if (!people.effort.interactions.empty()) {
    std::fill_n(interaction.begin(), activities * activities, 0.0);
    for (const EffortColumns::Pair& pair : people.effort.interactions) {
      interaction[index(pair.first) * activities + index(pair.second)] += pair.strain[i];
      interaction[index(pair.second) * activities + index(pair.first)] += pair.strain[i];
    }
    decision.interaction = interaction.data();
  }

  // Readings as the employee believes its efforts make them, and the incentives on them.
  auto& curves = me.curves;
  std::array<int, kMostReadings> place;  // of a metric among the decision's readings
  place.fill(-1);
  const auto read = [&](int metric, Reading& reading) {
    const MetricColumns& columns = people.metrics[index(metric)];
    for (std::size_t k = 0; k < activities; ++k) {
      const ActivityColumns& activity = people.activities[k];
      reading.loading[k] = columns.loading[k][i] + columns.value_weight * me.believed_value[k];
      reading.bend[k] = columns.bend[k][i] + columns.value_weight * activity.saturation[i];
      for (const auto& [other, amount] : activity.later_amounts) {
        if (other == metric) reading.loading[k] += me.foreseen[k] * amount[i];
      }
    }
  };

  // Intrinsic motivation, crowded out by what is at stake.
  me.care = people.effort.intrinsic[i];
  if (effort.crowding > 0 && !force.incentives.empty()) {
    double at_stake = 0;
    for (const InForce::Incentive& incentive : force.incentives) {
      Reading& reading = decision.reading[0];  // free until the incentives come
      read(incentive.metric, reading);
      const auto j = index(incentive.metric);
      const bool at_once = force.setting->metrics.entries[j].value.delay == 0;
      const double settled = people.metrics[j].baseline[i] + people.metrics[j].value_weight * me.due_value +
                             (at_once ? me.due_reading[j] : 0.0);
      // The highest and the lowest reading that a plan can have: two decisions with nothing else at heart.
      double ends[2];
      for (const double sign : {1.0, -1.0}) {
        Decision reach = decision;
        reach.strain = 0;
        reach.interaction = nullptr;
        for (std::size_t k = 0; k < activities; ++k) {
          reach.felt_time[k] = reach.time[k];
          reach.linear[k] = sign * reading.loading[k];
          reach.curvature[k] = sign * reading.bend[k];
        }
        PerActivity plan{};
        const bool bounded = goodhart::decide(reach, plan) == Solved::exactly;
        ends[sign > 0 ? 1 : 0] =
            bounded ? settled + sign * goodhart::utility(reach, plan) : sign * std::numeric_limits<double>::infinity();
      }
      at_stake += stake(*incentive.scheme, *incentive.terms, i, ends[0], ends[1], incentive.lower);
    }
    me.care /= 1 + effort.crowding * at_stake;
  }

  // What a unit is worth by itself.
  for (std::size_t k = 0; k < activities; ++k) {
    const ActivityColumns& activity = people.activities[k];
    double dislike = me.aversion[k];
    if (activity.gaming && force.audits) dislike += (*force.audit_rate)[0][i] * force.audits->penalty;
    decision.linear[k] = me.care * me.believed_value[k] - dislike;
    decision.curvature[k] = me.care * activity.saturation[i] + activity.strain[i];
  }

  // What the incentives add.
  int used_curves = 0;
  for (const InForce::Incentive& incentive : force.incentives) {
    if (!incentive.worthwhile) continue;
    const auto j = index(incentive.metric);
    const Metric& metric = force.setting->metrics.entries[j].value;
    const MetricColumns& columns = people.metrics[j];
    // A newcomer's window begins with its first step.
    const int open = std::max(incentive.open, state.roster.arrival[i]);
    const int reads = t + metric.delay;
    Prospect prospect;
    prospect.employee = i;
    prospect.left = incentive.close - reads + 1;
    prospect.window = incentive.close - open + 1;
    prospect.patience = incentive.patience;
    prospect.noise = columns.scale[i] * columns.deviations;
    prospect.lower = incentive.lower;
    const double baseline = columns.baseline[i];
    prospect.settled = prospect.left * baseline + columns.value_weight * me.due_value;
    // Readings taken, what falls due in this step's reading, and readings under way.
    if (open <= t) {
      if (!incentive.readings.empty()) prospect.settled += incentive.readings[i];
      prospect.settled += me.due_reading[j];
    }
    const auto& ring = state.believed[j];
    for (int s = std::max(open, t); s < reads; ++s) {
      prospect.settled += baseline + ring[index((s - state.first) % metric.delay) * n + i];
    }

    Reading& reading = decision.reading[index(place[j] < 0 ? decision.readings : place[j])];
    read(incentive.metric, reading);
    bool up = false, down = false;
    for (std::size_t k = 0; k < activities; ++k) {
      up = up || reading.bend[k] < 0;
      down = down || reading.bend[k] > 0;
    }
    Hopes hopes{.curves = curves.data() + used_curves, .reading = 0};
    expect(*incentive.scheme, *incentive.terms, prospect, hopes);
    for (std::size_t k = 0; k < activities; ++k) {
      decision.linear[k] += hopes.slope * reading.loading[k];
      decision.curvature[k] += hopes.slope * reading.bend[k];
    }
    if (hopes.count == 0) continue;
    if (up && down) {
      throw RunError(
          fmt::format("metrics.{}: with these weights its reading bends up in some activities and down in others; "
                      "give value a weight of at least 0",
                      force.setting->metrics.entries[j].name));
    }
    if (place[j] < 0) {
      place[j] = decision.readings++;
    }
    for (int c = 0; c < hopes.count; ++c) curves[index(used_curves++)].reading = place[j];
  }
  decision.curves = {curves.data(), index(used_curves)};

  // A reading that bends up is turned round, with the curves over it.
  for (int r = 0; r < decision.readings; ++r) {
    Reading& reading = decision.reading[index(r)];
    if (std::none_of(reading.bend.begin(), reading.bend.end(), [](double bend) { return bend < 0; })) continue;
    for (std::size_t k = 0; k < activities; ++k) {
      reading.loading[k] = -reading.loading[k];
      reading.bend[k] = -reading.bend[k];
    }
    for (Curve& curve : std::span(curves.data(), index(used_curves))) {
      if (curve.reading != r) continue;
      if (curve.shape == Curve::Shape::step) {
        curve.falling = !curve.falling;
        curve.low = -curve.low;
      } else {
        curve.weight = -curve.weight;
        curve.low = std::exchange(curve.high, -curve.low);
        curve.low = -curve.low;
      }
    }
  }

  // The choice.
  const double phi = inertia(behaviour);
  const bool settled_in = t > state.first && state.roster.arrival[i] != t;
  if (phi > 0 && settled_in &&
      constants_->inertia.uniform(constants_->luck.replicate, static_cast<std::uint32_t>(i), t) < phi) {
    for (std::size_t k = 0; k < activities; ++k) me.efforts[k] = state.units[k][i];
    fit(decision, me.efforts);
    return;
  }
  const Terms& terms = people.behaviours[own ? index(group) + 1 : 0];
  if (choose(behaviour, terms, i, decision, me.efforts) == Solved::unbounded) {
    throw RunError(
        fmt::format("employee {} could gain without end by working more: give effort.budget, the activities' max or "
                    "effort.strain a number that stops it",
                    i));
  }
}

void Simulation::produce(Person& me, std::size_t block) {
  State& state = *state_;
  const InForce& force = *in_force_;
  const Population& people = *population_;
  Sums& sums = state.sums[block];
  const std::size_t i = me.i, n = state.roster.size;
  const auto activities = index(constants_->activities);
  const int group = state.roster.group_of(i);

  double value = me.due_value, believed = 0, cost = 0, waste = 0, hours = me.due_time, gaming_time = 0, burden = 0,
         caught = 0;
  std::array<double, kMostReadings> part{}, believed_part{};
  Doing doing = 0;
  bool games = false;
  for (std::size_t k = 0; k < activities; ++k) {
    const ActivityColumns& activity = people.activities[k];
    const double x = me.efforts[k];
    const double time = activity.time[i] * x;
    const double half_square = 0.5 * x * x;
    const double made = activity.value[i] * x - activity.saturation[i] * half_square;
    const double thought = me.believed_value[k] * x - activity.saturation[i] * half_square;
    // What a reading under way will hold: what is foreseen of `later` comes in other readings.
    const double awaited = activity.perceived_value[i] * x - activity.saturation[i] * half_square;
    value += made;
    believed += thought;
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
      const double seen = metric.loading[k][i] * x - metric.bend[k][i] * half_square;
      part[j] += seen;
      believed_part[j] += seen + metric.value_weight * awaited;
    }
    const bool visible = time >= activity.visible;
    doing = static_cast<Doing>(doing | (unsigned{visible} << k));
    games = games || (visible && activity.gaming);
    sums.effort[k] += time;
    sums.doing[k] += visible;
    if (group >= 0) sums.groups[index(group)].effort[k] += time;
    if (activity.after > 0) state.due[k][index((state.next - state.first) % activity.after) * n + i] = x;
    state.units[k][i] = x;
  }
  for (const EffortColumns::Pair& pair : people.effort.interactions) {
    burden += pair.strain[i] * me.efforts[index(pair.first)] * me.efforts[index(pair.second)];
  }
  const double beyond = hours - people.effort.norm[i];
  burden += 0.5 * people.effort.strain[i] * beyond * beyond;

  // Risk: half the risk aversion times the variance of rewards that are linear in a metric.
  if (const double dislike = people.effort.risk_aversion[i]; dislike > 0) {
    for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
      double rate = 0;
      for (const InForce::Incentive& incentive : force.incentives) {
        if (index(incentive.metric) == j) rate += linear_rate(*incentive.scheme, *incentive.terms, i);
      }
      if (rate == 0) continue;
      const double noise = people.metrics[j].scale[i] * people.metrics[j].deviations;
      burden += 0.5 * dislike * rate * rate * noise * noise;
    }
  }

  // The effort part of this step's readings, or of those that are read later; noise is added by `measure`.
  for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
    const MetricColumns& metric = people.metrics[j];
    const int delay = force.setting->metrics.entries[j].value.delay;
    double now = part[j] + metric.value_weight * value;
    if (delay > 0) {
      const std::size_t slot = index((state.next - state.first) % delay) * n + i;
      std::swap(now, state.under_way[j][slot]);
      state.believed[j][slot] = believed_part[j] + metric.value_weight * me.due_value;
    }
    state.reading[j][i] = metric.baseline[i] + now + me.due_reading[j];
  }

  state.doing[i] = doing;
  state.value[i] = value;
  state.hours[i] = hours;
  state.gaming_time[i] = gaming_time;
  state.reward[i] = 0;
  state.utility[i] = me.care * believed - burden;
  sums.value += value;
  sums.cost += cost;
  sums.waste += waste;
  sums.hours += hours;
  sums.gaming_time += gaming_time;
  sums.burden += burden;
  sums.gamers += games;
  if (group >= 0) {
    Sums::Group& own = sums.groups[index(group)];
    own.people += 1;
    own.value += value;
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
        state.dismissed[i] = constants_->dismissal.uniform(replicate, who, state.next) < force.audits->dismiss;
      }
    }
  }
}

void Simulation::measure(std::size_t block) {
  State& state = *state_;
  const InForce& force = *in_force_;
  Sums& sums = state.sums[block];
  const std::size_t begin = block * kBlock, end = std::min(begin + kBlock, state.roster.size), n = state.roster.size;
  std::array<double, kBlock> own;
  for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
    const Metric& metric = force.setting->metrics.entries[j].value;
    const Column& scale = population_->metrics[j].scale;
    double* reading = state.reading[j].data();
    if (!(scale.constant() && scale[0] == 0)) {
      standard_noise(metric.noise, constants_->noise[j], constants_->luck.replicate, state.next, begin,
                     std::span(own).first(end - begin));
      const double shared = std::sqrt(metric.common) * force.common[j], rest = std::sqrt(1 - metric.common);
      for (std::size_t i = begin; i < end; ++i) reading[i] += scale[i] * (shared + rest * own[i - begin]);
    }
    // The contribution that the reading is of: this step's, or the one `delay` steps ago.
    const double* contribution = state.value.data();
    std::array<double, kBlock> past;
    if (metric.delay > 0) {
      double* ring = state.contributed[j].data() + index((state.next - state.first) % metric.delay) * n;
      for (std::size_t i = begin; i < end; ++i) {
        past[i - begin] = ring[i];
        ring[i] = state.value[i];
      }
      contribution = past.data() - begin;
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

// --- 5: review
// ---------------------------------------------------------------------------------------------------------

void Simulation::review(std::size_t block) {
  State& state = *state_;
  InForce& force = *in_force_;
  Sums& sums = state.sums[block];
  const std::size_t begin = block * kBlock, end = std::min(begin + kBlock, state.roster.size);
  const double pay = force.setting->organisation.pay;
  for (std::size_t n = 0; n < force.incentives.size(); ++n) {
    InForce::Incentive& incentive = force.incentives[n];
    Sums::Closed& closed = sums.closed[n];
    const bool adds_up = !incentive.readings.empty();
    for (std::size_t i = begin; i < end; ++i) {
      double reading = state.reading[index(incentive.metric)][i];
      double contribution = state.value[i], hours = state.hours[i], gaming = state.gaming_time[i];
      if (adds_up) {
        reading = incentive.readings[i] += reading;
        contribution = incentive.contributions[i] += contribution;
        hours = incentive.hours[i] += hours;
        gaming = incentive.gaming_time[i] += gaming;
        if (!incentive.closes) continue;
        for (auto* column : {&incentive.readings, &incentive.contributions, &incentive.hours, &incentive.gaming_time})
          (*column)[i] = 0;
      }
      const double window = state.next - std::max(incentive.opened, state.roster.arrival[i]) + 1;
      const double mean = reading / window;
      const double paid = goodhart::reward(*incentive.scheme, *incentive.terms, i, mean, incentive.lower);
      state.reward[i] += window * paid;
      if (paid > 0) {
        closed.people += 1;
        closed.contribution += contribution / window;
        closed.reading += mean;
        closed.hours += hours;
        closed.gaming_time += gaming;
      }
    }
  }
  for (std::size_t i = begin; i < end; ++i) {
    state.utility[i] += state.reward[i];
    sums.utility += state.utility[i];
    state.reward[i] *= pay;  // payouts are shown in money
    sums.reward += state.reward[i];
  }
}

// --- 6: adapt
// ----------------------------------------------------------------------------------------------------------

void Simulation::adapt() {
  const auto& dismissed = state_->dismissed;
  means_.exits = means_.hires = static_cast<double>(std::count(dismissed.begin(), dismissed.end(), 1));
}

/// The slots of leavers are filled only when the next step begins, so that observers of this step still see the
/// leavers.
void Simulation::replace_leavers() {
  State& state = *state_;
  bool any = false;
  for (std::size_t i = 0; i < state.dismissed.size(); ++i) {
    if (!state.dismissed[i]) continue;
    state.dismissed[i] = 0;
    replace(i);
    any = true;
  }
  if (any) show_terms();
}

void Simulation::replace(std::size_t i) {
  State& state = *state_;
  const std::size_t n = state.roster.size;
  // The newcomer takes the slot: team, group and place in the network; it has no past and nothing due.
  state.roster.arrival[i] = state.next;
  population_->redraw(i);
  if (!population_->effort.interactions.empty()) require_convex_strain_of(*population_, i);
  state.doing[i] = 0;
  for (auto& column : state.units) column[i] = 0;
  for (auto* rings : {&state.due, &state.under_way, &state.believed, &state.contributed}) {
    for (auto& ring : *rings) {
      for (std::size_t at = i; at < ring.size(); at += n) ring[at] = 0;
    }
  }
  for (InForce::Incentive& incentive : in_force_->incentives) {
    if (incentive.readings.empty()) continue;
    for (auto* column : {&incentive.readings, &incentive.contributions, &incentive.hours, &incentive.gaming_time})
      (*column)[i] = 0;
  }
}

// --- 7: record
// ---------------------------------------------------------------------------------------------------------

void Simulation::record() {
  const State& state = *state_;
  InForce& force = *in_force_;
  const Setting& setting = *force.setting;
  const auto activities = index(constants_->activities), metrics = index(constants_->metrics),
             groups = state.roster.groups.size();

  // Blocks in order.
  Sums total;
  total.groups.resize(groups);
  total.closed.resize(force.incentives.size());
  for (const Sums& block : state.sums) {
    total.value += block.value;
    total.cost += block.cost;
    total.waste += block.waste;
    total.hours += block.hours;
    total.gaming_time += block.gaming_time;
    total.burden += block.burden;
    total.utility += block.utility;
    total.reward += block.reward;
    total.audits += block.audits;
    total.gamers += block.gamers;
    for (std::size_t k = 0; k < activities; ++k) {
      total.effort[k] += block.effort[k];
      total.doing[k] += block.doing[k];
    }
    for (std::size_t j = 0; j < metrics; ++j) {
      total.metric[j].add(block.metric[j]);
      total.above[j] += block.above[j];
    }
    for (std::size_t g = 0; g < groups; ++g) {
      total.groups[g].people += block.groups[g].people;
      total.groups[g].value += block.groups[g].value;
      total.groups[g].hours += block.groups[g].hours;
      total.groups[g].gaming_time += block.groups[g].gaming_time;
      for (std::size_t k = 0; k < activities; ++k) total.groups[g].effort[k] += block.groups[g].effort[k];
    }
    for (std::size_t c = 0; c < total.closed.size(); ++c) {
      total.closed[c].people += block.closed[c].people;
      total.closed[c].contribution += block.closed[c].contribution;
      total.closed[c].reading += block.closed[c].reading;
      total.closed[c].hours += block.closed[c].hours;
      total.closed[c].gaming_time += block.closed[c].gaming_time;
    }
  }

  const double people = static_cast<double>(state.roster.size);
  const auto share = [](double part, double whole) { return whole == 0 ? kNaN : part / whole; };
  double measuring = 0;
  for (std::size_t j = 0; j < metrics; ++j) measuring += force.charged[j] ? setting.metrics.entries[j].value.cost : 0.0;
  means_.value = means_.contribution = total.value / people;
  means_.cost = total.cost / people;
  means_.waste = total.waste / people;
  means_.net_value = setting.organisation.value_price * means_.value - means_.cost - measuring -
                     (force.audits ? force.audits->cost * total.audits / people : 0.0);
  means_.surplus = means_.net_value - setting.organisation.pay * total.burden / people;
  means_.utility = total.utility / people;
  means_.reward = total.reward / people;
  means_.hours = total.hours / people;
  means_.gaming_share = share(total.gaming_time, total.hours);
  means_.gamers = total.gamers / people;
  means_.headcount = people;
  means_.exits = means_.hires = 0;
  means_.access.assign(activities, 1.0);
  means_.effort.resize(activities);
  means_.doing.resize(activities);
  for (std::size_t k = 0; k < activities; ++k) {
    means_.effort[k] = total.effort[k] / people;
    means_.doing[k] = total.doing[k] / people;
  }
  for (auto* column : {&means_.dashboard, &means_.reading, &means_.reading_sd, &means_.alignment})
    column->resize(metrics);
  for (std::size_t j = 0; j < metrics; ++j) {
    const Metric& metric = setting.metrics.entries[j].value;
    means_.reading[j] = total.metric[j].mean_x;
    means_.reading_sd[j] = total.metric[j].sd_x();
    means_.alignment[j] = state.next - metric.delay < state.first ? kNaN : total.metric[j].correlation();
    means_.dashboard[j] =
        std::holds_alternative<ShareAbove>(metric.dashboard) ? total.above[j] / people : means_.reading[j];
  }
  means_.group_value.resize(groups);
  means_.group_gaming_share.resize(groups);
  means_.group_effort.resize(groups * activities);
  for (std::size_t g = 0; g < groups; ++g) {
    const Sums::Group& group = total.groups[g];
    means_.group_value[g] = share(group.value, group.people);
    means_.group_gaming_share[g] = share(group.gaming_time, group.hours);
    for (std::size_t k = 0; k < activities; ++k)
      means_.group_effort[g * activities + k] = share(group.effort[k], group.people);
  }
  const std::size_t incentives = force.incentives.size();
  for (auto* column : {&means_.target, &means_.stakes, &means_.rate, &means_.attained, &means_.rewarded_contribution,
                       &means_.rewarded_reading, &means_.rewarded_gaming_share}) {
    column->resize(incentives);
  }
  for (std::size_t n = 0; n < incentives; ++n) {
    InForce::Incentive& incentive = force.incentives[n];
    if (incentive.closes) {
      const Sums::Closed& closed = total.closed[n];
      incentive.attained = closed.people / people;
      incentive.contribution = share(closed.contribution, closed.people);
      incentive.reading = share(closed.reading, closed.people);
      incentive.gaming_share = share(closed.gaming_time, closed.hours);
    }
    means_.target[n] = incentive.target;
    means_.stakes[n] = 1;
    means_.rate[n] = incentive.rate;
    means_.attained[n] = incentive.attained;
    means_.rewarded_contribution[n] = incentive.contribution;
    means_.rewarded_reading[n] = incentive.reading;
    means_.rewarded_gaming_share[n] = incentive.gaming_share;
  }
}

}  // namespace goodhart
