/// A comparison as one page: tables and still pictures in HTML, and a program beside them that makes the pictures live.
#include "goodhart/report/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "assets.hpp"
#include "charts.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

using charts::escaped;
using Json = nlohmann::ordered_json;

// Colours that the colour-blind tell apart (Okabe & Ito 2008, "Color universal design").
constexpr const char* kShown = "#D55E00";
constexpr const char* kReal = "#0072B2";
constexpr std::array<const char*, 6> kWork{"#56B4E9", "#009E73", "#F0E442", "#CC79A7", "#0072B2", "#999999"};
constexpr std::array<const char*, 2> kGaming{"#D55E00", "#E69F00"};
constexpr std::array<const char*, 4> kMetrics{"#D55E00", "#E69F00", "#CC79A7", "#999999"};
constexpr std::size_t kLeversShown = 10;

std::string paragraph(const std::string& text, const std::string& kind = "") {
  return fmt::format("<p{}>{}</p>\n", kind.empty() ? "" : " class=\"" + kind + "\"", escaped(text));
}

/// A table in a box of its own that scrolls where the screen is narrow. The first cell of a row is its heading.
class Table {
 public:
  Table(const std::string& caption, const std::vector<std::string>& head) {
    html = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + escaped(caption) +
           "\"><table><caption><span>" + escaped(caption) + "</span></caption><thead><tr>";
    for (const std::string& cell : head) html += "<th scope=\"col\">" + escaped(cell) + "</th>";
    html += "</tr></thead><tbody>\n";
  }
  void row(const std::vector<std::string>& cells, const std::string& kind = "") {
    html += kind.empty() ? "<tr>" : "<tr class=\"" + kind + "\">";
    for (std::size_t c = 0; c < cells.size(); ++c) {
      html += c == 0 ? "<th scope=\"row\">" + escaped(cells[c]) + "</th>" : "<td>" + in_two_lines(cells[c]) + "</td>";
    }
    html += "</tr>\n";
  }
  std::string done() const { return html + "</tbody></table></div>\n"; }

 private:
  /// How sure a number is, and other remarks on it, stand below it.
  static std::string in_two_lines(const std::string& cell) {
    const std::size_t at = std::min(cell.find(" ± "), cell.find(" ("));
    if (at == cell.npos) return escaped(cell);
    return escaped(cell.substr(0, at)) + "<small>" + escaped(cell.substr(at)) + "</small>";
  }

  std::string html;
};

std::string level(const Estimate& estimate, bool is_share) {
  return level_cell(estimate, is_share ? Unit::share : Unit::plain);
}

std::string points(const Estimate& estimate) {
  if (std::isnan(estimate.mean)) return "–";
  const int decimals = percent_decimals(estimate.mean);
  return with_sign(estimate.mean, decimals) + half_width(estimate, 1, decimals);
}

std::string percent(const Estimate& estimate) {
  if (std::isnan(estimate.mean)) return "–";
  const int decimals = percent_decimals(estimate.mean);
  return with_sign(estimate.mean, decimals) + " %" + half_width(estimate, 1, decimals);
}

std::string difference(const Effect& effect) {
  const double mean = effect.change.difference.mean;
  if (std::isnan(mean)) return "–";
  const Interval& all = effect.simultaneous;
  const int decimals = decimals_of(Estimate{.mean = mean, .low = all.low, .high = all.high, .n = 2});
  if (std::isnan(all.low)) return with_sign(mean, decimals_of(std::fabs(mean)));
  return fmt::format("{} ({} to {})", with_sign(mean, decimals), with_sign(all.low, decimals),
                     with_sign(all.high, decimals));
}

std::string chance(double value) {
  if (std::isnan(value)) return "–";
  if (value > 0.995 && value < 1) return ">99 %";
  if (value < 0.005 && value > 0) return "<1 %";
  return fixed(100 * value, 0) + " %";
}

/// JSON's null where there is no number.
Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

class Page {
 public:
  explicit Page(const Comparison& data) : comparison(data), base(data.policies[data.comparison].name) {}

