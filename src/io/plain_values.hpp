/// What becomes of values before they are results: one NaN for all, and whole numbers for flags.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "goodhart/core/errors.hpp"
#include "goodhart/engine/layout.hpp"

namespace goodhart {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::uint64_t kNaNBits = 0x7ff8'0000'0000'0000U;
static_assert(std::bit_cast<std::uint64_t>(kNaN) == kNaNBits);

/// The sign and payload of a NaN depend on processor and compiler: none is kept.
inline bool is_odd(double x) {
  return std::isnan(x) && std::bit_cast<std::uint64_t>(x) != kNaNBits;
}

/// The number of a flag; kNoFlag for NaN. Throws Bug where there is no such flag.
inline std::int8_t number_of_flag(const Variable& variable, double value) {
  const bool known = value >= 0 && value < static_cast<double>(variable.flags.size()) && value == std::floor(value);
  if (!known && !std::isnan(value)) {
    throw Bug("results: " + variable.name + " is " + std::to_string(value) + ", which is none of its flags");
  }
  return known ? static_cast<std::int8_t>(value) : std::int8_t{kNoFlag};
}

}  // namespace goodhart
