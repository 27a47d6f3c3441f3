/// A comparison in words, as a table for terminals, and for programs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "goodhart/analysis/comparison.hpp"

namespace goodhart {

/// Fills in what is said in words: the headline, each policy's sentences, what pairing bought, what must not be
/// concluded. To be called once all else is there (causes and levers, where wanted).
void put_into_words(Comparison& comparison);

/// How many numbers surely reverse the ranking.
std::size_t levers_that_turn(const Comparison& comparison);

/// What trying numbers has shown: whether any reverses the ranking, and, where some could not be tried, how many.
/// Nothing where none was to be tried.
std::vector<std::string> lever_sentences(const Comparison& comparison);

/// A number that could not be tried, with its range and the reason, without a full stop.
std::string untried_words(const Untried& untried);

/// How much of a comparison is told: the table and the answer, or all of it.
enum class Told { answer, all };

/// The table, best policy first, in at most 100 columns (names are shortened where they must be), and the sentences.
std::string to_text(const Comparison& comparison, Told told = Told::all);

/// Everything but the courses over time and the scenario's text. What is not known is null; shares are from 0 to 1.
/// Numbers that could not be tried are no levers but stand under `not_tried`, with the reason.
std::string to_json(const Comparison& comparison);

/// One row for each policy, outcome and statistic: `policy,outcome,metric,statistic,value`. What is not known has no
/// value. Statistics of an outcome: mean, low, high, n; difference, difference_low, difference_high (paired t);
/// bootstrap_low, bootstrap_high, simultaneous_low, simultaneous_high; percent, percent_low, percent_high; correlation,
/// variance_ratio, runs_saved. Net value also has rank and best_by_luck. The gap and what it is made of are outcomes,
/// too: inflation, real_change, gap (points of per cent), and its causes.
std::string to_csv(const Comparison& comparison);

}  // namespace goodhart
