/// The first page: for somebody who has a minute.
#include "first_page.hpp"

#include <cmath>

#include "answer.hpp"
#include "courses.hpp"
#include "html.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

using charts::escaped;
using html::paragraph;
using html::Table;

constexpr std::size_t kMetricsShown = 2, kHarmsShown = 2;  // as columns of the options

/// The finding is the title; what it is about stands above it.
std::string title_of(const Comparison& comparison) {
  const Answer& answer = comparison.answer;
  return paragraph(comparison.title, "about") + "<h1>" + html::kept_together(answer.finding) + "</h1>\n" +
         paragraph(answer.figures, "lead") + paragraph(answer.harm, "lead harm");
}

/// The option that is best, and the one under which the dashboard runs furthest ahead of value: those that the picture
/// has, once each.
std::vector<std::pair<std::size_t, std::string>> pictured(const Comparison& comparison) {
  std::vector<std::pair<std::size_t, std::string>> list;
  const auto widest = comparison.widest_gap();  // none for sure: the next best is shown beside the best
  const bool sure = comparison.replicates > 1 && tied_with_best(comparison) == 1 && comparison.ranking.size() > 1;
  const std::size_t best = comparison.ranking[0];
  if (best != comparison.comparison && !(widest && widest->policy == best)) {
    list.emplace_back(best, sure ? ", the best" : "");
  }
  if (widest) list.emplace_back(widest->policy, widest->policy == best && sure ? ", the best" : ", the widest gap");
  for (const std::size_t p : comparison.ranking) {
    if (!widest && list.size() < 2 && p != best && p != comparison.comparison) list.emplace_back(p, "");
  }
  return list;
}

/// Dashboard and value over time, a picture for each of `pictured`; empty where they cannot be drawn.
std::string courses(const Comparison& comparison) {
  if (comparison.steps.size() < 2) return "";
  const auto widest = comparison.widest_gap();
  const std::string metric =
      widest ? comparison.policies[widest->policy].divergences[widest->divergence].metric : comparison.metrics.front();
  const auto shown = pictured(comparison);
  std::vector<std::vector<charts::Line>> panels;
  for (const auto& [p, remark] : shown) panels.push_back(indices_of(comparison, p, metric));
  for (const auto& lines : panels) {
    if (lines.size() < 2) return "";
  }
  if (panels.empty()) return "";
  const std::vector<double> steps(comparison.steps.begin(), comparison.steps.end());
  const auto range = range_of(panels);
  std::string text = key_of(comparison, panels.front()) + "<div class=\"panels\">\n";
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const std::string name = comparison.policies[shown[i].first].label + shown[i].second;
    std::string label = name + ": ";
    for (const charts::Line& line : panels[i]) {
      label += fmt::format("{} goes from {} to {}. ", line.name, number(line.mean.front()), number(line.mean.back()));
    }
    text += "<div class=\"panel\"><h3>" + escaped(name) + "</h3>" +
            charts::lines(panels[i], steps, range, comparison.unit, label) + "</div>\n";
  }
  return text + "</div>\n";
}

/// Changes of dashboard and value by policy, where there is no course to draw; empty where they cannot be said in per
/// cent.
std::string changes(const Comparison& comparison) {
  const std::string& metric = comparison.metrics.front();
  const Outcome &dashboard = comparison.outcome("dashboard", metric), &value = comparison.outcome("value");
  std::vector<charts::Pair> rows;
  std::string label = "Changes in per cent. ";
  for (const std::size_t p : comparison.shown()) {
    if (p == comparison.comparison) continue;
    const double shown = dashboard.effects[p].change.percent.mean, real = value.effects[p].change.percent.mean;
    if (!(std::fabs(shown) < kTooManyPercent) || !(std::fabs(real) < kTooManyPercent)) return "";
    const std::string shown_text =
        dashboard.label + " " + change_cell({.difference = {.mean = 0}, .percent = {.mean = shown}}, NumberKind::plain);
    const std::string real_text =
        "value " + change_cell({.difference = {.mean = 0}, .percent = {.mean = real}}, NumberKind::plain);
    rows.push_back({comparison.policies[p].label, shown, real, shown_text, real_text});
    label += rows.back().name + ": " + shown_text + ", " + real_text + ". ";
  }
  if (rows.empty()) return "";
  return fmt::format(
             "<ul class=\"key\"><li><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><rect width=\"12\" "
             "height=\"12\" "
             "fill=\"#D55E00\"/></svg>square: {}</li><li><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><circle "
             "cx=\"6\" cy=\"6\" r=\"6\" fill=\"#0072B2\"/></svg>dot: value</li></ul>\n",
             escaped(dashboard.label)) +
         charts::pairs(rows, "change from " + called(comparison, comparison.comparison) + ", per cent", label);
}

/// The one picture: what the dashboard shows against what the organisation gets.
std::string picture(const Comparison& comparison) {
  if (comparison.policies.size() < 2 || comparison.ranking.empty()) return "";
  std::string drawn = courses(comparison);
  if (drawn.empty()) drawn = changes(comparison);
  const std::string title = "<h2>What the dashboard shows, and what the organisation gets</h2>\n";
  if (drawn.empty()) return title + paragraph(comparison.answer.gap);
  return title + "<figure class=\"gap\">" + drawn + "<figcaption>" + html::kept_together(comparison.answer.gap) +
         "</figcaption></figure>\n";
}

