/// Figures from averages; a table, sentences and JSON from figures.
#include "goodhart/report/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <variant>

#include "goodhart/analysis/comparison.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

constexpr std::size_t kColumns = 6;  // to a table; more would not fit beside each other
constexpr double kSamePercent = 2;   // a change surely smaller than this is "about the same"
constexpr double kNoPercent = 0.05;  // a change that rounds to 0.0 %

// ---- Sentences ----

/// "value fell by 7 %". Empty where nothing is known.
std::string change_words(const std::string& noun, const Figure& figure, bool in_folds) {
  const Change& change = figure.change;
  const double percent = change.percent.mean;
  if (std::isnan(change.difference.mean)) return "";
  if (change.difference.mean == 0 && !(change.difference.half_width() > 0)) return noun + " stayed the same";
  if (change.difference.has_interval() && change.difference.holds_zero()) {
    if (std::isnan(percent)) {
      return fmt::format("the change of {} cannot be told apart from 0 ({} to {})", noun, number(change.difference.low),
                         number(change.difference.high));
    }
    if (change.percent.low > -kSamePercent && change.percent.high < kSamePercent)
      return noun + " stayed about the same";
    return fmt::format("the change of {} cannot be told apart from 0 ({} % to {} %)", noun,
                       with_sign(change.percent.low, percent_decimals(change.percent.low)),
                       with_sign(change.percent.high, percent_decimals(change.percent.high)));
  }
  const bool up = change.difference.mean > 0;
  if (!(change.comparison > 0)) {
    return fmt::format("{} {} from {} to {}", noun, up ? "rose" : "fell", number(change.comparison),
                       number(change.comparison + change.difference.mean));
  }
  if (std::fabs(percent) < kNoPercent) return noun + " stayed about the same";
  if (percent >= (in_folds ? 100 : 1000)) {
    const double fold = 1 + percent / 100;
    return fmt::format("{} grew {}-fold", noun, fixed(fold, fold < 9.95 ? 1 : 0));
  }
  return fmt::format("{} {} by {} %", noun, up ? "rose" : "fell", fixed(std::fabs(percent), percent_decimals(percent)));
}

/// "12 % of hours and 20 % of the cost went into gaming, by 36 % of the employees".
std::string gaming_words(const PolicySummary& policy) {
  const double hours = policy.gaming_share.level.mean, gamers = policy.gamers.level.mean;
  const double money = policy.waste.level.mean / policy.cost.level.mean;
  if (hours < kNoShare && !(gamers >= kNoShare)) return "no hours went into gaming";
  std::string words = share(hours) + " of hours";
  if (money >= kNoShare) words += " and " + share(money) + " of the cost";
  words += " went into gaming";
  if (gamers >= kNoShare) words += ", by " + share(gamers) + " of the employees";
  return words;
}

std::string sentence_of(const Summary& summary, const PolicySummary& policy, const PolicySummary& comparison,
                        bool can_game) {
  if (std::isnan(policy.value.level.mean)) return policy.name + ": no run succeeded.";
  const bool is_comparison = policy.name == comparison.name;
  std::vector<std::string> parts;
  const auto tell = [&](const std::string& noun, const Figure& figure, bool in_folds) {
    const std::string words =
        is_comparison ? noun + " " + number(figure.level.mean) : change_words(noun, figure, in_folds);
    if (!words.empty() && !std::isnan(figure.level.mean)) parts.push_back(words);
  };
  for (const std::size_t metric : summary.headline) tell(summary.metrics[metric], policy.dashboard[metric], false);
  tell("value", policy.value, false);
  if (policy.cost.level.mean != 0 || comparison.cost.level.mean != 0) tell("cost", policy.cost, true);
  if (can_game && !std::isnan(policy.gaming_share.level.mean)) {
    const double there = comparison.gaming_share.level.mean;
    parts.push_back(gaming_words(policy) + (is_comparison || !(there >= kNoShare)
                                                ? ""
                                                : fmt::format(" ({}: {})", comparison.name, share(there))));
  }
  std::string sentence = fmt::format("{}: {}", policy.name, fmt::join(parts, ", "));
  if (parts.empty()) sentence += "there is no run to compare with";
  if (is_comparison && summary.policies.size() > 1) sentence += "; the others are compared with this";
  if (policy.failed > 0) sentence += fmt::format("; {} of {} runs failed", policy.failed, summary.replicates);
  return sentence + ".";
}

