/// Courses as an index, and their key.
#include "courses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "answer.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

// Colours that the colour-blind tell apart (Okabe & Ito 2008, "Color universal design").
constexpr const char* kReal = "#0072B2";
constexpr std::array<const char*, 4> kMetrics{"#D55E00", "#E69F00", "#CC79A7", "#999999"};

/// A line without numbers.
charts::Line styled(const std::string& name, const std::string& label, const std::string& colour, bool dashed) {
  return {.name = name,
          .label = label,
          .colour = colour,
          .dashed = dashed,
          .mean = {},
          .low = {},
          .high = {},
          .least = {},
          .most = {}};
}

/// Is the index of a course over `whole` worth drawing?
bool says_something(const Course& course, double whole) {
  return std::fabs(whole) > 0 && std::none_of(course.mean.begin(), course.mean.end(), [&](double mean) {
           return std::fabs(100 * mean / whole) > kTooManyPercent + 100;
         });
}

}  // namespace

charts::Line dashboard_style(std::size_t place, const std::string& name, const std::string& label, bool alone) {
  const bool is_long = label.size() >= charts::kLongestLabel;
  return styled(name, alone && is_long ? "dashboard" : label, kMetrics[place % kMetrics.size()], true);
}

charts::Line value_style(const std::string& name) {
  return styled(name, "value", kReal, false);
}

charts::Line index_of(const Course& course, double whole, charts::Line style) {
  const auto scaled = [whole](const std::vector<double>& values) {
    std::vector<double> index;
    for (const double value : values) index.push_back(100 * value / whole);
    return index;
  };
  const bool upright = whole > 0;
  style.mean = scaled(course.mean);
  style.low = scaled(upright ? course.low : course.high);
  style.high = scaled(upright ? course.high : course.low);
  style.least = scaled(upright ? course.least : course.most);
  style.most = scaled(upright ? course.most : course.least);
  return style;
}

std::vector<charts::Line> indices_of(const Comparison& comparison, std::size_t policy, const std::string& metric) {
  std::vector<charts::Line> lines;
  const auto add = [&](const Outcome& outcome, const charts::Line& style) {
    const double whole = outcome.effects[comparison.comparison].level.mean;
    for (const Course& course : comparison.policies[policy].courses) {
      if (course.variable != outcome.name || course.item != outcome.metric) continue;
      if (says_something(course, whole)) lines.push_back(index_of(course, whole, style));
    }
  };
  const bool alone = !metric.empty() || comparison.metrics.size() == 1;
  for (std::size_t m = 0; m < comparison.metrics.size(); ++m) {
    if (!metric.empty() && comparison.metrics[m] != metric) continue;
    const Outcome& outcome = comparison.outcome("dashboard", comparison.metrics[m]);
    add(outcome, dashboard_style(m, outcome.label, outcome.metric_label, alone));
  }
  const Outcome& value = comparison.outcome("value");
  add(value, value_style(value.label));
  return lines;
}

std::pair<double, double> range_of(const std::vector<std::vector<charts::Line>>& panels) {
  double low = 100, high = 100;
  for (const auto& lines : panels) {
    for (const charts::Line& line : lines) {
      for (const std::vector<double>* values : {&line.mean, &line.low, &line.high}) {
        for (const double value : *values) {
          low = std::fmin(low, value);  // which take no notice of NaN
          high = std::fmax(high, value);
        }
      }
    }
  }
  const double margin = std::max(0.05 * (high - low), 1.0);
  return {low - margin, high + margin};
}

std::string key_of(const Comparison& comparison, const std::vector<charts::Line>& lines) {
  const auto entry = [](const std::string& colour, const std::string& dash, const std::string& text) {
    return fmt::format(
        "<li><svg width=\"28\" height=\"10\" aria-hidden=\"true\"><line x1=\"0\" y1=\"5\" x2=\"28\" y2=\"5\" "
        "stroke=\"{}\" "
        "stroke-width=\"2\"{}/></svg>{}</li>",
        colour, dash.empty() ? "" : " stroke-dasharray=\"" + dash + "\"", charts::escaped(text));
  };
  std::string html = "<ul class=\"key\">";
  for (const charts::Line& line : lines) {
    html += entry(line.colour, line.dashed ? "6 3" : "", (line.dashed ? "dashed: " : "solid: ") + line.name);
  }
  return html + entry("#5a5a5a", "2 3", "dotted: mean under " + called(comparison, comparison.comparison) + " (100)") +
         fmt::format("<li>at the end of a line: how far it is from the dotted line in the last {}</li></ul>\n",
                     charts::escaped(comparison.unit));
}

}  // namespace goodhart
