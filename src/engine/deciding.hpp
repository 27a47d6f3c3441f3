/// One employee's decision: its constraints, what units are worth by themselves, what rewards promise, what is chosen.
///
/// Each function works on the employee that `me` has turned to (`Person::take`), whose row has been made
/// (coefficients.hpp), and changes nothing of the run.
#pragma once

#include <vector>

#include "person.hpp"

namespace goodhart {

/// For `promise`: all incentives, or none.
inline constexpr int kAllIncentives = -2, kNoIncentive = -1;

/// Puts the constraints into the decision: budget, bounds, time and interactions; no readings, curves or charges yet.
void constrain(Person& me, Decision& decision);

/// Puts in what units are worth by themselves.
void value_by_itself(const Person& me, Decision& decision);

/// Adds what the incentives promise: all of them, one, or none; and what suspicion does. Throws RunError where a
/// reading bends both ways.
void promise(Person& me, int which, Decision& decision, std::vector<Curve>& curves);

/// Adds what falls due where something is done at all: setups that the employee has not paid yet, and what it expects
/// to be fined for gaming (`audited`). Comes after `promise`.
void charge(Person& me, bool audited, Decision& decision);

/// What a unit of each activity promises through the access that it may bring (trying.cpp), which is added to the
/// decision; holds what is tried to what is needed to be sure of it.
PerActivity hope(Person& me, Decision& decision);

/// Intrinsic motivation, crowded out by what is at stake on individual readings. Needs bounds and effects of the row.
double care(Person& me);

/// How an employee sees the review window that its efforts will be read in; all but its rivals.
Prospect prospect_of(const Person& me, std::size_t incentive);

/// Whom an employee is compared with, as it believes (model.md, section 5). `means` is room for theirs.
Rivals rivals_of(const Person& me, std::size_t incentive, std::span<double, kMostComponents> means);

/// The decision itself, into `me.efforts`. What constrains it has been put into `me.problem`, what it cares for into
/// `me.care`, and what it remembers into `me.memory`. `may_keep`: inertia may still hold it. Throws RunError where
/// there is no best plan, or where it is beyond computing.
void decide(Person& me, bool may_keep);

/// The time that an employee's setup of an activity takes in a step in which it is done.
double setup_time(const Now& now, std::size_t employee, int activity);

/// The reading of `me.efforts` without noise and without what falls due, with what mates gave in the last step.
double plain_reading(const Person& me, std::size_t metric);

/// Puts into `own_care` what those picked care for once rewards have crowded it out.
void crowd_out(const Picked& picked, Person& me);

/// Puts together the whole rows of those picked: bounds, worth, effects on readings, and slopes of straight rewards.
void put_rows(const Now& now, const Picked& picked, const Supposed& supposed);

}  // namespace goodhart