// ---- The table ----

/// A column's two heading lines, and for each policy its level and its change.
using Column = std::vector<std::string>;

Column column_of(const Summary& summary, const std::string& name, const std::string& what, Unit unit,
                 auto&& figure_of) {
  Column column{name, what};
  for (const PolicySummary& policy : summary.policies) {
    const Figure& figure = figure_of(policy);
    column.push_back(level_cell(figure.level, unit));
    column.push_back(change_cell(figure.change, unit));
  }
  return column;
}

/// Lines of the cells of columns beside each other. The change of the comparison policy from itself is left out.
std::string table_of(const std::vector<Column>& columns, std::size_t comparison) {
  std::vector<std::size_t> widths;
  for (const Column& column : columns) {
    std::size_t width = 0;
    for (const std::string& cell : column) width = std::max(width, width_of(cell));
    widths.push_back(width);
  }
  std::string text;
  for (std::size_t row = 0; row < columns.front().size(); ++row) {
    if (row == 3 + 2 * comparison) continue;
    std::string line;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::string& cell = columns[c][row];
      line += (c == 0 ? "" : "  ") + padded(cell, widths[c]);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

// ---- JSON ----

using Json = nlohmann::ordered_json;

Json json_of(const Estimate& estimate) {
  return {{"mean", estimate.mean}, {"low", estimate.low}, {"high", estimate.high}, {"n", estimate.n}};
}

Json json_of(const Figure& figure) {
  Json json = json_of(figure.level);
  json["difference"] = json_of(figure.change.difference);
  json["percent"] = json_of(figure.change.percent);
  return json;
}

Json json_of(const std::vector<std::string>& metrics, const std::vector<Figure>& figures) {
  Json json = Json::object();
  for (std::size_t m = 0; m < metrics.size(); ++m) json[metrics[m]] = json_of(figures[m]);
  return json;
}

}  // namespace

Summary summarise(const Scenario& scenario, const Averages& averages) {
  Summary summary{.title = scenario.title,
                  .unit = scenario.time.unit,
                  .currency = scenario.setting.organisation.currency,
                  .replicates = averages.replicates(),
                  .comparison = static_cast<std::size_t>(scenario.comparison()),
                  .metrics = averages.names("metric"),
                  .headline = headline_metrics(scenario),
                  .policies = {},
                  .scenario = "",
                  .results = "",
                  .digest = ""};

  const std::vector<std::string>& policies = averages.names("policy");
  for (std::size_t p = 0; p < policies.size(); ++p) {
    const auto figure_of = [&](const std::string& variable, std::size_t position = 0) {
      const std::vector<double> here = averages.over_replicates(variable, p, position);
      return Figure{estimate(here), compare(here, averages.over_replicates(variable, summary.comparison, position))};
    };
    PolicySummary policy;
    policy.name = policies[p];
    policy.value = figure_of("value");
    policy.failed = static_cast<int>(summary.replicates) - policy.value.level.n;
    policy.gaming_share = figure_of("gaming_share");
    policy.gamers = figure_of("gamers");
    policy.cost = figure_of("cost");
    policy.waste = figure_of("waste");
    policy.net_value = figure_of("net_value");
    for (std::size_t m = 0; m < summary.metrics.size(); ++m) {
      policy.dashboard.push_back(figure_of("dashboard", m));
      policy.alignment.push_back(figure_of("alignment", m));
    }
    summary.policies.push_back(policy);
  }

  const auto& activities = scenario.setting.activities;
  const bool can_game =
      std::any_of(activities.begin(), activities.end(), [](const auto& activity) { return activity.value.gaming; });
  for (PolicySummary& policy : summary.policies) {
    policy.sentence = sentence_of(summary, policy, summary.policies[summary.comparison], can_game);
  }
  return summary;
}

std::string to_text(const Summary& summary) {
  const std::string& comparison = summary.policies[summary.comparison].name;
  std::string text = summary.title + "\n";
  text += fmt::format("Means per employee and {}; ", summary.unit);
  text += summary.replicates < 2 ? "one replicate, so no intervals (they need at least 2)"
                                 : fmt::format("{} replicates, ± half of the 95 % interval", summary.replicates);
  if (summary.policies.size() > 1) text += fmt::format("; second line: change from {}", comparison);
  text += ".\n\n";

  std::vector<Column> columns;
  const auto add_dashboard = [&](std::size_t m) {
    columns.push_back(column_of(summary, summary.metrics[m], "dashboard", Unit::plain,
                                [m](const PolicySummary& p) -> const Figure& { return p.dashboard[m]; }));
  };
  const auto add_alignment = [&](std::size_t m) {
    columns.push_back(column_of(summary, "alignment", "of " + summary.metrics[m], Unit::correlation,
                                [m](const PolicySummary& p) -> const Figure& { return p.alignment[m]; }));
  };
  const auto add = [&](const char* name, const char* what, Unit unit, Figure PolicySummary::*member) {
    columns.push_back(
        column_of(summary, name, what, unit, [member](const PolicySummary& p) -> const Figure& { return p.*member; }));
  };
  add_dashboard(summary.headline[0]);
  add("value", "true", Unit::plain, &PolicySummary::value);
  add("gaming", "of hours", Unit::share, &PolicySummary::gaming_share);
  add("cost", "of activities", Unit::plain, &PolicySummary::cost);
  add("net value", summary.currency.c_str(), Unit::plain, &PolicySummary::net_value);
  add_alignment(summary.headline[0]);
  for (std::size_t i = 1; i < summary.headline.size(); ++i) {
    add_dashboard(summary.headline[i]);
    add_alignment(summary.headline[i]);
  }

  Column names{"", ""};
  for (const PolicySummary& policy : summary.policies) {
    names.push_back(policy.name);
    names.emplace_back();
  }
  for (std::size_t first = 0; first < columns.size(); first += kColumns) {
    std::vector<Column> beside{names};
    for (std::size_t c = first; c < std::min(columns.size(), first + kColumns); ++c) beside.push_back(columns[c]);
    text += table_of(beside, summary.comparison) + "\n";
  }
  for (const PolicySummary& policy : summary.policies) text += wrapped(policy.sentence, "", "  ");
  return harmless(text);
}

std::string to_json(const std::vector<Summary>& summaries) {
  Json experiments = Json::array();
  for (const Summary& summary : summaries) {
    Json policies = Json::array();
    for (const PolicySummary& policy : summary.policies) {
      policies.push_back({{"policy", policy.name},
                          {"failed_runs", policy.failed},
                          {"sentence", policy.sentence},
                          {"value", json_of(policy.value)},
                          {"gaming_share", json_of(policy.gaming_share)},
                          {"gamers", json_of(policy.gamers)},
                          {"cost", json_of(policy.cost)},
                          {"waste", json_of(policy.waste)},
                          {"net_value", json_of(policy.net_value)},
                          {"dashboard", json_of(summary.metrics, policy.dashboard)},
                          {"alignment", json_of(summary.metrics, policy.alignment)}});
    }
    Json headline = Json::array();
    for (const std::size_t metric : summary.headline) headline.push_back(summary.metrics[metric]);
    experiments.push_back({{"scenario", summary.scenario},
                           {"results", summary.results},
                           {"content_digest", summary.digest},
                           {"title", summary.title},
                           {"replicates", summary.replicates},
                           {"compare_with", summary.policies[summary.comparison].name},
                           {"metrics", headline},
                           {"policies", policies}});
  }
  return Json{{"experiments", experiments}}.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace goodhart
