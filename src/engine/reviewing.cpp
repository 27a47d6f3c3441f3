/// Stage 5 of a step: where review windows close, rewards are paid, and those who are compared are ranked.
#include <algorithm>
#include <cmath>

#include "columns.hpp"
#include "stages.hpp"

namespace goodhart {

namespace {

/// How many steps of the window an employee was there for.
double presence(const Now& now, std::size_t incentive, std::size_t employee) {
  return now.state.next - std::max(now.force.incentives[incentive].opened, now.state.roster.arrival[employee]) + 1;
}

/// A review window that closes, or that the run ends in, for the employees of a strip: means of the reading and of
/// contributions over the window, sums of hours.
struct Window {
  bool adds_up = false;  ///< is it longer than one step, or compared?
  const double* mean = nullptr;
  const double* contribution = nullptr;
  const double* hours = nullptr;
  const double* gaming_time = nullptr;
  const double* steps = nullptr;  ///< that an employee was there for, where it adds up
};

Window window_of(const Run& run, Sheet& sheet, std::size_t n) {
  const InForce::Incentive& incentive = run.force.incentives[n];
  const std::size_t begin = sheet.begin, count = sheet.count;
  const auto j = index(incentive.metric);
  Window window;
  window.adds_up = !incentive.readings.empty();
  if (!window.adds_up) {
    window.mean = sheet.reading[j];
    window.contribution = sheet.contribution;
    window.hours = sheet.hours;
    window.gaming_time = sheet.gaming_time;
    if (incentive.level == Level::individual) return window;
    for (std::size_t at = 0; at < count; ++at) sheet.mean[at] = level_reading(run, j, begin + at);
    window.mean = sheet.mean.data();
    return window;
  }
  double* steps = sheet.window.data();
  for (std::size_t at = 0; at < count; ++at) steps[at] = presence(run, n, begin + at);
  columns::ratio(sheet.mean.data(), incentive.readings.data() + begin, steps, count);
  columns::ratio(sheet.worth.data(), incentive.contributions.data() + begin, steps, count);
  window.steps = steps;
  window.mean = sheet.mean.data();
  window.contribution = sheet.worth.data();
  window.hours = incentive.hours.data() + begin;
  window.gaming_time = incentive.gaming_time.data() + begin;
  return window;
}

/// What a window that has closed leaves: who is dismissed, what leadership looks at, sums over those it rewarded.
void close(const Run& run, const Sheet& sheet, const Window& window, std::size_t n, const double* merit,
           const double* paid, Sums::Closed& closed) {
  State& state = run.state;
  InForce::Incentive& incentive = run.force.incentives[n];
  const std::size_t begin = sheet.begin, count = sheet.count;
  for (std::size_t at = 0; incentive.compares && at < count; ++at) {
    if (dismisses(*incentive.scheme, merit[at])) state.leaves[begin + at] = 1;
  }
  if (!incentive.achieved.empty()) std::copy_n(window.mean, count, incentive.achieved.data() + begin);
  const bool known = !window.adds_up && state.kept(sheet.strip);
  columns::Rewarded sum;
  if (known) sum = columns::rewarded(paid, window.mean, count);
  if (known && sum.people == static_cast<double>(count)) {
    // All are rewarded: what they did is summed up already.
    const Made& made = state.made[sheet.strip];
    sum.contribution = made.contribution;
    sum.hours = made.column_hours;
    sum.gaming_time = made.column_gaming_time;
  } else {
    sum = columns::rewarded(paid, window.contribution, window.mean, window.hours, window.gaming_time, count);
  }
  closed.people += sum.people;
  closed.contribution += sum.contribution;
  closed.reading += sum.reading;
  closed.hours += sum.hours;
  closed.gaming_time += sum.gaming_time;
  if (!window.adds_up) return;
  for (auto* column : {&incentive.readings, &incentive.contributions, &incentive.hours, &incentive.gaming_time}) {
    columns::fill(column->data() + begin, 0, count);
  }
}

}  // namespace

void accumulate(const Run& run, Sheet& sheet) {
  const std::size_t begin = sheet.begin, count = sheet.count;
  for (InForce::Incentive& incentive : run.force.incentives) {
    if (incentive.readings.empty()) continue;
    const auto j = index(incentive.metric);
    if (incentive.level == Level::individual) {
      columns::add(incentive.readings.data() + begin, sheet.reading[j], count);
    } else {
      for (std::size_t i = begin; i < begin + count; ++i) incentive.readings[i] += level_reading(run, j, i);
    }
    columns::add(incentive.contributions.data() + begin, sheet.contribution, count);
    columns::add(incentive.hours.data() + begin, sheet.hours, count);
    columns::add(incentive.gaming_time.data() + begin, sheet.gaming_time, count);
    if (!incentive.compares || incentive.level != Level::individual) continue;
    columns::add(incentive.plain.data() + begin, run.state.plain[j].data() + begin, count);
  }
}

void contest(const Run& run, std::size_t n) {
  InForce::Incentive& incentive = run.force.incentives[n];
  const State& state = run.state;
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
    const double window = incentive.level == Level::team ? state.next - incentive.opened + 1 : presence(run, n, e);
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
      return incentive.lot->uniform(run.constants.luck.replicate, static_cast<std::uint32_t>(e), state.next);
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

void pay_out(const Run& run, Sheet& sheet, std::size_t block) {
  const InForce& force = run.force;
  Sums& sums = run.state.sums[block];
  const std::size_t begin = sheet.begin, count = sheet.count;
  bool rewarded = false, all_in_money = true;
  double in_money = 0;
  for (std::size_t n = 0; n < force.incentives.size(); ++n) {
    const InForce::Incentive& incentive = force.incentives[n];
    if (!incentive.closes && !incentive.settles) continue;
    const Window window = window_of(run, sheet, n);
    const double* merit = incentive.compares ? incentive.merit.data() + begin : window.mean;
    const bool directly = !rewarded && !window.adds_up;  // nothing else is in the reward yet
    double* paid = directly ? sheet.reward : sheet.paid.data();
    rewards(*incentive.scheme, *incentive.terms, begin, {merit, count}, incentive.lower, {paid, count});
    if (incentive.stakes != 1) columns::scale(paid, incentive.stakes, count);
    if (window.adds_up) {
      if (!rewarded) columns::fill(sheet.reward, 0, count);
      columns::add_product(sheet.reward, window.steps, paid, count);
    } else if (!directly) {
      columns::add(sheet.reward, paid, count);  // for one step
    }
    rewarded = true;
    if (!paid_in_money(*incentive.scheme)) {
      all_in_money = false;
    } else if (force.incentives.size() > 1) {
      for (std::size_t at = 0; at < count; ++at) in_money += window.adds_up ? window.steps[at] * paid[at] : paid[at];
    }
    if (!incentive.settles) close(run, sheet, window, n, merit, paid, sums.closed[n]);
  }
  if (!rewarded) columns::fill(sheet.reward, 0, count);
  const double reward = columns::sum(sheet.reward, count);
  sums.reward += reward;
  sums.bonus += !rewarded ? 0.0 : all_in_money ? reward : in_money;
  if (sheet.utility) columns::plus(sheet.utility, sheet.content, sheet.reward, count);
}

}  // namespace goodhart
