/// A decision taken apart: the same perceiving, promising and deciding as in a step, one piece at a time.
#include "explaining.hpp"

#include <algorithm>
#include <cmath>

#include "deciding.hpp"
#include "goodhart/model/charges.hpp"
#include "stages.hpp"

namespace goodhart {

namespace {

constexpr double kGames = 1e-6;  // of a step; below is rounding

/// The numbers between which `flag` changes, nearest to `now`: looks at `ends` one after the other, then halves.
std::optional<double> tipping_point(double now, const std::vector<double>& ends, auto&& flag) {
  const bool before = flag(now);
  double near = now;
  for (const double end : ends) {
    if (flag(end) == before) {
      near = end;
      continue;
    }
    double far = end;
    for (int i = 0; i < 60 && std::fabs(far - near) > 1e-9 * (1 + std::fabs(far)); ++i) {
      const double middle = (near + far) / 2;
      (flag(middle) == before ? near : far) = middle;
    }
    return far;
  }
  return std::nullopt;
}

/// Puts into `me.alone` the decision under one incentive, under none or all, with gaming closed or open, and
/// with a penalty a unit of gaming on top.
void face(Person& me, int which, bool gaming, double penalty) {
  constrain(me, me.alone);
  value_by_itself(me, me.alone);
  for (std::size_t k = 0; k < index(me.now.constants.activities); ++k) {
    if (!me.now.people.activities[k].gaming) continue;
    if (!gaming) me.alone.most[k] = 0;
    me.alone.linear[k] -= penalty;
  }
  promise(me, which, me.alone, me.desk.alone_curves);
  charge(me, true, me.alone);
}

/// Adds what falls due where something is done at all: the plan pays these charges, and others if they are worth it.
/// The time that they take comes to `felt`. Leaves in `me.alone` the decision under all incentives, or none.
void weigh_charges(Person& me, const PerActivity& plan, std::uint32_t paid, Option& option, double& felt) {
  const InForce& force = me.now.force;
  face(me, kNoIncentive, true, 0);
  Decision unaudited = me.alone;
  const bool fined = force.audits && force.audits->fine > 0;
  unaudited.charges = me.alone.charges.first(me.alone.charges.size() - (fined ? 1 : 0));
  unaudited.curves = {};
  option.audits += utility(me.alone, plan) - utility(unaudited, plan);
  paid |= charges_of(unaudited, plan);
  for (std::size_t c = 0; c < unaudited.charges.size(); ++c) {
    if (!(paid >> c & 1u)) continue;
    felt += unaudited.charges[c].time;
    option.setups -= unaudited.charges[c].utility;
  }
  if (!unaudited.charges.empty()) {
    face(me, kAllIncentives, true, 0);
    option.later = later_gain(me.alone, paid);
  }
}

/// The parts of the utility of a plan, which pays these charges, against doing nothing.
Option weighed(Person& me, const std::string& name, const PerActivity& plan, std::uint32_t paid) {
  const Population& people = me.now.people;
  const InForce& force = me.now.force;
  const std::size_t i = me.i;
  const auto activities = index(me.now.constants.activities);
  Option option;
  option.name = name;
  double felt = 0;
  constrain(me, me.alone);
  for (std::size_t k = 0; k < activities; ++k) {
    const ActivityColumns& activity = people.activities[k];
    const double x = plan[k], half_square = 0.5 * x * x;
    option.units.push_back(x);
    option.time.push_back(activity.time[i] * x);
    option.games = option.games || (activity.gaming && activity.time[i] * x > kGames);
    double worth = me.sheet.believed_value[k][me.at] * x - activity.saturation[i] * half_square;
    if (force.gives) worth += me.given(k, x);
    option.care += me.care * worth;
    option.aversion -= me.sheet.aversion[k][me.at] * x;
    if (activity.gaming && force.audits) option.audits -= (*force.audit_rate)[0][i] * force.audits->penalty * x;
    option.tiredness -= activity.strain[i] * half_square;
    felt += me.alone.felt_time[k] * x;
  }
  for (const EffortColumns::Pair& pair : people.effort.interactions) {
    option.tiredness -= pair.strain[i] * plan[index(pair.first)] * plan[index(pair.second)];
  }
  weigh_charges(me, plan, paid, option, felt);
  const double slack = me.alone.slack;
  option.hours = -0.5 * me.alone.strain * ((felt - slack) * (felt - slack) - slack * slack);
  me.efforts = plan;
  for (std::size_t j = 0; j < index(me.now.constants.metrics); ++j) {
    option.reading.push_back(plain_reading(me, j));
  }
  for (std::size_t k = 0; k < activities; ++k) option.trying += me.hope[k] * plan[k];
  option.utility = option.care + option.hours + option.tiredness + option.aversion + option.audits + option.setups +
                   option.later + option.trying;
  const PerActivity nothing{};
  for (std::size_t c = 0; c < force.incentives.size(); ++c) {
    const auto worth = [&](int which) {
      face(me, which, true, 0);
      return utility(me.alone, plan) - utility(me.alone, nothing);
    };
    const double without = worth(kNoIncentive);
    option.rewards.push_back(worth(static_cast<int>(c)) - without);
    option.utility += option.rewards.back();
  }
  return option;
}

/// The employee who is asked, on a desk of its own.
struct Asked {
  Asked(const Now& run, Sheet& laid)
      : now(run), sheet(laid), picked{laid, std::span(kEverybody).first(1)}, desk(desk_like(run.force.desks.front())) {}
  static Desk desk_like(const Desk& other) {
    Desk desk;
    desk.curves.resize(other.curves.size());
    desk.alone_curves.resize(other.alone_curves.size());
    return desk;
  }

