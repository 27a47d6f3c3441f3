/// The stages of a step, in the order in which they happen: functions over what never changes in a run, its state, and
/// the strip at hand. Who gets a `Now` only looks at the run; who gets a `Run` changes it.
#pragma once

#include <cstddef>

#include "sheet.hpp"

namespace goodhart {

// Before the step.

/// Carries out what the last step left (adapting.cpp): access spreads, traits learn, stocks fill, people are replaced,
/// leadership acts. Throws RunError where a number is beyond computing.
void settle(const Run& run);

/// What is the same for everybody in the step (preparing.cpp): where windows lie, shared luck, who did what, what is
/// believed of rivals.
void prepare(const Run& run);

// 1 perceive, 2 decide: a strip at a time.

/// What the employees of a strip see (perceiving.cpp).
void perceive(const Now& now, Sheet& sheet);

/// Chooses the efforts of a strip (choosing.cpp).
void choose(const Run& run, Sheet& sheet, std::size_t block);

// 3 produce (producing.cpp).

/// What the efforts of a strip make: value, cost, what falls due later, and readings without noise.
void produce(const Run& run, Sheet& sheet);

/// Between producing and measuring: team mates get what was given, and the load that falls due in the next step; the
/// expectations of teams and of the organisation are summed up.
void share_out(const Run& run);

// 4 measure (measuring.cpp).

/// What is read of a strip's efforts, with noise.
void measure(const Run& run, Sheet& sheet, std::size_t block);

/// Readings of teams and of the organisation: the means of their members'.
void gather(const Run& run);

// 5 review.

/// Audits where readings are suspicious (auditing.cpp), and what the next step holds readings against.
void audit_suspicious(const Run& run);

/// Adds the step to a strip's windows under way (reviewing.cpp).
void accumulate(const Run& run, Sheet& sheet);

/// Ranks those whom an incentive compares, where its window closes or the run ends.
void contest(const Run& run, std::size_t incentive);

/// Pays where windows close; and at the end of a run, for the steps so far, where they are open. That is no close:
/// nobody is dismissed by it, and no statistics are made of those it rewards.
void pay_out(const Run& run, Sheet& sheet, std::size_t block);

// 6 adapt, 7 record.

/// Those who were dismissed leave, and of the rest some by themselves, or because they would fare better elsewhere
/// (adapting.cpp).
void leave(const Run& run);

/// The means of the step (recording.cpp). Throws RunError where they are no numbers.
void record(const Run& run);

}  // namespace goodhart
