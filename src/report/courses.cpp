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

/// A course over `whole`, times 100; nothing where that says nothing.
std::vector<charts::Line> index_of(const Course& course, double whole, const std::string& name,
                                   const std::string& label, const std::string& colour, bool dashed) {
  if (!(std::fabs(whole) > 0)) return {};
  charts::Line line{.name = name,
                    .label = label,
                    .colour = colour,
                    .dashed = dashed,
                    .mean = {},
                    .low = {},
                    .high = {},
                    .least = {},
                    .most = {}};
  for (std::size_t s = 0; s < course.mean.size(); ++s) {
    if (std::fabs(100 * course.mean[s] / whole) > kTooManyPercent + 100) return {};
    line.mean.push_back(100 * course.mean[s] / whole);
    // Where the whole is negative, the index turns things over.
    line.low.push_back(100 * (whole > 0 ? course.low[s] : course.high[s]) / whole);
    line.high.push_back(100 * (whole > 0 ? course.high[s] : course.low[s]) / whole);
    line.least.push_back(100 * (whole > 0 ? course.least[s] : course.most[s]) / whole);
    line.most.push_back(100 * (whole > 0 ? course.most[s] : course.least[s]) / whole);
  }
  return {line};
}

}  // namespace

std::vector<charts::Line> indices_of(const Comparison& comparison, std::size_t policy, const std::string& metric) {
  std::vector<charts::Line> lines;
  const auto add = [&](const Outcome& outcome, const std::string& label, const std::string& colour, bool dashed) {
    const double whole = outcome.effects[comparison.comparison].level.mean;
    for (const Course& course : comparison.policies[policy].courses) {
      if (course.variable != outcome.name || course.item != outcome.metric) continue;
      for (charts::Line& line : index_of(course, whole, outcome.label, label, colour, dashed)) {
        lines.push_back(std::move(line));
      }
    }
  };
  for (std::size_t m = 0; m < comparison.metrics.size(); ++m) {
    if (!metric.empty() && comparison.metrics[m] != metric) continue;
    const Outcome& outcome = comparison.outcome("dashboard", comparison.metrics[m]);
    add(outcome, outcome.metric_label, kMetrics[m % kMetrics.size()], true);
  }
  add(comparison.outcome("value"), "value", kReal, false);
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
         "</ul>\n";
}

}  // namespace goodhart
