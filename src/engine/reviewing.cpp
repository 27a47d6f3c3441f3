/// Stage 5 of a step: where review windows close, rewards are paid, and those who are compared are ranked.
#include <algorithm>
#include <cmath>

#include "columns.hpp"
#include "sheet.hpp"
#include "simulation_state.hpp"

namespace goodhart {

/// The reading of a step, where that is a team's or the organisation's.
double Simulation::level_reading(std::size_t j, std::size_t employee) const {
  return state_->level_reading[j][state_->unit_of(constants_->level[j], employee)];
}

/// Adds the step to the windows under way.
void Simulation::accumulate(Sheet& sheet, std::size_t) {
  const std::size_t begin = sheet.begin, count = sheet.count;
  for (InForce::Incentive& incentive : in_force_->incentives) {
    if (incentive.readings.empty()) continue;
    const auto j = index(incentive.metric);
    if (incentive.level == Level::individual) {
      columns::add(incentive.readings.data() + begin, sheet.reading[j], count);
    } else {
      for (std::size_t i = begin; i < begin + count; ++i) incentive.readings[i] += level_reading(j, i);
    }
    columns::add(incentive.contributions.data() + begin, sheet.contribution, count);
    columns::add(incentive.hours.data() + begin, sheet.hours, count);
    columns::add(incentive.gaming_time.data() + begin, sheet.gaming_time, count);
    if (!incentive.compares || incentive.level != Level::individual) continue;
    columns::add(incentive.plain.data() + begin, state_->plain[j].data() + begin, count);
  }
}

/// How many steps of the window an employee was there for.
double Simulation::presence(std::size_t incentive, std::size_t employee) const {
  return state_->next - std::max(in_force_->incentives[incentive].opened, state_->roster.arrival[employee]) + 1;
}

/// Ranks those whom an incentive compares, where its window closes or the run ends.
void Simulation::contest(std::size_t n) {
  InForce::Incentive& incentive = in_force_->incentives[n];
  const State& state = *state_;
  const Roster& roster = state.roster;
  const auto j = index(incentive.metric);
  const std::size_t entrants = incentive.entrants(roster);
  if (incentive.level == Level::team) {
    for (std::size_t e = 0; e < entrants; ++e) {
      incentive.ranked[e] += state.level_reading[j][e];
      incentive.plain[e] += state.level_plain[j][e];
    }
  }
  if (!incentive.closes && !incentive.settles) return;

  ScratchVector<double> mean(entrants);
  for (std::size_t e = 0; e < entrants; ++e) {
    const double window = incentive.level == Level::team ? state.next - incentive.opened + 1 : presence(n, e);
    mean[e] = (incentive.level == Level::team ? incentive.ranked[e] : incentive.readings[e]) / window;
    incentive.expected[e] = incentive.plain[e] / window;
    incentive.plain[e] = 0;
  }
  std::fill(incentive.ranked.begin(), incentive.ranked.end(), 0.0);
  incentive.stale = true;

  ScratchVector<std::size_t> order;
  ScratchVector<double> means, merits;
  for (std::size_t begin = 0; begin < entrants;) {
    const std::size_t end = incentive.scope(roster, begin).second, count = end - begin;
    order.resize(count);
    means.resize(count);
    merits.assign(count, 0.0);
    for (std::size_t r = 0; r < count; ++r) order[r] = begin + r;
    const auto lot = [&](std::size_t e) {
      return incentive.lot->uniform(constants_->luck.replicate, static_cast<std::uint32_t>(e), state.next);
    };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      if (mean[a] != mean[b]) return incentive.lower ? mean[a] < mean[b] : mean[a] > mean[b];
      return std::pair(lot(a), a) < std::pair(lot(b), b);
    });
    for (std::size_t r = 0; r < count; ++r) means[r] = mean[order[r]];
    if (count > 1) compare(*incentive.scheme, means, incentive.lower, merits);
    for (std::size_t r = 0; r < count; ++r) {
      if (incentive.level != Level::team) {
        incentive.merit[order[r]] = merits[r];
        continue;
      }
      const std::size_t first = order[r] * roster.team_size;
      std::fill_n(incentive.merit.begin() + static_cast<std::ptrdiff_t>(first), roster.members(order[r]), merits[r]);
    }
    begin = end;
  }
}

