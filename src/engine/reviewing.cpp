/// Stage 5 of a step: where review windows close, rewards are paid, and those who are compared are ranked.
#include <algorithm>
#include <cmath>

#include "simulation_state.hpp"

namespace goodhart {

/// The reading of a step, at its metric's level.
double Simulation::reading_at_level(std::size_t j, std::size_t employee) const {
  const Level level = constants_->level[j];
  if (level == Level::individual) return state_->reading[j][employee];
  return state_->level_reading[j][state_->unit_of(level, employee)];
}

/// Adds the step to the windows under way.
void Simulation::accumulate(std::size_t block) {
  State& state = *state_;
  const std::size_t begin = block * kBlock, end = std::min(begin + kBlock, state.roster.size);
  const std::vector<double>& contributions = state.contributions();
  for (InForce::Incentive& incentive : in_force_->incentives) {
    if (incentive.readings.empty()) continue;
    const auto j = index(incentive.metric);
    for (std::size_t i = begin; i < end; ++i) {
      incentive.readings[i] += reading_at_level(j, i);
      incentive.contributions[i] += contributions[i];
      incentive.hours[i] += state.hours[i];
      incentive.gaming_time[i] += state.gaming_time[i];
    }
    if (!incentive.compares || incentive.level != Level::individual) continue;
    for (std::size_t i = begin; i < end; ++i) incentive.plain[i] += state.plain[j][i];
  }
}

/// How many steps of the window an employee was there for.
double Simulation::presence(std::size_t incentive, std::size_t employee) const {
  return state_->next - std::max(in_force_->incentives[incentive].opened, state_->roster.arrival[employee]) + 1;
}

/// Ranks those whom an incentive compares, where its window closes.
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
  if (!incentive.closes) return;

  std::vector<double> mean(entrants);
  for (std::size_t e = 0; e < entrants; ++e) {
    const double window = incentive.level == Level::team ? incentive.every : presence(n, e);
    mean[e] = (incentive.level == Level::team ? incentive.ranked[e] : incentive.readings[e]) / window;
    incentive.expected[e] = incentive.plain[e] / window;
    incentive.plain[e] = 0;
  }
  std::fill(incentive.ranked.begin(), incentive.ranked.end(), 0.0);
  incentive.stale = true;

  std::vector<std::size_t> order;
  std::vector<double> means, merits;
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

/// Pays where windows close.
void Simulation::pay_out(std::size_t block) {
  State& state = *state_;
  InForce& force = *in_force_;
  Sums& sums = state.sums[block];
  const std::size_t begin = block * kBlock, end = std::min(begin + kBlock, state.roster.size);
  const std::vector<double>& contributions = state.contributions();
  for (std::size_t n = 0; n < force.incentives.size(); ++n) {
    InForce::Incentive& incentive = force.incentives[n];
    if (!incentive.closes) continue;
    Sums::Closed& closed = sums.closed[n];
    const bool adds_up = !incentive.readings.empty();
    const auto j = index(incentive.metric);
    for (std::size_t i = begin; i < end; ++i) {
      double reading = adds_up ? incentive.readings[i] : reading_at_level(j, i);
      double contribution = contributions[i], hours = state.hours[i], gaming = state.gaming_time[i];
      if (adds_up) {
        contribution = incentive.contributions[i];
        hours = incentive.hours[i];
        gaming = incentive.gaming_time[i];
        for (auto* column : {&incentive.readings, &incentive.contributions, &incentive.hours, &incentive.gaming_time})
          (*column)[i] = 0;
      }
      const double window = presence(n, i);
      const double mean = reading / window;
      const double merit = incentive.compares ? incentive.merit[i] : mean;
      const double paid =
          incentive.stakes * goodhart::reward(*incentive.scheme, *incentive.terms, i, merit, incentive.lower);
      state.reward[i] += window * paid;
      if (incentive.compares && dismisses(*incentive.scheme, merit)) state.leaves[i] = 1;
      if (!incentive.achieved.empty()) incentive.achieved[i] = mean;
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
    sums.reward += state.reward[i];
  }
}

}  // namespace goodhart
