/// What a simulation keeps between steps, and what its stages share. The stages stand in one source each.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "goodhart/engine/simulation.hpp"
#include "goodhart/model/curved_filling.hpp"
#include "goodhart/model/decision.hpp"
#include "goodhart/model/kalman.hpp"
#include "goodhart/model/moments.hpp"
#include "goodhart/model/noise.hpp"

namespace goodhart {

struct Sheet;
using Constants = Simulation::Constants;
using State = Simulation::State;
using InForce = Simulation::InForce;

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Employees are worked on in blocks of this many, so that what a stage writes is still in cache when the next reads
/// it. Sums are taken within blocks and then over blocks in order, so they do not depend on who worked on which.
inline constexpr std::size_t kBlock = 1024;
static_assert(kBlock % kNoiseGroup == 0);

constexpr std::size_t index(int i) {
  return static_cast<std::size_t>(i);
}

/// What the efforts of a strip's employees make, summed up over them.
struct Made {
  double cost = 0, waste = 0, hours = 0, gaming_time = 0, burden = 0, contribution = 0, audits = 0, gamers = 0;
  double utility = 0;  ///< before rewards
  std::array<double, kMostActivities> effort{}, doing{};
  std::array<double, kMostActivities> setup_time{};  ///< is in `effort`, too
  Moments values{};                                  ///< x: value
  double column_hours = 0, column_gaming_time = 0;   ///< of kept strips: what their columns add up to, rounding and all
  struct Group {
    double people = 0, value = 0, hours = 0, gaming_time = 0;
    std::array<double, kMostActivities> effort{};
  };
  std::vector<Group> groups;

  /// Puts all sums to 0; the list keeps its length and its memory.
  void clear() {
    Made fresh;
    fresh.groups.swap(groups);
    std::fill(fresh.groups.begin(), fresh.groups.end(), Group{});
    std::swap(*this, fresh);
  }
};

/// Sums over the employees of one block of what varies with luck.
struct Sums {
  double reward = 0;
  double bonus = 0;                             ///< what of the rewards is paid in money on top of pay
  std::array<Moments, kMostReadings> metric{};  ///< x: reading, y: contribution of the step it reads
  std::array<double, kMostReadings> above{};    ///< employees at or above the dashboard's level
  /// Of the windows that close in this step, by incentive.
  struct Closed {
    double people = 0, contribution = 0, reading = 0, hours = 0, gaming_time = 0;  ///< over those rewarded
  };
  std::vector<Closed> closed;

  /// Puts all sums to 0; the list keeps its length and its memory.
  void clear() {
    Sums fresh;
    fresh.closed.swap(closed);
    std::fill(fresh.closed.begin(), fresh.closed.end(), Closed{});
    std::swap(*this, fresh);
  }
};

/// How a strip stands to the step before (see InForce::steady).
enum class Rest : std::uint8_t {
  moved,  ///< something that its efforts depend on is not what it was
  still,  ///< everything is as it was: what efforts make in this step is kept
  kept,   ///< still, and it is here: nothing is to be worked out but luck and pay
};

/// Whose mean a metric reads.
enum class Level : std::uint8_t { individual, team, organisation };

/// What never changes in the course of a run.
struct Simulation::Constants {
  const Scenario& scenario;
  Luck luck;
  TaskPool& pool;
  Mechanisms mechanisms;
  Peers peers;
  int activities, metrics;
  std::vector<Level> level;                            ///< by metric
  std::vector<Draws> noise, common_noise;              ///< by metric
  std::vector<Draws> access;                           ///< by activity
  mutable std::vector<std::unique_ptr<Sheet>> sheets;  ///< (threads)
  Draws audit, dismissal, attrition, signal, model, leadership, inspection;
  std::vector<Draws> own;  ///< of kOwnPurposes

