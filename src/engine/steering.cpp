/// What whoever plays leadership by hand may set between two steps: targets, rates, stakes, audits, the phase in force.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "goodhart/core/document.hpp"
#include "phases.hpp"

namespace goodhart {
namespace {

void demand_number(const std::string& what, double value, double least, double most) {
  if (std::isfinite(value) && value >= least && value <= most) return;
  const std::string bounds = std::isfinite(most) ? fmt::format("from {} to {}", least, most)
                             : least > -std::numeric_limits<double>::infinity() ? fmt::format("of at least {}", least)
                                                                                : "that is finite";
  throw UserError(fmt::format("{}: must be a number {}, got {}", what, bounds, value));
}

/// The position of an incentive of the phase in force.
std::size_t incentive_called(const Simulation& run, const std::string& name) {
  const std::vector<std::string> names = run.incentives();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const auto near = nearest_name(name, names);
  throw UserError("there is no incentive " + name + " in force" +
                  (near            ? "; did you mean '" + *near + "'?"
                   : names.empty() ? ", nor any other"
                                   : "; there is " + listed(names, "and")));
}

/// The terms of an incentive that leadership moves, apart from those that were drawn.
Terms& moved_terms(InForce::Incentive& one) {
  if (!one.moved) {
    one.moved = std::make_unique<Terms>(*one.drawn);
    one.terms = one.moved.get();
  }
  return *one.moved;
}

}  // namespace

std::vector<std::string> Simulation::incentives() const {
  std::vector<std::string> names;
  for (const InForce::Incentive& incentive : in_force_->incentives) names.push_back(incentive.name);
  return names;
}

void Simulation::set_target(const std::string& name, double target) {
  ready();
  const std::size_t at = incentive_called(*this, name);
  InForce::Incentive& one = in_force_->incentives[at];
  if (!one.target_term) throw UserError("the incentive " + name + " has no target");
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  demand_number("the target of " + name, target, -kInfinite, kInfinite);
  moved_terms(one)[*one.target_term] = Column(std::vector<double>(state_->roster.size, target));
  one.moves_target = true;
  state_->move_all();
  show_terms(now(), *in_force_);
}

void Simulation::set_rate(const std::string& name, double rate) {
  ready();
  const std::size_t at = incentive_called(*this, name);
  InForce::Incentive& one = in_force_->incentives[at];
  if (!one.rate_term) throw UserError("the incentive " + name + " has no rate; only linear ones have");
  demand_number("the rate of " + name, rate, 0, std::numeric_limits<double>::infinity());
  moved_terms(one)[*one.rate_term] = Column(rate);
  one.rate_set = true;
  state_->move_all();
  show_terms(now(), *in_force_);
}

void Simulation::set_stakes(const std::string& name, double stakes) {
  ready();
  const std::size_t at = incentive_called(*this, name);
  demand_number("the stakes of " + name, stakes, 0, std::numeric_limits<double>::infinity());
  in_force_->incentives[at].stakes = stakes;
  state_->move_all();
}

void Simulation::set_audit_rate(double rate) {
  ready();
  InForce& force = *in_force_;
  if (!force.audits) {
    throw UserError("the phase in force has no audits; write audits: {rate: 0, penalty: ..., cost: ...} for it first");
  }
  demand_number("the rate of audits", rate, 0, 1);
  if (!force.moved_audits || force.audit_rate != force.moved_audits.get()) {
    force.moved_audits = std::make_unique<Terms>(*force.audit_rate);
    force.audit_rate = force.moved_audits.get();
  }
  (*force.moved_audits)[0] = Column(rate);
  state_->move_all();
}

void Simulation::begin_phase(const std::string& name) {
  std::vector<std::string> names;
  for (const Phase& phase : policy_->phases) names.push_back(phase.name);
  if (!policy_->phased) throw UserError("phase " + name + ": the policy has no phases");
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    const auto near = nearest_name(name, names);
    throw UserError("there is no phase " + name +
                    (near ? "; did you mean '" + *near + "'?" : "; there is " + listed(names, "and")));
  }
  if (ready_) {
    throw UserError("phase " + name +
                    ": comes too late for the next step, for which things were set or explained already; begin a phase "
                    "first, and set what is in it then");
  }
  settle();
  in_force_->revised = static_cast<int>(found - names.begin());
}

}  // namespace goodhart
