/// A search along several outcomes: the candidates that no other beats in all of them.
#pragma once

#include <cstddef>
#include <vector>

#include "goodhart/study/search.hpp"

namespace goodhart {

/// The front, as far as it is known. Of a candidate's states `best` is: certainly on the front; `open`: it may be on
/// it; `worse`: certainly beaten by another.
struct FrontFindings {
  std::vector<Candidate> candidates{};
  std::vector<std::size_t> replicates{};  ///< after each look
  std::size_t runs = 0;                   ///< of candidates
  bool reached = false;                   ///< are all that are left certainly on the front?

  /// Those that are certainly on the front and those that may be, in order.
  std::vector<std::size_t> left() const;
};

/// Looks at all candidates on a few replicates, then on twice as many, and so on, always on the same luck. Of each
/// outcome more is better. A candidate d beats c where its expectation is no lower in any outcome and higher in one;
/// the front (Pareto's) is what none beats.
///
/// c is dropped for d where, in every outcome, u(c, d) = mean(c - d) + t s / √n is below 0, or the two have never
/// differed, and it is below 0 in one. t leaves α / (2 k (k - 1)) above it: α is what `confidence_of_look` leaves to
/// this look, k the number of all candidates. c is certainly on the front where for each d that is left the mirrored
/// end mean(c - d) - t s / √n is above 0 in some outcome, with α / (2 k (k - 1) m) for m outcomes, or where they have
/// never differed in any.
///
/// What holds. Where d does not beat c, some outcome of c is expected to be higher, or all are equal, and to drop c for
/// d the test of that outcome must err: once in α / (2 k (k - 1)). So with the whole confidence, for all looks and
/// pairs together, nothing on the front is dropped, and all that was dropped is beaten by something that is left; then
/// what is named certain is not beaten by anything.
///
/// It ends when all that are left are certain or not acceptable, at the most replicates, and where none is acceptable
/// after `in_vain` looks. What is required is judged by means; where a candidate fails, or no longer meets it, those
/// that were dropped for it come back. The rules' tolerance has no part in it.
///
/// Exact for Gaussian differences. Over outcomes the tests are intersection-union tests, which need no correction
/// (Berger & Hsu 1996, Statistical Science 11:283-319, doi 10.1214/ss/1032280304); over pairs and looks the errors add.
FrontFindings search_front(std::size_t count, const SearchRules& rules, const RunOutcomes& run,
                           const IsAcceptable& acceptable);

}  // namespace goodhart
