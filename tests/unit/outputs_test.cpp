/// The tables of output variables: what the page on results files says of them, and what follows from an entry.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "engine/in_range.hpp"
#include "goodhart/engine/experiment.hpp"
#include "support/run.hpp"

using namespace goodhart;
using namespace goodhart::test;

namespace {

/// A scenario that leaves every variable that there is.
const std::string kEverything = R"(
goodhart: 1
title: All variables
time: {steps: 4}
population:
  size: 5
  traits: {skill: 1, clutter: 0}
  groups: {all: {share: 1}}
effort: {horizon: 2}
activities: {work: {value: 1, setup: {time: 0.1}}}
metrics: {m: {measures: {work: 1}}}
stocks: [{trait: clutter, adds: {work: 1}}]
workforce: {outside: {utility: 0}}
policies:
  base:
    incentives: [{quota: {metric: m, target: 1, reward: 0.1}}]
    leadership: [{infer: {metric: m, first: 0, first_sd: 1, drift: 0, signals: [{see: tips, sd: 1}]}}, {commit: {levers: {policies.base.quota.reward: {values: [0.1, 0.2]}}}}]
record: {groups: true, teams: true, employees: {every: 2, sample: 3}}
)";

/// The rows on variables of the page's part from one heading to another.
std::vector<std::string> rows_between(const std::string& heading, const std::string& end) {
  std::ifstream page(std::string(GOODHART_SOURCE_DIR) + "/docs/results-format.md");
  std::vector<std::string> rows;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with(heading)) inside = true;
    if (line.starts_with(end)) inside = false;
    // Tables of coordinates have three columns.
    if (inside && line.starts_with("| `") && std::count(line.begin(), line.end(), '|') == 5) rows.push_back(line);
  }
  return rows;
}

/// How the page's row on a variable begins; notes may follow.
std::string row_of(const Variable& variable) {
  std::string axes;
  for (const std::string& axis : variable.axes) axes += (axes.empty() ? "" : ", ") + axis;
  return "| `" + variable.name + "` | " + axes + " | " + variable.units + " | " + variable.long_name;
}

}  // namespace

TEST_CASE("the page on results files lists the variables as the tables of outputs do") {
  const Layout layout = layout_of(scenario_text(kEverything));
  REQUIRE(layout.folders.size() == 4);
  for (const auto& [folder, heading, end] :
       {std::tuple{0, "## The root", "## The group"}, std::tuple{2, "`/employees`", "`/teams`"},
        std::tuple{3, "`/teams`", "## Attributes"}}) {
    const std::vector<Variable>& variables = layout.folders[static_cast<std::size_t>(folder)].variables;
    const std::vector<std::string> rows = rows_between(heading, end);
    REQUIRE(rows.size() == variables.size());
    for (std::size_t v = 0; v < rows.size(); ++v) {
      const std::string expected = row_of(variables[v]);
      CHECK(rows[v].substr(0, expected.size()) == expected);
    }
  }
}

TEST_CASE("each variable says its units and flags as files do") {
  CHECK(described({"cost", "cost of activities", "money per step", {}}) == "cost of activities, in money per step");
  CHECK(described({"gamers", "share who game", "1", {}}) == "share who game");
  CHECK(flag_meanings({"group", "group", "1", {}, {"night shift", "day"}}) == "night_shift day");
  CHECK(flag_meanings(status_of_runs()) == "ok failed");
  CHECK(seed_of_runs().flags.empty());
}

TEST_CASE("where several variables leave the range of numbers, the one that others are made of is named") {
  const Setting setting = scenario_text(kEverything).setting;
  const double infinite = std::numeric_limits<double>::infinity();
  StepMeans means;
  means.dashboard = means.reading = {infinite};
  means.net_value = infinite;
  const auto message = [&] {
    try {
      require_in_range(means, setting, {}, 3, 1);
    } catch (const RunError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message().starts_with("at step 3 the mean reading of metrics.m came out infinite"));
  means.reading = {0.0};
  CHECK(message().starts_with("at step 3 the dashboard of metrics.m came out infinite"));
  means.dashboard = {0.0};
  CHECK(message().starts_with("at step 3 net value came out infinite"));
  means.net_value = 0;
  CHECK(message().empty());
  // Whatever has no words of its own goes by its name.
  means.gamers = infinite;
  CHECK(message() ==
        "at step 3 gamers came out infinite, beyond the largest number that can be computed with, 1.8e+308; bound what "
        "it is made of");
}
