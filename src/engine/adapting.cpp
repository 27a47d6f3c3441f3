/// Stage 6 of a step: who leaves; access spreads, traits learn, stocks fill.
///
/// Who leaves is settled within the step; the rest happens when the next step begins, so that observers still see what
/// was in force while efforts were chosen.
#include "adapting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "columns.hpp"
#include "goodhart/model/strain.hpp"
#include "in_range.hpp"
#include "phases.hpp"
#include "stages.hpp"

namespace goodhart {

Doing first_access(const Now& now, std::size_t i) {
  unsigned open = 0;
  for (std::size_t k = 0; k < index(now.constants.activities); ++k) {
    const std::optional<Spread>& spread = now.force.setting->activities.entries[k].value.spread;
    const double u = now.constants.access[k].uniform(now.constants.luck.replicate, static_cast<std::uint32_t>(i),
                                                     now.state.roster.arrival[i]);
    open |= unsigned{!spread || u < spread->initial} << k;
  }
  return static_cast<Doing>(open);
}

void follow(const Run& run, std::size_t i) {
  for (InForce::Incentive& incentive : run.force.incentives) {
    if (!incentive.moved) continue;
    for (std::size_t term = 0; term < incentive.moved->size(); ++term) {
      const bool apart = (incentive.moves_target && term == *incentive.target_term) ||
                         (incentive.rate_set && term == *incentive.rate_term);
      Column& column = (*incentive.moved)[term];
      if (!apart && !column.constant()) column.set(i, (*incentive.drawn)[term][i]);
    }
  }
}

namespace {

/// Employees look at what they would have elsewhere every so many steps of the run, whatever the phase, and compare it
/// with the mean of what they had since the last look or since they came. Luck is that of `attrition`, with an index of
/// its own.
void quit(const Run& run) {
  State& state = run.state;
  const InForce& force = run.force;
  run.means.quits = 0;
  if (!force.outside) return;
  columns::add(state.fared.data(), state.utility.data(), state.fared.size());
  const Outside& outside = *force.setting->workforce.outside;
  if ((state.next + 1) % outside.every != 0) return;
  const int opened = std::max(state.next - outside.every + 1, state.fared_since);
  for (std::size_t i = 0; i < state.fared.size(); ++i) {
    const double steps = state.next - std::max(opened, state.roster.arrival[i]) + 1;
    const double better = std::exchange(state.fared[i], 0.0) / steps - (*force.outside)[0][i];
    if (state.leaves[i]) continue;
    const double likely = outside.scale > 0 ? 1 / (1 + std::exp(better / outside.scale)) : better < 0 ? 1.0 : 0.0;
    const double luck =
        run.constants.attrition.uniform(run.constants.luck.replicate, static_cast<std::uint32_t>(i), state.next, 1);
    if (!(luck < outside.chance * likely)) continue;
    state.leaves[i] = 1;
    run.means.quits += 1;
  }
}

/// One without access gains it with probability innovation + imitation x (share of peers seen doing it) + rate x (units
/// of trying); one who has it and was not seen doing it loses it with probability abandon.
void spread(const Run& run) {
  State& state = run.state;
  const InForce& force = run.force;
  if (!force.spreads) return;
  run.constants.peers.count(state.doing, state.roster, run.constants.activities, state.counts);
  Sheet& sheet = run.constants.sheet();
  for (std::size_t k = 0; k < index(run.constants.activities); ++k) {
    const std::optional<Spread>& spread = force.setting->activities.entries[k].value.spread;
    if (!spread) continue;
    const std::optional<Trying>& trying = spread->trying;
    const int by = trying ? force.setting->activities.index(trying->by) : 0;
    for (std::size_t begin = 0; begin < state.roster.size; begin += kStrip) {
      const std::size_t count = std::min(kStrip, state.roster.size - begin);
      double* const shares = sheet.took.data();
      const double* const luck = sheet.luck.data();
      run.constants.access[k].uniforms(run.constants.luck.replicate, static_cast<std::uint32_t>(begin), state.next, 1,
                                       {sheet.luck.data(), count});
      if (spread->imitation > 0) {
        run.constants.peers.shares(begin, static_cast<int>(k), state.doing, state.counts, state.roster,
                                   run.constants.activities, {shares, count});
      } else {
        columns::fill(shares, 0, count);
      }
      for (std::size_t at = 0; at < count; ++at) {
        const std::size_t i = begin + at;
        const bool open = state.access[i] >> k & 1u, seen = state.doing(i, static_cast<int>(k));
        double gain = spread->innovation + spread->imitation * shares[at];
        if (trying) gain += trying->rate * state.units[index(by)][i];
        const double change = !open ? gain : seen ? 0.0 : spread->abandon;
        if (!(luck[at] < change)) continue;
        state.access[i] = static_cast<Doing>(state.access[i] ^ (1u << k));
        state.move(i, i + 1);
      }
    }
  }
}

bool learn(const Run& run) {
  State& state = run.state;
  const InForce& force = run.force;
  if (force.learning.empty()) return false;
  for (std::size_t i = 0; i < state.roster.size; ++i) {
    if (!state.leaves.empty() && state.leaves[i]) continue;
    for (std::size_t l = 0; l < force.learning.size(); ++l) {
      const InForce::Learning& learning = force.learning[l];
      const double rate = force.setting->learning[l].rate;
      if (rate == 0) continue;
      const double trait = run.people.traits[index(learning.trait)][i], bound = (*learning.terms)[0][i];
      const double room = std::max(0.0, rate > 0 ? bound - trait : trait - bound);
      const double learned = trait + rate * state.units[index(learning.by)][i] * room;
      if (!std::isfinite(learned)) {
        throw RunError(
            fmt::format("at step {} the trait {} of employee {} has grown beyond the largest number that can "
                        "be computed with; bound the rate of its learning",
                        state.next, run.people.trait_names[index(learning.trait)], i));
      }
      run.people.set_trait(i, learning.trait, learned);
    }
    run.people.refresh(i);
    if (!run.people.effort.interactions.empty()) require_convex_strain_of(run.people, i);
    follow(run, i);
  }
  return true;
}

/// What the last step leaves of each stock: whoever was there has added to it, leavers too.
void add_up_stocks(const Run& run) {
  State& state = run.state;
  const std::vector<Stock>& stocks = run.force.setting->stocks;
  for (std::size_t s = 0; s < stocks.size(); ++s) {
    InForce::Pool& pool = run.force.stocks[s];
    for (std::size_t u = 0; u < pool.level.size(); ++u) {
      const std::size_t begin = pool.of_team ? u * state.roster.team_size : 0;
      const std::size_t members = pool.of_team ? state.roster.members(u) : state.roster.size;
      double added = 0;
      for (std::size_t k = 0; k < index(run.constants.activities); ++k) {
        const Column& adds = (*pool.adds)[k];
        if (adds.always(0)) continue;
        for (std::size_t i = begin; i < begin + members; ++i) added += adds[i] * state.units[k][i];
      }
      double& level = pool.level[u];
      level = std::max(0.0, (1 - stocks[s].decay) * level + added / static_cast<double>(members));
      if (std::isfinite(level)) continue;
      throw RunError(
          fmt::format("at step {} the stock {} has grown beyond the largest number that can be computed with; bound "
                      "what is added to it, or let it decay",
                      state.next, stocks[s].trait));
    }
  }
}

/// Puts the levels of stocks into the traits of all who see them, newcomers too; what is made of them follows.
bool fill_stocks(const Run& run) {
  State& state = run.state;
  const InForce& force = run.force;
  if (force.stocks.empty()) return false;
  for (std::size_t i = 0; i < state.roster.size; ++i) {
    bool moved = false;
    for (const InForce::Pool& pool : force.stocks) {
      const double level = pool.level[pool.of_team ? state.roster.team_of(i) : 0];
      if (run.people.traits[index(pool.trait)][i] == level) continue;
      run.people.set_trait(i, pool.trait, level);
      moved = true;
    }
    if (!moved) continue;
    run.people.refresh(i);
    if (!run.people.effort.interactions.empty()) require_convex_strain_of(run.people, i);
    follow(run, i);
  }
  return true;
}

}  // namespace

void leave(const Run& run) {
  State& state = run.state;
  const Column& attrition = (*run.force.workforce)[0];
  for (std::size_t begin = 0; begin < state.leaves.size() && !attrition.always(0); begin += kStrip) {
    const std::size_t count = std::min(kStrip, state.leaves.size() - begin);
    Strip& luck = run.constants.sheet().luck;
    run.constants.attrition.uniforms(run.constants.luck.replicate, static_cast<std::uint32_t>(begin), state.next, 0,
                                     {luck.data(), count});
    const double* likely = attrition.from(begin);
    for (std::size_t at = 0; at < count; ++at) {
      char& leaves = state.leaves[begin + at];
      leaves = leaves != 0 || luck[at] < likely[at];
    }
  }
  quit(run);
  run.means.exits = run.means.hires = static_cast<double>(std::count(state.leaves.begin(), state.leaves.end(), 1));
}

void settle(const Run& run) {
  State& state = run.state;
  spread(run);
  const bool learned = learn(run);
  add_up_stocks(run);
  const bool hired = replace_leavers(run);
  const bool filled = fill_stocks(run);
  const bool changed = learned || hired || filled;
  if (changed && !run.constants.mechanisms.extremal) {
    move_dashboards(run, run.force);
    for (InForce::Incentive& incentive : run.force.incentives) move_readings(run, incentive);
    for (std::size_t i = 0; i < state.roster.size; ++i) follow(run, i);
    state.move_all();
  }
  lead(run);
  if (changed) sum_noise(run, run.force);
  if (changed || (run.force.led())) show_terms(run, run.force);
  for (const InForce::Incentive& incentive : run.force.incentives) {
    const auto require = [&](double moved, const char* what, const char* bound) {
      require_in_range(moved, incentive.name, what, bound, state.next);
    };
    require(incentive.stakes, "the stakes", "them: give escalate a cap");
    if (incentive.target_term) require(incentive.target, "the target", "targets, and what moves them");
    if (incentive.rate_term) require(incentive.rate, "the rate", "rates, and what moves them");
  }
}

}  // namespace goodhart
