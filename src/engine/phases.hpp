/// What a phase of a policy puts in force, and what the run keeps for it.
#pragma once

#include <memory>

#include "simulation_state.hpp"

namespace goodhart {

/// The setting of a phase; the scenario's own in the burn-in (-1), and where the phase overrides nothing.
const Setting& setting_of(const Scenario& scenario, const Policy* policy, int phase);

/// The employees under a setting. `before` are the same employees as they have become under another; null at the start.
/// Throws RunError where a drawn value is out of its bounds, or strain is not convex.
std::unique_ptr<Population> people_under(const Setting& setting, const Constants& constants, const Roster& roster,
                                         const Population* before);

/// What a phase puts in force from the next step on (-1: the burn-in's, without a policy). A function of its arguments,
/// of which it changes one: the quantities of incentives, audits and the like are drawn for the people, who keep them.
/// Pointers in what is returned go to these.
InForce in_force(const Constants& constants, const State& state, Population& people, const Policy* policy, int phase);

/// Gives the state room for what the phase that has just been put in force needs of it. `compared_before`: did
/// employees compare with what is outside in the phase before?
void make_room(const Run& run, bool compared_before);

// What follows when somebody's quantities, or what leadership moves, have changed.

/// The mean targets and rates, as results show them.
void show_terms(const Now& now, InForce& force);

/// The noise of the mean reading of teams or of all: sums of variances and of standard deviations over the members.
void sum_noise(const Now& now, InForce& force);

/// Without the causal mechanism everybody has the mean baseline.
void level_baselines(const Now& now, InForce& force);

// Where metrics bend as value does (bending.cpp).

/// A level of the dashboard, moved to where the same efforts attain it: the mean over employees.
double bent_level(const Now& now, std::size_t metric, double level);

/// Moves an incentive's targets, floors and caps to where the same efforts meet them. On the reading of a team or of
/// all they move by the mean over its members.
void move_readings(const Now& now, InForce::Incentive& incentive);

/// Where the dashboards that count shares have their levels.
void move_dashboards(const Now& now, InForce& force);

// Shared by stages.

/// What an employee has access to at first (adapting.cpp).
Doing first_access(const Now& now, std::size_t employee);

/// Sums up by team, or over all, what a metric's readings are expected to be (producing.cpp).
void sum_expectations(const Run& run, std::size_t metric);

}  // namespace goodhart
