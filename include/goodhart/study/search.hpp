/// A search among many candidates: those that are certainly worse are dropped look by look, on the same luck.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "goodhart/analysis/estimates.hpp"

namespace goodhart {

/// When a search ends.
struct SearchRules {
  std::optional<double> tolerance;    ///< what is not worth telling apart; nothing: until one is left
  std::size_t first = 8, most = 256;  ///< replicates of a candidate at the first look, and at most
  double confidence = 0.95;
};

/// What came out for a candidate.
struct Candidate {
  enum class State {
    best,          ///< highest mean of those that are acceptable
    open,          ///< cannot be told from the best
    worse,         ///< certainly worse than the best candidate
    unacceptable,  ///< open, but does not meet what is required on its means
    failed,        ///< a run of it failed
  };
  State state = State::open;
  std::vector<double> outcomes;  ///< by replicate, as far as it was run
  std::size_t looks = 0;         ///< at which it took part
};

struct SearchFindings {
  std::vector<Candidate> candidates;
  std::optional<std::size_t> best;  ///< nothing where none is acceptable
  std::size_t looks = 0, replicates = 0;
  std::size_t runs = 0;
  /// With the confidence of the rules, no acceptable candidate is better than the best by more than this.
  double at_most = 0;
  bool reached = false;  ///< is it within the tolerance, or is one left?
};

/// Runs candidates on replicates from `first` on, and returns their outcomes [candidate][replicate]; NaN where a run
/// failed.
using RunCandidates = std::function<std::vector<std::vector<double>>(const std::vector<std::size_t>& candidates,
                                                                     std::size_t first, std::size_t count)>;
/// Does a candidate meet what is required, on the means of all its runs so far?
using IsAcceptable = std::function<bool(std::size_t candidate)>;

/// Looks at all candidates on 8 replicates, then on twice as many, and so on, always on the same luck. At a look the
/// acceptable candidate with the highest mean leads. A candidate is dropped where its paired difference to the leader
/// is below 0 with a one-sided confidence of 1 - α/(k - 1), α being what `confidence_of_look` leaves to this look and k
/// the number of all candidates. The best candidate would have to lose such a test against one of k - 1 to be dropped
/// wrongly; so all that is dropped at all looks is worse than the best with the whole confidence, whenever the search
/// ends; and none is better than the last leader by more than the highest upper end of the differences of those left.
///
/// It ends when one is left, when that end is within the tolerance, or at the most replicates.
///
/// Exact for Gaussian differences. Source: Nelson, Swann, Goldsman & Song 2001, "Simple procedures for selecting the
/// best simulated system when the number of alternatives is large", Operations Research 49:950-963, for screening on
/// common luck; alpha spending as in `confidence_of_look`.
SearchFindings search_best(std::size_t count, const SearchRules& rules, const RunCandidates& run,
                           const IsAcceptable& acceptable);

}  // namespace goodhart
