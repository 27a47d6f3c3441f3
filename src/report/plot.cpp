/// Panels of lines over time, put together on one sheet.
#include "goodhart/report/plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <variant>

#include "charts.hpp"
#include "courses.hpp"
#include "goodhart/analysis/comparison.hpp"
#include "goodhart/analysis/estimates.hpp"
#include "goodhart/analysis/running.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/core/errors.hpp"

namespace goodhart {
namespace {

// The sizes of the page's panels.
constexpr double kWide = charts::kLinesWide, kHigh = charts::kLinesHigh, kTitle = 24, kGap = 16, kHead = 64;
constexpr std::size_t kAcross = 3;  // panels beside each other

/// Where a variable's numbers stand in a record of the root.
struct Place {
  std::size_t variable = 0, position = 0, width = 1;
};

const Coordinate& axis_of(const Results& results, const std::string& name) {
  for (const Coordinate& coordinate : results.layout.folders.front().coordinates) {
    if (coordinate.name == name) return coordinate;
  }
  throw Bug("plot: there is no axis " + name);
}

const std::vector<std::string>& names_of(const Results& results, const std::string& axis) {
  return std::get<std::vector<std::string>>(axis_of(results, axis).values);
}

/// Where a name stands; throws a sentence where it is none.
std::size_t position_of(const std::string& option, const std::string& name, const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const auto near = nearest_name(name, names);
  throw UserError(option + " " + name + ": the results have no such thing; " +
                  (near ? "did you mean '" + *near + "'?" : "there are " + listed(names, "and")));
}

std::size_t variable_of(const Results& results, const std::string& name) {
  const std::vector<Variable>& variables = results.layout.folders.front().variables;
  const auto found = std::find_if(variables.begin(), variables.end(),
                                  [&](const Variable& candidate) { return candidate.name == name; });
  if (found == variables.end()) throw Bug("plot: there is no variable " + name);
  return static_cast<std::size_t>(found - variables.begin());
}

/// The mean under a policy over all steps from 0 on, and over the runs that have one.
double level_of(const Results& results, std::size_t policy, const Place& place) {
  const Variable& variable = results.layout.folders.front().variables.at(place.variable);
  return mean_of(results.averages.over_replicates(variable.name, policy, place.position));
}

/// The course of a policy; `from` is the first recorded step that is drawn. Reads all runs.
Course course_of(const Results& results, std::size_t policy, const Place& place, std::size_t from, std::size_t steps) {
  std::vector<Running> values(steps);
  results.each_replicate(0, results.replicates(), [&](std::span<const RunRecord> runs) {
    const RunRecord& run = runs[policy];
    if (!run.failure.empty()) return;
    for (std::size_t s = from; s < steps; ++s) {
      values[s].add(run.data.at(0).at(place.variable).at(s * place.width + place.position));
    }
  });
  Course course;
  for (std::size_t s = from; s < steps; ++s) {
    const Estimate now = values[s].estimate();
    const bool several = now.n > 1;
    course.mean.push_back(now.mean);
    course.low.push_back(now.low);
    course.high.push_back(now.high);
    course.least.push_back(several ? values[s].least() : std::nan(""));
    course.most.push_back(several ? values[s].most() : std::nan(""));
  }
  return course;
}

/// Something to draw: what it is called and how, and where its numbers stand.
struct Series {
  charts::Line style;
  Place place;
  double whole = 0;  ///< that 100 stands for
};

std::vector<Series> series_of(const Results& results, const std::vector<std::string>& metrics) {
  const std::vector<std::string>& there = names_of(results, "metric");
  const auto comparison = static_cast<std::size_t>(results.scenario.comparison());
  std::vector<Series> all;
  const auto add = [&](charts::Line style, const Place& place) {
    const double whole = level_of(results, comparison, place);
    const std::string& base = results.scenario.policies.entries[comparison].name;
    if (std::isnan(whole)) {
      throw UserError("no run under " + base + " has a " + style.name + ", so nothing can be compared");
    }
    if (whole == 0) {
      throw UserError("the mean " + style.name + " under " + base +
                      " is 0, so nothing can be an index of it; choose another metric with --metric, or another "
                      "compare_with in the scenario");
    }
    all.push_back({std::move(style), place, whole});
  };
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const Place place{variable_of(results, "dashboard"), position_of("--metric", metrics[i], there), there.size()};
    const Metric* metric = results.scenario.setting.metrics.find(metrics[i]);
    const std::string label = metric ? metric->called.shown(metrics[i]) : metrics[i];
    add(dashboard_style(i, "dashboard of " + label, label, metrics.size() == 1), place);
  }
  add(value_style("value"), Place{variable_of(results, "value"), 0, 1});
  return all;
}

/// Room for every line with its bands, and a little more.
std::pair<double, double> range_around(const std::vector<std::vector<charts::Line>>& panels) {
  double low = 100, high = 100;
  for (const auto& lines : panels) {
    for (const charts::Line& line : lines) {
      for (const auto* values : {&line.mean, &line.low, &line.high, &line.least, &line.most}) {
        for (const double value : *values) {
          if (std::isnan(value)) continue;
          low = std::min(low, value);
          high = std::max(high, value);
        }
      }
    }
  }
  return {low - 0.05 * (high - low), high + 0.05 * (high - low)};
}

/// A panel's picture at a place of the sheet, as large as it was drawn.
std::string placed(std::string panel, double x, double y) {
  const std::string tag = "<svg ";
  return panel.replace(panel.find(tag), tag.size(),
                       fmt::format("<svg x=\"{:.1f}\" y=\"{:.1f}\" height=\"{:.0f}\" ", x, y, kHigh));
}

/// What the lines are, beside each other below the title.
std::string key_of(const std::vector<Series>& series) {
  std::string svg;
  double x = kGap;
  for (const Series& one : series) {
    svg += fmt::format(
        "<line x1=\"{0:.1f}\" y1=\"44\" x2=\"{1:.1f}\" y2=\"44\" stroke=\"{2}\" stroke-width=\"2\"{3}/>"
        "<text x=\"{4:.1f}\" y=\"48\" font-size=\"12\" fill=\"#1b1b1b\">{5}</text>",
        x, x + 22, one.style.colour, one.style.dashed ? " stroke-dasharray=\"6 3\"" : "", x + 28,
        charts::escaped(one.style.name));
    x += 28 + 7 * static_cast<double>(one.style.name.size()) + 24;
  }
  return svg;
}

}  // namespace

