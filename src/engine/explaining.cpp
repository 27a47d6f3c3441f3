/// A decision taken apart: the same perceiving, promising and deciding as in a step, one piece at a time.
#include <algorithm>
#include <cmath>

#include "goodhart/core/errors.hpp"
#include "goodhart/engine/explanation.hpp"
#include "goodhart/model/charges.hpp"
#include "person.hpp"

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

}  // namespace

/// The parts of the utility of a plan, which pays these charges, against doing nothing.
Option Simulation::weighed(Person& me, const std::string& name, const PerActivity& plan, std::uint32_t paid) const {
  const Population& people = *population_;
  const InForce& force = *in_force_;
  const std::size_t i = me.i;
  const auto activities = index(constants_->activities);
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
  // What falls due where something is done at all.
  face(me, -1, true, 0);
  Decision unaudited = me.alone;
  const bool fined = force.audits && force.audits->fine > 0;
  unaudited.charges = me.alone.charges.first(me.alone.charges.size() - (fined ? 1 : 0));
  unaudited.curves = {};
  option.audits += goodhart::utility(me.alone, plan) - goodhart::utility(unaudited, plan);
  paid |= charges_of(unaudited, plan);
  for (std::size_t c = 0; c < unaudited.charges.size(); ++c) {
    if (!(paid >> c & 1u)) continue;
    felt += unaudited.charges[c].time;
    option.setups -= unaudited.charges[c].utility;
  }
  if (!unaudited.charges.empty()) {
    face(me, -2, true, 0);
    option.later = later_gain(me.alone, paid);
  }
  const double slack = me.alone.slack;
  option.hours = -0.5 * me.alone.strain * ((felt - slack) * (felt - slack) - slack * slack);
  me.efforts = plan;
  for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
    option.reading.push_back(plain_reading(me, j));
  }
  for (std::size_t k = 0; k < activities; ++k) option.trying += me.hope[k] * plan[k];
  option.utility = option.care + option.hours + option.tiredness + option.aversion + option.audits + option.setups +
                   option.later + option.trying;
  const PerActivity nothing{};
  for (std::size_t c = 0; c < force.incentives.size(); ++c) {
    const auto worth = [&](int which) {
      face(me, which, true, 0);
      return goodhart::utility(me.alone, plan) - goodhart::utility(me.alone, nothing);
    };
    const double without = worth(-1);
    option.rewards.push_back(worth(static_cast<int>(c)) - without);
    option.utility += option.rewards.back();
  }
  return option;
}

/// Puts into `me.alone` the decision under one incentive, under none (-1) or all (-2), with gaming closed or open, and
/// with a penalty a unit of gaming on top.
void Simulation::face(Person& me, int which, bool gaming, double penalty) const {
  constrain(me, me.alone);
  value_by_itself(me, me.alone);
  for (std::size_t k = 0; k < index(constants_->activities); ++k) {
    if (!population_->activities[k].gaming) continue;
    if (!gaming) me.alone.most[k] = 0;
    me.alone.linear[k] -= penalty;
  }
  promise(me, which, me.alone, me.desk.alone_curves);
  charge(me, true, me.alone);
}

