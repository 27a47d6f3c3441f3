/// What an employee believes of those it is compared with, and what a contest with them promises.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "goodhart/model/decision.hpp"
#include "goodhart/model/rise.hpp"

namespace goodhart {

/// The most components of a mixture that rivals are believed to be drawn from.
inline constexpr std::size_t kMostComponents = 16;

/// Where more than these are compared, all believe the same of their rivals: it makes no difference who among them one
/// is.
inline constexpr std::size_t kMany = 64;

/// The others are believed to be independent draws from an equal mixture of normals (docs/model.md). All numbers are in
/// units of M, turned round where lower is better, so that more is ahead.
struct Rivals {
  std::span<const double> means;  ///< of the mixture's components, at most kMostComponents, ascending
  double variance = 0;            ///< of each component
  std::size_t others = 0;         ///< how many they are
  double mean = 0;                ///< of their expected M
};

/// The chance of winning as a function of the share g of rivals who are behind: I_g(a, b), an incomplete beta function
/// with a = others + 1 - places and b = places. What there is to know of it does not depend on what rivals do.
struct Odds {
  std::size_t others = 0, places = 0;
  double a = 1, b = 1;
  double log_beta = 0;  ///< of the beta function B(a, b)
  double log_peak = 0;  ///< the most that (a - 1) log g + (b - 1) log (1 - g) can be
  double never = 0;     ///< a share of rivals behind with which one next to never wins
  double always = 0;    ///< a share of rivals ahead with which one next to always does
};

/// Keeps tables of expected rewards, so that employees who believe the same share one. Keyed by all that goes into a
/// table; a table stays where it is until `turn` has been called and others take its place.
class RiseShelf {
 public:
  static constexpr std::size_t kLongestKey = 4 + kMostComponents;

  /// To be called before each decision: tables asked for since the last call may be replaced from now on.
  void turn() { ++now_; }

  /// The table of a key, or room for it (`fresh`).
  Rise& find(std::span<const double> key, bool& fresh);

  /// The odds of so many rivals and places, worked out when they are first asked for; until they are asked for again.
  const Odds& odds(std::size_t others, std::size_t places);

 private:
  struct Slot {
    Slot() { key.reserve(kLongestKey); }
    std::vector<double> key;
    Rise rise;
    std::uint64_t used = 0;  ///< 0 until then
  };
  static constexpr std::size_t kSlots = 4;  ///< more only where one decision needs more

  static constexpr std::size_t kOdds = 32;  ///< of so many contests

  std::uint64_t now_ = 1;
  std::vector<Odds> odds_;
  std::size_t next_odds_ = 0;                 ///< whose place is taken next
  std::vector<std::unique_ptr<Slot>> slots_;  ///< none until the first is needed, since most shelves stay empty
};

/// Adds weight x P(fewer than `places` of the others are ahead of M + one's own noise) for M(y) = offset + scale y.
///
/// With G the mixture's distribution function a reading m wins with T(m) = P(Binomial(others, 1 - G(m)) < places)
/// = I_{G(m)}(others + 1 - places, places), an incomplete beta function; with no noise at all an equal reading wins.
/// `own_noise` is the standard deviation of M. 1 <= places <= others. Returns how many curves were written, at most 16.
/// Throws RunError where noise is lost in the rounding of readings.
int add_contest(const Rivals& rivals, std::size_t places, double own_noise, double weight, double offset, double scale,
                int reading, RiseShelf& shelf, Curve* curves);

/// Adds weight x E[G(M + noise)], the share of the others that is behind. Throws as `add_contest`.
int add_standing(const Rivals& rivals, double own_noise, double weight, double offset, double scale, int reading,
                 RiseShelf& shelf, Curve* curves);

/// The same as what it is, a sum of normal laws: a step for each of the mixture's components. Where everybody believes
/// something else of its rivals that is sooner done than a table, which would serve one decision alone.
int add_standing_by_steps(const Rivals& rivals, double own_noise, double weight, double offset, double scale,
                          int reading, Curve* curves);

}  // namespace goodhart
