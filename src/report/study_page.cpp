/// Pages of studies: tables and still pictures.
#include "goodhart/report/study_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "assets.hpp"
#include "charts.hpp"
#include "courses.hpp"

namespace goodhart {
namespace {

using charts::escaped;

// Colours that the colour-blind tell apart (Okabe & Ito 2008, "Color universal design").
constexpr const char *kFirst = "#0072B2", *kSecond = "#E69F00", *kNoise = "#999999";
constexpr std::array<const char*, 6> kPolicies{"#56B4E9", "#E69F00", "#009E73", "#F0E442", "#CC79A7", "#999999"};

std::string in_four_digits(double value) {
  return std::isfinite(value) ? fmt::format("{:.4g}", value) : "–";
}

std::string text_of(const Estimate& estimate) {
  const double half = estimate.half_width();
  if (!estimate.has_interval() || !(half > 0)) return in_four_digits(estimate.mean);
  const int decimals = std::clamp(1 - static_cast<int>(std::floor(std::log10(half))), 0, 6);
  return fmt::format("{0:.{2}f} ± {1:.{2}f}", estimate.mean, half, decimals);
}

/// What people call a policy.
std::string called(const Study& study, const std::string& policy) {
  const Policy* found = study.scenario().policies.find(policy);
  return found ? found->called.shown(policy) : policy;
}

std::string comparison_of(const Study& study) {
  const Scenario& scenario = study.scenario();
  return called(study, scenario.policies.entries[static_cast<std::size_t>(scenario.comparison())].name);
}

std::string paragraph(const std::string& text, const char* kind = "") {
  return fmt::format("<p{}>{}</p>\n", *kind ? fmt::format(" class=\"{}\"", kind) : "", escaped(text));
}

std::string heading(const std::string& text) {
  return "<h2>" + escaped(text) + "</h2>\n";
}

std::string figure(const std::string& picture, const std::string& caption) {
  return "<figure>" + picture + "<figcaption>" + escaped(caption) + "</figcaption></figure>\n";
}

std::string table(const std::string& caption, const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows) {
  std::string html = "<div class=\"scroll\"><table><caption><span>" + escaped(caption) + "</span></caption><thead><tr>";
  for (const std::string& cell : head) html += "<th scope=\"col\">" + escaped(cell) + "</th>";
  html += "</tr></thead><tbody>";
  for (const auto& row : rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      html += i == 0 ? "<th scope=\"row\">" + escaped(row[i]) + "</th>" : "<td>" + escaped(row[i]) + "</td>";
    }
    html += "</tr>";
  }
  return html + "</tbody></table></div>\n";
}

std::string page(const StudyReport& report, const Study& study, const std::string& body) {
  const Scenario& scenario = study.scenario();
  std::string top = "<h1>" + escaped(scenario.title) + "</h1>\n";
  top += paragraph(fmt::format("{} points, {} runs of {}. What is looked at: {}, mean over time.", study.points(),
                               report.runs, report.scenario, scenario.experiment->outcome));
  if (report.missing > 0) top += paragraph(fmt::format("Not complete: {} units are missing.", report.missing));
  if (report.failed > 0) top += paragraph(fmt::format("{} runs failed and are left out.", report.failed));
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\">\n<title>" +
         escaped(scenario.title) + "</title>\n<style>\n" + std::string(assets::style()) +
         "\ntd.open { background: repeating-linear-gradient(45deg, transparent 0 6px, rgba(0, 0, 0, .18) 6px 8px); }\n"
         "</style>\n</head>\n<body>\n<main>\n" +
         top + body + "</main>\n<footer class=\"quiet\"><p>Made by goodhart from " + escaped(report.results) +
         ", content digest " + escaped(report.digest) +
         ". It opens without a network and fetches nothing.</p></footer>\n</body>\n</html>\n";
}

std::string point_text(const Study& study, const SweepRow& row) {
  std::string text;
  for (std::size_t i = 0; i < row.inputs.size(); ++i) {
    text += fmt::format("{}{} {:.4g}", i == 0 ? "" : ", ", study.inputs()[i].name, row.inputs[i]);
  }
  return text;
}

std::string curve_figure(const SweepCurve& curve, const Study& study) {
  std::vector<charts::Line> lines;
  std::string key;
  for (std::size_t l = 0; l < curve.lines.size(); ++l) {
    const std::string& name = curve.lines[l].name;
    charts::Line& line = lines.emplace_back(
        l == 0 ? value_style(name) : dashboard_style(l - 1, "dashboard of " + name, name, curve.lines.size() == 2));
    for (const Estimate& percent : curve.lines[l].percent) {
      line.mean.push_back(percent.mean);
      line.low.push_back(percent.low);
      line.high.push_back(percent.high);
    }
    line.least.assign(curve.at.size(), std::numeric_limits<double>::quiet_NaN());
    line.most = line.least;
    key += (l == 0 ? "solid: " : l == 1 ? "; dashed: " : ", ") + line.name;
  }
  const std::string label =
      fmt::format("Dashboards and value under “{}” along {}", called(study, curve.policy), curve.lever);
  return figure(charts::lines(lines, curve.at, range_of({lines}), curve.lever, label),
                fmt::format("{}; 100 is “{}” at the same points ({}). Bands are 95 % intervals.", label,
                            comparison_of(study), key));
}

std::string map_table(const SweepMap& map, const Study& study) {
  std::string html = "<div class=\"scroll\"><table><caption><span>" +
                     escaped(fmt::format("The best policy by {} (down) and {} (across)", map.down, map.across)) +
                     "</span></caption><thead><tr><th scope=\"col\"></th>";
  for (const double value : map.columns) html += "<th scope=\"col\">" + in_four_digits(value) + "</th>";
  html += "</tr></thead><tbody>";
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    html += "<tr><th scope=\"row\">" + in_four_digits(map.rows[r]) + "</th>";
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
      const SweepMap::Cell& cell = map.cells[r * map.columns.size() + c];
      const int policy = study.scenario().policies.index(cell.best);
      if (policy < 0) {
        html += "<td>–</td>";
        continue;
      }
      html += fmt::format("<td{} style=\"background-color: {}40\" title=\"lead {}\">{}</td>",
                          cell.lead.holds_zero() ? " class=\"open\"" : "",
                          kPolicies[static_cast<std::size_t>(policy) % kPolicies.size()], text_of(cell.lead),
                          escaped(called(study, cell.best)));
    }
    html += "</tr>";
  }
  return html + "</tbody></table></div>\n" +
         paragraph(
             "Means over all sampled parameter sets, with common random numbers. Hatched: the best cannot be told from "
             "the next best (95 % interval of this cell by itself). A dash: no point there.",
             "quiet");
}

}  // namespace