  std::string written() {
    std::string body = header() + policies() + courses() + efforts() + burdens() + rewarded() + causes() + money() +
                       levers() + origins() + limits() + scenario() + again();
    std::string html =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        // The charting library compiles its expressions, hence unsafe-eval; nothing may be fetched from anywhere.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline' "
        "'unsafe-eval'; style-src 'unsafe-inline'; img-src data:\">\n";
    html += "<title>" + escaped(comparison.title) + "</title>\n<style>\n" + std::string(assets::style()) +
            "</style>\n</head>\n<body>\n<main>\n" + body + "</main>\n";
    html += "<footer class=\"quiet\"><p>Made by goodhart from " + escaped(comparison.source_name) +
            ". It opens without a network and fetches nothing.";
    const std::string_view library = assets::charts();
    if (!library.empty()) {
      html += " Charts: Vega, Vega-Lite and Vega-Embed (BSD 3-clause; notices stand in the source of this page).";
    }
    html += "</p></footer>\n";
    if (!library.empty()) {
      html += "<script type=\"application/json\" id=\"comparison\">" + json() + "</script>\n<script>\n" +
              std::string(library) + "\n" + std::string(assets::program()) + "</script>\n";
    }
    return html + "</body>\n</html>\n";
  }

 private:
  const Comparison& comparison;
  const std::string& base;
  Json live = Json::array();  ///< what the charts are made of

  const Estimate& level_of(const std::string& outcome, std::size_t policy) const {
    return comparison.outcome(outcome).effects[policy].level;
  }

  /// `<` may end a script, so JSON never has it.
  std::string json() const {
    const std::string text = Json{{"charts", live}}.dump(-1, ' ', true, Json::error_handler_t::replace);
    std::string safe;
    for (const char c : text) safe += c == '<' ? std::string("\\u003c") : std::string(1, c);
    return safe;
  }

  /// A picture with what the live chart needs, and its numbers as a table to unfold.
  std::string figure(const std::string& picture, const Json& chart, const std::string& caption,
                     const std::string& numbers) {
    live.push_back(chart);
    return fmt::format("<figure data-chart=\"{}\">{}<figcaption>{}</figcaption></figure>\n{}", live.size() - 1, picture,
                       escaped(caption), numbers.empty() ? "" : unfolding("The numbers", numbers));
  }
  static std::string unfolding(const std::string& title, const std::string& content) {
    return "<details class=\"numbers\"><summary>" + escaped(title) + "</summary>" + content + "</details>\n";
  }

  std::string header() const {
    std::string html = "<h1>" + escaped(comparison.title) + "</h1>\n";
    for (const std::string& sentence : comparison.headline) html += paragraph(sentence, "lead");
    html += paragraph(
        fmt::format(
            "{} employees, {} recorded steps ({}), {} replicate{}; compared with {}. All figures are simulated.",
            comparison.employees, comparison.steps.size(), comparison.unit, comparison.replicates,
            comparison.replicates == 1 ? ", so no intervals (they need at least 2)" : "s", base),
        "quiet");
    return html;
  }

  std::string policies() const {
    const Outcome& net = comparison.outcome("net_value");
    std::vector<std::string> head{"Policy", "Net value", "Difference to " + base + " (95 %)", "Chance of best"};
    for (const std::string& metric : comparison.metrics) head.push_back("Dashboard of " + metric);
    head.insert(head.end(), {"Value", "Hours gamed", "Cost"});
    Table table("Per employee and " + comparison.unit +
                    ", best first. Differences are paired on the same people and luck; "
                    "their intervals hold for all policies at once.",
                head);
    for (const std::size_t p : comparison.ranking) {
      const PolicyComparison& policy = comparison.policies[p];
      const bool is_base = p == comparison.comparison;
      const auto change = [&](const Outcome& outcome) {
        return is_base ? level(outcome.effects[p].level, outcome.share)
                       : change_cell(outcome.effects[p].change, outcome.share ? Unit::share : Unit::plain);
      };
      std::vector<std::string> row{fmt::format("{}. {}", policy.rank, policy.name), level(net.effects[p].level, false),
                                   is_base ? "–" : difference(net.effects[p]), chance(policy.chance_of_best)};
      for (const std::string& metric : comparison.metrics)
        row.push_back(change(comparison.outcome("dashboard", metric)));
      row.push_back(change(comparison.outcome("value")));
      row.push_back(level(level_of("gaming_share", p), true));
      row.push_back(change(comparison.outcome("cost")));
      table.row(row, is_base ? "base" : policy.rank == 1 ? "best" : "");
    }
    std::string html = "<h2>Which policy</h2>\n" + table.done();
    for (std::size_t rank = 0; rank + 1 < comparison.ranking.size() && comparison.replicates > 1; ++rank) {
      const PolicyComparison& policy = comparison.policies[comparison.ranking[rank]];
      if (!policy.to_next.holds_zero()) continue;
      html += paragraph(policy.name + " and " + comparison.policies[comparison.ranking[rank + 1]].name +
                        " cannot be told apart by net value.");
    }
    return html;
  }

