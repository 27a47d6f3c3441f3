/// What is the same for everybody in a step, made before it begins.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "blocks.hpp"
#include "deciding.hpp"
#include "phases.hpp"
#include "stages.hpp"

namespace goodhart {

namespace {

/// The last step of a review window, as far as steps can be counted: a window may be longer than any run.
int last_of_window(int first, int every) {
  return static_cast<int>(std::min<std::int64_t>(std::int64_t{first} + every - 1, std::numeric_limits<int>::max()));
}

/// Moves those whose peers were seen doing otherwise in the last step than in the one before.
void note_sightings(const Run& run) {
  State& state = run.state;
  if (!run.force.erodes || state.rest.empty()) return;
  const std::size_t n = state.roster.size;
  for (std::size_t k = 0; k < run.people.activities.size(); ++k) {
    if (run.people.activities[k].erosion == 0) continue;
    const std::uint32_t* now = state.seen.words(static_cast<int>(k));
    const std::uint32_t* before = state.doing.words(static_cast<int>(k));
    // `doing` has been swapped: it holds the step before the last.
    for (std::size_t w = 0; w < state.seen.words(); ++w) {
      if (now[w] == before[w]) continue;
      const std::size_t first = w * Sightings::kWord, last = std::min(first + Sightings::kWord, n);
      const auto [begin, end] = run.constants.peers.seen_by(first, last, state.roster);
      state.move(begin, end);
      if (begin == 0 && end == n) return;
    }
  }
}

/// What employees would read who respond to nothing but themselves: what rivals are expected to do before a first
/// window has closed. Into the incentive's `plain`, by employee.
void imagine(const Run& run, std::size_t block) {
  const State& state = run.state;
  InForce& force = run.force;
  const std::size_t end = std::min((block + 1) * kBlock, state.roster.size);
  Sheet& sheet = run.constants.sheet();
  Person me(run, sheet, force.desks[block]);
  for (std::size_t i = block * kBlock; i < end; ++i) {
    if (i % kStrip == 0) {
      lay(run.state, sheet, i, std::min(kStrip, end - i));
      perceive(run, sheet);
      const Picked all = everybody(sheet);
      put_bounds(run, all, true);
      put_worth(run, all, sheet.of(run.people.effort.intrinsic), false);
    }
    me.take(i % kStrip);
    constrain(me, me.problem);
    value_by_itself(me, me.problem);
    charge(me, false, me.problem);
    std::size_t terms = 0;
    const Behaviour& behaviour = force.behaviour(state.roster, i, &terms);
    if (unrewarded(behaviour, run.people.behaviours[terms], i, me.problem, me.efforts) == Solved::unbounded) {
      throw RunError(fmt::format("employee {} could gain without end by working more even without incentives", i));
    }
    for (std::size_t j = 0; j < index(run.constants.metrics); ++j) {
      if (force.keeps_plain[j]) run.state.plain[j][i] = plain_reading(me, j);
    }
  }
}

/// Puts in order what is believed of rivals, from what each is expected to have read.
void believe(const Run& run, std::size_t n) {
  InForce::Incentive& incentive = run.force.incentives[n];
  const Roster& roster = run.state.roster;
  const std::size_t entrants = incentive.entrants(roster), j = index(incentive.metric);
  const double share = 1 - run.force.setting->metrics.entries[j].value.common;
  const MetricColumns& columns = run.people.metrics[j];
  for (std::size_t e = 0; e < entrants; ++e) {
    if (incentive.level == Level::team) {
      const auto members = static_cast<double>(roster.members(e));
      incentive.variance[e] = share * run.force.variance_sum[j][e] / (members * members) / incentive.every;
    } else {
      const double deviation = columns.scale[e] * columns.deviations;
      incentive.variance[e] = share * deviation * deviation / incentive.every;
    }
  }
  ScratchVector<std::size_t> order(entrants);
  for (std::size_t scope = 0, begin = 0; begin < entrants; ++scope) {
    const std::size_t end = incentive.scope(roster, begin).second;
    double sum_expected = 0, sum_variance = 0;
    for (std::size_t e = begin; e < end; ++e) {
      order[e] = e;
      sum_expected += incentive.expected[e];
      sum_variance += incentive.variance[e];
    }
    incentive.sum_expected[scope] = sum_expected;
    incentive.sum_variance[scope] = sum_variance;
    const auto first = order.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = order.begin() + static_cast<std::ptrdiff_t>(end);
    std::sort(first, last, [&](std::size_t a, std::size_t b) {
      return std::pair(incentive.expected[a], a) < std::pair(incentive.expected[b], b);
    });
    for (std::size_t e = begin; e < end; ++e) {
      incentive.sorted[e] = incentive.expected[order[e]];
      incentive.place[order[e]] = static_cast<std::uint32_t>(e - begin);
    }
    begin = end;
  }
  incentive.stale = false;
}

}  // namespace

void prepare(const Run& run) {
  State& state = run.state;
  InForce& force = run.force;
  const int t = state.next;
  level_baselines(run, run.force);
  for (InForce::Incentive& incentive : force.incentives) {
    const int delay = run.constants.scenario.setting.metrics.entries[index(incentive.metric)].value.delay;
    incentive.open = force.from + (t + delay - force.from) / incentive.every * incentive.every;
    incentive.close = last_of_window(incentive.open, incentive.every);
    const bool worthwhile = std::exchange(incentive.worthwhile, incentive.close < force.to);
    const double patience =
        std::exchange(incentive.patience, std::pow(force.setting->effort.discount, incentive.close - t));
    if (incentive.worthwhile != worthwhile || incentive.patience != patience) state.move_all();
    incentive.opened = force.from + (t - force.from) / incentive.every * incentive.every;
    const int closing = last_of_window(incentive.opened, incentive.every);
    incentive.closes = t == closing;
    incentive.settles = !incentive.closes && t == run.constants.scenario.time.steps - 1 && closing < force.to;
  }
  for (std::size_t j = 0; j < index(run.constants.metrics); ++j) {
    const Metric& metric = force.setting->metrics.entries[j].value;
    double four[kNoiseGroup] = {};
    if (metric.common > 0)
      standard_noise(metric.noise, run.constants.common_noise[j], run.constants.luck.replicate, t, 0, four);
    force.common[j] = four[0];
  }
  std::swap(state.doing, state.seen);
  note_sightings(run);
  if (force.erodes || force.tries) {
    run.constants.peers.count(state.seen, state.roster, run.constants.activities, state.counts);
  }
  if (!state.past_utility.empty()) {
    state.past_units = state.units;
    state.past_utility = state.utility;
  }

  // Beliefs about rivals: at first from what each would do by itself, then from the last closed window.
  const auto compared = [](const InForce::Incentive& incentive) { return incentive.compares && !incentive.believes; };
  if (std::any_of(force.incentives.begin(), force.incentives.end(), compared)) {
    over_blocks(run, [&](std::size_t block) { imagine(run, block); });
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
    if (force.incentives[n].compares && force.incentives[n].stale) believe(run, n);
  }
}

}  // namespace goodhart
