/// Figures from means; a table, sentences and JSON from figures.
#include "goodhart/report/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <variant>

#include "data.hpp"
#include "goodhart/analysis/comparison.hpp"
#include "goodhart/core/document.hpp"
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

/// "; before the first step leadership chose linear.rate 0.016 and audits.rate 0.6"; empty where it chose nothing.
std::string commitment_words(const PolicySummary& policy) {
  std::vector<std::string> chosen;
  const std::string own = "policies." + policy.name + ".";
  for (const auto& [path, value] : policy.committed) {
    chosen.push_back((path.starts_with(own) ? path.substr(own.size()) : path) + fmt::format(" {:.6g}", value));
  }
  return chosen.empty() ? "" : "; before the first step leadership chose " + listed(chosen, "and");
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
  sentence += commitment_words(policy);
  if (policy.failed > 0) sentence += fmt::format("; {} of {} runs failed", policy.failed, summary.replicates);
  return sentence + ".";
}

// ---- The table ----

/// A column's two heading lines, and for each policy its level and its change.
using Column = std::vector<std::string>;

Column column_of(const Summary& summary, const std::string& name, const std::string& what, NumberKind unit,
                 auto&& figure_of) {
  Column column{name, what};
  for (const PolicySummary& policy : summary.policies) {
    const Figure& figure = figure_of(policy);
    column.push_back(level_cell(figure.level, unit));
    column.push_back(change_cell(figure.change, unit));
  }
  return column;
}

/// The hours that go into each activity, and the rewards.
std::vector<Column> detail_columns(const Summary& summary) {
  std::vector<Column> columns{column_of(summary, "hours", "full steps", NumberKind::plain,
                                        [](const PolicySummary& policy) -> const Figure& { return policy.hours; }),
                              column_of(summary, "reward", "paid", NumberKind::plain,
                                        [](const PolicySummary& policy) -> const Figure& { return policy.reward; })};
  for (std::size_t k = 0; k < summary.activities.size(); ++k) {
    columns.push_back(column_of(summary, "hours of", summary.activities[k], NumberKind::plain,
                                [k](const PolicySummary& policy) -> const Figure& { return policy.effort[k]; }));
  }
  return columns;
}

/// A group's table, as the policies' one.
std::vector<Column> group_columns(const Summary& summary, std::size_t g) {
  std::vector<Column> columns{
      column_of(summary, "value", "true", NumberKind::plain,
                [g](const PolicySummary& policy) -> const Figure& { return policy.groups[g].value; }),
      column_of(summary, "gaming", "of hours", NumberKind::share,
                [g](const PolicySummary& policy) -> const Figure& { return policy.groups[g].gaming_share; })};
  for (std::size_t k = 0; k < summary.activities.size(); ++k) {
    columns.push_back(
        column_of(summary, "hours of", summary.activities[k], NumberKind::plain,
                  [g, k](const PolicySummary& policy) -> const Figure& { return policy.groups[g].effort[k]; }));
  }
  return columns;
}