  /// Dashboard and value as indices, the comparison policy's mean being 100.
  std::string courses() {
    if (comparison.steps.size() < 2 || comparison.policies.size() < 2) return "";
    std::vector<double> steps(comparison.steps.begin(), comparison.steps.end());
    std::vector<std::pair<std::size_t, std::vector<charts::Line>>> panels;
    double low = 100, high = 100;
    for (const std::size_t p : comparison.ranking) {
      std::vector<charts::Line> lines;
      const auto add = [&](const std::string& variable, const std::string& item, const std::string& name,
                           const std::string& colour, bool dashed, double whole) {
        for (const Course& course : comparison.policies[p].courses) {
          if (course.variable != variable || course.item != item || !(std::fabs(whole) > 0)) continue;
          charts::Line line{.name = name, .colour = colour, .dashed = dashed, .mean = {}, .low = {}, .high = {}};
          for (std::size_t s = 0; s < course.mean.size(); ++s) {
            line.mean.push_back(100 * course.mean[s] / whole);
            line.low.push_back(100 * course.low[s] / whole);
            line.high.push_back(100 * course.high[s] / whole);
            for (const double value : {line.mean.back(), line.low.back(), line.high.back()}) {
              if (std::isnan(value)) continue;
              low = std::min(low, value);
              high = std::max(high, value);
            }
          }
          lines.push_back(std::move(line));
        }
      };
      for (std::size_t m = 0; m < comparison.metrics.size(); ++m) {
        const std::string& metric = comparison.metrics[m];
        add("dashboard", metric, "dashboard of " + metric, kMetrics[m % kMetrics.size()], true,
            comparison.outcome("dashboard", metric).effects[comparison.comparison].level.mean);
      }
      add("value", "", "value", kReal, false, level_of("value", comparison.comparison).mean);
      panels.emplace_back(p, std::move(lines));
    }
    const double margin = 0.05 * (high - low);
    const std::pair range(low - margin, high + margin);

    std::string html =
        "<h2>What the dashboard shows, and what the organisation gets</h2>\n<p>Both as an index: 100 is the mean "
        "under " +
        escaped(base) +
        ". Where the <span class=\"shown\">dashboard</span> (dashed) leaves <span class=\"real\">value</span> (solid) "
        "behind, the measure has stopped measuring. Bands are 95 % intervals of the mean.</p>\n";
    html += "<fieldset class=\"choose\" hidden><legend>Show</legend>";
    for (const auto& [p, lines] : panels) {
      html += fmt::format("<label><input type=\"checkbox\" checked value=\"panel-{}\"> {}</label>", p,
                          escaped(comparison.policies[p].name));
    }
    html += "</fieldset>\n<div class=\"panels\">\n";
    std::string numbers;
    for (const auto& [p, lines] : panels) {
      const std::string& name = comparison.policies[p].name;
      std::string label = name + ": ";
      Json chart{{"kind", "course"}, {"unit", comparison.unit}, {"domain", {range.first, range.second}}};
      chart["series"] = Json::array();
      chart["rows"] = Json::array();
      for (const charts::Line& line : lines) {
        chart["series"].push_back({{"name", line.name},
                                   {"colour", line.colour},
                                   {"dash", line.dashed ? Json::array({6, 3}) : Json::array({1, 0})}});
        for (std::size_t s = 0; s < steps.size(); ++s) {
          chart["rows"].push_back(
              {{"step", steps[s]},
               {"series", line.name},
               {"mean", number_or_null(line.mean[s])},
               {"low", number_or_null(line.low[s])},
               {"high", number_or_null(line.high[s])},
               {"range",
                std::isnan(line.low[s]) ? std::string("–") : number(line.low[s]) + " to " + number(line.high[s])}});
        }
        if (!line.mean.empty()) {
          label +=
              fmt::format("{} goes from {} to {}. ", line.name, number(line.mean.front()), number(line.mean.back()));
        }
      }
      live.push_back(chart);
      html += fmt::format("<figure class=\"panel\" id=\"panel-{}\" data-chart=\"{}\"><h3>{}</h3>{}</figure>\n", p,
                          live.size() - 1, escaped(name), charts::lines(lines, steps, range, comparison.unit, label));
      std::vector<std::string> head{comparison.unit};
      for (const charts::Line& line : lines) head.push_back(line.name);
      Table table(name + ", index by " + comparison.unit, head);
      for (std::size_t s = 0; s < steps.size(); ++s) {
        std::vector<std::string> row{fmt::format("{}", comparison.steps[s])};
        for (const charts::Line& line : lines) row.push_back(std::isnan(line.mean[s]) ? "–" : number(line.mean[s]));
        table.row(row);
      }
      numbers += table.done();
    }
    html += "</div>\n" + unfolding("The numbers", numbers);
    Table gaps("The gap: change of the dashboard less change of value, in points of per cent of " + base + "'s mean",
               {"Policy", "Metric", "Dashboard", "Value", "Gap", "Apart for good from", "Loss of alignment"});
    for (const std::size_t p : comparison.ranking) {
      for (const Divergence& one : comparison.policies[p].divergences) {
        gaps.row({comparison.policies[p].name, one.metric, percent(one.inflation), percent(one.real_change),
                  points(one.gap), one.parted ? fmt::format("{} {}", comparison.unit, *one.parted) : "–",
                  std::isnan(one.alignment_decay.mean)
                      ? "–"
                      : with_sign(one.alignment_decay.mean, 2) + half_width(one.alignment_decay, 1, 2)});
      }
    }
    return html + gaps.done() +
           paragraph(
               "Alignment is the correlation, across employees, of a reading with what the organisation gets because "
               "of its owner.",
               "quiet");
  }

