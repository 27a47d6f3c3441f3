/// Dashboard and value over time as an index, for pages and pictures.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "charts.hpp"
#include "goodhart/analysis/comparison.hpp"

namespace goodhart {

/// How the dashboard of the metric in that place, and value, are drawn in every picture; without numbers. At the end of
/// a line there is little room: a dashboard that is alone there is called so, where its metric's label is long.
charts::Line dashboard_style(std::size_t place, const std::string& name, const std::string& label, bool alone);
charts::Line value_style(const std::string& name);

/// A course over time as an index, in that style: 100 is `whole`, which is not 0. Where it is negative, the index turns
/// things over: low is high.
charts::Line index_of(const Course& course, double whole, charts::Line style);

/// Dashboards (dashed) and value under a policy, 100 being the mean under the comparison policy. A course is left out
/// where that mean is 0, or so small that the index says nothing (more than `kTooManyPercent`). With a `metric`, no
/// other dashboard.
std::vector<charts::Line> indices_of(const Comparison& comparison, std::size_t policy, const std::string& metric = "");

/// From the lowest to the highest that the lines reach, means and intervals, and 100, with a margin.
std::pair<double, double> range_of(const std::vector<std::vector<charts::Line>>& panels);

/// What each kind of line is, as a list with a sample of each.
std::string key_of(const Comparison& comparison, const std::vector<charts::Line>& lines);

}  // namespace goodhart