/// The metrics that the options are shown by: those that are rewarded, and those that worsen.
std::vector<const Outcome*> metrics_of(const Comparison& comparison) {
  std::vector<const Outcome*> list;
  const auto add = [&](const std::string& metric) {
    const Outcome* outcome = &comparison.outcome("dashboard", metric);
    if (std::find(list.begin(), list.end(), outcome) == list.end()) list.push_back(outcome);
  };
  for (std::size_t m = 0; m < std::min(kMetricsShown, comparison.metrics.size()); ++m) add(comparison.metrics[m]);
  for (std::size_t h = 0; h < std::min(kHarmsShown, comparison.harms.size()); ++h) add(comparison.harms[h].metric);
  return list;
}

/// Each policy with what it is, in words, and what it changes.
std::string options(const Comparison& comparison) {
  const Outcome& ranked = comparison.ranked_by();
  const bool in_pay = ranked.name == "utility", worlds = comparison.worlds && comparison.worlds->tried > 0;
  const std::string unit = in_pay ? " in pay" : comparison.currency == "money" ? "" : " in " + comparison.currency;
  const std::vector<const Outcome*> metrics = metrics_of(comparison);
  std::vector<std::string> head{"Option", capitalised(perspective_of(comparison).label), "Value"};
  for (const Outcome* metric : metrics) head.push_back("Dashboard of " + metric->metric_label);
  if (worlds) head.emplace_back("Best in sampled worlds");
  const std::string base = called(comparison, comparison.comparison);
  Table table(comparison.policies.size() < 2
                  ? "What was run, in words"
                  : fmt::format("The best first, in words and in changes from {}; {}{} per employee and {}", base,
                                perspective_of(comparison).label, unit, comparison.unit),
              head, Table::Narrow::cards, "options");
  for (const std::size_t p : comparison.shown()) {
    const PolicyComparison& policy = comparison.policies[p];
    const bool is_base = p == comparison.comparison;
    const double difference = ranked.effects[p].change.difference.mean;
    const Interval& sure = ranked.effects[p].simultaneous;  // as many digits as under Evidence
    std::vector<std::string> row{policy.option ? fmt::format("{}. {}", policy.rank, policy.label)
                                               : policy.label + " (reference, no option)"};
    row.push_back(
        is_base ? "compared with"
        : std::isnan(difference)
            ? "–"
            : with_sign(difference, decimals_of({.mean = difference, .low = sure.low, .high = sure.high, .n = 2})));
    const auto change = [&](const Outcome& outcome) {
      if (is_base) return std::string("–");
      Change one = outcome.effects[p].change;
      for (Estimate* estimate : {&one.difference, &one.percent}) estimate->n = 0;  // how sure: under Evidence
      return change_cell(one, outcome.share ? NumberKind::share : NumberKind::plain);
    };
    row.push_back(change(comparison.outcome("value")));
    for (const Outcome* metric : metrics) row.push_back(change(*metric));
    if (worlds)
      row.push_back(policy.option ? fmt::format("{} of {}", comparison.worlds->best[p], comparison.worlds->tried)
                                  : "–");
    table.row(row, !policy.option ? "base" : policy.rank == 1 && !is_base ? "best" : "", policy.words);
  }
  std::vector<std::pair<std::string, std::string>> terms;
  for (const Outcome* metric : metrics)
    terms.emplace_back("Dashboard of " + metric->metric_label, metric->metric_words);
  return std::string("<h2>The options</h2>\n") + table.done() + html::terms(terms);
}

/// What would reverse the finding, what it does not count, and what to do next.
std::string notes(const Comparison& comparison) {
  const Answer& answer = comparison.answer;
  std::string unless = paragraph(answer.unless) + paragraph(answer.worlds);
  for (const std::string& other : answer.others) unless += paragraph(other);
  if (unless.empty() && comparison.ranking.size() > 1) {
    unless = paragraph("What would reverse this was not computed: the comparison was made with --quick.");
  }
  std::string text = "<div class=\"notes\">\n";
  const auto note = [&](const char* title, const std::string& content) {
    if (!content.empty()) text += fmt::format("<section><h2>{}</h2>\n{}</section>\n", title, content);
  };
  note("Unless", unless);
  note("Not counted", paragraph(answer.not_counted));
  note("Next", paragraph(answer.next));
  return text + "</div>\n";
}

/// Which of the settings that leadership could choose is best.
std::string settings(const Comparison& comparison) {
  if (!comparison.best_setting) return "";
  std::string text = "<h2>Which setting would be best</h2>\n" + paragraph(comparison.best_setting->sentence);
  for (const SettingCurve& curve : comparison.best_setting->curves) text += html::figure_of(curve);
  return text;
}

/// What was simulated, from what, by what.
std::string made(const Comparison& comparison) {
  const std::string runs =
      comparison.replicates == 1
          ? "1 replicate"
          : fmt::format("{} replicates with other people and other random numbers", comparison.replicates);
  std::string text = fmt::format("A simulation of {} over {}, in {}. Options are ranked for {}, by {}.",
                                 counted(static_cast<std::size_t>(comparison.employees), "employee"),
                                 counted(comparison.all_steps, comparison.unit), runs, perspective_of(comparison).whose,
                                 perspective_of(comparison).label);
  std::string program = comparison.program.substr(0, comparison.program.find('\n'));
  // Where the file lies is of no interest to whom the page is sent.
  text += " From " + comparison.source_name.substr(comparison.source_name.find_last_of('/') + 1);
  if (!comparison.author.empty()) text += ", by " + comparison.author;
  if (!comparison.date.empty()) text += ", of " + comparison.date;
  return paragraph(text + "; made by " + (program.empty() ? "goodhart" : program) + ".", "quiet made");
}

}  // namespace

std::string first_page(const Comparison& comparison) {
  return title_of(comparison) + picture(comparison) + options(comparison) + notes(comparison) + settings(comparison) +
         made(comparison);
}

}  // namespace goodhart