  std::string colour_of(std::size_t activity) const {
    std::size_t same = 0;
    for (std::size_t k = 0; k < activity; ++k) same += comparison.gaming[k] == comparison.gaming[activity];
    return comparison.gaming[activity] ? kGaming[same % kGaming.size()] : kWork[same % kWork.size()];
  }
  std::string activity_name(std::size_t activity) const {
    return comparison.activities[activity] + (comparison.gaming[activity] ? " (gaming)" : "");
  }

  /// Bars of time by activity, a row each.
  std::string bars_of_effort(const std::vector<std::pair<std::string, std::vector<double>>>& rows,
                             const std::string& caption) {
    Json chart{{"kind", "stacked"}, {"title", "share of a full " + comparison.unit}};
    chart["series"] = Json::array();
    chart["rows"] = Json::array();
    chart["policies"] = Json::array();
    for (std::size_t k = 0; k < comparison.activities.size(); ++k) {
      chart["series"].push_back({{"name", activity_name(k)}, {"colour", colour_of(k)}});
    }
    std::vector<std::pair<std::string, std::vector<charts::Part>>> pictures;
    std::vector<std::string> head{""};
    for (std::size_t k = 0; k < comparison.activities.size(); ++k) head.push_back(activity_name(k));
    Table table(caption, head);
    std::string label = caption + ". ";
    for (const auto& [name, effort] : rows) {
      chart["policies"].push_back(name);
      std::vector<charts::Part> parts;
      std::vector<std::string> row{name};
      for (std::size_t k = 0; k < effort.size(); ++k) {
        const double size = std::isnan(effort[k]) ? 0 : effort[k];
        const std::string text = fixed(100 * size, 1) + " %";
        parts.push_back({colour_of(k), size, activity_name(k) + ": " + text});
        row.push_back(text);
        chart["rows"].push_back(
            {{"policy", name}, {"series", activity_name(k)}, {"share", size}, {"order", k}, {"text", text}});
      }
      table.row(row);
      pictures.emplace_back(name, std::move(parts));
    }
    std::string key = "<ul class=\"key static\">";
    for (std::size_t k = 0; k < comparison.activities.size(); ++k) {
      key += fmt::format(
          "<li><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><rect width=\"12\" height=\"12\" "
          "fill=\"{}\"/></svg>{}</li>",
          colour_of(k), escaped(activity_name(k)));
    }
    return figure(key + "</ul>\n" + charts::stacked_bars(pictures, "share of a full " + comparison.unit, label), chart,
                  caption, table.done());
  }

