/// Named draws as a random engine, so that any distribution of Boost.Random or of the standard library can be drawn
/// from them.
#pragma once

#include <cstdint>
#include <limits>
#include <utility>

#include "goodhart/core/random.hpp"

namespace goodhart {

/// A uniform random bit generator (as the standard's distributions ask for, and Boost.Random's) over numbered uniform
/// draws: its i-th word is the upper 32 bits of draw i. `Source` is a function from an index to a number in (0, 1).
///
/// An engine begins at draw 0, so two engines over the same named draw give the same words: use one for each (purpose,
/// name, replicate, employee, step). It is a value: a copy goes on from where the original was, by itself.
///
/// Of the two libraries take Boost.Random: what the standard's distributions make of an engine differs between standard
/// libraries.
template <class Source>
class DrawEngine {
 public:
  using result_type = std::uint32_t;

  explicit DrawEngine(Source source) : source_(std::move(source)) {}

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

  /// The next word.
  result_type operator()() { return static_cast<result_type>(source_(next_++) * 0x1p32); }

  /// Leaves out so many words.
  void discard(std::uint32_t words) { next_ += words; }

 private:
  Source source_;
  std::uint32_t next_ = 0;
};

/// The engine over the draws of one employee in one step.
inline auto engine_over(const Draws& draws, std::uint32_t replicate, std::uint32_t employee, std::int32_t step) {
  return DrawEngine([=](std::uint32_t index) { return draws.uniform(replicate, employee, step, index); });
}

}  // namespace goodhart