/// Pays where windows close; and at the end of a run, for the steps so far, where they are open. That is no close:
/// nobody is dismissed by it, and no statistics are made of those it rewards.
void Simulation::pay_out(Sheet& sheet, std::size_t block) {
  State& state = *state_;
  InForce& force = *in_force_;
  Sums& sums = state.sums[block];
  const std::size_t begin = sheet.begin, count = sheet.count;
  bool rewarded = false, all_in_money = true;
  double in_money = 0;
  for (std::size_t n = 0; n < force.incentives.size(); ++n) {
    InForce::Incentive& incentive = force.incentives[n];
    if (!incentive.closes && !incentive.settles) continue;
    const bool adds_up = !incentive.readings.empty();
    const auto j = index(incentive.metric);
    // Over the window: means of the reading and of contributions, sums of hours.
    const double* mean = adds_up ? incentive.readings.data() + begin : sheet.reading[j];
    const double* contribution = adds_up ? incentive.contributions.data() + begin : sheet.contribution;
    const double* hours = adds_up ? incentive.hours.data() + begin : sheet.hours;
    const double* gaming_time = adds_up ? incentive.gaming_time.data() + begin : sheet.gaming_time;
    double* window = sheet.window.data();
    if (!adds_up && incentive.level != Level::individual) {
      for (std::size_t at = 0; at < count; ++at) sheet.mean[at] = level_reading(j, begin + at);
      mean = sheet.mean.data();
    }
    if (adds_up) {
      for (std::size_t at = 0; at < count; ++at) window[at] = presence(n, begin + at);
      columns::ratio(sheet.mean.data(), mean, window, count);
      columns::ratio(sheet.worth.data(), contribution, window, count);
      mean = sheet.mean.data();
      contribution = sheet.worth.data();
    }
    const double* merit = incentive.compares ? incentive.merit.data() + begin : mean;
    const bool directly = !rewarded && !adds_up;  // nothing else is in the reward yet
    double* paid = directly ? sheet.reward : sheet.paid.data();
    goodhart::rewards(*incentive.scheme, *incentive.terms, begin, {merit, count}, incentive.lower, {paid, count});
    if (incentive.stakes != 1) columns::scale(paid, incentive.stakes, count);
    if (adds_up) {
      if (!rewarded) columns::fill(sheet.reward, 0, count);
      columns::add_product(sheet.reward, window, paid, count);
    } else if (!directly) {
      columns::add(sheet.reward, paid, count);  // for one step
    }
    rewarded = true;
    if (!paid_in_money(*incentive.scheme)) {
      all_in_money = false;
    } else if (force.incentives.size() > 1) {
      for (std::size_t at = 0; at < count; ++at) in_money += adds_up ? window[at] * paid[at] : paid[at];
    }
    if (incentive.settles) continue;
    if (incentive.compares) {
      for (std::size_t at = 0; at < count; ++at) {
        if (dismisses(*incentive.scheme, merit[at])) state.leaves[begin + at] = 1;
      }
    }
    if (!incentive.achieved.empty()) std::copy_n(mean, count, incentive.achieved.data() + begin);
    const bool known = !adds_up && state.kept(sheet.strip);
    columns::Rewarded sum;
    if (known) sum = columns::rewarded(paid, mean, count);
    if (known && sum.people == static_cast<double>(count)) {
      // All are rewarded: what they did is summed up already.
      const Made& made = state.made[sheet.strip];
      sum.contribution = made.contribution;
      sum.hours = made.column_hours;
      sum.gaming_time = made.column_gaming_time;
    } else {
      sum = columns::rewarded(paid, contribution, mean, hours, gaming_time, count);
    }
    Sums::Closed& closed = sums.closed[n];
    closed.people += sum.people;
    closed.contribution += sum.contribution;
    closed.reading += sum.reading;
    closed.hours += sum.hours;
    closed.gaming_time += sum.gaming_time;
    if (!adds_up) continue;
    for (auto* column : {&incentive.readings, &incentive.contributions, &incentive.hours, &incentive.gaming_time}) {
      columns::fill(column->data() + begin, 0, count);
    }
  }
  if (!rewarded) columns::fill(sheet.reward, 0, count);
  const double reward = columns::sum(sheet.reward, count);
  sums.reward += reward;
  sums.bonus += !rewarded ? 0.0 : all_in_money ? reward : in_money;
  if (sheet.utility) columns::plus(sheet.utility, sheet.content, sheet.reward, count);
}

}  // namespace goodhart