  const Now& now;
  Sheet& sheet;
  const Picked picked;
  Desk desk;
  Person me{now, sheet, desk};

  /// Makes the row of this employee, under what is supposed.
  void put_row() {
    if (now.force.crowds) crowd_out(picked, me);
    put_rows(now, picked, me.supposed);
    me.take(0);
  }
  /// The best plan under incentives (see `face`).
  PerActivity best(int which, bool gaming, double penalty = 0) {
    desk.shelf.turn();
    face(me, which, gaming, penalty);
    hope(me, me.alone);
    PerActivity plan{};
    decide(me.alone, plan);
    return plan;
  }
  /// Would it game, with a penalty a unit on top? By its best response, as others do not weigh.
  bool games(double penalty) {
    put_row();
    const PerActivity plan = best(kAllIncentives, true, penalty);
    for (std::size_t k = 0; k < now.people.activities.size(); ++k) {
      const ActivityColumns& activity = now.people.activities[k];
      if (activity.gaming && activity.time[me.i] * plan[k] > kGames) return true;
    }
    return false;
  }
  bool games_supposing(const Supposed& supposed) {
    me.supposed = supposed;
    const bool result = games(0);
    me.supposed = {};
    return result;
  }
};

/// Who the employee is, and what it stands before.
void tell_employee(const Asked& asked, Explanation& told) {
  const Now& now = asked.now;
  const Population& people = now.people;
  const Roster& roster = now.state.roster;
  const InForce& force = now.force;
  const std::size_t employee = told.employee = asked.me.i;
  told.step = now.state.next;
  const bool phased = force.policy && force.policy->phased && force.phase >= 0;
  told.phase = phased ? force.policy->phases[index(force.phase)].name : "";
  told.team = roster.team_of(employee);
  if (const int group = roster.group_of(employee); group >= 0) told.group = roster.groups[index(group)];
  told.trait_names = people.trait_names;
  for (const Column& trait : people.traits) told.traits.push_back(trait[employee]);
  told.budget = people.effort.budget[employee];
  told.norm = people.effort.norm[employee];
  told.due = asked.me.due_time();
  for (std::size_t k = 0; k < people.activities.size(); ++k) {
    const bool open = now.state.access.empty() || (now.state.access[employee] >> k & 1u);
    if (!open) told.closed.push_back(force.setting->activities.entries[k].name);
    const double full = people.activities[k].aversion[employee];
    if (people.activities[k].gaming && full > 0) {
      told.peers_gaming = std::max(told.peers_gaming, 1 - asked.sheet.aversion[k][0] / full);
    }
  }
  told.behaviour =
      std::visit([](const auto& kind) { return std::string(kind.kName); }, force.behaviour(roster, employee));
}

/// What is at stake for it, incentive by incentive.
void tell_stakes(const Asked& asked, Explanation& told) {
  const State& state = asked.now.state;
  const std::size_t employee = asked.me.i;
  for (const InForce::Incentive& incentive : asked.now.force.incentives) {
    Stake stake;
    stake.name = incentive.name;
    stake.scheme = std::visit([](const auto& kind) { return std::string(kind.kName); }, *incentive.scheme);
    stake.metric = asked.now.force.setting->metrics.entries[index(incentive.metric)].name;
    stake.target = incentive.target_term ? (*incentive.terms)[*incentive.target_term][employee] : kNaN;
    stake.stakes = incentive.stakes;
    stake.open = std::max(incentive.open, state.roster.arrival[employee]);
    stake.close = incentive.close;
    const bool begun = stake.open < state.next && !incentive.readings.empty();
    stake.so_far = begun && incentive.level == Level::individual ? incentive.readings[employee] : 0;
    stake.worthwhile = incentive.worthwhile;
    told.stakes.push_back(stake);
  }
}

/// What the step itself will do: the plan, and the charges that it pays.
struct Chosen {
  PerActivity plan{};
  std::uint32_t paid = 0;
};
Chosen chosen_by(Asked& asked, Explanation& told) {
  const State& state = asked.now.state;
  Person& me = asked.me;
  // With a memory that is thrown away.
  const auto begin = state.memory.begin() + static_cast<std::ptrdiff_t>(me.i * state.memory_width);
  std::vector<double> memory(begin, begin + static_cast<std::ptrdiff_t>(state.memory_width));
  me.memory = memory;
  constrain(me, me.problem);
  me.care = asked.sheet.care[0];
  decide(me, true);
  me.memory = {};
  const Behaviour& behaviour = asked.now.force.behaviour(state.roster, me.i);
  const double phi = inertia(behaviour);
  told.kept = phi > 0 && me.past && me.draw(Purpose::inertia, 0) < phi;
  const Chosen chosen{me.efforts, me.pays};
  if (responds(behaviour)) {
    me.desk.shelf.turn();
    face(me, kAllIncentives, true, 0);
    me.hope = hope(me, me.alone);
  }
  return chosen;
}

/// What it chooses among: the best plans without rewards, without gaming, under each incentive alone, and of all.
void tell_options(Asked& asked, const Chosen& chosen, bool can_game, Explanation& told) {
  Person& me = asked.me;
  const auto consider = [&](const std::string& name, const PerActivity& plan) {
    const std::uint32_t paid = me.pays;
    me.desk.shelf.turn();
    told.options.push_back(weighed(me, name, plan, paid));
  };
  const int incentives = me.incentives();
  consider("nothing rewarded", asked.best(kNoIncentive, true));
  if (can_game && incentives > 0) consider("no gaming", asked.best(kAllIncentives, false));
  for (int c = 0; incentives > 1 && c < incentives; ++c) {
    consider(told.stakes[index(c)].name + " alone", asked.best(c, true));
  }
  if (incentives > 0) consider("best of all", asked.best(kAllIncentives, true));
  me.desk.shelf.turn();
  told.chosen = weighed(me, "chosen", chosen.plan, chosen.paid);
}

/// What reward of an incentive, and what target, would tip it into gaming or out of it.
void tell_tipping_of(Asked& asked, std::size_t c, bool games_now, Explanation& told) {
  const InForce::Incentive& incentive = asked.now.force.incentives[c];
  const std::size_t employee = asked.me.i;
  const auto with_reward = [&](double factor) {
    return asked.games_supposing({.incentive = static_cast<int>(c), .stakes = factor});
  };
  Tipping reward{.what = "reward",
                 .incentive = incentive.name,
                 .now = 1,
                 .at = {},
                 .tried = games_now ? 0.0 : 1000.0,
                 .starts = !games_now};
  reward.at = games_now ? tipping_point(1, {0.9, 0.75, 0.5, 0.3, 0.1, 0.03, 0}, with_reward)
                        : tipping_point(1, {1.1, 1.25, 1.5, 2, 3, 5, 10, 30, 100, 300, 1000}, with_reward);
  told.tippings.push_back(reward);
  if (!incentive.target_term) return;
  const double target = (*incentive.terms)[*incentive.target_term][employee];
  if (target == 0) return;
  Terms moved = *incentive.terms;
  Column& column = moved[*incentive.target_term];
  if (column.constant()) column.spread(asked.now.state.roster.size);
  const auto with_target = [&](double value) {
    column.set(employee, value);
    return asked.games_supposing({.incentive = static_cast<int>(c), .terms = &moved});
  };
  for (const bool up : {false, true}) {
    std::vector<double> ends;
    for (int n = 1; n <= 20; ++n) ends.push_back(up ? target * (1 + 0.1 * n) : target * (1 - 0.05 * n));
    Tipping tip{.what = up ? "higher target" : "lower target",
                .incentive = incentive.name,
                .now = target,
                .at = {},
                .tried = ends.back(),
                .starts = !games_now};
    tip.at = tipping_point(target, ends, with_target);
    told.tippings.push_back(tip);
  }
}

/// What expected penalty a unit would keep it from gaming, or how little would let it game.
void tell_tipping_of_audits(Asked& asked, bool games_now, Explanation& told) {
  const InForce& force = asked.now.force;
  asked.put_row();
  const double penalty = force.audits ? (*force.audit_rate)[0][asked.me.i] * force.audits->penalty : 0;
  Tipping audits{
      .what = "expected penalty a unit", .incentive = "", .now = penalty, .at = {}, .tried = 0, .starts = !games_now};
  const auto with_penalty = [&](double value) { return asked.games(value - penalty); };
  if (games_now) {
    std::vector<double> ends;
    for (double add = 0.001; add < 2000; add *= 2) ends.push_back(penalty + add);
    audits.at = tipping_point(penalty, ends, with_penalty);
    audits.tried = ends.back();
    told.tippings.push_back(audits);
  } else if (penalty > 0) {
    audits.at = tipping_point(penalty, {0.75 * penalty, 0.5 * penalty, 0.25 * penalty, 0}, with_penalty);
    told.tippings.push_back(audits);
  }
}

/// Is any gaming activity open to it?
bool can_game(Asked& asked) {
  face(asked.me, kNoIncentive, true, 0);
  for (std::size_t k = 0; k < asked.now.people.activities.size(); ++k) {
    if (asked.now.people.activities[k].gaming && asked.me.alone.most[k] > 0) return true;
  }
  return false;
}

}  // namespace

Explanation explained(const Now& now, Sheet& sheet) {
  perceive(now, sheet);
  Asked asked(now, sheet);
  asked.put_row();
  Explanation told;
  tell_employee(asked, told);
  const Chosen chosen = chosen_by(asked, told);
  tell_stakes(asked, told);
  const bool may_game = can_game(asked);
  tell_options(asked, chosen, may_game, told);
  if (!may_game) return told;
  const bool games_now = asked.games(0);
  for (std::size_t c = 0; c < now.force.incentives.size(); ++c) {
    if (now.force.incentives[c].worthwhile) tell_tipping_of(asked, c, games_now, told);
  }
  tell_tipping_of_audits(asked, games_now, told);
  return told;
}

}  // namespace goodhart
