/// Stage 6 of a step: access spreads, traits learn, stocks fill, people leave and are replaced, leadership acts.
///
/// Who leaves is settled within the step; the rest happens when the next step begins, so that observers still see what
/// was in force while efforts were chosen.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "columns.hpp"
#include "goodhart/core/math.hpp"
#include "goodhart/model/leadership.hpp"
#include "goodhart/model/strain.hpp"
#include "in_range.hpp"
#include "sheet.hpp"
#include "simulation_state.hpp"

namespace goodhart {

void Simulation::settle() {
  State& state = *state_;
  if (!state.pending) return;
  state.pending = false;
  spread();
  const bool learned = learn();
  add_up_stocks();
  const bool hired = replace_leavers();
  const bool filled = fill_stocks();
  const bool changed = learned || hired || filled;
  if (changed && !constants_->mechanisms.extremal) {
    move_dashboards();
    for (std::size_t n = 0; n < in_force_->incentives.size(); ++n) move_readings(n);
    for (std::size_t i = 0; i < state.roster.size; ++i) follow(i);
    state.move_all();
  }
  lead();
  if (changed) sum_noise();
  if (changed || (in_force_->leadership && !in_force_->leadership->empty())) show_terms();
  for (const InForce::Incentive& incentive : in_force_->incentives) {
    const auto require = [&](double moved, const char* what, const char* bound) {
      require_in_range(moved, incentive.name, what, bound, state.next);
    };
    require(incentive.stakes, "the stakes", "them: give escalate a cap");
    if (incentive.target_term) require(incentive.target, "the target", "targets, and what moves them");
    if (incentive.rate_term) require(incentive.rate, "the rate", "rates, and what moves them");
  }
}

/// Those who were dismissed leave, and of the rest some by themselves, or because they would fare better elsewhere.
void Simulation::leave() {
  State& state = *state_;
  const Column& attrition = (*in_force_->workforce)[0];
  for (std::size_t begin = 0; begin < state.leaves.size() && !attrition.always(0); begin += kStrip) {
    const std::size_t count = std::min(kStrip, state.leaves.size() - begin);
    Strip& luck = constants_->sheet().luck;
    constants_->attrition.uniforms(constants_->luck.replicate, static_cast<std::uint32_t>(begin), state.next, 0,
                                   {luck.data(), count});
    const double* likely = attrition.from(begin);
    for (std::size_t at = 0; at < count; ++at) {
      char& leaves = state.leaves[begin + at];
      leaves = leaves != 0 || luck[at] < likely[at];
    }
  }
  quit();
  means_.exits = means_.hires = static_cast<double>(std::count(state.leaves.begin(), state.leaves.end(), 1));
}

/// Employees look at what they would have elsewhere every so many steps of the run, whatever the phase, and compare it
/// with the mean of what they had since the last look or since they came. Luck is that of `attrition`, with an index of
/// its own.
void Simulation::quit() {
  State& state = *state_;
  const InForce& force = *in_force_;
  means_.quits = 0;
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
        constants_->attrition.uniform(constants_->luck.replicate, static_cast<std::uint32_t>(i), state.next, 1);
    if (!(luck < outside.chance * likely)) continue;
    state.leaves[i] = 1;
    means_.quits += 1;
  }
}

// --- access
// ------------------------------------------------------------------------------------------------------------

/// What an employee has access to at first.
Doing Simulation::first_access(std::size_t i) const {
  unsigned open = 0;
  for (std::size_t k = 0; k < index(constants_->activities); ++k) {
    const std::optional<Spread>& spread = in_force_->setting->activities.entries[k].value.spread;
    const double u = constants_->access[k].uniform(constants_->luck.replicate, static_cast<std::uint32_t>(i),
                                                   state_->roster.arrival[i]);
    open |= unsigned{!spread || u < spread->initial} << k;
  }
  return static_cast<Doing>(open);
}

