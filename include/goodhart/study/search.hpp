/// A search among many candidates: those that are certainly worse are dropped look by look, on the same luck.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace goodhart {

/// When a search ends.
struct SearchRules {
  std::optional<double> tolerance{};  ///< what is not worth telling apart; nothing: until one is left
  std::size_t first = 8, most = 256;  ///< replicates of a candidate at the first look, and at most; at least 2
  double confidence = 0.95;           ///< of all looks together
  std::size_t in_vain = 2;            ///< looks after which it ends where no candidate is acceptable
};

/// What came out for a candidate.
struct Candidate {
  enum class State {
    best,          ///< highest mean of those that are acceptable
    open,          ///< acceptable, and cannot be told from the best
    worse,         ///< dropped: certainly worse than the best candidate
    unacceptable,  ///< does not meet what is required on its means, and was not dropped
    failed,        ///< a run of it failed, or has no outcome
  };
  State state = State::open;
  std::vector<double> outcomes{};             ///< by replicate, as far as it was run
  std::vector<std::vector<double>> others{};  ///< further outcomes, where it is judged by several; as `outcomes`
  std::vector<double> means{};                ///< of `outcomes` after each look; NaN after those without it
  std::optional<std::size_t> worse_than{};    ///< for which it was dropped
};

/// What a search found.
struct SearchFindings {
  std::vector<Candidate> candidates{};
  std::optional<std::size_t> best{};      ///< nothing where none is acceptable
  std::vector<std::size_t> replicates{};  ///< after each look
  std::size_t runs = 0;                   ///< of candidates
  /// With the confidence of the rules, no acceptable candidate is better than the best by more than this.
  double at_most = 0;
  bool reached = false;  ///< is that within the tolerance, or is only one acceptable candidate left?
};

/// Runs candidates on `count` replicates from `first` on, and returns their outcomes [candidate][replicate]; NaN where
/// a run failed.
using RunCandidates = std::function<std::vector<std::vector<double>>(const std::vector<std::size_t>& candidates,
                                                                     std::size_t first, std::size_t count)>;
/// The same of several outcomes: [candidate][outcome][replicate].
using RunOutcomes = std::function<std::vector<std::vector<std::vector<double>>>(
    const std::vector<std::size_t>& candidates, std::size_t first, std::size_t count)>;
/// Does a candidate meet what is required, on the means of all its runs so far?
using IsAcceptable = std::function<bool(std::size_t candidate)>;

/// Looks at all candidates on a few replicates, then on twice as many, and so on, always on the same luck. At a look
/// the acceptable candidate with the highest mean leads, the first of equals. A candidate c is dropped where
///
///   u(c, leader) = mean(d) + t s(d) / √n < 0,     d = outcomes of c less those of the leader, replicate by replicate,
///
/// t being the quantile of Student's distribution, n - 1 degrees of freedom, that leaves α / (k - 1) above it: α is
/// what `confidence_of_look` leaves to this look, k the number of all candidates.
///
/// What holds. Let b be the candidate with the highest expectation. At each look there are k - 1 others that may lead,
/// and for each of them u(b, other) is below the true difference with a chance of α / (k - 1). So with the whole
/// confidence u(b, leader) is at no look below the true difference, whoever leads, and that is not negative: b is never
/// dropped, and all that is dropped is no better than b. And b, which is left, is better than the last leader by at
/// most u(b, leader), hence by at most the highest u of those that are left (`at_most`). Nothing is said of the order
/// among those dropped.
///
/// It ends when no other acceptable candidate is left, when `at_most` is within the tolerance (without one, when it is
/// 0), at the most replicates, and where none is acceptable after `in_vain` looks. What is required is judged by means,
/// which has an error of its own. Where a leader fails, or no longer meets it, those that were dropped for it come
/// back.
///
/// Exact for Gaussian differences. Source: Nelson, Swann, Goldsman & Song 2001, "Simple procedures for selecting the
/// best simulated system when the number of alternatives is large", Operations Research 49:950-963,
/// doi 10.1287/opre.49.6.950.10019, for screening on common luck; the union over looks as in `confidence_of_look`.
SearchFindings search_best(std::size_t count, const SearchRules& rules, const RunCandidates& run,
                           const IsAcceptable& acceptable);

}  // namespace goodhart
