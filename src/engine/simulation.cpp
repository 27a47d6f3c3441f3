/// The order of a step, and what a run shows.
#include "goodhart/engine/simulation.hpp"

#include <algorithm>
#include <utility>

#include "blocks.hpp"
#include "explaining.hpp"
#include "goodhart/core/errors.hpp"
#include "phases.hpp"
#include "stages.hpp"

namespace goodhart {

namespace {

/// From so many employees on, their columns are in no cache when a step comes to them.
constexpr std::size_t kLarge = 30'000;

/// Is it true of some phase's setting, or of the behaviour of somebody in it?
template <class OfSetting, class OfBehaviour>
bool ever(const Scenario& scenario, OfSetting of_setting, OfBehaviour of_behaviour) {
  const auto within = [&](const Setting& setting) {
    if (of_setting(setting) || of_behaviour(setting.behaviour)) return true;
    for (const auto& [name, group] : setting.population.groups) {
      if (group.behaviour && of_behaviour(*group.behaviour)) return true;
    }
    return false;
  };
  if (within(scenario.setting)) return true;
  for (const auto& [name, policy] : scenario.policies) {
    for (const Phase& phase : policy.phases) {
      if (phase.setting && within(*phase.setting)) return true;
    }
  }
  return false;
}

/// Do the efforts of the last step count in the next: does anybody keep them, learn by doing, fill a stock, or try?
bool looks_at_efforts(const Scenario& scenario) {
  const auto is_tried_for = [](const auto& activity) { return activity.value.spread && activity.value.spread->trying; };
  return ever(
      scenario,
      [&](const Setting& setting) {
        return !setting.learning.empty() || !setting.stocks.empty() ||
               std::any_of(setting.activities.begin(), setting.activities.end(), is_tried_for);
      },
      [](const Behaviour& behaviour) { return inertia(behaviour) > 0; });
}

/// Does all that an employee did and got count: does anybody decide otherwise than by what is best now, or leave by
/// how it fared?
bool looks_at_all(const Scenario& scenario) {
  return ever(
      scenario, [](const Setting& setting) { return setting.workforce.outside.has_value(); },
      [](const Behaviour& behaviour) { return !optimises(behaviour); });
}

/// Asks for the next strip's numbers while this one is worked on: column after column, each a page or so, is nothing
/// that processors foresee by themselves.
void fetch_ahead(const Now& now, const Sheet& sheet) {
  constexpr std::size_t kLine = 64 / sizeof(double);
  const std::size_t n = now.state.roster.size, from = sheet.begin + kStrip;
  if (n < kLarge || from + kStrip > n) return;
  const bool kept = now.state.kept(from / kStrip);
  for (const double* column : kept ? now.force.read_again : now.force.read) {
    for (std::size_t at = from; at < from + kStrip; at += kLine) __builtin_prefetch(column + at, 0, 2);
  }
  if (!kept) now.constants.peers.fetch(from, kStrip);
}

/// All stages of a strip, or as far as each employee goes by itself.
void advance(const Run& run, Sheet& sheet, std::size_t block) {
  fetch_ahead(run, sheet);
  // What is seen of a strip that nothing moves stands in both of the last two steps' sightings already.
  if (!run.state.kept(sheet.strip)) {
    perceive(run, sheet);
    choose(run, sheet, block);
    produce(run, sheet);
  }
  if (!run.force.apart) return;
  measure(run, sheet, block);
  accumulate(run, sheet);
  pay_out(run, sheet, block);
}

/// The stages from measuring on, where somebody's step depends on what others do in it.
void go_on_together(const Run& run) {
  share_out(run);
  over_strips(run, [&](Sheet& sheet, std::size_t block) { measure(run, sheet, block); });
  gather(run);
  if (run.force.watch) audit_suspicious(run);
  over_strips(run, [&](Sheet& sheet, std::size_t) { accumulate(run, sheet); });
  for (std::size_t c = 0; c < run.force.incentives.size(); ++c) {
    if (run.force.incentives[c].compares) contest(run, c);
  }
  over_strips(run, [&](Sheet& sheet, std::size_t block) { pay_out(run, sheet, block); });
}

}  // namespace

Simulation::Simulation(const Scenario& scenario, Luck luck, TaskPool& pool, Mechanisms mechanisms, Columns columns) {
  const Roster roster(scenario.setting.population, luck);
  constants_ = std::make_shared<const Constants>(scenario, luck, pool, mechanisms, roster);
  state_ = std::make_unique<State>(*constants_, roster, columns == Columns::all || looks_at_all(scenario));
  if (looks_at_efforts(scenario)) state_->keep_efforts();
  in_force_ = std::make_unique<InForce>();
}

Simulation::Simulation(const Simulation& common, const Policy& policy)
    : constants_(common.constants_),
      state_(std::make_unique<State>(*common.state_)),
      in_force_(std::make_unique<InForce>()),
      policy_(&policy) {
  enter(0, common.population_.get());
}

Simulation::Simulation(Simulation&& common, const Policy& policy)
    : constants_(std::move(common.constants_)),
      state_(std::move(common.state_)),
      in_force_(std::make_unique<InForce>()),
      policy_(&policy) {
  const std::unique_ptr<Population> before = std::move(common.population_);
  enter(0, before.get());
}

Simulation::~Simulation() = default;

int Simulation::next_step() const {
  return state_->next;
}
int Simulation::phase() const {
  return in_force_->phase;
}
const StepMeans& Simulation::means() const {
  return means_;
}
HardestDecision Simulation::hardest_decision() const {
  HardestDecision hardest;
  if (!in_force_) return hardest;
  for (const Desk& desk : in_force_->desks) {
    if (desk.hardest.parts > hardest.parts) hardest = desk.hardest;
  }
  return hardest;
}
const Scenario& Simulation::scenario() const {
  return constants_->scenario;
}
const Roster& Simulation::roster() const {
  return state_->roster;
}
const Population& Simulation::population() const {
  return *population_;
}
std::span<const double> Simulation::units(int activity) const {
  return state_->units[index(activity)];
}
std::span<const double> Simulation::value() const {
  return state_->value;
}
std::span<const double> Simulation::contribution() const {
  return state_->contributions();
}
std::span<const double> Simulation::hours() const {
  return state_->hours;
}
std::span<const double> Simulation::gaming_time() const {
  return state_->gaming_time;
}
std::span<const double> Simulation::reading(int metric) const {
  return state_->reading[index(metric)];
}
std::span<const double> Simulation::reward() const {
  return state_->reward;
}
double Simulation::pay() const {
  return in_force_->setting->organisation.pay;
}
bool Simulation::has_access(std::size_t employee, int activity) const {
  return state_->access.empty() || (state_->access[employee] >> activity & 1u);
}
bool Simulation::leaves(std::size_t employee) const {
  return !state_->leaves.empty() && state_->leaves[employee];
}
double Simulation::target(std::size_t incentive, std::size_t employee) const {
  const InForce::Incentive& one = in_force_->incentives[incentive];
  return one.target_term ? (*one.terms)[*one.target_term][employee] : kNaN;
}
std::span<const double> Simulation::utility() const {
  return state_->utility;
}

Now Simulation::now() const {
  return {*constants_, *state_, *population_, *in_force_};
}
Run Simulation::run() {
  return {*constants_, *state_, *population_, *in_force_, means_};
}

void Simulation::settle() {
  if (std::exchange(state_->pending, false)) goodhart::settle(run());
}

void Simulation::ready() {
  if (ready_) return;
  settle();
  if (!population_) enter(-1, nullptr);
  enter_phases();
  prepare(run());
  ready_ = true;
}

void Simulation::step() {
  ready();
  ready_ = false;
  const Run run = this->run();
  for (Desk& desk : run.force.desks) desk.hardest = {};
  for (Sums& block : run.state.sums) block.clear();
  over_strips(run, [&](Sheet& sheet, std::size_t block) { advance(run, sheet, block); });
  if (!run.force.apart) go_on_together(run);
  leave(run);
  record(run);
  run.state.pending = true;
  ++run.state.next;
}

Explanation Simulation::explain(std::size_t employee) const {
  if (!ready_) throw Bug("explain: the run does not stand before a step; make it ready first");
  Sheet& sheet = constants_->sheet();
  lay(*state_, sheet, employee, 1);
  return explained(now(), sheet);
}

/// A phase that starts by the calendar goes before one that leadership wants.
void Simulation::enter_phases() {
  if (!policy_) return;
  int next = -1;
  for (std::size_t p = 0; p < policy_->phases.size(); ++p) {
    if (policy_->phases[p].from == state_->next && static_cast<int>(p) != in_force_->phase) next = static_cast<int>(p);
  }
  if (next < 0) next = in_force_->revised;
  if (next >= 0) enter(next, population_.get());
}

/// Puts a phase in force (-1: the burn-in's, without a policy). `before` are the people as they were; null at the
/// start.
void Simulation::enter(int phase, const Population* before) {
  const Setting& setting = setting_of(constants_->scenario, policy_, phase);
  if (&setting != in_force_->setting || !population_) {
    population_ = people_under(setting, *constants_, state_->roster, before);
  }
  const bool compared_before = in_force_->outside != nullptr;
  *in_force_ = in_force(*constants_, *state_, *population_, policy_, phase);
  make_room(run(), compared_before);
}

}  // namespace goodhart
