/// The answer of a comparison in sentences, and the phrases that other reports share with it.
#pragma once

#include <string>

#include "goodhart/analysis/comparison.hpp"

namespace goodhart {

/// “usage quota”: a policy's label, marked so that it can be told from the sentence around it.
std::string called(const PolicyComparison& policy);
std::string called(const Comparison& comparison, std::size_t policy);

/// The account by which options are ranked.
const Perspective& perspective_of(const Comparison& comparison);

/// "1 week", "52 weeks".
std::string counted(std::size_t count, const std::string& unit);

/// "USD 8.72 million", "12.3" where the scenario names no currency: a total, in three digits.
std::string money(const Comparison& comparison, double value);

/// How many steps make a year: known for weeks, months, quarters, half-years and years; else nothing.
std::optional<double> steps_in_a_year(const std::string& unit);

/// What a mean per employee and step comes to in all: for all employees, a year where the run has a whole one and its
/// unit is known, else over the whole run.
struct Total {
  double factor = 0;  ///< 0 where means are not over all steps
  std::string span;   ///< "a year", "over 4 weeks"
};
Total total_of(const Comparison& comparison);

/// The change that is shown: its interval is the one that holds for all policies at once, so that a difference has the
/// same interval wherever it stands.
Change shown_change(const Effect& effect);

/// "prompts rises by 69 %", "value does not measurably change", "score rises from 0.0008 to 1.02": how an outcome
/// differs under a policy from the comparison policy, after its noun, which is in the singular.
std::string moves(const std::string& noun, const Comparison& comparison, const Outcome& outcome, std::size_t policy);

/// "12 % of hours and 20 % of the cost go into gaming, by 20 % of the employees".
std::string gaming_words(const Comparison& comparison, std::size_t policy);

/// Two neighbours in the ranking that differ by nothing, or by rounding alone.
bool same_as_next(const PolicyComparison& policy);

/// How many options, from the best on, cannot be told apart from the one before them.
std::size_t tied_with_best(const Comparison& comparison);

/// The gap in points where both changes can be said in per cent, and the step from which on it stays open; else empty.
std::string gap_words(const Comparison& comparison, const Divergence& divergence);

/// Can the gap between a dashboard and value be said in points of per cent?
bool has_gap(const Divergence& divergence);

/// The step from which on the gap stays open, where it is worth a word.
std::optional<int> apart_from(const Divergence& divergence);

Answer answer_of(const Comparison& comparison);

}  // namespace goodhart
