/// Experiments run again otherwise, to see why: with mechanisms switched off, and with numbers of the scenario changed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "goodhart/analysis/comparison.hpp"
#include "goodhart/core/tasks.hpp"
#include "goodhart/engine/experiment.hpp"

namespace goodhart {

/// Splits what each policy changes over its causes, into `comparison` (model.md, 7.11): of the dashboards of the
/// headline metrics, of value, cost and net value, and of the gaps between dashboards and value.
///
/// The whole experiment is run again, on the same luck, for each of the 16 combinations of mechanisms (`Mechanisms`);
/// what is inert in this scenario (no noise, no baselines that differ, ...) is not run twice. All quantities are split
/// by the same worlds. With c(S) the change against the comparison policy where only the mechanisms S are at work,
///
///   left = c(none),   part of m = Σ over S without m of |S|! (3 - |S|)! / 4! (c(S + m) - c(S))
///
/// which is Shapley's value (1953, "A value for n-person games"): the parts and what is left sum to the change, and no
/// order of switching off is preferred. Dashboards and value are in per cent of the comparison policy's mean in each
/// world, for a metric that bends otherwise is another scale; a gap is the difference of the two, so its parts are the
/// differences of theirs. Cost and net value are in money. Intervals are Student's over replicates, paired, taking the
/// comparison's means as known.
///
/// Returns false where `keep_going` ended it; the comparison is then unchanged. Sources: Manheim & Garrabrant 2018,
/// arXiv:1803.04585; Baker 2002, "Distortion and risk in optimal incentive contracts" (what is left).
bool add_causes(Comparison& comparison, const Results& results, TaskPool& pool,
                const std::function<bool(const Progress&)>& keep_going);

/// Tries, one at a time, each number of the scenario at both ends of its range, and keeps what that does to the lead
/// (by net value) of the first policy of the ranking over the second: the same luck, at most `replicates` of it. The
/// strongest come first. The range is the one that the scenario states (`experiment.vary`), else 20 % to either side,
/// as far as the field's bounds allow (of a group's share: 20 % of what is smaller, its share or that of the others).
/// The share of a group is changed together with those of the others (`set_number`).
///
/// A number of which an end cannot be run, or a run fails there, is none of the levers but named under `untried`, with
/// the reason. Not looked at: time, seed, counts, record, numbers that are 0 and have no stated range, and numbers
/// inside formulas. Returns as `add_causes`.
bool add_levers(Comparison& comparison, const Results& results, int replicates, TaskPool& pool,
                const std::function<bool(const Progress&)>& keep_going);

/// Samples worlds over the ranges of `experiment.vary` and counts in how many each option is best: an answer to doubt
/// about the numbers, which certainty over replicates is not.
///
/// The worlds are a Latin hypercube (McKay, Beckman & Conover 1979, doi 10.1080/00401706.1979.10489755) in all ranges
/// at once: each range is cut into as many parts of equal length as there are worlds, and each part is met once. The
/// draws are named by the number's path, so a range more leaves those of the others. Each world is run under all
/// options, on the same luck, at most `replicates` of it. A world that is unsound, or of which a run fails, is counted
/// as failed. Changes nothing where the scenario states no ranges. Returns as `add_causes`.
bool add_worlds(Comparison& comparison, const Results& results, int worlds, int replicates, TaskPool& pool,
                const std::function<bool(const Progress&)>& keep_going);

/// The same in worlds that are given: the values of each number of `experiment.vary`, number by number. `from` is where
/// they are from, for people.
bool add_worlds(Comparison& comparison, const Results& results, const std::vector<std::vector<double>>& values,
                const std::string& from, int replicates, TaskPool& pool,
                const std::function<bool(const Progress&)>& keep_going);

}  // namespace goodhart