std::string plotted(const Results& results, std::vector<std::string> metrics, std::vector<std::string> policies) {
  const Scenario& scenario = results.scenario;
  const std::vector<std::string>& all_policies = names_of(results, "policy");
  if (policies.empty()) policies = all_policies;
  if (metrics.empty()) metrics = {names_of(results, "metric").at(headline_metrics(scenario).front())};
  const auto& recorded = std::get<std::vector<std::int64_t>>(axis_of(results, "step").values);
  const auto from = static_cast<std::size_t>(
      std::find_if(recorded.begin(), recorded.end(), [](std::int64_t step) { return step >= 0; }) - recorded.begin());
  if (recorded.size() < from + 2)
    throw UserError(results.name + ": holds one step from 0 on, and a line over time needs two");
  const std::vector<double> steps(recorded.begin() + static_cast<std::ptrdiff_t>(from), recorded.end());

  const std::vector<Series> series = series_of(results, metrics);
  std::vector<std::vector<charts::Line>> panels;
  for (const std::string& name : policies) {
    const std::size_t policy = position_of("--policy", name, all_policies);
    std::vector<charts::Line>& lines = panels.emplace_back();
    for (const Series& one : series)
      lines.push_back(index_of(course_of(results, policy, one.place, from, recorded.size()), one.whole, one.style));
  }
  const auto range = range_around(panels);

  const std::size_t across = std::min(kAcross, panels.size()), down = (panels.size() + across - 1) / across;
  const double width = std::max(640.0, kGap + static_cast<double>(across) * (kWide + kGap));
  const double height = kHead + static_cast<double>(down) * (kTitle + kHigh + kGap);
  const auto& base = scenario.policies.entries[static_cast<std::size_t>(scenario.comparison())];
  const std::string note = fmt::format("index: 100 is the mean under {}", base.value.called.shown(base.name));
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{0}\" viewBox=\"0 0 {1:.0f} {2:.0f}\" "
      "width=\"{1:.0f}\" height=\"{2:.0f}\" font-family=\"system-ui, sans-serif\"><title>{0}</title>"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
      "<text x=\"{3:.0f}\" y=\"24\" font-size=\"16\" fill=\"#1b1b1b\">{0}</text>"
      "<text x=\"{4:.0f}\" y=\"48\" text-anchor=\"end\" font-size=\"12\" fill=\"#5a5a5a\">{5}</text>",
      charts::escaped(scenario.title), width, height, kGap, width - kGap, charts::escaped(note));
  svg += key_of(series);
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const double x = kGap + static_cast<double>(p % across) * (kWide + kGap);
    const double y = kHead + static_cast<double>(p / across) * (kTitle + kHigh + kGap);
    const auto at = position_of("--policy", policies[p], all_policies);
    const std::string name = scenario.policies.entries[at].value.called.shown(policies[p]);
    svg +=
        fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"13\" font-weight=\"bold\" fill=\"#1b1b1b\">{}</text>",
                    x, y + 14, charts::escaped(name));
    svg += placed(charts::lines(panels[p], steps, range, scenario.time.unit, name), x, y + kTitle);
  }
  return svg + "</svg>\n";
}

}  // namespace goodhart
