/// Ranges: their ends, their grids, and the values at shares of them.
#include "goodhart/scenario/experiment.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include <fmt/format.h>

#include "goodhart/core/document.hpp"

namespace goodhart {
namespace {

constexpr double kTail = 0.025;  ///< what lies beyond either end of a distribution, where ends are asked for
constexpr double kMostValues = 1e6;

/// A sum of steps as it would be written: 0.15, not 0.15000000000000002.
double written(double value) {
  return std::strtod(fmt::format("{:.12g}", value).c_str(), nullptr);
}

/// The value at a share of the way between two ends.
double between(double from, double to, bool log, double share) {
  if (!log) return from + (to - from) * share;
  return std::clamp(std::exp(std::log(from) + (std::log(to) - std::log(from)) * share), from, to);
}

bool is_log(const Range& range) {
  return range.scale && *range.scale == "log";
}

}  // namespace

double Range::low() const {
  if (distribution) return quantile(*distribution, kTail);
  return values ? *std::min_element(values->begin(), values->end()) : from.value_or(0);
}

double Range::high() const {
  if (distribution) return quantile(*distribution, 1 - kTail);
  return values ? *std::max_element(values->begin(), values->end()) : to.value_or(0);
}

std::vector<double> Range::grid() const {
  if (values) return *values;
  std::vector<double> grid;
  if (step) {
    const auto steps = static_cast<int>(std::floor((*to - *from) / *step * (1 + 1e-12)));
    for (int i = 0; i <= steps; ++i) grid.push_back(written(*from + i * *step));
  } else if (points) {
    for (int i = 0; i < *points; ++i) {
      const double share = static_cast<double>(i) / (*points - 1);
      grid.push_back(i == 0 ? *from : i + 1 == *points ? *to : written(between(*from, *to, is_log(*this), share)));
    }
  }
  return grid;
}

double Range::at(double u) const {
  if (distribution) return quantile(*distribution, u);
  if (!is_grid()) return between(*from, *to, is_log(*this), u);
  const std::vector<double> all = grid();
  return all[std::min(static_cast<std::size_t>(u * static_cast<double>(all.size())), all.size() - 1)];
}

std::string Range::fault() const {
  if (distribution) {
    if (from || to || values || step || points || scale) return "has a distribution, which says all about its values";
    return goodhart::fault(*distribution);
  }
  if (values) {
    if (from || to || step || points || scale) return "has values; from, to, step, points and scale say nothing more";
    if (values->empty()) return "values must not be empty";
    const std::set<double> distinct(values->begin(), values->end());
    return distinct.size() < values->size() ? "has a value twice" : "";
  }
  if (!from || !to) return "";  // which has been said
  if (*from > *to) return "from must not be above to";
  if (step && points) return "has a step and points; one of them says how many values there are";
  if ((step || points) && *from == *to) return "from and to are the same, so there is nothing to step through";
  if (step && (*to - *from) / *step > kMostValues) return "has more than a million steps";
  if (step && is_log(*this)) return "a step is a difference, so it has no scale; give it points";
  if (is_log(*this) && *from <= 0) return "a logarithmic scale needs a from above 0";
  return "";
}

}  // namespace goodhart