/// The cells of columns beside each other, a line for each row.
std::string beside_each_other(const std::vector<Column>& columns) {
  std::vector<std::size_t> widths;
  for (const Column& column : columns) {
    std::size_t width = 0;
    for (const std::string& cell : column) width = std::max(width, width_of(cell));
    widths.push_back(width);
  }
  std::string text;
  for (std::size_t row = 0; row < columns.front().size(); ++row) {
    std::string line;
    for (std::size_t c = 0; c < columns.size(); ++c) line += (c == 0 ? "" : "  ") + padded(columns[c][row], widths[c]);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

/// The same of a table with two lines for each policy. The change of the comparison policy from itself is left out.
std::string table_of(std::vector<Column> columns, std::size_t comparison) {
  for (Column& column : columns) column.erase(column.begin() + static_cast<std::ptrdiff_t>(3 + 2 * comparison));
  return beside_each_other(columns);
}

/// A table of what is said of each policy, in as many parts as are needed to fit beside each other.
std::string policy_tables(const Summary& summary, const std::vector<Column>& columns) {
  Column names{"", ""};
  for (const PolicySummary& policy : summary.policies) {
    names.push_back(policy.name);
    names.emplace_back();
  }
  std::string text;
  for (std::size_t first = 0; first < columns.size(); first += kColumns) {
    std::vector<Column> beside{names};
    for (std::size_t c = first; c < std::min(columns.size(), first + kColumns); ++c) beside.push_back(columns[c]);
    text += table_of(beside, summary.comparison) + "\n";
  }
  return text;
}

/// Hours by activity, rewards, and a table for each group. Every part ends with an empty line but the last.
std::string details_of(const Summary& summary) {
  std::string text = "\nHours by activity, and rewards\n\n" + policy_tables(summary, detail_columns(summary));
  for (std::size_t g = 0; g < summary.policies.front().groups.size(); ++g) {
    text +=
        "Group " + summary.policies.front().groups[g].name + "\n\n" + policy_tables(summary, group_columns(summary, g));
  }
  text.pop_back();
  return text;
}

// ---- Lines over time ----

constexpr std::size_t kLine = 26;  // signs of a line

/// What a line shows, drawn and in numbers.
std::string course_cell(const std::vector<double>& line, std::pair<double, double> range, Signs signs) {
  if (line.empty()) return "";
  return padded(sparkline(line, range, kLine, signs), std::min(kLine, line.size())) + " " +
         from_to(line.front(), line.back());
}

/// Lines over time, two quantities beside each other; each has one scale for all policies.
std::string courses_of(const Summary& summary, Signs signs) {
  const bool moves = std::any_of(summary.courses.begin(), summary.courses.end(), [](const CourseSummary& course) {
    return !course.lines.empty() && course.lines.front().size() > 1;
  });
  if (signs == Signs::none || !moves) return "";
  std::string text = fmt::format("\nOver {} {}s, from the first to the last; each quantity has one scale\n",
                                 summary.steps, summary.unit);
  for (std::size_t first = 0; first < summary.courses.size(); first += 2) {
    Column names{""};
    for (const PolicySummary& policy : summary.policies) names.push_back(policy.name);
    std::vector<Column> columns{names};
    for (std::size_t c = first; c < std::min(first + 2, summary.courses.size()); ++c) {
      const CourseSummary& course = summary.courses[c];
      Column& column = columns.emplace_back(Column{course.name});
      for (const std::vector<double>& line : course.lines)
        column.push_back(course_cell(line, range_of(course.lines), signs));
    }
    text += "\n" + beside_each_other(columns);
  }
  return text;
}

// ---- JSON ----

using Json = nlohmann::ordered_json;

Json json_of(const Figure& figure) {
  Json json = json_of(figure.level);
  json["difference"] = json_of(figure.change.difference);
  json["percent"] = json_of(figure.change.percent);
  return json;
}

Json json_of(const std::vector<std::string>& names, const std::vector<Figure>& figures) {
  Json json = Json::object();
  for (std::size_t i = 0; i < names.size(); ++i) json[names[i]] = json_of(figures[i]);
  return json;
}

Json json_of(const std::vector<std::string>& activities, const std::vector<GroupSummary>& groups) {
  Json json = Json::object();
  for (const GroupSummary& group : groups) {
    json[group.name] = {{"value", json_of(group.value)},
                        {"gaming_share", json_of(group.gaming_share)},
                        {"effort", json_of(activities, group.effort)}};
  }
  return json;
}

}  // namespace

Summary summarise(const Scenario& scenario, const Means& means) {
  Summary summary{.title = scenario.title,
                  .unit = scenario.time.unit,
                  .currency = scenario.setting.organisation.currency,
                  .replicates = means.replicates(),
                  .comparison = means.comparison(),
                  .metrics = means.names("metric"),
                  .headline = headline_metrics(scenario),
                  .policies = {},
                  .activities = means.names("activity"),
                  .steps = scenario.time.steps,
                  .courses = {},
                  .scenario = "",
                  .results = "",
                  .digest = ""};

  const std::vector<std::string>& policies = means.names("policy");
  for (std::size_t p = 0; p < policies.size(); ++p) {
    const auto figure_of = [&](const std::string& variable, std::size_t position = 0) {
      return Figure{means.level(variable, p, position), means.change(variable, p, position)};
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
    policy.hours = figure_of("hours");
    policy.reward = figure_of("reward");
    const std::size_t activities = summary.activities.size();
    for (std::size_t k = 0; k < activities; ++k) policy.effort.push_back(figure_of("effort", k));
    const std::size_t groups = scenario.record.groups ? scenario.setting.population.groups.size() : 0;
    for (std::size_t g = 0; g < groups; ++g) {
      GroupSummary& group = policy.groups.emplace_back();
      group.name = scenario.setting.population.groups.entries[g].name;
      group.value = figure_of("group_value", g);
      group.gaming_share = figure_of("group_gaming_share", g);
      for (std::size_t k = 0; k < activities; ++k)
        group.effort.push_back(figure_of("group_effort", g * activities + k));
    }
    const std::vector<std::string> levers = committed_levers(scenario);
    for (std::size_t l = 0; l < levers.size(); ++l) {
      const double value = means.level("chosen", p, l).mean;
      if (!std::isnan(value)) policy.committed.emplace_back(levers[l], value);
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

std::vector<std::string> course_variables() {
  return {"dashboard", "value"};
}

void add_courses(Summary& summary, const Courses& courses) {
  const auto add = [&](const std::string& name, const std::string& variable, std::size_t position) {
    CourseSummary& course = summary.courses.emplace_back();
    course.name = name;
    for (std::size_t p = 0; p < summary.policies.size(); ++p)
      course.lines.push_back(courses.mean(variable, p, position));
  };
  add(summary.metrics[summary.headline[0]], "dashboard", summary.headline[0]);
  add("value", "value", 0);
  for (std::size_t i = 1; i < summary.headline.size(); ++i) {
    add(summary.metrics[summary.headline[i]], "dashboard", summary.headline[i]);
  }
}

std::string to_text(const Summary& summary, Signs signs, bool details) {
  const std::string& comparison = summary.policies[summary.comparison].name;
  std::string text = summary.title + "\n";
  text += fmt::format("Means per employee and {}; ", summary.unit);
  text += summary.replicates < 2 ? "one replicate, so no intervals (they need at least 2)"
                                 : fmt::format("{} replicates, ± half of the 95 % interval", summary.replicates);
  if (summary.policies.size() > 1) text += fmt::format("; second line: change from {}", comparison);
  text += ".\n\n";

  std::vector<Column> columns;
  const auto add_dashboard = [&](std::size_t m) {
    columns.push_back(column_of(summary, summary.metrics[m], "dashboard", NumberKind::plain,
                                [m](const PolicySummary& p) -> const Figure& { return p.dashboard[m]; }));
  };
  const auto add_alignment = [&](std::size_t m) {
    columns.push_back(column_of(summary, "alignment", "of " + summary.metrics[m], NumberKind::correlation,
                                [m](const PolicySummary& p) -> const Figure& { return p.alignment[m]; }));
  };
  const auto add = [&](const char* name, const char* what, NumberKind unit, Figure PolicySummary::*member) {
    columns.push_back(
        column_of(summary, name, what, unit, [member](const PolicySummary& p) -> const Figure& { return p.*member; }));
  };
  add_dashboard(summary.headline[0]);
  add("value", "true", NumberKind::plain, &PolicySummary::value);
  add("gaming", "of hours", NumberKind::share, &PolicySummary::gaming_share);
  add("cost", "of activities", NumberKind::plain, &PolicySummary::cost);
  add("net value", summary.currency.c_str(), NumberKind::plain, &PolicySummary::net_value);
  add_alignment(summary.headline[0]);
  for (std::size_t i = 1; i < summary.headline.size(); ++i) {
    add_dashboard(summary.headline[i]);
    add_alignment(summary.headline[i]);
  }

  text += policy_tables(summary, columns);
  for (const PolicySummary& policy : summary.policies) text += wrapped(policy.sentence, "", "  ");
  text += courses_of(summary, signs);
  if (details) text += details_of(summary);
  return harmless(text);
}

std::string to_json(const std::vector<Summary>& summaries) {
  Json experiments = Json::array();
  for (const Summary& summary : summaries) {
    Json policies = Json::array();
    for (const PolicySummary& policy : summary.policies) {
      Json committed = Json::object();
      for (const auto& [path, value] : policy.committed) committed[path] = value;
      policies.push_back({{"policy", policy.name},
                          {"failed_runs", policy.failed},
                          {"sentence", policy.sentence},
                          {"committed", committed},
                          {"value", json_of(policy.value)},
                          {"gaming_share", json_of(policy.gaming_share)},
                          {"gamers", json_of(policy.gamers)},
                          {"cost", json_of(policy.cost)},
                          {"waste", json_of(policy.waste)},
                          {"net_value", json_of(policy.net_value)},
                          {"dashboard", json_of(summary.metrics, policy.dashboard)},
                          {"alignment", json_of(summary.metrics, policy.alignment)},
                          {"hours", json_of(policy.hours)},
                          {"reward", json_of(policy.reward)},
                          {"effort", json_of(summary.activities, policy.effort)},
                          {"groups", json_of(summary.activities, policy.groups)}});
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
