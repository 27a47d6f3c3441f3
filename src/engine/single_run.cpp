/// A simulation with all that it stands on, for those who step it by hand or ask one employee.
#include "goodhart/engine/single_run.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "goodhart/engine/experiment.hpp"
#include "goodhart/scenario/edits.hpp"

namespace goodhart {
namespace {

/// A policy by its name, or an error that says which there are.
const Policy& policy_called(const Scenario& scenario, const std::string& name) {
  if (const auto trouble = no_such_policy(scenario, name)) throw UserError("policy " + name + ": " + *trouble);
  return *scenario.policies.find(name);
}

void demand_within(const char* what, std::int64_t value, std::int64_t last) {
  if (value >= 0 && value <= last) return;
  throw UserError(std::string(what) + " " + std::to_string(value) + ": must be from 0 to " + std::to_string(last));
}

/// The run under no policy, from which all policies go on.
std::unique_ptr<Simulation> after_burn_in(const Scenario& scenario, std::uint32_t replicate, TaskPool& pool) {
  auto run = std::make_unique<Simulation>(scenario, Luck{scenario.seed, replicate}, pool);
  while (run->next_step() < 0) run->step();
  run->settle();
  return run;
}

/// The run under a policy, standing before a step.
std::unique_ptr<Simulation> run_to(const Simulation& common, const Policy& policy, int step) {
  auto run = std::make_unique<Simulation>(common, policy);
  while (run->next_step() < step) run->step();
  return run;
}

/// The one with the median gaming time among those who game in the step, or the first where nobody does.
std::size_t typical_gamer(const Simulation& common, const Policy& policy, int step) {
  const auto run = run_to(common, policy, step + 1);
  std::vector<std::pair<double, std::size_t>> gamers;
  const std::span<const double> gaming = run->gaming_time();
  for (std::size_t i = 0; i < gaming.size(); ++i) {
    if (gaming[i] > 1e-6) gamers.emplace_back(gaming[i], i);
  }
  if (gamers.empty()) return 0;
  const auto middle = gamers.begin() + static_cast<std::ptrdiff_t>(gamers.size() / 2);
  std::nth_element(gamers.begin(), middle, gamers.end());
  return middle->second;
}

}  // namespace

/// In this order: each stands on those before it.
struct SingleRun::World {
  World(Scenario all, const std::string& policy, std::uint32_t replicate)
      : scenario(committed(std::move(all), alone, policy)),
        in_force(policy_called(scenario, policy)),
        run(std::move(*after_burn_in(scenario, replicate, alone)), in_force) {}

  TaskPool alone{1};
  Scenario scenario;
  const Policy& in_force;
  Simulation run;
};

SingleRun::SingleRun(Scenario scenario, const std::string& policy, std::uint32_t replicate)
    : world_(std::make_unique<World>(std::move(scenario), policy, replicate)) {}
SingleRun::SingleRun(SingleRun&&) noexcept = default;
SingleRun& SingleRun::operator=(SingleRun&&) noexcept = default;
SingleRun::~SingleRun() = default;

const Scenario& SingleRun::scenario() const {
  return world_->scenario;
}

int SingleRun::next_step() const {
  return world_->run.next_step();
}

bool SingleRun::done() const {
  return next_step() >= world_->scenario.time.steps;
}

void SingleRun::step() {
  world_->run.step();
}

void SingleRun::run_to(int step) {
  while (next_step() < step) this->step();
}

const StepMeans& SingleRun::means() const {
  return world_->run.means();
}

const Simulation& SingleRun::simulation() const {
  return world_->run;
}

Explanation SingleRun::explain(std::size_t employee) {
  demand_within("employee", static_cast<std::int64_t>(employee), world_->scenario.setting.population.size - 1);
  world_->run.ready();
  return world_->run.explain(employee);
}

std::vector<std::string> SingleRun::incentives() const {
  return world_->run.incentives();
}

void SingleRun::set_target(const std::string& incentive, double target) {
  world_->run.set_target(incentive, target);
}

void SingleRun::set_rate(const std::string& incentive, double rate) {
  world_->run.set_rate(incentive, rate);
}

void SingleRun::set_stakes(const std::string& incentive, double stakes) {
  world_->run.set_stakes(incentive, stakes);
}

void SingleRun::set_audit_rate(double rate) {
  world_->run.set_audit_rate(rate);
}

void SingleRun::begin_phase(const std::string& name) {
  world_->run.begin_phase(name);
}

std::string SingleRun::phase() const {
  const int phase = world_->run.phase();
  return world_->in_force.phased && phase >= 0 ? world_->in_force.phases[static_cast<std::size_t>(phase)].name : "";
}

const std::string& policy_to_explain(const Scenario& scenario) {
  const bool compared_with_first = scenario.policies.size() > 1 && scenario.comparison() == 0;
  return scenario.policies.entries[compared_with_first ? 1 : 0].name;
}

Explanation explained(const Scenario& written, const Question& question) {
  const std::string& name = question.policy.empty() ? policy_to_explain(written) : question.policy;
  policy_called(written, name);
  const int last = written.time.steps - 1;
  const int step = question.step.value_or(last);
  demand_within("step", step, last);
  if (question.employee) {
    demand_within("employee", static_cast<std::int64_t>(*question.employee), written.setting.population.size - 1);
  }
  TaskPool alone(1);
  const Scenario scenario = committed(written, alone, name);
  const Policy& policy = policy_called(scenario, name);
  const auto common = after_burn_in(scenario, question.replicate, alone);
  const std::size_t employee = question.employee ? *question.employee : typical_gamer(*common, policy, step);
  const auto run = run_to(*common, policy, step);
  run->ready();
  return run->explain(employee);
}

}  // namespace goodhart
