/// Dashboard and value over time as an index, for the pictures of a page.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "charts.hpp"
#include "goodhart/analysis/comparison.hpp"

namespace goodhart {

/// Dashboards (dashed) and value under a policy, 100 being the mean under the comparison policy. A course is left out
/// where that mean is 0, or so small that the index says nothing (more than `kTooManyPercent`). With a `metric`, no
/// other dashboard.
std::vector<charts::Line> indices_of(const Comparison& comparison, std::size_t policy, const std::string& metric = "");

/// From the lowest to the highest that the lines reach, means and intervals, and 100, with a margin.
std::pair<double, double> range_of(const std::vector<std::vector<charts::Line>>& panels);

/// What each kind of line is, as a list with a sample of each.
std::string key_of(const Comparison& comparison, const std::vector<charts::Line>& lines);

}  // namespace goodhart