std::string to_html(const StudyReport& report, const Study& study, const std::vector<SweepRange>& ranges,
                    const std::vector<SweepCurve>& curves, const std::optional<SweepMap>& map) {
  const std::string base = comparison_of(study);
  std::vector<std::vector<std::string>> rows;
  for (const SweepRange& range : ranges) {
    if (!range.highest) {
      rows.push_back({called(study, range.policy), "no acceptable point", "", "", ""});
      continue;
    }
    for (const auto& [what, row] : {std::pair("highest", &*range.highest), std::pair("lowest", &*range.lowest)}) {
      rows.push_back({called(study, range.policy), what, text_of(row->outcome),
                      row->gain.n > 0 ? text_of(row->gain) : "–",
                      fmt::format("{}: {}", row->point, point_text(study, *row))});
    }
  }
  std::string body = heading("What came out");
  body += table("Highest and lowest mean outcome of each policy",
                {"policy", "", "outcome", "gain over " + base, "at point"}, rows);
  body += paragraph(
      "Intervals are of each point by itself. A point chosen among many for its mean looks better than it is.",
      "quiet");
  if (map) body += heading("Which policy is best where") + map_table(*map, study);
  if (!curves.empty()) body += heading("Where dashboards and value part");
  for (const SweepCurve& curve : curves) body += curve_figure(curve, study);
  return page(report, study, body);
}

std::string to_html(const StudyReport& report, const Study& study, const SensitivityFindings& findings) {
  const std::string base = comparison_of(study);
  std::string body;
  for (const SensitivityTarget& target : findings.targets) {
    const std::string name =
        target.difference ? called(study, target.policy) + " less " + base : called(study, target.policy);
    body += heading(name);
    const std::string& fault = findings.morris ? target.effects.fault : target.shares.fault;
    const auto bar = [](const char* what, const char* colour, const Estimate& size) {
      return charts::Bar{.name = what,
                         .colour = colour,
                         .size = size.mean,
                         .low = size.low,
                         .high = size.high,
                         .text = fmt::format("{}: {}", what, text_of(size))};
    };
    std::vector<std::pair<std::string, std::vector<charts::Bar>>> groups;
    std::vector<std::size_t> order(fault.empty() ? findings.inputs.size() : 0);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const std::vector<Estimate>& by = findings.morris ? target.effects.absolute : target.shares.total;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return by[a].mean > by[b].mean; });
    std::vector<std::vector<std::string>> rows;
    for (const std::size_t i : order) {
      const Estimate& first = findings.morris ? target.effects.mean[i] : target.shares.first[i];
      groups.push_back({findings.inputs[i],
                        {bar(findings.morris ? "mean" : "first", kFirst, first),
                         bar(findings.morris ? "mean absolute" : "total", kSecond, by[i])}});
      rows.push_back({findings.inputs[i], text_of(first), text_of(by[i])});
    }
    if (!fault.empty()) {
      body += paragraph(fault);
    } else {
      const std::string title =
          findings.morris ? "effect of a whole range" : "share of the variance over parameter sets";
      body += figure(charts::grouped_bars(groups, title, "What each number explains of " + name),
                     findings.morris
                         ? "Blue: mean effect; orange: mean of absolute effects."
                         : "Blue: by itself; orange: with all that it does together with others. 95 % intervals.");
      body += table("The numbers",
                    {"number", findings.morris ? "mean effect" : "first", findings.morris ? "mean |effect|" : "total"},
                    rows);
    }
    if (!findings.morris && target.shares.luck.n > 0) {
      body += figure(charts::grouped_bars({{"random noise", {bar("random noise", kNoise, target.shares.luck)}}},
                                          "share of the variance of one run", "How much is random noise"),
                     "Random noise is " + text_of(target.shares.luck) + " of the variance of the outcome of one run.");
    }
  }
  return page(report, study, body);
}

}  // namespace goodhart
