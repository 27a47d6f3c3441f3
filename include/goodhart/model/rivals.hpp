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

/// The others are believed to be independent draws from an equal mixture of normals (docs/model.md). All numbers are in
/// units of M, turned round where lower is better, so that more is ahead.
struct Rivals {
  std::span<const double> means;  ///< of the mixture's components, at most kMostComponents, ascending
  double variance = 0;            ///< of each component
  std::size_t others = 0;         ///< how many they are
  double mean = 0;                ///< of their expected M
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

 private:
  struct Slot {
    Slot() { key.reserve(kLongestKey); }
    std::vector<double> key;
    Rise rise;
    std::uint64_t used = 0;  ///< 0 until then
  };
  static constexpr std::size_t kSlots = 4;  ///< more only where one decision needs more

  std::uint64_t now_ = 1;
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

}  // namespace goodhart
