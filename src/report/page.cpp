/// A comparison as one page: tables and still pictures in HTML, and a program beside them that makes the pictures live.
#include "goodhart/report/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "answer.hpp"
#include "assets.hpp"
#include "causes.hpp"
#include "charts.hpp"
#include "courses.hpp"
#include "first_page.hpp"
#include "goodhart/report/comparison.hpp"
#include "html.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

using charts::escaped;
using html::paragraph;
using html::Table;
using Json = nlohmann::ordered_json;

// Colours that the colour-blind tell apart (Okabe & Ito 2008, "Color universal design").
constexpr std::array<const char*, 6> kWork{"#56B4E9", "#009E73", "#F0E442", "#CC79A7", "#0072B2", "#999999"};
constexpr std::array<const char*, 2> kGaming{"#D55E00", "#E69F00"};
/// Of causes, in the order of `kCauses`.
constexpr std::array<const char*, std::size(kCauses)> kColours{"#D55E00", "#009E73", "#56B4E9", "#CC79A7", "#999999"};
constexpr std::size_t kLeversShown = 10;
constexpr std::size_t kBarsShown = 16;  // of groups; more unfold

std::string level(const Estimate& estimate, bool is_share) {
  return level_cell(estimate, is_share ? NumberKind::share : NumberKind::plain);
}