  std::string efforts() {
    std::vector<std::pair<std::string, std::vector<double>>> rows;
    for (const std::size_t p : comparison.ranking)
      rows.emplace_back(comparison.policies[p].name, comparison.policies[p].effort);
    return "<h2>Where the hours go</h2>\n" +
           bars_of_effort(rows, "Mean time per employee by activity, as a share of a full " + comparison.unit);
  }

  std::string burdens() {
    if (comparison.policies.front().groups.empty()) return "";
    std::string html = "<h2>At whose expense</h2>\n";
    const std::vector<GroupShare>& before = comparison.policies[comparison.comparison].groups;
    std::vector<std::string> head{"Policy"};
    for (const GroupShare& group : before) {
      head.push_back(group.group + ": value");
      head.push_back(group.group + ": hours gamed");
    }
    Table table("Means of each group", head);
    std::vector<std::pair<std::string, std::vector<double>>> rows;
    for (const std::size_t p : comparison.ranking) {
      std::vector<std::string> row{comparison.policies[p].name};
      for (const GroupShare& group : comparison.policies[p].groups) {
        row.push_back(level(group.value, false));
        row.push_back(level(group.gaming_share, true));
        rows.emplace_back(comparison.policies[p].name + ", " + group.group, group.effort);
      }
      table.row(row, p == comparison.comparison ? "base" : "");
    }
    return html + table.done() +
           unfolding("The hours of each group", bars_of_effort(rows, "Mean time by activity, group by group"));
  }

  std::string rewarded() const {
    Table table("At the windows that closed. Contribution: of the rewarded, against everybody under the same policy.",
                {"Incentive", "Rewarded", "Their contribution", "Their hours gamed", "Everybody's"});
    bool any = false;
    for (const std::size_t p : comparison.ranking) {
      for (const Rewarded& one : comparison.policies[p].rewarded) {
        any = true;
        table.row({one.incentive, level(one.attained, true), percent(one.contribution), level(one.gaming_share, true),
                   level(one.gaming_share_of_all, true)});
      }
    }
    if (!any) return "";
    return "<h2>Who is rewarded</h2>\n" + table.done();
  }

  std::string causes() {
    struct Kind {
      const char* name;
      const char* colour;
      const char* what;
      Estimate Causes::*part;
    };
    static constexpr Kind kKinds[] = {
        {"misweighting", "#999999", "the metric pays for other things than value, or for the same in other proportions",
         &Causes::misweighting},
        {"adversarial", "#D55E00", "people game: they raise the reading without raising value", &Causes::adversarial},
        {"extremal", "#009E73", "the metric goes on rising where value no longer does", &Causes::extremal},
        {"regressional", "#56B4E9", "noise in readings is mistaken for what they read", &Causes::regressional},
        {"causal", "#CC79A7", "readings differ for reasons that no effort moves", &Causes::causal}};
    std::string html;
    bool known = false;
    for (const std::string& metric : comparison.metrics) {
      std::vector<std::pair<std::string, std::vector<charts::Bar>>> groups;
      Json chart{{"kind", "causes"}, {"title", "points of per cent"}};
      chart["series"] = Json::array();
      chart["rows"] = Json::array();
      chart["policies"] = Json::array();
      for (const Kind& kind : kKinds) chart["series"].push_back({{"name", kind.name}, {"colour", kind.colour}});
      std::vector<std::string> head{"Policy", "Gap"};
      for (const Kind& kind : kKinds) head.emplace_back(kind.name);
      Table table("The gap of " + metric + " and its causes, which sum to it, in points of per cent", head);
      std::string label = "The gap of " + metric + " by its causes. ";
      for (const std::size_t p : comparison.ranking) {
        for (const Divergence& one : comparison.policies[p].divergences) {
          if (one.metric != metric || !one.causes) continue;
          known = true;
          const std::string& name = comparison.policies[p].name;
          chart["policies"].push_back(name);
          std::vector<charts::Bar> bars;
          std::vector<std::string> row{name, points(one.gap)};
          for (const Kind& kind : kKinds) {
            const Estimate& part = (*one.causes).*kind.part;
            bars.push_back(
                {kind.name, kind.colour, part.mean, part.low, part.high, std::string(kind.name) + " " + points(part)});
            row.push_back(points(part));
            chart["rows"].push_back({{"policy", name},
                                     {"series", kind.name},
                                     {"size", number_or_null(part.mean)},
                                     {"low", number_or_null(part.low)},
                                     {"high", number_or_null(part.high)},
                                     {"text", points(part)}});
          }
          table.row(row);
          groups.emplace_back(name, std::move(bars));
        }
      }
      if (groups.empty()) continue;
      const std::string caption = "The gap of " + metric + ", split over its causes; lines are 95 % intervals";
      html += figure(charts::grouped_bars(groups, "points of per cent", label), chart, caption, "");
      html += table.done();
    }
    if (!known) {
      return comparison.policies.size() < 2
                 ? ""
                 : "<h2>Why the gap</h2>\n" +
                       paragraph("Not computed here: compare without --quick splits the gap over its causes.");
    }
    std::string list = "<dl>";
    for (const Kind& kind : kKinds) {
      list += fmt::format(
          "<dt><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><rect width=\"12\" height=\"12\" "
          "fill=\"{}\"/></svg> {}</dt><dd>{}</dd>",
          kind.colour, kind.name, kind.what);
    }
    return "<h2>Why the gap</h2>\n" +
           paragraph(
               "Each cause is switched off in runs on the same luck, alone and together with the others; a cause's "
               "part "
               "is what it adds on average over all orders (Shapley's value). The parts sum to the gap.") +
           html + list + "</dl>\n";
  }