Explanation Simulation::explain(std::size_t employee) const {
  if (!ready_) throw Bug("explain: the run does not stand before a step; make it ready first");
  const Population& people = *population_;
  const InForce& force = *in_force_;
  const State& state = *state_;
  const Setting& setting = *force.setting;
  const auto activities = index(constants_->activities);
  // The row of this employee alone, on a desk of its own.
  Sheet& sheet = constants_->sheet();
  lay(sheet, employee, 1);
  perceive(sheet);
  constexpr std::uint16_t kFirst[] = {0};
  const Picked picked{sheet, kFirst};
  InForce::Desk desk;
  desk.curves.resize(force.desks.front().curves.size());
  desk.alone_curves.resize(force.desks.front().alone_curves.size());
  Person me(*this, sheet, desk);
  const auto put_row = [&] {
    if (force.crowds) crowd_out(picked, me);
    put_rows(picked, me.supposed);
    me.take(0);
  };
  put_row();

  Explanation told;
  told.step = state.next;
  told.phase = policy_ && policy_->phased && force.phase >= 0 ? policy_->phases[index(force.phase)].name : "";
  told.employee = employee;
  told.team = state.roster.team_of(employee);
  if (const int group = state.roster.group_of(employee); group >= 0) told.group = state.roster.groups[index(group)];
  told.trait_names = people.trait_names;
  for (const Column& trait : people.traits) told.traits.push_back(trait[employee]);
  told.budget = people.effort.budget[employee];
  told.norm = people.effort.norm[employee];
  told.due = me.due_time();
  for (std::size_t k = 0; k < activities; ++k) {
    if (!has_access(employee, static_cast<int>(k))) told.closed.push_back(setting.activities.entries[k].name);
    const double full = people.activities[k].aversion[employee];
    if (people.activities[k].gaming && full > 0) {
      told.peers_gaming = std::max(told.peers_gaming, 1 - sheet.aversion[k][0] / full);
    }
  }
  const Behaviour& behaviour = force.behaviour(state.roster, employee);
  told.behaviour = std::visit([](const auto& kind) { return std::string(kind.kName); }, behaviour);

  // What the step itself will do, with a memory that is thrown away.
  const auto begin = state.memory.begin() + static_cast<std::ptrdiff_t>(employee * state.memory_width);
  std::vector<double> memory(begin, begin + static_cast<std::ptrdiff_t>(state.memory_width));
  me.memory = memory;
  constrain(me, me.problem);
  me.care = sheet.care[0];
  decide(me, true);
  const double phi = inertia(behaviour);
  told.kept = phi > 0 && me.past && me.draw(Purpose::inertia, 0) < phi;
  const PerActivity chosen = me.efforts;
  const std::uint32_t chosen_paid = me.pays;
  if (responds(behaviour)) {
    me.desk.shelf.turn();
    face(me, -2, true, 0);
    me.hope = hope(me, me.alone);
  }

  for (std::size_t c = 0; c < force.incentives.size(); ++c) {
    const InForce::Incentive& incentive = force.incentives[c];
    Stake stake;
    stake.name = incentive.name;
    stake.scheme = std::visit([](const auto& kind) { return std::string(kind.kName); }, *incentive.scheme);
    stake.metric = setting.metrics.entries[index(incentive.metric)].name;
    stake.target = target(c, employee);
    stake.stakes = incentive.stakes;
    stake.open = std::max(incentive.open, state.roster.arrival[employee]);
    stake.close = incentive.close;
    const bool begun = stake.open < state.next && !incentive.readings.empty();
    stake.so_far = begun && incentive.level == Level::individual ? incentive.readings[employee] : 0;
    stake.worthwhile = incentive.worthwhile;
    told.stakes.push_back(stake);
  }

  // The options.
  const auto best = [&](int which, bool gaming) {
    me.desk.shelf.turn();
    face(me, which, gaming, 0);
    hope(me, me.alone);
    PerActivity plan{};
    goodhart::decide(me.alone, plan);
    return plan;
  };
  const auto consider = [&](const std::string& name, const PerActivity& plan) {
    const std::uint32_t paid = me.pays;
    me.desk.shelf.turn();
    told.options.push_back(weighed(me, name, plan, paid));
  };
  bool can_game = false;
  face(me, -1, true, 0);
  for (std::size_t k = 0; k < activities; ++k) {
    can_game = can_game || (people.activities[k].gaming && me.alone.most[k] > 0);
  }
  const int incentives = static_cast<int>(force.incentives.size());
  consider("nothing rewarded", best(-1, true));
  if (can_game && incentives > 0) consider("no gaming", best(-2, false));
  for (int c = 0; incentives > 1 && c < incentives; ++c) {
    consider(told.stakes[index(c)].name + " alone", best(c, true));
  }
  if (incentives > 0) consider("best of all", best(-2, true));
  me.desk.shelf.turn();
  told.chosen = weighed(me, "chosen", chosen, chosen_paid);

  if (!can_game) return told;
  // What would tip it: the best response, as others do not weigh.
  const auto games = [&](double penalty) {
    me.desk.shelf.turn();
    put_row();
    face(me, -2, true, penalty);
    hope(me, me.alone);
    PerActivity plan{};
    goodhart::decide(me.alone, plan);
    for (std::size_t k = 0; k < activities; ++k) {
      if (people.activities[k].gaming && people.activities[k].time[employee] * plan[k] > kGames) return true;
    }
    return false;
  };
  const bool games_now = games(0);
  for (std::size_t c = 0; c < force.incentives.size(); ++c) {
    const InForce::Incentive& incentive = force.incentives[c];
    if (!incentive.worthwhile) continue;
    const auto supposing = [&](const Supposed& supposed) {
      me.supposed = supposed;
      const bool result = games(0);
      me.supposed = {};
      return result;
    };
    const auto with_reward = [&](double factor) {
      return supposing({.incentive = static_cast<int>(c), .stakes = factor});
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
    if (!incentive.target_term) continue;
    const Terms* terms = incentive.terms;
    const double now = (*terms)[*incentive.target_term][employee];
    if (now == 0) continue;
    Terms moved = *terms;
    Column& column = moved[*incentive.target_term];
    if (column.constant()) column.spread(state.roster.size);
    const auto with_target = [&](double value) {
      column.set(employee, value);
      return supposing({.incentive = static_cast<int>(c), .terms = &moved});
    };
    for (const bool up : {false, true}) {
      std::vector<double> ends;
      for (int n = 1; n <= 20; ++n) ends.push_back(up ? now * (1 + 0.1 * n) : now * (1 - 0.05 * n));
      Tipping tip{.what = up ? "higher target" : "lower target",
                  .incentive = incentive.name,
                  .now = now,
                  .at = {},
                  .tried = ends.back(),
                  .starts = !games_now};
      tip.at = tipping_point(now, ends, with_target);
      told.tippings.push_back(tip);
    }
  }
  put_row();
  const double penalty = force.audits ? (*force.audit_rate)[0][employee] * force.audits->penalty : 0;
  Tipping audits{
      .what = "expected penalty a unit", .incentive = "", .now = penalty, .at = {}, .tried = 0, .starts = !games_now};
  const auto with_penalty = [&](double value) { return games(value - penalty); };
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
  return told;
}

}  // namespace goodhart