  /// Where this thread works on a strip.
  Sheet& sheet() const { return *sheets[index(pool.worker())]; }
  Constants(const Scenario& all, Luck run, TaskPool& tasks, Mechanisms mechanisms, const Roster& roster);
  ~Constants();
};

/// What varies from step to step and is carried over from the burn-in.
struct Simulation::State {
  int next;              ///< the step to carry out next
  int first;             ///< the first step of the run
  int span;              ///< steps of the run, burn-in included
  bool pending = false;  ///< is there a step whose consequences (learning, leaving, ...) are still to come?
  Roster roster;
  std::vector<std::vector<double>>
      units;                          ///< efforts of the last step     (activities x employees), units of the activity
  Sightings doing, seen;              ///< what was visibly done in the last step, and in the one before it
  std::vector<std::uint32_t> counts;  ///< of `seen`, see Peers::counts
  std::vector<Doing> access;          ///< activities open to an employee (employees; empty where all are open to all)
  std::vector<Doing> set_up;  ///< activities whose setup an employee has paid (employees; empty where none has one)
  // Rings of what is still to come; slot (step mod length) holds what was put there `length` steps before. What would
  // come after the run has no slots of its own, but one for all of it, into which nothing is ever put.
  std::vector<std::vector<double>> due;          ///< units done             (activities x after x employees)
  std::vector<std::vector<double>> under_way;    ///< effort part of readings (metrics x delay x employees)
  std::vector<std::vector<double>> believed;     ///< the same as employees believe it, where they believe otherwise
  std::vector<std::vector<double>> contributed;  ///< contributions           (metrics x delay x employees)
  std::vector<std::vector<double>> read_contribution;  ///< that the last step's reading is of (metrics x employees)
  // What goes between team mates; empty where nothing does.
  std::vector<double> given, received;  ///< value of the last step                     (employees)
  std::vector<double> load, loads;      ///< time put on all mates together, and what falls due from them (employees)
  // Readings without noise; empty where nobody asks.
  std::vector<std::vector<double>> plain;        ///< of the last step                     (metrics x employees)
  std::vector<std::vector<double>> expectation;  ///< of the last step's efforts, undelayed (metrics x employees)
  // Readings of teams or of the organisation, for metrics of that level (metrics x units).
  std::vector<std::vector<double>> level_reading, level_plain, level_expectation;
  std::vector<std::vector<double>> level_under_way;  ///< sums of what is under way (metrics x delay x units)
  // The last step; empty where neither the run nor an observer needs them after it (see Simulation::Columns).
  std::vector<double> value, hours, gaming_time, utility, reward;  ///< (employees); reward in pay
  std::vector<double> contribution;                                ///< (employees; empty where it is the value)
  std::vector<std::vector<double>> reading;                        ///< (metrics x employees)
  std::vector<char> leaves;                                        ///< (employees; empty where nobody can)
  std::vector<double> fared;  ///< utility since the last look elsewhere (employees; empty where nobody looks)
  int fared_since = 0;        ///< the step from which on that is summed up
  // What behaviours remember.
  std::vector<double> memory;  ///< (employees x memory_width)
  std::size_t memory_width = 0;
  std::vector<std::vector<double>> past_units;  ///< (activities x employees; empty where nobody watches)
  std::vector<double> past_utility;
  // What efforts make, of strips that nothing moves; empty where strips are worked on anew in each step.
  std::vector<Rest> rest;                                        ///< (strips)
  std::vector<double> kept_value, kept_hours, kept_gaming_time;  ///< where no column is kept of it anyway (employees)
  std::vector<double> content;  ///< utility before rewards, where utility is kept (employees)
  std::vector<Made> made;       ///< (strips)
  Made made_by_all;             ///< over all strips
  std::vector<Sums> sums;       ///< (blocks)
  Sums total;                   ///< over all blocks

  State(const Constants& constants, const Roster& people, bool all_columns);

  /// Keeps all columns of the last step from now on.
  void keep_columns();
  /// Keeps the efforts of the last step from now on.
  void keep_efforts();
  /// Keeps from now on what efforts make where nothing moves, or gives that up.
  void keep_made(bool keep);
  /// Something that everybody's efforts, or those of the employees begin ... end - 1, depend on has changed.
  void move_all() { std::fill(rest.begin(), rest.end(), Rest::moved); }
  void move(std::size_t begin, std::size_t end);
  /// Is what a strip's efforts make here already?
  bool kept(std::size_t strip) const { return !rest.empty() && rest[strip] == Rest::kept; }