  std::string money() const {
    Table table("Money per employee and " + comparison.unit + "; in brackets the change from " + base,
                {"Policy", "Net value", "Cost of activities", "of which gaming", "Rewards paid", "Surplus"});
    for (const std::size_t p : comparison.ranking) {
      std::vector<std::string> row{comparison.policies[p].name};
      for (const char* name : {"net_value", "cost", "waste", "reward", "surplus"}) {
        const Effect& effect = comparison.outcome(name).effects[p];
        std::string cell = level(effect.level, false);
        if (p != comparison.comparison && !std::isnan(effect.change.difference.mean)) {
          cell += " (" + with_sign(effect.change.difference.mean, decimals_of(effect.change.difference)) + ")";
        }
        row.push_back(cell);
      }
      table.row(row, p == comparison.comparison ? "base" : "");
    }
    return "<h2>Money</h2>\n" + table.done() +
           paragraph(
               "Net value is value at its price less all costs. Rewards are transfers and not part of it; surplus is "
               "net value less what the work costs the employees themselves.",
               "quiet");
  }

  std::string levers() {
    if (comparison.policies.size() < 2) return "";
    std::string html = "<h2>What would change the ranking</h2>\n";
    if (comparison.levers.empty()) {
      return html +
             paragraph("Not computed here: compare without --quick tries the numbers of the scenario one by one.");
    }
    const std::string first = comparison.policies[comparison.ranking[0]].name,
                      second = comparison.policies[comparison.ranking[1]].name;
    const auto flips = std::count_if(comparison.levers.begin(), comparison.levers.end(),
                                     [](const Lever& lever) { return lever.flips(); });
    html +=
        paragraph(fmt::format("{} numbers of the scenario were changed, one at a time, to both ends of their range ({} "
                              "replicates each, on the "
                              "same luck). {}",
                              comparison.levers.size(), comparison.lever_replicates,
                              flips == 0 ? "None turns the ranking of " + first + " over " + second + "."
                                         : fmt::format("{} of them turn{} the ranking of {} over {}.", flips,
                                                       flips == 1 ? "s" : "", first, second)));
    const std::size_t count =
        std::min(comparison.levers.size(), std::max(kLeversShown, static_cast<std::size_t>(flips)));
    std::vector<charts::Span> rows;
    Json chart{{"kind", "levers"}, {"title", "net value of " + first + " less that of " + second}, {"limit", 260}};
    chart["rows"] = Json::array();
    chart["paths"] = Json::array();
    Table table("The lead of " + first + " at both ends",
                {"Number", "As it is", "Range", "Lead at the low end", "at the high end", "Turns?"});
    for (std::size_t i = 0; i < count; ++i) {
      const Lever& lever = comparison.levers[i];
      const auto lead = [](const Estimate& estimate) {
        return std::isnan(estimate.mean)
                   ? std::string("–")
                   : with_sign(estimate.mean, decimals_of(estimate)) + half_width(estimate, 1, decimals_of(estimate));
      };
      const std::string range =
          fmt::format("{:.6g} to {:.6g}{}", lever.low, lever.high, lever.stated ? "" : " (±20 %)");
      const std::string text =
          fmt::format("{:.6g}: {}; {:.6g}: {}", lever.low, lead(lever.at_low), lever.high, lead(lever.at_high));
      rows.push_back({lever.path, lever.at_low.mean, lever.at_high.mean, text});
      chart["paths"].push_back(lever.path);
      chart["rows"].push_back({{"path", lever.path},
                               {"low", number_or_null(lever.at_low.mean)},
                               {"high", number_or_null(lever.at_high.mean)},
                               {"from", number_or_null(std::min(lever.at_low.mean, lever.at_high.mean))},
                               {"to", number_or_null(std::max(lever.at_low.mean, lever.at_high.mean))},
                               {"text", text}});
      table.row({lever.path, fmt::format("{:.6g}", lever.value), range, lead(lever.at_low), lead(lever.at_high),
                 lever.flips() ? "yes" : "no"});
    }
    const std::string title = "net value of " + first + " less that of " + second;
    return html +
           figure(charts::spans(rows, title, "How far each number moves the lead of " + first + " over " + second),
                  chart, "Dot: the low end of the range; square: the high end. Left of zero the ranking turns.",
                  table.done());
  }