/// A level, and in brackets its change with the interval of that; without a change, the level with its own.
std::string level_and_change(const Estimate& estimate, const Change& change, bool is_share, bool has_change) {
  if (!has_change || std::isnan(estimate.mean)) return level(estimate, is_share);
  const std::string alone =
      is_share ? fixed(100 * estimate.mean, 1) + " %" : fixed(estimate.mean, decimals_of(estimate));
  return alone + " (" + change_cell(change, is_share ? NumberKind::share : NumberKind::plain) + ")";
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

/// "+78.5 (+77.7 to +79.3)"; without the brackets where the interval is narrower than the digits shown.
std::string difference(const Effect& effect) {
  const double mean = effect.change.difference.mean;
  if (std::isnan(mean)) return "–";
  const Interval& all = effect.simultaneous;
  const int decimals = decimals_of(Estimate{.mean = mean, .low = all.low, .high = all.high, .n = 2});
  const std::string low = with_sign(all.low, decimals), high = with_sign(all.high, decimals);
  if (std::isnan(all.low) || low == high) return with_sign(mean, decimals_of(std::fabs(mean)));
  return fmt::format("{} ({} to {})", with_sign(mean, decimals), low, high);
}

/// JSON's null where there is no number.
Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

class Page {
 public:
  explicit Page(const Comparison& data) : comparison(data), base(called(data, data.comparison)) {}

  std::string written() {
    std::string evidence;
    // In a list they are made in this order, which is that of the charts.
    for (const std::string& one : {policies(), courses(), efforts(), burdens(), rewarded(), causes(), money(), levers(),
                                   origins(), limits(), sureness(), scenario(), again()}) {
      evidence += one;
    }
    const std::string body =
        first_page(comparison) +
        "<section class=\"evidence\">\n<h2>Evidence</h2>\n<p class=\"quiet\">Each part opens where it "
        "is clicked; only open parts are printed.</p>\n" +
        evidence + "</section>\n";
    std::string html =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        // The charting library compiles its expressions, hence unsafe-eval; nothing may be fetched from anywhere.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline' "
        "'unsafe-eval'; style-src 'unsafe-inline'; img-src data:\">\n";
    html += "<title>" + escaped(comparison.title) + "</title>\n<style>\n" + std::string(assets::style()) +
            "</style>\n</head>\n<body>\n<main>\n" + body + "</main>\n";
    html += "<footer class=\"quiet\"><p>This page opens without a network and fetches nothing.";
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
  const std::string base;     ///< what the comparison policy is called
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

  /// A part of the evidence, closed until somebody opens it.
  static std::string part(const std::string& anchor, const std::string& title, const std::string& content) {
    return "<details class=\"part\" id=\"" + anchor + "\"><summary>" + escaped(title) + "</summary>\n" + content +
           "</details>\n";
  }
  const std::string& name_of(std::size_t policy) const { return comparison.policies[policy].label; }

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
      const std::string name = name_of(p) + (comparison.policies[p].option ? "" : " (reference)");
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

  /// A policy in the first column of a table: its place and label.
  std::string ranked_name(std::size_t p) const {
    const PolicyComparison& policy = comparison.policies[p];
    return policy.option ? fmt::format("{}. {}", policy.rank, policy.label) : policy.label + " (reference)";
  }

  std::string policies() {
    const Outcome& net = comparison.ranked_by();
    const Perspective& whose = kPerspectives[comparison.perspective];
    const bool worlds = comparison.worlds && comparison.worlds->tried > 0, several = comparison.policies.size() > 1;
    const std::string unit = net.name == "utility" ? "pay" : comparison.currency;
    std::vector<const Outcome*> shown{&net};
    for (const Outcome& outcome : comparison.outcomes) {
      if (outcome.name == "dashboard") shown.push_back(&outcome);
    }
    for (const char* name : {"value", "cost", "gaming_share"}) shown.push_back(&comparison.outcome(name));
    std::vector<std::string> of_levels{"Policy"}, of_changes{"Policy", "Best, by luck alone"};
    if (worlds) of_changes.emplace_back("Best in sampled worlds");
    for (const Outcome* outcome : shown) {
      const std::string name = outcome->name == "gaming_share" ? "Hours gamed" : capitalised(outcome->label);
      of_levels.push_back(name);
      of_changes.push_back(name);
    }
    Table levels(fmt::format("Levels: means per employee and {} under each policy; money in {}. Under a figure stands "
                             "half of its 95 % interval, where that is as large as the last digit shown",
                             comparison.unit, unit),
                 of_levels);
    Table changes(fmt::format("Changes from {}. {} is in {} per employee and {}, shares are in percentage points, the "
                              "others in per cent; 95 % intervals hold for all policies at once",
                              base, capitalised(whose.label), unit, comparison.unit),
                  of_changes);
    for (const std::size_t p : comparison.shown()) {
      const PolicyComparison& policy = comparison.policies[p];
      const bool is_base = p == comparison.comparison;
      const std::string kind = is_base || !policy.option ? "base" : policy.rank == 1 ? "best" : "";
      std::vector<std::string> here{ranked_name(p)},
          from{ranked_name(p), policy.option ? chance_text(policy.best_by_luck) : "–"};
      if (worlds) {
        from.push_back(policy.option ? fmt::format("{} of {}", comparison.worlds->best[p], comparison.worlds->tried)
                                     : "–");
      }
      for (const Outcome* outcome : shown) {
        here.push_back(level(outcome->effects[p].level, outcome->share));
        from.push_back(is_base           ? (outcome == &net ? "compared with" : "–")
                       : outcome == &net ? difference(net.effects[p])
                                         : change_cell(shown_change(outcome->effects[p]),
                                                       outcome->share ? NumberKind::share : NumberKind::plain));
      }
      levels.row(here, kind);
      changes.row(from, kind);
    }
    std::string html = ranked_picture() + (several ? changes.done() : "") + levels.done();
    for (std::size_t rank = 0; rank + 1 < comparison.ranking.size() && comparison.replicates > 1; ++rank) {
      const PolicyComparison& policy = comparison.policies[comparison.ranking[rank]];
      if (!policy.to_next.holds_zero()) continue;
      html += paragraph(called(policy) + " and " + called(comparison, comparison.ranking[rank + 1]) +
                        (same_as_next(policy) ? " have the same " : " cannot be told apart by ") + whose.label + ".");
    }
    std::vector<std::pair<std::string, std::string>> terms;
    for (const Outcome* outcome : shown) {
      if (!outcome->metric.empty()) terms.emplace_back(capitalised(outcome->metric_label), outcome->metric_words);
    }
    terms.emplace_back("Net value",
                       "What the work is worth to the organisation, at the scenario's price, less what it costs.");
    html += html::terms(terms);
    return part("policies", several ? "Which option, in numbers" : "The policy in numbers", html);
  }

  /// Dashboards and value as indices, the comparison policy's mean being 100.
  std::string courses() {
    if (comparison.steps.size() < 2 || comparison.policies.size() < 2) return "";
    std::vector<double> steps(comparison.steps.begin(), comparison.steps.end());
    std::vector<std::size_t> shown;
    std::vector<std::vector<charts::Line>> panels;
    for (const std::size_t p : comparison.shown()) {
      if (std::vector<charts::Line> lines = indices_of(comparison, p); !lines.empty()) {
        shown.push_back(p);
        panels.push_back(std::move(lines));
      }
    }
    std::string html;
    if (!panels.empty()) html = panels_of(shown, panels, steps);
    if (panels.size() < comparison.policies.size()) {
      html += paragraph("What is close to 0 under " + base +
                            " has no index there, and is not drawn; the levels stand in the first part.",
                        "quiet");
    }
    return part("reality", "Dashboard and value over time", html + gaps());
  }

  std::string panels_of(const std::vector<std::size_t>& shown, const std::vector<std::vector<charts::Line>>& panels,
                        const std::vector<double>& steps) {
    const auto range = range_of(panels);
    const auto longest = std::max_element(panels.begin(), panels.end(),
                                          [](const auto& a, const auto& b) { return a.size() < b.size(); });
    std::string html = paragraph("Each as an index: 100 is the mean under " + base +
                                 ". Where the dashboard leaves value behind, the measure has stopped measuring." +
                                 (comparison.replicates > 1 ? " Bands are 95 % intervals of the mean." : "")) +
                       key_of(comparison, *longest) + "<fieldset class=\"choose\" hidden><legend>Show</legend>";
    for (const std::size_t p : shown) {
      html +=
          fmt::format("<label><input type=\"checkbox\" checked value=\"panel-{}\"> {}</label>", p, escaped(name_of(p)));
    }
    if (comparison.replicates > 1) {
      html += "<label><input type=\"checkbox\" value=\"bands\"> from the lowest to the highest replicate</label>";
    }
    html += "</fieldset>\n<div class=\"panels\">\n";
    std::string numbers;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const std::string& name = name_of(shown[i]);
      std::string label = name + ": ";
      Json chart{{"kind", "course"}, {"unit", comparison.unit}, {"domain", {range.first, range.second}}};
      chart["series"] = Json::array();
      chart["rows"] = Json::array();
      std::vector<std::string> head{comparison.unit};
      for (const charts::Line& line : panels[i]) {
        head.push_back(line.name);
        chart["series"].push_back({{"name", line.name},
                                   {"label", line.label},
                                   {"colour", line.colour},
                                   {"dash", line.dashed ? Json::array({6, 3}) : Json::array({1, 0})}});
        for (std::size_t s = 0; s < steps.size(); ++s) {
          chart["rows"].push_back(
              {{"step", steps[s]},
               {"series", line.name},
               {"label", line.label},
               {"mean", number_or_null(line.mean[s])},
               {"low", number_or_null(line.low[s])},
               {"high", number_or_null(line.high[s])},
               {"least", number_or_null(line.least[s])},
               {"most", number_or_null(line.most[s])},
               {"range",
                std::isnan(line.low[s]) ? std::string("–") : number(line.low[s]) + " to " + number(line.high[s])}});
        }
        label += fmt::format("{} goes from {} to {}. ", line.name, number(line.mean.front()), number(line.mean.back()));
      }
      live.push_back(chart);
      html +=
          fmt::format("<figure class=\"panel\" id=\"panel-{}\" data-chart=\"{}\"><h3>{}</h3>{}</figure>\n", shown[i],
                      live.size() - 1, escaped(name), charts::lines(panels[i], steps, range, comparison.unit, label));
      Table table(name + ", index by " + comparison.unit, head, Table::Narrow::scrolls);
      for (std::size_t s = 0; s < steps.size(); ++s) {
        std::vector<std::string> row{fmt::format("{}", comparison.steps[s])};
        for (const charts::Line& line : panels[i]) row.push_back(std::isnan(line.mean[s]) ? "–" : number(line.mean[s]));
        table.row(row);
      }
      numbers += table.done();
    }
    return html + "</div>\n" + unfolding("The numbers", numbers);
  }

  /// How far each dashboard runs ahead of value, and since when.
  std::string gaps() const {
    Table table("The gap: change of the dashboard less change of value, in percentage points, compared with " + base,
                {"Policy and metric", "Dashboard", "Value", "Gap", "Open for good from", "Loss of alignment"});
    for (const std::size_t p : comparison.shown()) {
      for (const Divergence& one : comparison.policies[p].divergences) {
        const std::optional<int> apart = apart_from(one);
        const Outcome &dashboard = comparison.outcome("dashboard", one.metric), &value = comparison.outcome("value");
        table.row(
            {name_of(p) + ", " + one.label,
             change_cell(shown_change(dashboard.effects[p]), dashboard.share ? NumberKind::share : NumberKind::plain),
             change_cell(shown_change(value.effects[p]), NumberKind::plain), has_gap(one) ? points(one.gap) : "–",
             apart ? fmt::format("{} {}", comparison.unit, *apart) : "–",
             std::isnan(one.alignment_decay.mean)
                 ? "–"
                 : with_sign(one.alignment_decay.mean, 3) + half_width(one.alignment_decay, 1, 3)});
      }
    }
    return table.done() +
           paragraph(
               "Alignment is the correlation, across employees, of a measured level with what the organisation gets "
               "because of that employee: 1 where the metric ranks people as their contribution does, 0 where it says "
               "nothing of it.",
               "quiet");
  }

  std::string colour_of(std::size_t activity) const {
    std::size_t same = 0;
    for (std::size_t k = 0; k < activity; ++k) same += comparison.gaming[k] == comparison.gaming[activity];
    return comparison.gaming[activity] ? kGaming[same % kGaming.size()] : kWork[same % kWork.size()];
  }
  std::string activity_name(std::size_t activity) const {
    return comparison.activity_labels[activity] + (comparison.gaming[activity] ? " (gaming)" : "");
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
    for (const std::size_t p : comparison.shown()) rows.emplace_back(name_of(p), comparison.policies[p].effort);
    std::vector<std::pair<std::string, std::string>> terms;
    for (std::size_t k = 0; k < comparison.activities.size(); ++k) {
      terms.emplace_back(activity_name(k), comparison.activity_words[k]);
    }
    return part("hours", "Where the hours go",
                bars_of_effort(rows, "Mean time per employee by activity, in per cent of a full " + comparison.unit) +
                    html::terms(terms));
  }

  std::string burdens() {
    if (comparison.policies.front().groups.empty()) return "";
    Table table("What each group yields, works and games; in brackets the change from " + base +
                    ". Hours are in per cent "
                    "of a full " +
                    comparison.unit,
                {"Policy and group", "Value", "Hours", "Hours gamed"});
    std::vector<std::pair<std::string, std::vector<double>>> rows;
    for (const std::size_t p : comparison.shown()) {
      const bool is_base = p == comparison.comparison;
      for (const GroupShare& group : comparison.policies[p].groups) {
        const std::string name = name_of(p) + ", " + group.group;
        table.row({name, level_and_change(group.value, group.value_change, false, !is_base),
                   level_and_change(group.hours, group.hours_change, true, !is_base),
                   level_and_change(group.gaming_share, group.gaming_change, true, !is_base)},
                  is_base ? "base" : "");
        rows.emplace_back(name, group.effort);
      }
    }
    const std::string html = table.done();
    const std::string caption = "Mean time of each group by activity, in per cent of a full " + comparison.unit;
    return part(
        "groups", "At whose expense",
        html + (rows.size() <= kBarsShown ? bars_of_effort(rows, caption)
                                          : unfolding("The hours of each group", bars_of_effort(rows, caption))));
  }

  std::string rewarded() {
    Table table(
        "Over the windows that closed. Contribution: what the organisation gets because of them, compared with "
        "everybody under the same policy",
        {"Policy and incentive", "Share who earned it", "Their contribution", "Their hours gamed", "Everybody's"});
    bool any = false;
    for (const std::size_t p : comparison.shown()) {
      for (const Rewarded& one : comparison.policies[p].rewarded) {
        any = true;
        table.row({name_of(p) + ", " + one.label, level(one.attained, true), percent(one.contribution),
                   level(one.gaming_share, true), level(one.gaming_share_of_all, true)});
      }
    }
    if (!any) return "";
    return part("rewarded", "Who is rewarded", table.done());
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
        policy.label + ": changes by cause, in per cent of the level under " + base + " (gaps: percentage points)",
        head);
    std::vector<std::pair<std::string, std::vector<charts::Bar>>> groups;
    std::string label = policy.label + ": changes by cause. ";
    for (const Split& split : policy.splits) {
      if (!can_be_told(split)) continue;
      const auto told = [&](const Estimate& estimate) {
        const Estimate size = as_shown(split, estimate);
        if (!in_per_cent(split)) return level_cell(size, NumberKind::plain);
        return split.outcome == "gap" ? points(size) : percent(size);
      };
      std::vector<charts::Bar> bars;
      // A whole change has its interval in the first part already.
      const Estimate whole{.mean = split.causes.total.mean};
      std::vector<std::string> row{capitalised(split.label), told(whole)};
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
    std::string html = "<h3>" + escaped(policy.label) + "</h3>\n";
    for (const std::string& sentence : causes_sentences(comparison, policy)) html += paragraph(sentence);
    return html +
           figure(charts::grouped_bars(groups, title, label), chart,
                  policy.label + ": what makes each change; lines are 95 % intervals", "") +
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
                 : part("causes", "What makes the changes",
                        paragraph("Not computed here: compare without --quick splits the changes over their causes."));
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
    return part(
        "causes", "What makes the changes",
        paragraph(
            "A cause may drive the dashboard and leave value alone, or the other way round, so each change is split "
            "by itself:") +
            list + "</dl>\n" + html +
            paragraph("Each cause was switched off in runs on the same random numbers, alone and together with the "
                      "others; its "
                      "part is what it adds on average over all orders (Shapley's value), so parts and what is left "
                      "sum to the "
                      "change.",
                      "quiet"));
  }

  /// "+USD 8.73 million".
  std::string money_of(double value) const {
    const std::string text = goodhart::money(comparison, std::fabs(value));
    return (value < 0 ? "-" : value > 0 ? "+" : "") + text;
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
    const Total all = total_of(comparison);
    const bool total = all.factor > 0 && comparison.policies.size() > 1;
    if (total) {
      head.push_back(fmt::format("Change of net value, {} {}",
                                 counted(static_cast<std::size_t>(comparison.employees), "employee"), all.span));
    }
    Table table(capitalised(comparison.currency) + " per employee and " + comparison.unit +
                    (comparison.policies.size() > 1 ? "; in brackets the change from " + base : ""),
                head);
    for (const std::size_t p : comparison.shown()) {
      const bool is_base = p == comparison.comparison;
      std::vector<std::string> row{name_of(p)};
      for (const Column& column : columns) {
        const Effect& effect = comparison.outcome(column.variable).effects[p];
        Change change = shown_change(effect);
        change.percent = {};  // in money, not in per cent
        row.push_back(level_and_change(effect.level, change, false, !is_base));
      }
      if (total) {
        const double change = comparison.outcome("net_value").effects[p].change.difference.mean;
        row.push_back(is_base || std::isnan(change) ? "–" : money_of(change * all.factor));
      }
      table.row(row, is_base ? "base" : "");
    }
    return part(
        "money", "Money",
        table.done() +
            paragraph(
                "Net value is value at its price less all costs. Bonuses are rewards that are paid in money on top of "
                "pay; rewards in esteem, or in place of base pay, cost nothing more. Surplus is net value less what "
                "the "
                "work costs the employees themselves; bonuses cancel in it.",
                "quiet"));
  }

  std::string levers() {
    if (comparison.ranking.size() < 2) return "";
    const char* const title_of_part = "What would reverse the ranking";
    if (comparison.levers.empty() && comparison.untried.empty()) {
      return part(
          "levers", title_of_part,
          paragraph("Not computed here: compare without --quick tries the numbers of the scenario one by one."));
    }
    const std::string first = called(comparison, comparison.ranking[0]),
                      second = called(comparison, comparison.ranking[1]);
    const std::vector<std::string> said = lever_sentences(comparison);
    const std::string html = paragraph(fmt::format(
        "Numbers of the scenario were changed, one at a time, to both ends of their range ({} each, on the same "
        "random numbers). {}",
        counted(static_cast<std::size_t>(comparison.lever_replicates), "replicate"), said.front()));
    std::string left_out;
    if (said.size() > 1) {
      left_out = said.back();
      for (const Untried& untried : comparison.untried) left_out += " " + capitalised(untried_words(untried)) + ".";
      left_out = paragraph(left_out, "quiet");
    }
    if (comparison.levers.empty()) return part("levers", title_of_part, html + left_out);
    const std::size_t flips = levers_that_turn(comparison);
    const std::size_t count = std::min(comparison.levers.size(), std::max(kLeversShown, flips));
    std::vector<charts::Span> rows;
    const std::string title =
        std::string(kPerspectives[comparison.perspective].label) + " of " + first + " less that of " + second;
    Json chart{{"kind", "levers"}, {"title", title}};
    chart["rows"] = Json::array();
    chart["paths"] = Json::array();
    Table table("Difference between " + first + " and " + second + " at both ends",
                {"Number", "As it is", "Range", "Difference at the low end", "At the high end", "Reverses?"});
    for (std::size_t i = 0; i < count; ++i) {
      const Lever& lever = comparison.levers[i];
      const auto lead = [](const Estimate& estimate) {
        return with_sign(estimate.mean, decimals_of(estimate)) + half_width(estimate, 1, decimals_of(estimate));
      };
      const std::string range =
          fmt::format("{:.6g} to {:.6g}{}", lever.low, lever.high, lever.stated ? "" : " (±20 %)");
      const std::string text =
          fmt::format("{:.6g}: {}; {:.6g}: {}", lever.low, lead(lever.at_low), lever.high, lead(lever.at_high));
      rows.push_back({capitalised(lever.label), lever.at_low.mean, lever.at_high.mean, text});
      chart["paths"].push_back(capitalised(lever.label));
      chart["rows"].push_back({{"path", capitalised(lever.label)},
                               {"low", number_or_null(lever.at_low.mean)},
                               {"high", number_or_null(lever.at_high.mean)},
                               {"from", number_or_null(std::min(lever.at_low.mean, lever.at_high.mean))},
                               {"to", number_or_null(std::max(lever.at_low.mean, lever.at_high.mean))},
                               {"text", text}});
      table.row({capitalised(lever.label), fmt::format("{:.6g}", lever.value), range, lead(lever.at_low),
                 lead(lever.at_high), lever.flips() ? "yes" : "no"},
                "", lever.path);
    }
    std::string label = "How far each number moves the difference between " + first + " and " + second + ". ";
    for (const charts::Span& row : rows) label += row.name + ": " + row.text + ". ";
    return part("levers", title_of_part,
                html +
                    figure(charts::spans(rows, title, label), chart,
                           "Dot: the number at the low end of its range; square: at the high end. Left of zero the "
                           "ranking is reversed.",
                           table.done()) +
                    left_out);
  }

  std::string origins() const {
    if (comparison.origins.empty()) return "";
    std::string html = paragraph(
                           "Assumed: it follows from an input of the scenario, and no run could have shown otherwise. "
                           "Emergent: it follows from what people chose.",
                           "quiet") +
                       "<dl>";
    for (const Origin& origin : comparison.origins) {
      html += "<dt>" + escaped(capitalised(origin.headline)) + " <span class=\"tag" +
              (origin.assumed ? " assumed\">assumed" : "\">emergent") + "</span></dt><dd>" + escaped(origin.why) +
              "</dd>";
    }
    return part("origins", "Assumed, or found?", html + "</dl>\n");
  }

  std::string limits() const {
    std::string html = "<ul>";
    for (const std::string& limit : comparison.limits) html += "<li>" + escaped(limit) + "</li>";
    return part("limits", "What must not be concluded", html + "</ul>\n");
  }

  std::string sureness() const {
    if (comparison.policies.size() < 2) return "";
    std::string html;
    if (comparison.replicates > 1 && comparison.ranking.size() > 1) {
      html += paragraph(fmt::format("About luck: drawn anew from the {} replicates, {} is best in {} of the draws.",
                                    comparison.replicates, called(comparison, comparison.ranking[0]),
                                    chance_text(comparison.policies[comparison.ranking[0]].best_by_luck)));
    }
    html += comparison.answer.worlds.empty()
                ? paragraph("About the numbers of the scenario: no worlds were sampled here.")
                : paragraph("About the numbers of the scenario: " + comparison.answer.worlds);
    return part("sureness", "How sure", html + paragraph(comparison.pairing) + paragraph(comparison.stopping));
  }

  /// What claims end with, and what it means, where a claim uses it.
  std::string key_of_grades() const {
    constexpr std::pair<const char*, const char*> kGrades[] = {{"F1", "read at the source"},
                                                               {"F2", "from reports of the source"},
                                                               {"F3", "a vendor's or a single claim"},
                                                               {"D", "derived from data"},
                                                               {"M", "from memory"}};
    const auto used = [&](const std::string& grade) {
      return std::any_of(comparison.sources.begin(), comparison.sources.end(), [&](const Source& source) {
        for (const char* before : {"(", ", "}) {
          for (const char* after : {")", ",", ":"}) {
            if (source.claim.find(before + grade + after) != std::string::npos) return true;
          }
        }
        return false;
      });
    };
    std::string key;
    for (const auto& [grade, meaning] : kGrades) {
      if (used(grade)) key += (key.empty() ? "" : "; ") + std::string(grade) + ": " + meaning;
    }
    return key.empty() ? "" : paragraph(key + ".", "quiet");
  }

  std::string scenario() const {
    std::string html = paragraph(comparison.description);
    if (!comparison.sources.empty()) {
      html += "<h3>What its numbers rest on</h3>\n<ul>";
      for (const Source& source : comparison.sources) {
        // "...: judgement", by judgement, need not say so twice.
        std::string claim = source.claim;
        const std::string twice = ": judgement";
        if (claim.ends_with(twice) && source.source.starts_with("judgement")) claim.resize(claim.size() - twice.size());
        html += "<li>" + escaped(claim) + ": " + escaped(source.source) + "</li>";
      }
      html += "</ul>\n" + key_of_grades();
    }
    if (!comparison.scenario_text.empty()) {
      html += "<details><summary>The whole scenario, every default written out</summary><pre><code>" +
              escaped(comparison.scenario_text) + "</code></pre></details>\n";
    }
    return part("scenario", "The scenario", html);
  }

  std::string again() const {
    std::string html =
        "<p>Save the whole scenario, which stands in the part before this one, as <code>scenario.yaml</code>. The same "
        "program then gives the same figures to the last digit:</p>\n<pre><code>goodhart compare scenario.yaml --html "
        "report.html</code></pre>\n";
    html += "<dl><dt>Content digest of the results</dt><dd><code>" + escaped(comparison.digest) + "</code></dd>";
    if (!comparison.overrides.empty()) {
      html += "<dt>Changes made on the command line</dt><dd><pre><code>" + escaped(comparison.overrides) +
              "</code></pre></dd>";
    }
    return part("again", "How to get the same again",
                html + "<dt>Program</dt><dd><pre><code>" + escaped(comparison.program) + "</code></pre></dd></dl>\n");
  }
};

}  // namespace

std::string to_html(const Comparison& comparison) {
  return Page(comparison).written();
}

}  // namespace goodhart