  const std::vector<double>& contributions() const { return contribution.empty() ? value : contribution; }
  /// The contributions that the last step's readings of a metric are of.
  const std::vector<double>& contributions_read(std::size_t metric) const {
    return read_contribution[metric].empty() ? contributions() : read_contribution[metric];
  }
  std::size_t units_of(Level level) const { return level == Level::team ? roster.teams() : 1; }
  std::size_t unit_of(Level level, std::size_t employee) const {
    return level == Level::team ? roster.team_of(employee) : 0;
  }
  double members(Level level, std::size_t unit) const {
    return static_cast<double>(level == Level::team ? roster.members(unit) : roster.size);
  }
  /// How many slots a ring of `length` has.
  std::size_t slots(int length) const { return static_cast<std::size_t>(std::min(length, span + 1)); }
  /// Slot of a ring of `length`.
  std::size_t slot(int step, int length) const {
    return static_cast<std::size_t>(std::min((step - first) % length, span));
  }
};

/// The phase in force: its setting, and where each incentive's review window stands.
struct Simulation::InForce {
  struct Incentive {
    std::string name;
    const Scheme* scheme = nullptr;
    const Terms* as_drawn = nullptr;  ///< of the population
    std::unique_ptr<Terms> bent;      ///< the same where the metric bends as value does; null where it does not
    const Terms* drawn = nullptr;     ///< those of the two that hold
    std::unique_ptr<Terms> moved;     ///< the same with what leadership has moved; null where it moves nothing
    const Terms* terms = nullptr;     ///< those of the two in force
    std::optional<std::size_t> target_term, rate_term;
    bool moves_target = false, rate_set = false;
    int metric = 0;
    int every = 1;
    bool lower = false;
    Level level = Level::individual;
    double stakes = 1;
    // Sums over the window so far (employees); empty where a window is one step and nothing is compared.
    std::vector<double> readings, contributions, hours, gaming_time;
    // Where M is compared: by whom, and what is believed of them.
    bool compares = false, within_team = false;
    std::vector<double> plain;         ///< sums of readings without noise over the window    (entrants)
    std::vector<double> ranked;        ///< sums of team readings over the window             (teams; else empty)
    std::vector<double> merit;         ///< at the close                                      (employees)
    std::vector<double> expected;      ///< expected M of the last closed window              (entrants)
    std::vector<double> variance;      ///< of M without what is common                       (entrants)
    std::vector<double> sorted;        ///< `expected`, ascending within each scope           (entrants)
    std::vector<std::uint32_t> place;  ///< of an entrant within its scope's part of `sorted`
    std::vector<double> sum_expected, sum_variance;  ///< by scope
    bool believes = false, stale = true;             ///< is `expected` there; must the rest be made anew?
    std::unique_ptr<Draws> lot;
    std::vector<double> achieved;  ///< M of the window that closed last; for leadership   (employees; else empty)
    // Shown in results.
    double target = kNaN, rate = kNaN, attained = kNaN, contribution = kNaN, reading = kNaN, gaming_share = kNaN;
    // How the window lies in which the efforts of this step will be read; the same for all but newcomers.
    bool worthwhile = false;  ///< does it close before the phase ends, as far as anybody knows?
    int open = 0, close = 0;  ///< its first and last step
    double patience = 1;      ///< what a unit of pay at its close is worth now
    bool closes = false;      ///< does the window of this step's reading close now?
    int opened = 0;           ///< and where did that begin?
    bool settles = false;     ///< does the run end now while it is open? Then it pays for the steps so far
    // A ratchet on its target, for those who foresee it.
    double ratchet_speed = 0;
    std::string ratchet_of;

