/// Readings with a known excess at a target, drawn by named draws.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "goodhart/analysis/bunching.hpp"
#include "goodhart/core/math.hpp"
#include "goodhart/core/random.hpp"

namespace goodhart {

enum class Kind {
  normal,     ///< N(100, 20²)
  whole,      ///< the same in whole numbers
  tens,       ///< the same, of which three in ten are rounded to tens
  lognormal,  ///< 100 exp(0.4 Z)
  uniform,    ///< from 0 to 200
};

/// `count` readings, each the target with probability `excess` and otherwise of its kind. `of_each` makes as many of
/// one employee, whose readings share a quarter of their variance; 0: nobody knows whose they are.
inline Readings planted(Kind kind, std::size_t count, double target, double excess, std::uint64_t seed,
                        std::size_t of_each = 0) {
  const Draws draws(seed, Purpose::world, "planted");
  Readings readings;
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::uint32_t>(i);
    double z = normal_quantile(draws.uniform(0, at, 0));
    if (of_each > 0) {
      const auto whose = static_cast<std::uint32_t>(i / of_each);
      z = std::sqrt(0.75) * z + 0.5 * normal_quantile(draws.uniform(4, whose, 0));
      readings.employee.push_back(whose);
      readings.employees = whose + 1;
    }
    double value = 100 + 20 * z;
    if (kind == Kind::lognormal) value = 100 * std::exp(0.4 * z);
    if (kind == Kind::uniform) value = 200 * normal_distribution(z);
    if (kind == Kind::whole || kind == Kind::tens) value = std::round(value);
    if (kind == Kind::tens && draws.uniform(1, at, 0) < 0.3) value = 10 * std::round(value / 10);
    if (draws.uniform(2, at, 0) < excess) value = target;
    readings.values.push_back(value);
  }
  return readings;
}

/// How often, over data sets, bunching is told, a hole is told, and the planted excess lies in the interval.
struct Verdicts {
  int sets = 0, more = 0, fewer = 0, held = 0;
};

inline Verdicts verdicts(Kind kind, std::size_t count, double target, double excess, int sets,
                         std::size_t of_each = 0) {
  Verdicts found;
  for (int s = 0; s < sets; ++s) {
    const Bunching here = bunching_at(planted(kind, count, target, excess, static_cast<std::uint64_t>(s) + 1, of_each),
                                      {.target = target, .width = {}});
    ++found.sets;
    found.more += here.above.surely_more();
    found.fewer += here.above.surely_fewer();
    const double truth = excess * static_cast<double>(count);
    found.held += here.above.low <= truth && truth <= here.above.high;
  }
  return found;
}

}  // namespace goodhart
