/// Part of stage 6: newcomers take the places of those who leave.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "adapting.hpp"
#include "goodhart/core/math.hpp"
#include "goodhart/model/strain.hpp"
#include "phases.hpp"
#include "simulation_state.hpp"

namespace goodhart {

namespace {

/// The top share by M of the tournament that dismisses, at its last close, without those who leave themselves.
ScratchVector<std::size_t> models_to_copy(const Now& now) {
  const State& state = now.state;
  ScratchVector<std::size_t> order;
  const std::optional<CopyHiring>& copy = now.force.setting->workforce.hiring.copy;
  if (!copy) return order;
  for (const InForce::Incentive& incentive : now.force.incentives) {
    const bool may_dismiss = std::visit([](const auto& kind) { return dismisses(kind); }, *incentive.scheme);
    if (!may_dismiss || incentive.achieved.empty()) continue;
    for (std::size_t i = 0; i < state.roster.size; ++i) {
      if (!state.leaves[i] && !std::isnan(incentive.achieved[i])) order.push_back(i);
    }
    const auto share = static_cast<std::size_t>(
        std::max(1.0, std::floor(copy->top * static_cast<double>(state.roster.size) + 0.5 + 1e-9)));
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const double ma = incentive.achieved[a], mb = incentive.achieved[b];
      if (ma != mb) return incentive.lower ? ma < mb : ma > mb;
      return a < b;
    });
    order.resize(std::min(order.size(), share));
    break;
  }
  return order;
}

void replace(const Run& run, std::size_t i, std::span<const std::size_t> models) {
  State& state = run.state;
  InForce& force = run.force;
  const Hiring& hiring = force.setting->workforce.hiring;
  const std::size_t n = state.roster.size;
  const auto who = static_cast<std::uint32_t>(i);
  const std::uint32_t replicate = run.constants.luck.replicate;
  // The newcomer takes the slot: team, group and place in the network; it has no past and nothing due.
  state.roster.arrival[i] = state.next;
  state.move(i, i + 1);
  if (!models.empty()) {
    const double u = run.constants.model.uniform(replicate, who, state.next);
    const std::size_t at =
        std::min(static_cast<std::size_t>(u * static_cast<double>(models.size())), models.size() - 1);
    run.people.copy_traits(i, models[at], hiring.copy->mutate);
  } else {
    std::uint32_t best = 0;
    double best_signal = -std::numeric_limits<double>::infinity();
    for (std::uint32_t a = 0; a < static_cast<std::uint32_t>(hiring.applicants) && hiring.applicants > 1; ++a) {
      const auto& names = run.people.trait_names;
      const auto trait = static_cast<int>(std::find(names.begin(), names.end(), hiring.signal) - names.begin());
      const double spread = run.people.founders_sd(trait);
      const double z =
          spread > 0 ? (run.people.applicant_trait(i, a, trait) - run.people.founders_mean(trait)) / spread : 0.0;
      const double error = normal_quantile(run.constants.signal.uniform(replicate, who, state.next, a));
      const double signal = hiring.validity * z + std::sqrt(1 - hiring.validity * hiring.validity) * error;
      if (signal > best_signal) best = a, best_signal = signal;
    }
    run.people.hire(i, best);
  }
  if (!run.people.effort.interactions.empty()) require_convex_strain_of(run.people, i);
  state.doing.forget(i);
  if (!state.access.empty()) state.access[i] = first_access(run, i);
  if (!state.set_up.empty()) state.set_up[i] = 0;
  if (force.watch) force.watch->own[i] = force.audits->suspicion->against == "past" ? kNaN : 0;
  for (auto& column : state.units) {
    if (!column.empty()) column[i] = 0;
  }
  for (auto* column : {&state.received, &state.loads}) {
    if (!column->empty()) (*column)[i] = 0;
  }
  if (!state.fared.empty()) state.fared[i] = 0;
  std::fill_n(state.memory.begin() + static_cast<std::ptrdiff_t>(i * state.memory_width), state.memory_width, 0.0);
  // Nor does anything of its predecessor's come in the team's reading any more.
  for (std::size_t j = 0; j < state.level_under_way.size(); ++j) {
    if (state.level_under_way[j].empty()) continue;
    const std::size_t units = state.units_of(run.constants.level[j]), unit = state.unit_of(run.constants.level[j], i);
    for (std::size_t at = 0; at * n < state.under_way[j].size(); ++at)
      state.level_under_way[j][at * units + unit] -= state.under_way[j][at * n + i];
  }
  for (auto* rings : {&state.due, &state.under_way, &state.believed, &state.contributed}) {
    for (auto& ring : *rings) {
      for (std::size_t at = i; at < ring.size(); at += n) ring[at] = 0;
    }
  }
  for (InForce::Incentive& incentive : force.incentives) {
    for (auto* column : {&incentive.readings, &incentive.contributions, &incentive.hours, &incentive.gaming_time}) {
      if (!column->empty()) (*column)[i] = 0;
    }
    if (incentive.compares && incentive.level == Level::individual) incentive.plain[i] = 0;
    if (!incentive.achieved.empty()) incentive.achieved[i] = kNaN;
    if (incentive.moves_target) (*incentive.moved)[*incentive.target_term].set(i, incentive.target);
  }
  follow(run, i);
}

}  // namespace

bool replace_leavers(const Run& run) {
  State& state = run.state;
  if (std::none_of(state.leaves.begin(), state.leaves.end(), [](char leaves) { return leaves != 0; })) return false;
  const ScratchVector<std::size_t> models = models_to_copy(run);
  // A newcomer is expected to do as those in its scope did who were compared at the last close.
  for (InForce::Incentive& incentive : run.force.incentives) {
    if (!incentive.compares || incentive.level != Level::individual) continue;
    for (std::size_t begin = 0, end = 0; begin < state.roster.size; begin = end) {
      end = incentive.scope(state.roster, begin).second;
      const auto first = incentive.expected.begin();
      const double mean =
          std::accumulate(first + static_cast<std::ptrdiff_t>(begin), first + static_cast<std::ptrdiff_t>(end), 0.0) /
          static_cast<double>(end - begin);
      for (std::size_t i = begin; i < end; ++i) {
        if (state.leaves[i]) incentive.expected[i] = mean;
      }
    }
    incentive.stale = true;
  }
  for (std::size_t i = 0; i < state.leaves.size(); ++i) {
    if (state.leaves[i]) replace(run, i, models);
  }
  std::fill(state.leaves.begin(), state.leaves.end(), 0);
  return true;
}

}  // namespace goodhart
