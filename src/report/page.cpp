/// A comparison as one page: tables and still pictures in HTML, and a program beside them that makes the pictures live.
#include "goodhart/report/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "assets.hpp"
#include "causes.hpp"
#include "charts.hpp"
#include "goodhart/report/comparison.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

using charts::escaped;
using Json = nlohmann::ordered_json;

// Colours that the colour-blind tell apart (Okabe & Ito 2008, "Color universal design").
constexpr const char* kReal = "#0072B2";
constexpr std::array<const char*, 6> kWork{"#56B4E9", "#009E73", "#F0E442", "#CC79A7", "#0072B2", "#999999"};
constexpr std::array<const char*, 2> kGaming{"#D55E00", "#E69F00"};
constexpr std::array<const char*, 4> kMetrics{"#D55E00", "#E69F00", "#CC79A7", "#999999"};
/// Of causes, in the order of `kCauses`.
constexpr std::array<const char*, std::size(kCauses)> kColours{"#D55E00", "#009E73", "#56B4E9", "#CC79A7", "#999999"};
constexpr std::size_t kLeversShown = 10;
constexpr std::size_t kBarsShown = 16;  // of groups; more unfold

std::string paragraph(const std::string& text, const std::string& kind = "") {
  std::string safe = escaped(text);
  // A number keeps its unit: no line begins with %.
  for (std::size_t at = safe.find(" %"); at != safe.npos; at = safe.find(" %", at)) safe.replace(at, 1, "\u00a0");
  return fmt::format("<p{}>{}</p>\n", kind.empty() ? "" : " class=\"" + kind + "\"", safe);
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

/// A table. The first cell of a row is its heading. On a narrow screen each row becomes a card, its cells named by the
/// heads of their columns (the roles keep it a table for those who hear it); a long one scrolls in a box of its own.
class Table {
 public:
  enum class Narrow { cards, scrolls };

  Table(const std::string& caption, const std::vector<std::string>& columns, Narrow narrow = Narrow::cards)
      : head(columns) {
    html = fmt::format(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table "
        "role=\"table\"{1}><caption><span>"
        "{0}</span></caption><thead role=\"rowgroup\"><tr role=\"row\">",
        escaped(caption), narrow == Narrow::cards ? " class=\"cards\"" : "");
    for (const std::string& cell : head) {
      html += "<th scope=\"col\" role=\"columnheader\">" + escaped(cell) + "</th>";
    }
    html += "</tr></thead><tbody role=\"rowgroup\">\n";
  }
  void row(const std::vector<std::string>& cells, const std::string& kind = "") {
    html += kind.empty() ? "<tr role=\"row\">" : "<tr role=\"row\" class=\"" + kind + "\">";
    for (std::size_t c = 0; c < cells.size(); ++c) {
      html += c == 0 ? "<th scope=\"row\" role=\"rowheader\">" + escaped(cells[c]) + "</th>"
                     : fmt::format("<td role=\"cell\" data-label=\"{}\"><span>{}</span></td>", escaped(head.at(c)),
                                   in_two_lines(cells[c]));
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

  std::vector<std::string> head;
  std::string html;
};

std::string level(const Estimate& estimate, bool is_share) {
  return level_cell(estimate, is_share ? Unit::share : Unit::plain);
}

/// A level, and in brackets its change with the interval of that; without a change, the level with its own.
std::string level_and_change(const Estimate& estimate, const Change& change, bool is_share, bool has_change) {
  if (!has_change || std::isnan(estimate.mean)) return level(estimate, is_share);
  const std::string alone =
      is_share ? fixed(100 * estimate.mean, 1) + " %" : fixed(estimate.mean, decimals_of(estimate));
  return alone + " (" + change_cell(change, is_share ? Unit::share : Unit::plain) + ")";
}

/// "+8.73 million", "-56100"; three digits.
std::string large(double value) {
  if (std::fabs(value) >= 1e6) return with_sign(value / 1e6, decimals_of(std::fabs(value / 1e6))) + " million";
  const double unit = std::fabs(value) < 1000 ? 1 : std::pow(10, std::floor(std::log10(std::fabs(value))) - 2);
  return with_sign(std::round(value / unit) * unit, decimals_of(std::fabs(value)));
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

/// JSON's null where there is no number.
Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

class Page {
 public:
  explicit Page(const Comparison& data) : comparison(data), base(data.policies[data.comparison].name) {}

  std::string written() {
    std::string body;
    for (const auto& section :
         {&Page::policies, &Page::courses, &Page::efforts, &Page::burdens, &Page::rewarded, &Page::causes, &Page::money,
          &Page::levers, &Page::origins, &Page::limits, &Page::sureness, &Page::scenario, &Page::again}) {
      body += (this->*section)();
    }
    body = header() + body;
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
  Json live = Json::array();                                  ///< what the charts are made of
  std::vector<std::pair<std::string, std::string>> sections;  ///< anchor and link, in order

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

  /// The heading of a section, to which the list at the top of the page leads.
  std::string heading(const std::string& anchor, const std::string& link, const std::string& title) {
    if (sections.empty() || sections.back().first != anchor) sections.emplace_back(anchor, link);
    return "<h2 id=\"" + anchor + "\">" + escaped(title) + "</h2>\n";
  }

  /// How many steps the recorded ones stand for; 0 where some are not recorded.
  std::size_t whole_time() const {
    if (comparison.steps.empty()) return 0;
    const auto span = static_cast<std::size_t>(comparison.steps.back() - comparison.steps.front()) + 1;
    return span == comparison.steps.size() ? span : 0;
  }
  std::string counted(std::size_t count) const {
    return fmt::format("{} {}{}", count, comparison.unit, count == 1 ? "" : "s");
  }

  std::string header() const {
    // The finding is the title; what it is about stands above it.
    std::string html = paragraph(comparison.title, "about");
    for (std::size_t i = 0; i < comparison.headline.size(); ++i) {
      html += i == 0 ? "<h1>" + escaped(comparison.headline[i]) + "</h1>\n" : paragraph(comparison.headline[i], "lead");
    }
    html += paragraph(in_all(), "lead");
    const std::string time =
        whole_time() > 0 ? "over " + counted(whole_time())
                         : fmt::format("over {}s, of which {} are recorded", comparison.unit, comparison.steps.size());
    html += paragraph(fmt::format("A simulation of {} employees {}, {}.{}", comparison.employees, time,
                                  comparison.replicates == 1
                                      ? "run once (1 replicate), so without intervals, which need at least 2"
                                      : fmt::format("run {} times with other people and other luck ({} replicates)",
                                                    comparison.replicates, comparison.replicates),
                                  comparison.policies.size() < 2 ? "" : " Each policy is compared with " + base + "."),
                      "quiet");
    html += "<nav aria-label=\"Sections\"><ul>";
    for (const auto& [anchor, link] : sections) {
      html += "<li><a href=\"#" + anchor + "\">" + escaped(link) + "</a></li>";
    }
    return html + "</ul></nav>\n";
  }

  /// What the best option is worth to the whole organisation over the whole time; empty where nothing can be said.
  std::string in_all() const {
    if (comparison.ranking.empty() || comparison.ranking[0] == comparison.comparison || whole_time() == 0) return "";
    const std::size_t best = comparison.ranking[0];
    const Estimate& difference = comparison.outcome("net_value").effects[best].change.difference;
    if (!difference.has_interval() || difference.holds_zero()) return "";
    return fmt::format("For all {} employees over {} {} makes {} {} of net value against {}.", comparison.employees,
                       counted(whole_time()), comparison.policies[best].name,
                       large(difference.mean * comparison.employees * static_cast<double>(whole_time())),
                       comparison.currency == "money" ? "units" : comparison.currency, base);
  }

  /// What each policy does, in words.
  std::string in_words() const {
    std::string html = "<h3>The policies in words</h3>\n<dl>";
    for (const std::size_t p : comparison.shown()) {
      const PolicyComparison& policy = comparison.policies[p];
      html += "<dt>" + escaped(policy.name) +
              (policy.label == Called{}.shown(policy.name) ? "" : " <small>" + escaped(policy.label) + "</small>") +
              (policy.option ? "" : " <span class=\"tag\">reference, no option</span>") + "</dt><dd>" +
              escaped(policy.words) + "</dd>";
    }
    return html + "</dl>\n";
  }

  /// Differences in the ranked outcome as dots with their intervals, best first.
  std::string ranked_picture() {
    if (comparison.policies.size() < 2) return "";
    const Outcome& net = comparison.ranked_by();
    const Perspective& whose = kPerspectives[comparison.perspective];
    const std::string title = fmt::format("{} compared with {}, {} per employee and {}", whose.label, base,
                                          net.name == "utility" ? "pay" : comparison.currency, comparison.unit);
    Json chart{{"kind", "ranking"}, {"title", title}};
    chart["policies"] = Json::array();
    chart["rows"] = Json::array();
    std::vector<charts::Dot> dots;
    std::string label = capitalised(whose.label) + " compared with " + base + ". ";
    for (const std::size_t p : comparison.shown()) {
      const std::string name = comparison.policies[p].name + (comparison.policies[p].option ? "" : " (reference)");
      const Effect& effect = net.effects[p];
      const bool is_base = p == comparison.comparison;
      const double mean = is_base ? 0 : effect.change.difference.mean;
      const std::string told = is_base ? "compared with" : difference(effect);
      dots.push_back({name, mean, effect.simultaneous.low, effect.simultaneous.high, is_base, name + ": " + told});
      chart["policies"].push_back(name);
      chart["rows"].push_back({{"policy", name},
                               {"mean", number_or_null(mean)},
                               {"low", number_or_null(effect.simultaneous.low)},
                               {"high", number_or_null(effect.simultaneous.high)},
                               {"base", is_base},
                               {"text", told}});
      label += name + ": " + told + ". ";
    }
    return figure(charts::dots(dots, title, label), chart,
                  comparison.replicates < 2
                      ? "Dots: differences in the one replicate there is"
                      : "Dots: mean differences. Lines: their 95 % intervals, often narrower than "
                        "the dot",
                  "");
  }

  std::string policies() {
    const Outcome& net = comparison.ranked_by();
    const Perspective& whose = kPerspectives[comparison.perspective];
    const bool worlds = comparison.worlds && comparison.worlds->tried > 0;
    std::vector<std::string> head{"Policy", capitalised(whose.label), "Compared with " + base,
                                  worlds ? "Best in sampled worlds" : "Best, by luck alone"};
    for (const Outcome& outcome : comparison.outcomes) {
      if (outcome.name == "dashboard") head.push_back(capitalised(outcome.label));
    }
    head.insert(head.end(), {"Value", "Hours gamed", "Cost"});
    Table table(
        fmt::format("{} per employee and {}, options best first, by the account of {}. The row of {} has levels, the "
                    "others have changes from it; in small print how sure a figure is (95 %).",
                    net.name == "utility" ? "Pay" : capitalised(comparison.currency), comparison.unit, whose.whose,
                    base),
        head);
    for (const std::size_t p : comparison.shown()) {
      const PolicyComparison& policy = comparison.policies[p];
      const bool is_base = p == comparison.comparison;
      const auto change = [&](const Outcome& outcome) {
        return is_base ? level(outcome.effects[p].level, outcome.share)
                       : change_cell(outcome.effects[p].change, outcome.share ? Unit::share : Unit::plain);
      };
      std::vector<std::string> row{
          policy.option ? fmt::format("{}. {}", policy.rank, policy.name) : policy.name + " (reference)",
          level(net.effects[p].level, false), is_base ? "–" : difference(net.effects[p]),
          !policy.option ? "–"
          : worlds       ? fmt::format("{} of {}", comparison.worlds->best[p], comparison.worlds->tried)
                         : chance_text(policy.best_by_luck)};
      for (const Outcome& outcome : comparison.outcomes) {
        if (outcome.name == "dashboard") row.push_back(change(outcome));
      }
      row.push_back(change(comparison.outcome("value")));
      row.push_back(level(level_of("gaming_share", p), true));
      row.push_back(change(comparison.outcome("cost")));
      table.row(row, is_base || !policy.option ? "base" : policy.rank == 1 ? "best" : "");
    }
    std::string html = heading("policies", "Policies", "Which policy") + ranked_picture() + table.done();
    for (std::size_t rank = 0; rank + 1 < comparison.ranking.size() && comparison.replicates > 1; ++rank) {
      const PolicyComparison& policy = comparison.policies[comparison.ranking[rank]];
      if (!policy.to_next.holds_zero()) continue;
      const bool same = policy.to_next.mean == 0 && policy.to_next.half_width() == 0;
      html += paragraph(policy.name + " and " + comparison.policies[comparison.ranking[rank + 1]].name +
                        (same ? " have the same " : " cannot be told apart by ") + whose.label + ".");
    }
    return html + in_words() +
           paragraph(
               "Net value is what the work is worth to the organisation, at the scenario's price, less what it "
               "costs. Policies met the same people and the same luck, and the intervals in the second column "
               "hold for all of them at once.",
               "quiet");
  }

  /// Dashboard and value as indices, the comparison policy's mean being 100.
  std::string courses() {
    if (comparison.steps.size() < 2 || comparison.policies.size() < 2) return "";
    std::vector<double> steps(comparison.steps.begin(), comparison.steps.end());
    std::vector<std::pair<std::size_t, std::vector<charts::Line>>> panels;
    double low = 100, high = 100;
    for (const std::size_t p : comparison.shown()) {
      std::vector<charts::Line> lines;
      const auto add = [&](const std::string& variable, const std::string& item, const std::string& name,
                           const std::string& colour, bool dashed, double whole) {
        for (const Course& course : comparison.policies[p].courses) {
          if (course.variable != variable || course.item != item || !(std::fabs(whole) > 0)) continue;
          charts::Line line{.name = name,
                            .colour = colour,
                            .dashed = dashed,
                            .mean = {},
                            .low = {},
                            .high = {},
                            .least = {},
                            .most = {}};
          for (std::size_t s = 0; s < course.mean.size(); ++s) {
            line.mean.push_back(100 * course.mean[s] / whole);
            line.low.push_back(100 * course.low[s] / whole);
            line.high.push_back(100 * course.high[s] / whole);
            // Where the whole is negative, the index turns things over.
            line.least.push_back(100 * (whole > 0 ? course.least[s] : course.most[s]) / whole);
            line.most.push_back(100 * (whole > 0 ? course.most[s] : course.least[s]) / whole);
            for (const double value :
                 {line.mean.back(), line.low.back(), line.high.back(), line.least.back(), line.most.back()}) {
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
        heading("reality", "Dashboard and value", "What the dashboard shows, and what the organisation gets");
    html +=
        "<p>Both as an index: 100 is the mean under " + escaped(base) +
        ". Where the <span class=\"shown\">dashboard</span> (dashed) leaves <span class=\"real\">value</span> (solid) "
        "behind, the measure has stopped measuring.";
    if (comparison.replicates > 1) {
      html += " Pale bands reach from the lowest to the highest replicate, dark ones are 95 % intervals of the mean.";
    }
    html += "</p>\n<fieldset class=\"choose\" hidden><legend>Show</legend>";
    for (const auto& [p, lines] : panels) {
      html += fmt::format("<label><input type=\"checkbox\" checked value=\"panel-{}\"> {}</label>", p,
                          escaped(comparison.policies[p].name));
    }
    if (comparison.replicates > 1) {
      html += "<label><input type=\"checkbox\" checked value=\"bands\"> bands of replicates</label>";
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
               {"least", number_or_null(line.least[s])},
               {"most", number_or_null(line.most[s])},
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
      Table table(name + ", index by " + comparison.unit, head, Table::Narrow::scrolls);
      for (std::size_t s = 0; s < steps.size(); ++s) {
        std::vector<std::string> row{fmt::format("{}", comparison.steps[s])};
        for (const charts::Line& line : lines) row.push_back(std::isnan(line.mean[s]) ? "–" : number(line.mean[s]));
        table.row(row);
      }
      numbers += table.done();
    }
    html += "</div>\n" + unfolding("The numbers", numbers);
    Table gaps("The gap: change of the dashboard less change of value, in percentage points, compared with " + base,
               {"Policy", "Metric", "Dashboard", "Value", "Gap", "Apart for good from", "Loss of alignment"});
    for (const std::size_t p : comparison.shown()) {
      for (const Divergence& one : comparison.policies[p].divergences) {
        gaps.row({comparison.policies[p].name, one.metric, percent(one.inflation), percent(one.real_change),
                  points(one.gap), one.parted ? fmt::format("{} {}", comparison.unit, *one.parted) : "–",
                  std::isnan(one.alignment_decay.mean)
                      ? "–"
                      : with_sign(one.alignment_decay.mean, 3) + half_width(one.alignment_decay, 1, 3)});
      }
    }
    return html + gaps.done() +
           paragraph(
               "Alignment is the correlation, across employees, of a reading with what the organisation gets because "
               "of its owner: 1 where the reading ranks people as their contribution does, 0 where it says nothing of "
               "it.",
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
    const std::string title = "per cent of a full " + comparison.unit;
    Json chart{{"kind", "stacked"}, {"title", title}};
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
      label += name + ":";
      chart["policies"].push_back(name);
      std::vector<charts::Part> parts;
      std::vector<std::string> row{name};
      for (std::size_t k = 0; k < effort.size(); ++k) {
        const double size = std::isnan(effort[k]) ? 0 : effort[k];
        const std::string text = fixed(100 * size, 1) + " %";
        label += (k == 0 ? " " : ", ") + activity_name(k) + " " + text;
        parts.push_back({colour_of(k), 100 * size, activity_name(k) + ": " + text});
        row.push_back(text);
        chart["rows"].push_back(
            {{"policy", name}, {"series", activity_name(k)}, {"share", size}, {"order", k}, {"text", text}});
      }
      label += ". ";
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
    return figure(key + "</ul>\n" + charts::stacked_bars(pictures, title, label), chart, caption, table.done());
  }

  std::string efforts() {
    std::vector<std::pair<std::string, std::vector<double>>> rows;
    for (const std::size_t p : comparison.shown())
      rows.emplace_back(comparison.policies[p].name, comparison.policies[p].effort);
    return heading("hours", "Hours", "Where the hours go") +
           bars_of_effort(rows, "Mean time per employee by activity, in per cent of a full " + comparison.unit);
  }

  std::string burdens() {
    if (comparison.policies.front().groups.empty()) return "";
    std::string html = heading("groups", "Groups", "At whose expense");
    Table table("What each group yields, works and games; in brackets the change from " + base +
                    ". Hours are in per cent "
                    "of a full " +
                    comparison.unit,
                {"Policy and group", "Value", "Hours", "Hours gamed"});
    std::vector<std::pair<std::string, std::vector<double>>> rows;
    for (const std::size_t p : comparison.shown()) {
      const bool is_base = p == comparison.comparison;
      for (const GroupShare& group : comparison.policies[p].groups) {
        const std::string name = comparison.policies[p].name + ", " + group.group;
        table.row({name, level_and_change(group.value, group.value_change, false, !is_base),
                   level_and_change(group.hours, group.hours_change, true, !is_base),
                   level_and_change(group.gaming_share, group.gaming_change, true, !is_base)},
                  is_base ? "base" : "");
        rows.emplace_back(name, group.effort);
      }
    }
    html += table.done();
    const std::string caption = "Mean time of each group by activity, in per cent of a full " + comparison.unit;
    return html + (rows.size() <= kBarsShown ? bars_of_effort(rows, caption)
                                             : unfolding("The hours of each group", bars_of_effort(rows, caption)));
  }

  std::string rewarded() {
    Table table(
        "Over the windows that closed. Contribution: what the organisation gets because of them, compared with "
        "everybody under the same policy",
        {"Incentive", "Share who earned it", "Their contribution", "Their hours gamed", "Everybody's"});
    bool any = false;
    for (const std::size_t p : comparison.shown()) {
      for (const Rewarded& one : comparison.policies[p].rewarded) {
        any = true;
        table.row({one.incentive, level(one.attained, true), percent(one.contribution), level(one.gaming_share, true),
                   level(one.gaming_share_of_all, true)});
      }
    }
    if (!any) return "";
    return heading("rewarded", "Rewards", "Who is rewarded") + table.done();
  }

  /// A policy's splits beside each other: what gaming makes on the dashboards, on value, on cost and on net value.
  std::string split(std::size_t p) {
    const PolicyComparison& policy = comparison.policies[p];
    const std::string title = "per cent of the level under " + base;
    Json chart{{"kind", "causes"}, {"title", title}};
    for (const char* list : {"series", "rows", "policies"}) chart[list] = Json::array();
    std::vector<std::string> head{"Change of", "In all"};
    for (std::size_t c = 0; c < std::size(kCauses); ++c) {
      if (!is_at_work(comparison, kCauses[c])) continue;
      chart["series"].push_back({{"name", kCauses[c].name}, {"colour", kColours[c]}});
      head.emplace_back(kCauses[c].name);
    }
    Table table(
        policy.name + ": changes by cause, in per cent of the level under " + base + " (gaps: percentage points)",
        head);
    std::vector<std::pair<std::string, std::vector<charts::Bar>>> groups;
    std::string label = policy.name + ": changes by cause. ";
    for (const Split& split : policy.splits) {
      const auto told = [&](const Estimate& estimate) {
        const Estimate size = as_shown(split, estimate);
        if (!in_per_cent(split)) return level_cell(size, Unit::plain);
        return split.outcome == "gap" ? points(size) : percent(size);
      };
      std::vector<charts::Bar> bars;
      std::vector<std::string> row{split.label, told(split.causes.total)};
      label += split.label + " " + row.back();
      for (std::size_t c = 0; c < std::size(kCauses); ++c) {
        if (!is_at_work(comparison, kCauses[c])) continue;
        const Estimate part = as_shown(split, split.causes.*kCauses[c].part);
        const std::string text = told(split.causes.*kCauses[c].part);
        bars.push_back({kCauses[c].name, kColours[c], part.mean, part.low, part.high, kCauses[c].name + (" " + text)});
        row.push_back(text);
        label += std::string(", ") + kCauses[c].name + " " + text;
        if (!in_per_cent(split)) continue;
        chart["rows"].push_back({{"policy", split.label},
                                 {"series", kCauses[c].name},
                                 {"size", number_or_null(part.mean)},
                                 {"low", number_or_null(part.low)},
                                 {"high", number_or_null(part.high)},
                                 {"text", text}});
      }
      label += ". ";
      table.row(row);
      if (!in_per_cent(split)) continue;  // no level to compare with: in the table only
      chart["policies"].push_back(split.label);
      groups.emplace_back(split.label, std::move(bars));
    }
    std::string html = "<h3>" + escaped(policy.name) + "</h3>\n";
    for (const std::string& sentence : causes_sentences(comparison, policy)) html += paragraph(sentence);
    return html +
           figure(charts::grouped_bars(groups, title, label), chart,
                  policy.name + ": what makes each change; lines are 95 % intervals", "") +
           table.done();
  }

  std::string causes() {
    std::string html;
    for (const std::size_t p : comparison.shown()) {
      if (!comparison.policies[p].splits.empty()) html += split(p);
    }
    if (html.empty()) {
      return comparison.policies.size() < 2
                 ? ""
                 : heading("causes", "Causes", "What makes the changes") +
                       paragraph("Not computed here: compare without --quick splits the changes over their causes.");
    }
    std::string list = "<dl class=\"kinds\">";
    for (std::size_t c = 0; c < std::size(kCauses); ++c) {
      if (!is_at_work(comparison, kCauses[c])) continue;
      list += fmt::format(
          "<div><dt><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><rect width=\"12\" height=\"12\" "
          "fill=\"{}\"/></svg>{}{}</dt><dd>{}</dd></div>",
          kColours[c], kCauses[c].name,
          kCauses[c].part == &Causes::left ? "" : fmt::format(" <small>{}</small>", kCauses[c].term), kCauses[c].what);
    }
    return heading("causes", "Causes", "What makes the changes") +
           paragraph(
               "A cause may drive the dashboard and leave value alone, or the other way round, so each change is split "
               "by itself:") +
           list + "</dl>\n" + html +
           paragraph(
               "Each cause was switched off in runs on the same luck, alone and together with the others; its part "
               "is what it adds on average over all orders (Shapley's value), so parts and what is left sum to the "
               "change.",
               "quiet");
  }

  std::string money() {
    // From net value back to what it is made of, and on to the other accounts; what is nowhere paid has no column.
    struct Column {
      const char* variable;
      const char* title;
    };
    std::vector<Column> columns;
    for (const Column column :
         {Column{"cost", "Cost of activities"}, Column{"waste", "of which gaming"},
          Column{"measurement_cost", "Measuring"}, Column{"audit_cost", "Audits"}, Column{"hiring_cost", "Hiring"},
          Column{"net_value", "Net value"}, Column{"bonus", "Bonuses"},
          Column{"net_after_bonuses", "Net after bonuses"}, Column{"surplus", "Surplus"}}) {
      const Outcome& outcome = comparison.outcome(column.variable);
      const bool always = outcome.name == "cost" || outcome.name == "net_value" || outcome.name == "surplus";
      const bool paid = std::any_of(outcome.effects.begin(), outcome.effects.end(),
                                    [](const Effect& effect) { return effect.level.mean != 0; });
      if (always ||
          (paid && (outcome.name != "net_after_bonuses" || columns.back().variable == std::string("bonus")))) {
        columns.push_back(column);
      }
    }
    std::vector<std::string> head{"Policy"};
    for (const Column& column : columns) head.emplace_back(column.title);
    const std::size_t time = whole_time();
    const bool total = time > 0 && comparison.policies.size() > 1;
    if (total) head.push_back(fmt::format("Net value, all {} over {}", comparison.employees, counted(time)));
    Table table(capitalised(comparison.currency) + " per employee and " + comparison.unit +
                    (comparison.policies.size() > 1 ? "; in brackets the change from " + base : ""),
                head);
    for (const std::size_t p : comparison.shown()) {
      const bool is_base = p == comparison.comparison;
      std::vector<std::string> row{comparison.policies[p].name};
      for (const Column& column : columns) {
        const Effect& effect = comparison.outcome(column.variable).effects[p];
        Change change = effect.change;
        change.percent = {};  // in money, not in per cent
        row.push_back(level_and_change(effect.level, change, false, !is_base));
      }
      if (total) {
        const double change = comparison.outcome("net_value").effects[p].change.difference.mean;
        row.push_back(is_base || std::isnan(change) ? "–"
                                                    : large(change * comparison.employees * static_cast<double>(time)));
      }
      table.row(row, is_base ? "base" : "");
    }
    return heading("money", "Money", "Money") + table.done() +
           paragraph(
               "Net value is value at its price less all costs. Bonuses are rewards that are paid in money on top of "
               "pay; rewards in esteem, or in place of base pay, cost nothing more. Surplus is net value less what the "
               "work costs the employees themselves; bonuses cancel in it.",
               "quiet");
  }

  std::string levers() {
    if (comparison.ranking.size() < 2) return "";
    std::string html = heading("levers", "What if", "What would change the ranking");
    if (comparison.levers.empty() && comparison.untried.empty()) {
      return html +
             paragraph("Not computed here: compare without --quick tries the numbers of the scenario one by one.");
    }
    const std::string first = comparison.policies[comparison.ranking[0]].name,
                      second = comparison.policies[comparison.ranking[1]].name;
    const std::vector<std::string> said = lever_sentences(comparison);
    html += paragraph(fmt::format(
        "Numbers of the scenario were changed, one at a time, to both ends of their range ({} "
        "{} each, on the same luck). {}",
        comparison.lever_replicates, comparison.lever_replicates == 1 ? "replicate" : "replicates", said.front()));
    std::string left_out;
    if (said.size() > 1) {
      left_out = said.back();
      for (const Untried& untried : comparison.untried) left_out += " " + untried_words(untried) + ".";
      left_out = paragraph(left_out, "quiet");
    }
    if (comparison.levers.empty()) return html + left_out;
    const std::size_t flips = levers_that_turn(comparison);
    const std::size_t count = std::min(comparison.levers.size(), std::max(kLeversShown, flips));
    std::vector<charts::Span> rows;
    const std::string title =
        std::string(kPerspectives[comparison.perspective].label) + " of " + first + " less that of " + second;
    Json chart{{"kind", "levers"}, {"title", title}};
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
    std::string label = "How far each number moves the lead of " + first + " over " + second + ". ";
    for (const charts::Span& row : rows) label += row.name + ": " + row.text + ". ";
    return html +
           figure(charts::spans(rows, title, label), chart,
                  "Dot: the number at the low end of its range; square: at the high end. Left of zero the ranking "
                  "turns.",
                  table.done()) +
           left_out;
  }

  std::string origins() {
    if (comparison.origins.empty()) return "";
    std::string html = heading("origins", "Assumptions", "Assumed, or found?") +
                       paragraph(
                           "Assumed: it follows from an input of the scenario, and no run could have shown otherwise. "
                           "Emergent: it follows from what people chose.",
                           "quiet") +
                       "<dl>";
    for (const Origin& origin : comparison.origins) {
      html += "<dt>" + escaped(capitalised(origin.headline)) + " <span class=\"tag" +
              (origin.assumed ? " assumed\">assumed" : "\">emergent") + "</span></dt><dd>" + escaped(origin.why) +
              "</dd>";
    }
    return html + "</dl>\n";
  }

  std::string limits() {
    std::string html = heading("limits", "Limits", "What must not be concluded") + "<ul>";
    for (const std::string& limit : comparison.limits) html += "<li>" + escaped(limit) + "</li>";
    return html + "</ul>\n";
  }

  std::string sureness() {
    if (comparison.pairing.empty() && comparison.stopping.empty()) return "";
    std::string html = heading("sureness", "How sure", "How sure");
    if (!comparison.pairing.empty()) html += paragraph(comparison.pairing);
    if (!comparison.stopping.empty()) html += paragraph(comparison.stopping);
    return html;
  }

  std::string scenario() {
    std::string html = heading("scenario", "Scenario", "The scenario");
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

  std::string again() {
    std::string html = heading("again", "Same again", "How to get the same again");
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
