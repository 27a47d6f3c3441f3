/// Numbers as text and back, exactly as std::from_chars and std::to_chars have it, for a standard library without them.
#pragma once

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <system_error>

namespace goodhart_lab {

struct Read {
  const char* end;
  std::errc error;
};

/// The number that the text begins with, as std::from_chars in its general format; `value` stays as it is where there
/// is none, and where it is too large or too small for a double.
inline Read read_number(const char* first, const char* last, double& value) {
  double read = 0;
  const fast_float::from_chars_result result = fast_float::from_chars(first, last, read);
  if (result.ec != std::errc()) return {result.ptr, result.ec};
  // fast_float takes what is out of range for infinity or zero.
  const char* digit = first;
  if (digit != result.ptr && *digit == '-') ++digit;
  const bool is_word = digit != result.ptr && (*digit < '0' || *digit > '9') && *digit != '.';
  bool is_zero = true;
  for (; digit != result.ptr && *digit != 'e' && *digit != 'E'; ++digit) {
    if (*digit >= '1' && *digit <= '9') is_zero = false;
  }
  if (!is_word && (std::isinf(read) || (read == 0 && !is_zero))) return {result.ptr, std::errc::result_out_of_range};
  value = read;
  return {result.ptr, std::errc()};
}

/// The shortest text that reads as this number: in fixed notation where that is asked for, else in the shorter of fixed
/// and scientific notation, as std::to_chars without a format; where both are as long, in fixed.
inline std::string shortest_text(double value, bool fixed_only) {
  if (!std::isfinite(value)) return fmt::format("{}", value);
  // {fmt} finds the shortest digits, and writes them in fixed or scientific notation by a rule of its own: they are
  // taken out again, with the exponent of the first one.
  std::string mantissa = fmt::format("{}", value), sign;
  int exponent = 0;
  if (mantissa.front() == '-') {
    sign = "-";
    mantissa.erase(0, 1);
  }
  if (const std::size_t e = mantissa.find('e'); e != mantissa.npos) {
    exponent = std::stoi(mantissa.substr(e + 1));
    mantissa.resize(e);
  }
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  if (point < mantissa.size()) mantissa.erase(point, 1);
  const std::size_t first = mantissa.find_first_not_of('0');
  if (first == mantissa.npos) return sign + "0";
  exponent += static_cast<int>(point) - 1 - static_cast<int>(first);
  mantissa = mantissa.substr(first, mantissa.find_last_not_of('0') + 1 - first);

  const int length = static_cast<int>(mantissa.size());
  std::string fixed = sign;
  if (exponent < 0) {
    fixed += "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + mantissa;
  } else if (length <= exponent + 1) {
    // A whole number: all its digits, not zeros behind the shortest ones.
    fixed = fmt::format("{:.0f}", value);
  } else {
    fixed += mantissa.substr(0, static_cast<std::size_t>(exponent) + 1) + "." +
             mantissa.substr(static_cast<std::size_t>(exponent) + 1);
  }
  if (fixed_only) return fixed;
  std::string scientific = sign + mantissa.substr(0, 1);
  if (length > 1) scientific += "." + mantissa.substr(1);
  scientific += fmt::format("e{}{:02d}", exponent < 0 ? '-' : '+', std::abs(exponent));
  return scientific.size() < fixed.size() ? scientific : fixed;
}

}  // namespace goodhart_lab