    /// Those who are compared: employees, or teams where the metric is a team's.
    std::size_t entrants(const Roster& roster) const { return level == Level::team ? roster.teams() : roster.size; }
    std::size_t entrant(const Roster& roster, std::size_t employee) const {
      return level == Level::team ? roster.team_of(employee) : employee;
    }
    /// The entrants first ... last - 1 that one competes with, itself included.
    std::pair<std::size_t, std::size_t> scope(const Roster& roster, std::size_t entrant) const {
      if (!within_team) return {0, entrants(roster)};
      const std::size_t team = roster.team_of(entrant);
      return {team * roster.team_size, team * roster.team_size + roster.members(team)};
    }
  };
  /// What is the same for all who behave alike.
  struct Rule {
    double inertia = 0;
    bool closes_gaming = false;
  };
  const Policy* policy = nullptr;  ///< null in the burn-in
  int phase = -1;
  int from = 0, to = 0;
  int revised = -1;  ///< the phase that leadership wants next
  const Setting* setting = nullptr;
  std::vector<Incentive> incentives;
  const std::vector<Move>* leadership = nullptr;
  std::vector<Belief> beliefs;  ///< what moves that infer have inferred so far (moves)
  const Terms* audit_rate = nullptr;
  std::unique_ptr<Terms> moved_audits;  ///< the same where somebody has set it by hand; else null
  const Audits* audits = nullptr;
  const Terms* workforce = nullptr;
  const Terms* outside = nullptr;  ///< null where nobody compares
  struct Learning {
    const Terms* terms;  ///< ceiling or floor
    int trait, by;
  };
  std::vector<Learning> learning;  ///< by entry of the setting's list
  struct Pool {
    const Terms* adds;  ///< (activities)
    int trait;
    bool of_team;
    std::vector<double> level;  ///< that the last step left (teams, or one for all)
  };
  std::vector<Pool> stocks;                     ///< by entry of the setting's list
  std::vector<char> charged;                    ///< is the metric's cost charged?    (metrics)
  std::vector<double> common;                   ///< this step's common noise         (metrics)
  std::vector<double> mean_baseline;            ///< where baselines are levelled     (metrics)
  std::vector<std::vector<double>> bent_above;  ///< levels of dashboards that count shares, where metrics bend as value
                                                ///< does (metrics x employees; else empty)
  std::vector<std::vector<double>> variance_sum, deviation_sum;  ///< of noise over a unit's members (metrics x units)
  std::vector<char> keeps_plain;                                 ///< are readings without noise asked for? (metrics)
  bool erodes = false;                                           ///< does aversion depend on peers?
  bool gives = false;                                            ///< does value go between team mates?
  bool loads = false;                                            ///< does load?
  bool costs = false;                                            ///< does any activity cost money?
  bool spreads = false;                                          ///< does access change?
  bool tries = false;                                            ///< can anybody try for it?
  std::vector<int> setups;                                       ///< the activities that have a setup
  /// Audits that look where readings are suspicious.
  struct Watch {
    int metric = 0;
    double sign = 1;          ///< -1 where lower is better: what strays is then what is low
    double threshold = kNaN;  ///< how far above `own` is suspicious, by the last step; NaN where there was none
    std::vector<double> own;  ///< what a reading is held against: one's own past, or 0 (employees; NaN: nothing yet)
    std::vector<double> distance;  ///< of the last step's readings from that, turned round by `sign`     (employees)
    std::vector<char> suspicious;  ///< in the last step                                                  (employees)
  };
  std::optional<Watch> watch;
  std::vector<Rule> rules;                ///< the scenario's behaviour, then each group's
  bool inert = false;                     ///< has any of them inertia?
  bool closes_gaming = false;             ///< does any of them?
  bool optimises = false;                 ///< do all of them?
  bool crowds = false;                    ///< do rewards crowd out what one cares for?
  std::vector<const double*> read;        ///< the columns of the population that each step reads, once each
  std::vector<const double*> read_again;  ///< what is kept of strips that nothing moves
  bool apart = false;                     ///< does nobody's step depend on what others do in it?
  /// Are efforts, and what they make, the same in every step until something that they depend on changes: traits,
  /// access, what peers were seen doing, what rewards promise?
  bool steady = false;
  bool straight = false;  ///< is every decision a best response to straight rewards but one, and fit for `fill_up`?
  /// The incentives whose rewards are not straight: one, or two that compare the same readings.
  std::vector<std::size_t> curved;
  bool one_reading = true;  ///< is what is curved in decisions one reading's rewards at most, without interactions?
  /// Where the decisions of a block are put together.
  struct Desk {
    RiseShelf shelf;
    Outlines outlines;  ///< of tables on the shelf
    std::vector<Curve> curves, alone_curves;
    std::uint64_t parts = 0;  ///< of the decision at hand
    HardestDecision hardest;  ///< of the step
  };
  std::vector<Desk> desks;  ///< by block

  const Rule& rule(const Roster& roster, std::size_t employee) const {
    return rules[index(roster.group_of(employee) + 1)];
  }
  /// Does leadership move anything?
  bool led() const { return leadership && !leadership->empty(); }
  const Behaviour& behaviour(const Roster& roster, std::size_t employee, std::size_t* terms = nullptr) const {
    const int group = roster.group_of(employee);
    const bool own = group >= 0 && setting->population.groups.entries[index(group)].value.behaviour;
    if (terms) *terms = own ? index(group) + 1 : 0;
    return own ? *setting->population.groups.entries[index(group)].value.behaviour : setting->behaviour;
  }
};

using Desk = InForce::Desk;

/// All of a run as it stands, for those who only look.
struct Now {
  const Constants& constants;
  const State& state;
  const Population& people;
  const InForce& force;
};

/// The same for those who change it.
struct Run {
  const Constants& constants;
  State& state;
  Population& people;
  InForce& force;
  StepMeans& means;  ///< of the step

  operator Now() const { return {constants, state, people, force}; }
};

/// An employee's baseline of a metric; that of all on average where baselines are levelled.
inline double baseline(const Now& now, std::size_t metric, std::size_t employee) {
  const std::vector<double>& level = now.force.mean_baseline;
  return level.empty() ? now.people.metrics[metric].baseline[employee] : level[metric];
}

/// How a metric's reading of an activity bends for an employee: as it says itself, or as value does.
inline double bend_of(const Now& now, std::size_t metric, std::size_t activity, std::size_t employee) {
  const MetricColumns& columns = now.people.metrics[metric];
  if (!now.constants.mechanisms.extremal) {
    const ActivityColumns& produced = now.people.activities[activity];
    const double value = produced.value[employee];
    if (value > 0) return columns.loading[activity][employee] * produced.saturation[employee] / value;
  }
  return columns.bend[activity][employee];
}

/// The reading of a step, where that is a team's or the organisation's.
inline double level_reading(const Now& now, std::size_t metric, std::size_t employee) {
  return now.state.level_reading[metric][now.state.unit_of(now.constants.level[metric], employee)];
}

/// Has an employee done anything yet?
inline bool has_past(const State& state, std::size_t employee) {
  return state.next > state.first && state.roster.arrival[employee] != state.next;
}

}  // namespace goodhart
