/// Numbers, intervals and changes as text, the same in every report.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "goodhart/analysis/estimates.hpp"

namespace goodhart {

/// From here on a number is written as 1.15e100: nobody counts that many digits, and no table is that wide.
inline constexpr double kWrittenOut = 1e16;

/// With so many decimals; what is 0 to more of them than anybody asked for is 0.
inline std::string fixed(double value, int decimals) {
  if (std::isfinite(value) && std::fabs(value) >= kWrittenOut) {
    std::string power = fmt::format("{:.2e}", value);
    return power.erase(power.find('+'), 1);
  }
  const std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find_first_of("123456789") != text.npos) return text;
  return decimals > 3 ? "0" : text[0] == '-' ? text.substr(1) : text;
}

inline std::string with_sign(double value, int decimals) {
  const std::string text = fixed(value, decimals);
  return text[0] == '-' || text.find_first_of("123456789") == text.npos ? text : "+" + text;
}

/// As many decimals as make three digits of a number of this size.
inline int decimals_of(double size) {
  return size == 0 || !std::isfinite(size) ? 0 : std::clamp(2 - static_cast<int>(std::floor(std::log10(size))), 0, 6);
}

/// Decimals for a mean: three digits, or one more where its interval allows.
inline int decimals_of(const Estimate& estimate) {
  const int enough = decimals_of(std::fabs(estimate.mean));
  const double half = estimate.half_width();
  if (!(half > 0)) return enough;
  return std::clamp(-static_cast<int>(std::floor(std::log10(half))), enough, std::min(enough + 1, 6));
}

/// One decimal below 10, as it is shown.
inline int percent_decimals(double percent) {
  return std::fabs(percent) < 9.95 ? 1 : 0;
}

/// The size of a per cent: "4.3 %", "62 %".
inline std::string per_cent(double value) {
  return fixed(std::fabs(value), percent_decimals(value)) + " %";
}

inline constexpr double kNoShare = 0.0005;  ///< a share that rounds to 0.0 %

inline std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

/// Below this a number has no digit among six decimals.
inline constexpr double kTiny = 1e-5;

inline std::string number(double value) {
  if (value != 0 && std::fabs(value) < kTiny) return fmt::format("{:.3g}", value);
  return fixed(value, decimals_of(std::fabs(value)));
}

/// "1.042 to 1.037": with as many decimals, within reason, as tell the two apart.
inline std::string from_to(double from, double to) {
  int decimals = std::max(decimals_of(std::fabs(from)), decimals_of(std::fabs(to)));
  for (int more = 0; more < 3 && from != to && fixed(from, decimals) == fixed(to, decimals); ++more) ++decimals;
  return fixed(from, decimals) + " to " + fixed(to, decimals);
}

/// 0.123 as "12 %".
inline std::string share(double value) {
  return fixed(100 * value, percent_decimals(100 * value)) + " %";
}

/// The chance of being best, 0.123 as "12 %": what was found by resampling is written as 100 % or 0 % only where it was
/// so in every resample.
inline std::string chance_text(double chance) {
  if (std::isnan(chance)) return "–";
  if (chance > 0.995 && chance < 1) return ">99 %";
  if (chance < 0.005 && chance > 0) return "<1 %";
  return fixed(100 * chance, 0) + " %";
}

/// " ± 0.7"; nothing where there is no interval, or where half of it is less than the last digit that is shown: then
/// all digits are sure.
inline std::string half_width(const Estimate& estimate, double scale, int decimals) {
  const double half = scale * estimate.half_width();
  if (!estimate.has_interval() || !(half > 0)) return "";
  const std::string text = fixed(half, decimals);
  return text.find_first_of("123456789") == text.npos ? "" : " ± " + text;
}

/// A change of more per cent than this says less than the numbers themselves.
inline constexpr double kTooManyPercent = 1000;

enum class NumberKind { plain, share, correlation };

inline std::string level_cell(const Estimate& level, NumberKind unit) {
  if (std::isnan(level.mean)) return "–";
  if (unit == NumberKind::share) return fixed(100 * level.mean, 1) + " %" + half_width(level, 100, 1);
  const int decimals = unit == NumberKind::correlation ? 2 : decimals_of(level);
  return fixed(level.mean, decimals) + half_width(level, 1, decimals);
}

inline std::string change_cell(const Change& change, NumberKind unit) {
  if (std::isnan(change.difference.mean)) return "–";
  if (unit == NumberKind::plain && std::fabs(change.percent.mean) < kTooManyPercent) {
    const int decimals = percent_decimals(change.percent.mean);
    return with_sign(change.percent.mean, decimals) + " %" + half_width(change.percent, 1, decimals);
  }
  const double scale = unit == NumberKind::share ? 100 : 1;
  const double mean = scale * change.difference.mean;
  const int decimals = unit == NumberKind::correlation ? 2
                       : unit == NumberKind::share     ? 1
                                                       : decimals_of(change.difference);
  return with_sign(mean, decimals) + (unit == NumberKind::share ? " pts" : "") +
         half_width(change.difference, scale, decimals);
}

/// The width on a terminal: code points, as nothing here is wider than one place.
inline std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// The text filled up with spaces to a width.
inline std::string padded(const std::string& text, std::size_t width) {
  const std::size_t own = width_of(text);
  return text + std::string(width > own ? width - own : 0, ' ');
}

/// Columns of a terminal.
inline constexpr std::size_t kTerminal = 100;

/// A text in lines of at most `kTerminal`: `lead` before the first, `indent` before the others. A number keeps its
/// unit: no line begins with % or ±.
inline std::string wrapped(const std::string& text, const std::string& lead = "", const std::string& indent = "") {
  std::string lines, line = lead;
  bool begun = false;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = text.find(' ', begin);
    while (end != text.npos && (text.compare(end + 1, 1, "%") == 0 || text.compare(end + 1, 2, "±") == 0)) {
      end = text.find(' ', end + 1);
    }
    if (end == text.npos) end = text.size();
    const std::string word = text.substr(begin, end - begin);
    if (begun && width_of(line) + 1 + width_of(word) > kTerminal) {
      lines += line + "\n";
      line = indent + word;
    } else {
      line += (begun ? " " : "") + word;
    }
    begun = true;
    begin = end + 1;
  }
  return lines + line + "\n";
}

}  // namespace goodhart