  std::string origins() const {
    if (comparison.origins.empty()) return "";
    std::string html = "<h2>Assumed, or found?</h2>\n<dl>";
    for (const Origin& origin : comparison.origins) {
      html += "<dt>" + escaped(origin.headline) + " <span class=\"tag\">" + (origin.assumed ? "assumed" : "emergent") +
              "</span></dt><dd>" + escaped(origin.why) + "</dd>";
    }
    return html + "</dl>\n";
  }

  std::string limits() const {
    std::string html = "<h2>What must not be concluded</h2>\n<ul>";
    for (const std::string& limit : comparison.limits) html += "<li>" + escaped(limit) + "</li>";
    html += "</ul>\n";
    if (!comparison.pairing.empty() || !comparison.stopping.empty()) html += "<h2>How sure</h2>\n";
    if (!comparison.pairing.empty()) html += paragraph(comparison.pairing);
    if (!comparison.stopping.empty()) html += paragraph(comparison.stopping);
    return html;
  }

  std::string scenario() const {
    std::string html = "<h2>The scenario</h2>\n";
    if (!comparison.description.empty()) html += paragraph(comparison.description);
    if (!comparison.sources.empty()) {
      html += "<h3>What its numbers rest on</h3>\n<ul>";
      for (const Source& source : comparison.sources) {
        html += "<li>" + escaped(source.claim) + ": " + escaped(source.source) + "</li>";
      }
      html += "</ul>\n";
    }
    if (!comparison.scenario_text.empty()) {
      html += "<details><summary>The whole scenario, every default written out</summary><pre><code>" +
              escaped(comparison.scenario_text) + "</code></pre></details>\n";
    }
    return html;
  }

  std::string again() const {
    std::string html = "<h2>How to get the same again</h2>\n";
    html +=
        "<p>Save the whole scenario above as <code>scenario.yaml</code>; the same program then gives the same figures "
        "to "
        "the last digit:</p>\n<pre><code>goodhart compare scenario.yaml --html report.html</code></pre>\n";
    html += "<dl><dt>Content digest of the results</dt><dd><code>" + escaped(comparison.digest) + "</code></dd>";
    if (!comparison.overrides.empty()) {
      html += "<dt>Changes made on the command line</dt><dd><pre><code>" + escaped(comparison.overrides) +
              "</code></pre></dd>";
    }
    return html + "<dt>Program</dt><dd><pre><code>" + escaped(comparison.program) + "</code></pre></dd></dl>\n";
  }
};

}  // namespace

std::string to_html(const Comparison& comparison) {
  return Page(comparison).written();
}

}  // namespace goodhart