/// One without access gains it with probability innovation + imitation x (share of peers seen doing it) + rate x (units
/// of trying); one who has it and was not seen doing it loses it with probability abandon.
void Simulation::spread() {
  State& state = *state_;
  const InForce& force = *in_force_;
  if (!force.spreads) return;
  constants_->peers.count(state.doing, state.roster, constants_->activities, state.counts);
  Sheet& sheet = constants_->sheet();
  for (std::size_t k = 0; k < index(constants_->activities); ++k) {
    const std::optional<Spread>& spread = force.setting->activities.entries[k].value.spread;
    if (!spread) continue;
    const std::optional<Trying>& trying = spread->trying;
    const int by = trying ? force.setting->activities.index(trying->by) : 0;
    for (std::size_t begin = 0; begin < state.roster.size; begin += kStrip) {
      const std::size_t count = std::min(kStrip, state.roster.size - begin);
      double* const shares = sheet.took.data();
      const double* const luck = sheet.luck.data();
      constants_->access[k].uniforms(constants_->luck.replicate, static_cast<std::uint32_t>(begin), state.next, 1,
                                     {sheet.luck.data(), count});
      if (spread->imitation > 0) {
        constants_->peers.shares(begin, static_cast<int>(k), state.doing, state.counts, state.roster,
                                 constants_->activities, {shares, count});
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

// --- traits
// ------------------------------------------------------------------------------------------------------------

bool Simulation::learn() {
  State& state = *state_;
  const InForce& force = *in_force_;
  if (force.learning.empty()) return false;
  for (std::size_t i = 0; i < state.roster.size; ++i) {
    if (leaves(i)) continue;
    for (std::size_t l = 0; l < force.learning.size(); ++l) {
      const InForce::Learning& learning = force.learning[l];
      const double rate = force.setting->learning[l].rate;
      if (rate == 0) continue;
      const double trait = population_->traits[index(learning.trait)][i], bound = (*learning.terms)[0][i];
      const double room = std::max(0.0, rate > 0 ? bound - trait : trait - bound);
      const double learned = trait + rate * state.units[index(learning.by)][i] * room;
      if (!std::isfinite(learned)) {
        throw RunError(
            fmt::format("at step {} the trait {} of employee {} has grown beyond the largest number that can "
                        "be computed with; bound the rate of its learning",
                        state.next, population_->trait_names[index(learning.trait)], i));
      }
      population_->set_trait(i, learning.trait, learned);
    }
    population_->refresh(i);
    if (!population_->effort.interactions.empty()) require_convex_strain_of(*population_, i);
    follow(i);
  }
  return true;
}

/// What the last step leaves of each stock: whoever was there has added to it, leavers too.
void Simulation::add_up_stocks() {
  State& state = *state_;
  const std::vector<Stock>& stocks = in_force_->setting->stocks;
  for (std::size_t s = 0; s < stocks.size(); ++s) {
    InForce::Pool& pool = in_force_->stocks[s];
    for (std::size_t u = 0; u < pool.level.size(); ++u) {
      const std::size_t begin = pool.of_team ? u * state.roster.team_size : 0;
      const std::size_t members = pool.of_team ? state.roster.members(u) : state.roster.size;
      double added = 0;
      for (std::size_t k = 0; k < index(constants_->activities); ++k) {
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
bool Simulation::fill_stocks() {
  State& state = *state_;
  const InForce& force = *in_force_;
  if (force.stocks.empty()) return false;
  for (std::size_t i = 0; i < state.roster.size; ++i) {
    bool moved = false;
    for (const InForce::Pool& pool : force.stocks) {
      const double level = pool.level[pool.of_team ? state.roster.team_of(i) : 0];
      if (population_->traits[index(pool.trait)][i] == level) continue;
      population_->set_trait(i, pool.trait, level);
      moved = true;
    }
    if (!moved) continue;
    population_->refresh(i);
    if (!population_->effort.interactions.empty()) require_convex_strain_of(*population_, i);
    follow(i);
  }
  return true;
}

/// Brings the terms that leadership moves up to date with what was drawn of the others.
void Simulation::follow(std::size_t i) {
  for (InForce::Incentive& incentive : in_force_->incentives) {
    if (!incentive.moved) continue;
    for (std::size_t term = 0; term < incentive.moved->size(); ++term) {
      const bool apart = (incentive.moves_target && term == *incentive.target_term) ||
                         (incentive.rate_set && term == *incentive.rate_term);
      Column& column = (*incentive.moved)[term];
      if (!apart && !column.constant()) column.set(i, (*incentive.drawn)[term][i]);
    }
  }
}

// --- people
// ------------------------------------------------------------------------------------------------------------

bool Simulation::replace_leavers() {
  State& state = *state_;
  if (std::none_of(state.leaves.begin(), state.leaves.end(), [](char leaves) { return leaves != 0; })) return false;
  const ScratchVector<std::size_t> models = models_to_copy();
  // A newcomer is expected to do as those in its scope did who were compared at the last close.
  for (InForce::Incentive& incentive : in_force_->incentives) {
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
    if (state.leaves[i]) replace(i, models);
  }
  std::fill(state.leaves.begin(), state.leaves.end(), 0);
  return true;
}

/// The top share by M of the tournament that dismisses, at its last close, without those who leave themselves.
ScratchVector<std::size_t> Simulation::models_to_copy() const {
  const State& state = *state_;
  ScratchVector<std::size_t> order;
  const std::optional<CopyHiring>& copy = in_force_->setting->workforce.hiring.copy;
  if (!copy) return order;
  for (const InForce::Incentive& incentive : in_force_->incentives) {
    const bool dismisses = std::visit([](const auto& kind) { return goodhart::dismisses(kind); }, *incentive.scheme);
    if (!dismisses || incentive.achieved.empty()) continue;
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

void Simulation::replace(std::size_t i, std::span<const std::size_t> models) {
  State& state = *state_;
  InForce& force = *in_force_;
  const Hiring& hiring = force.setting->workforce.hiring;
  const std::size_t n = state.roster.size;
  const auto who = static_cast<std::uint32_t>(i);
  const std::uint32_t replicate = constants_->luck.replicate;
  // The newcomer takes the slot: team, group and place in the network; it has no past and nothing due.
  state.roster.arrival[i] = state.next;
  state.move(i, i + 1);
  if (!models.empty()) {
    const double u = constants_->model.uniform(replicate, who, state.next);
    const std::size_t at =
        std::min(static_cast<std::size_t>(u * static_cast<double>(models.size())), models.size() - 1);
    population_->copy_traits(i, models[at], hiring.copy->mutate);
  } else {
    std::uint32_t best = 0;
    double best_signal = -std::numeric_limits<double>::infinity();
    for (std::uint32_t a = 0; a < static_cast<std::uint32_t>(hiring.applicants) && hiring.applicants > 1; ++a) {
      const auto& names = population_->trait_names;
      const auto trait = static_cast<int>(std::find(names.begin(), names.end(), hiring.signal) - names.begin());
      const double spread = population_->founders_sd(trait);
      const double z =
          spread > 0 ? (population_->applicant_trait(i, a, trait) - population_->founders_mean(trait)) / spread : 0.0;
      const double error = normal_quantile(constants_->signal.uniform(replicate, who, state.next, a));
      const double signal = hiring.validity * z + std::sqrt(1 - hiring.validity * hiring.validity) * error;
      if (signal > best_signal) best = a, best_signal = signal;
    }
    population_->hire(i, best);
  }
  if (!population_->effort.interactions.empty()) require_convex_strain_of(*population_, i);
  state.doing.forget(i);
  if (!state.access.empty()) state.access[i] = first_access(i);
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
    const std::size_t units = state.units_of(constants_->level[j]), unit = state.unit_of(constants_->level[j], i);
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
  follow(i);
}

// --- leadership
// --------------------------------------------------------------------------------------------------------

/// Leadership's view of a simulation after a step.
class Simulation::Desk final : public Office {
 public:
  explicit Desk(Simulation& simulation) : run(simulation), force(*simulation.in_force_) {}

  int since() const override { return run.state_->next - force.from; }
  double dashboard(const std::string& metric) const override { return run.means_.dashboard[place(metric)]; }
  double level(const std::string& metric, double asked) const override {
    const std::size_t j = place(metric);
    const bool is_share = std::holds_alternative<ShareAbove>(force.setting->metrics.entries[j].value.dashboard);
    return is_share ? asked : run.bent_level(j, asked);
  }
  bool lower(std::size_t incentive) const override { return force.incentives[incentive].lower; }
  double gaming_share() const override { return run.means_.gaming_share; }
  double bill() const override { return run.means_.cost; }
  std::size_t incentive(const std::string& name) const override {
    std::size_t at = 0;
    while (force.incentives[at].name != name) ++at;
    return at;
  }
  ScratchVector<std::size_t> linear_incentives() const override {
    ScratchVector<std::size_t> found;
    for (std::size_t c = 0; c < force.incentives.size(); ++c) {
      if (retrainable(*force.incentives[c].scheme)) found.push_back(c);
    }
    return found;
  }
  const std::string& metric(std::size_t incentive) const override {
    return force.setting->metrics.entries[index(force.incentives[incentive].metric)].name;
  }
  bool closed(std::size_t incentive) const override { return force.incentives[incentive].closes; }
  std::size_t employees() const override { return run.state_->roster.size; }
  std::size_t team(std::size_t employee) const override { return run.state_->roster.team_of(employee); }
  double achieved(std::size_t incentive, std::size_t employee) const override {
    return force.incentives[incentive].achieved[employee];
  }
  double target(std::size_t incentive, std::size_t employee) const override {
    const InForce::Incentive& one = force.incentives[incentive];
    return (*one.terms)[*one.target_term][employee];
  }
  double stakes(std::size_t incentive) const override { return force.incentives[incentive].stakes; }
  ScratchVector<std::size_t> inspect(int count, std::size_t move) const override {
    // Everybody draws a number; the lowest are audited.
    const std::size_t n = employees();
    ScratchVector<std::pair<double, std::size_t>> lots(n);
    for (std::size_t i = 0; i < n; ++i) {
      lots[i] = {run.constants_->inspection.uniform(run.constants_->luck.replicate, static_cast<std::uint32_t>(i),
                                                    run.state_->next, static_cast<std::uint32_t>(move)),
                 i};
    }
    const auto end = lots.begin() + static_cast<std::ptrdiff_t>(std::min(index(count), n));
    std::nth_element(lots.begin(), end == lots.end() ? end - 1 : end, lots.end());
    ScratchVector<std::size_t> sample;
    for (auto at = lots.begin(); at != end; ++at) sample.push_back(at->second);
    std::sort(sample.begin(), sample.end());
    return sample;
  }
  double reading(const std::string& metric, std::size_t employee) const override {
    const std::size_t j = place(metric);
    return run.constants_->level[j] == Level::individual ? run.state_->reading[j][employee]
                                                         : run.level_reading(j, employee);
  }
  double contribution(std::size_t employee) const override { return run.state_->contributions()[employee]; }
  double own_reading(const std::string& metric, std::size_t employee) const override {
    return run.state_->reading[place(metric)][employee];
  }
  double contribution_read(const std::string& metric, std::size_t employee) const override {
    return run.state_->contributions_read(place(metric))[employee];
  }
  double gamed(const std::string& metric, std::size_t employee) const override {
    return run.gamed_reading(place(metric), employee);
  }
  Belief& belief(std::size_t move) override { return force.beliefs[move]; }
  double draw(std::size_t move) const override {
    return run.constants_->leadership.uniform(run.constants_->luck.replicate, 0, run.state_->next,
                                              static_cast<std::uint32_t>(move));
  }

  void set_target(std::size_t incentive, std::size_t employee, double target) override {
    InForce::Incentive& one = force.incentives[incentive];
    (*one.moved)[*one.target_term].set(employee, target);
    // A straight reward is worked for alike wherever its target lies.
    if (!straight(*one.scheme)) run.state_->move(employee, employee + 1);
  }
  void set_stakes(std::size_t incentive, double stakes) override {
    force.incentives[incentive].stakes = stakes;
    run.state_->move_all();
  }
  void set_rate(std::size_t incentive, double rate) override {
    run.state_->move_all();
    InForce::Incentive& one = force.incentives[incentive];
    (*one.moved)[*one.rate_term] = Column(rate);
    one.rate_set = true;
  }
  void begin(const std::string& phase) override {
    const auto& phases = run.policy_->phases;
    for (std::size_t p = 0; p < phases.size(); ++p) {
      if (phases[p].name == phase) force.revised = static_cast<int>(p);
    }
  }

 private:
  std::size_t place(const std::string& metric) const { return index(force.setting->metrics.index(metric)); }

  Simulation& run;
  InForce& force;
};

/// What gaming activities make of an employee's reading of a metric by their loadings, without noise or delay.
double Simulation::gamed_reading(std::size_t j, std::size_t i) const {
  double gamed = 0;
  for (std::size_t k = 0; k < index(constants_->activities); ++k) {
    if (!population_->activities[k].gaming) continue;
    const double x = state_->units[k][i];
    gamed += population_->metrics[j].loading[k][i] * x - 0.5 * bend(j, k, i) * x * x;
  }
  return gamed;
}

void Simulation::lead() {
  if (!in_force_->leadership) return;
  Desk desk(*this);
  for (std::size_t m = 0; m < in_force_->leadership->size(); ++m) act((*in_force_->leadership)[m], desk, m);
}

}  // namespace goodhart
