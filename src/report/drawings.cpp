/// Lines, bars and histograms out of characters.
#include "goodhart/report/drawings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "numbers.hpp"

namespace goodhart {
namespace {

constexpr std::size_t kHeights = 8;
constexpr std::array<const char*, kHeights> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<const char*, kHeights> kAscii = {"_", ".", "-", "~", "=", "+", "*", "#"};

/// A round step of which about `count` make up the span.
double round_step(double span, std::size_t count) {
  const double rough = span / static_cast<double>(count);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double share = rough / power;
  return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
}

std::string repeated(const char* sign, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += sign;
  return text;
}

}  // namespace

std::string sparkline(std::span<const double> values, std::pair<double, double> range, std::size_t width, Signs signs) {
  if (signs == Signs::none || values.empty() || width == 0) return "";
  const std::size_t places = std::min(width, values.size());
  const double span = range.second - range.first;
  std::string line;
  for (std::size_t place = 0; place < places; ++place) {
    const std::size_t begin = place * values.size() / places, end = (place + 1) * values.size() / places;
    double sum = 0, count = 0;
    for (std::size_t i = begin; i < end; ++i) {
      if (!std::isfinite(values[i])) continue;
      sum += values[i];
      count += 1;
    }
    if (count == 0) {
      line += ' ';
      continue;
    }
    const double height = span > 0 ? (sum / count - range.first) / span : 0;
    const auto at = static_cast<std::size_t>(std::clamp(height * kHeights, 0.0, kHeights - 1.0));
    line += signs == Signs::blocks ? kBlocks[at] : kAscii[at];
  }
  return line;
}

std::pair<double, double> range_of(const std::vector<std::vector<double>>& lines) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const std::vector<double>& line : lines) {
    for (const double value : line) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  return low <= high ? std::pair(low, high) : std::pair(0.0, 0.0);
}

std::string bar(double value, double largest, std::size_t width, Signs signs) {
  if (signs == Signs::none || !std::isfinite(value) || !(largest > 0)) return "";
  const double share = std::min(1.0, std::fabs(value) / largest);
  const auto length = static_cast<std::size_t>(std::lround(share * static_cast<double>(width)));
  const char* sign = signs == Signs::blocks ? (value < 0 ? "░" : "█") : (value < 0 ? "-" : "#");
  return repeated(sign, length);
}

std::string histogram(std::span<const double> values, std::size_t rows, std::size_t width, Signs signs,
                      const std::string& indent) {
  std::vector<double> finite;
  for (const double value : values) {
    if (std::isfinite(value)) finite.push_back(value);
  }
  if (finite.empty() || rows == 0) return "";
  const auto [low, high] = std::minmax_element(finite.begin(), finite.end());
  const double span = *high - *low;
  const double step = span > 0 ? round_step(span, rows > 1 ? rows - 1 : 1) : 1;
  const auto place_of = [&](double value) { return std::floor(value / step + 1e-9); };
  const double first = place_of(*low);
  std::vector<double> counts(static_cast<std::size_t>(place_of(*high) - first) + 1, 0.0);
  for (const double value : finite) counts[static_cast<std::size_t>(place_of(value) - first)] += 1;
  const double most = *std::max_element(counts.begin(), counts.end());
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  std::size_t widest = 0;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double from = (first + static_cast<double>(i)) * step;
    names.push_back(fixed(from, decimals) + " to " + fixed(from + step, decimals));
    widest = std::max(widest, names.back().size());
  }
  std::string text;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double part = counts[i] / static_cast<double>(finite.size());
    std::string line = indent + std::string(widest - names[i].size(), ' ') + names[i];
    if (counts[i] > 0)
      line += "  " + bar(counts[i], most, width, signs) + (signs == Signs::none ? "" : " ") + share(part);
    text += line + "\n";
  }
  return text;
}

}  // namespace goodhart
