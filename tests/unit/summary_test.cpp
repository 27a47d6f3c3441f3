/// What the summary of a small made-up experiment says, word for word.
#include "goodhart/report/summary.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "goodhart/io/yaml.hpp"
#include "goodhart/scenario/read.hpp"

namespace {

using namespace goodhart;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// What one run came to: dashboard and alignment of prompts, then the rest.
struct Run {
  double prompts, value, gaming_share, cost, net_value, alignment;
};

/// By policy: a run for each replicate. A run without value has failed.
using Runs = std::vector<std::vector<Run>>;

Scenario scenario_of(const std::string& policies, const std::string& more = "") {
  const std::string text =
      "goodhart: 1\ntitle: A test\nactivities: {work: {value: 1}, tick: {gaming: true}}\n"
      "metrics: {prompts: {measures: {tick: 1}}, output: {measures: value}, calls: {measures: {work: 1}}}\n"
      "policies: " +
      policies + "\n" + more;
  const CheckedScenario checked = read_scenario(parse_yaml(text, "test"));
  REQUIRE(checked.sound());
  return *checked.scenario;
}

Summary summary_of(const Scenario& scenario, const Runs& runs) {
  std::vector<std::string> policies, metrics, activities;
  for (const auto& [name, policy] : scenario.policies) policies.push_back(name);
  for (const auto& [name, metric] : scenario.setting.metrics) metrics.push_back(name);
  for (const auto& [name, activity] : scenario.setting.activities) activities.push_back(name);
  std::vector<std::int64_t> replicates(runs.front().size());
  Folder root;
  root.coordinates = {{"policy", "", policies},
                      {"replicate", "", replicates},
                      {"step", "", std::vector<std::int64_t>{0}},
                      {"metric", "", metrics},
                      {"activity", "", activities}};
  for (const char* name : {"value", "gaming_share", "cost", "net_value", "gamers", "waste", "hours", "reward"}) {
    root.variables.push_back({.name = name, .long_name = "", .units = "1", .axes = {"step"}});
  }
  for (const char* name : {"dashboard", "alignment"}) {
    root.variables.push_back({.name = name, .long_name = "", .units = "1", .axes = {"step", "metric"}});
  }
  root.variables.push_back({.name = "effort", .long_name = "", .units = "1", .axes = {"step", "activity"}});

  Means means(Layout{{root}}, static_cast<std::size_t>(scenario.comparison()));
  for (std::size_t r = 0; r < runs[0].size(); ++r) {
    for (std::size_t p = 0; p < runs.size(); ++p) {
      const Run& run = runs[p][r];
      RunRecord record;
      record.policy = static_cast<int>(p);
      record.replicate = static_cast<int>(r);
      if (std::isnan(run.value)) {
        record.failure = "no luck";
      } else {
        // Three gamers for each full-time one, and gaming costs twice what other hours do.
        record.averages = {{run.value},
                           {run.gaming_share},
                           {run.cost},
                           {run.net_value},
                           {3 * run.gaming_share},
                           {2 * run.gaming_share * run.cost},
                           {1.0},
                           {0.1 * run.prompts},
                           {run.prompts, run.value, 7},
                           {run.alignment, 1, kNaN},
                           {1 - run.gaming_share, run.gaming_share}};
      }
      means.add(record);
    }
  }
  return summarise(scenario, means);
}

const char* const kThree = "{trust: [], quota: [{quota: {metric: prompts, target: 1}}], watch: []}";

const Runs kRuns = {
    {{40, 1.0, 0, 60, 4440, 0.5},
     {42, 1.1, 0, 62, 4888, 0.4},
     {41, 0.9, 0, 61, 3989, 0.6},
     {41, 1.0, 0, 61, 4439, 0.5}},
    {{100, 0.93, 0.12, 150, 4035, 0.1},
     {106, 1.03, 0.13, 154, 4481, 0.1},
     {102, 0.83, 0.12, 152, 3583, 0.1},
     {104, 0.93, 0.11, 152, 4033, 0.1}},
    {{40.1, 1.1, 0.01, 60, 4890, kNaN},
     {kNaN, kNaN, kNaN, kNaN, kNaN, kNaN},
     {41.1, 0.8, 0.01, 61, 3539, kNaN},
     {41.0, 1.05, 0.01, 61, 4664, kNaN}},
};

}  // namespace

TEST_CASE("a summary is a table and a sentence for each policy") {
  const std::string expected = R"(A test
Means per employee and week; 4 replicates, ± half of the 95 % interval; second line: change from trust.

       prompts       value          gaming           cost           net value      alignment
       dashboard     true           of hours         of activities  money          of prompts
trust  41.0 ± 1.3    1.00 ± 0.13    0.0 %            61.0 ± 1.3     4439 ± 584     0.50 ± 0.13
quota  103 ± 4       0.930 ± 0.130  12.0 % ± 1.3     152 ± 3        4033 ± 583     0.10
       +151 % ± 7    -7.0 %         +12.0 pts ± 1.3  +149 % ± 2     -9.1 %         -0.40 ± 0.13
watch  40.7 ± 1.4    0.983 ± 0.399  1.0 %            60.7 ± 1.4     4364 ± 1798    –
       +0.2 % ± 0.4  +1.7 % ± 26.7  +1.0 pts         0.0 %          +1.7 % ± 27.1  –

trust: prompts 41.0, value 1.00, cost 61.0, no hours went into gaming; the others are compared with
  this.
quota: prompts rose by 151 %, value fell by 7.0 %, cost grew 2.5-fold, 12 % of hours and 24 % of the
  cost went into gaming, by 36 % of the employees.
watch: prompts stayed about the same, the change of value cannot be told apart from 0 (-25 % to
  +28 %), cost stayed the same, 1.0 % of hours and 2.0 % of the cost went into gaming, by 3.0 % of
  the employees; 1 of 4 runs failed.
)";
  CHECK(to_text(summary_of(scenario_of(kThree), kRuns)) == expected);
}

TEST_CASE("with one replicate there are means and changes without intervals") {
  const Runs runs = {{kRuns[0][0]}, {kRuns[1][0]}, {{40, 1.0, 0, 0, 4500, 0.5}}};
  const std::string expected = R"(A test
Means per employee and week; one replicate, so no intervals (they need at least 2); second line: change from trust.

       prompts    value   gaming     cost           net value  alignment
       dashboard  true    of hours   of activities  money      of prompts
trust  40.0       1.00    0.0 %      60.0           4440       0.50
quota  100        0.930   12.0 %     150            4035       0.10
       +150 %     -7.0 %  +12.0 pts  +150 %         -9.1 %     -0.40
watch  40.0       1.00    0.0 %      0              4500       0.50
       0.0 %      0.0 %   0.0 pts    -100 %         +1.4 %     0.00

trust: prompts 40.0, value 1.00, cost 60.0, no hours went into gaming; the others are compared with
  this.
quota: prompts rose by 150 %, value fell by 7.0 %, cost grew 2.5-fold, 12 % of hours and 24 % of the
  cost went into gaming, by 36 % of the employees.
watch: prompts stayed the same, value stayed the same, cost fell by 100 %, no hours went into
  gaming.
)";
  CHECK(to_text(summary_of(scenario_of(kThree), runs)) == expected);
}

TEST_CASE("the headline is the rewarded volume metrics, else the first rewarded, else the first") {
  const auto headline = [](const std::string& policies) {
    const Scenario scenario = scenario_of(policies);
    return summary_of(scenario, Runs(scenario.policies.size(), {kRuns[0][0]})).headline;
  };
  using Positions = std::vector<std::size_t>;
  CHECK(headline("{a: [], b: [{quota: {metric: output, target: 1}}, {quota: {metric: calls, target: 1}}]}") ==
        Positions{2});
  CHECK(headline("{a: [{linear: {metric: calls, rate: 1}}], b: [{quota: {metric: prompts, target: 1}}]}") ==
        Positions{2, 0});
  CHECK(headline("{a: [], b: [{linear: {metric: output, rate: 1}}]}") == Positions{1});
  CHECK(headline("{a: [], b: []}") == Positions{0});
}

TEST_CASE("a policy of which all runs failed is said to have failed") {
  Runs runs = kRuns;
  for (Run& run : runs[1]) run.value = kNaN;
  const Summary summary = summary_of(scenario_of(kThree), runs);
  CHECK(summary.policies[1].failed == 4);
  CHECK(summary.policies[1].sentence == "quota: no run succeeded.");
  CHECK(to_text(summary).find("quota  –") != std::string::npos);

  // Nothing is left to compare with where the comparison failed, but what can be said is said.
  runs = kRuns;
  for (Run& run : runs[0]) run.value = kNaN;
  CHECK(summary_of(scenario_of(kThree), runs).policies[1].sentence ==
        "quota: 12 % of hours and 24 % of the cost went into gaming, by 36 % of the employees.");
}

TEST_CASE("differences are taken against the policy that the scenario names") {
  const Summary summary = summary_of(scenario_of(kThree, "compare_with: quota\n"), kRuns);
  CHECK(summary.comparison == 1);
  CHECK(
      summary.policies[0].sentence ==
      "trust: prompts fell by 60 %, value rose by 7.5 %, cost fell by 60 %, no hours went into gaming (quota: 12 %).");
}

TEST_CASE("changes from nothing are told by their ends") {
  const Runs runs = {{{0, 1, 0, 0, 1, 1}, {0, 1, 0, 0, 1, 1}},
                     {{5, -1, 0, 65, 1, 1}, {5, -1, 0, 66, 1, 1}},
                     {{0, 1, 0, 0, 1, 1}, {0, 1, 0, 0, 1, 1}}};
  const Summary summary = summary_of(scenario_of(kThree), runs);
  CHECK(
      summary.policies[1].sentence ==
      "quota: prompts rose from 0 to 5.00, value fell by 200 %, cost rose from 0 to 65.5, no hours went into gaming.");
  CHECK(summary.policies[2].sentence ==
        "watch: prompts stayed the same, value stayed the same, no hours went into gaming.");
}

TEST_CASE("the JSON has the same figures") {
  Summary summary = summary_of(scenario_of(kThree), kRuns);
  summary.scenario = "a.yaml";
  summary.results = "results/a.h5";
  summary.digest = "0123";
  const auto json = nlohmann::json::parse(to_json({summary, summary}));
  REQUIRE(json["experiments"].size() == 2);
  const auto& experiment = json["experiments"][1];
  CHECK(experiment["scenario"] == "a.yaml");
  CHECK(experiment["results"] == "results/a.h5");
  CHECK(experiment["content_digest"] == "0123");
  CHECK(experiment["replicates"] == 4);
  CHECK(experiment["compare_with"] == "trust");
  CHECK(experiment["metrics"] == nlohmann::json{"prompts"});
  const auto& quota = experiment["policies"][1];
  CHECK(quota["policy"] == "quota");
  CHECK(quota["sentence"] == summary.policies[1].sentence);
  CHECK(quota["dashboard"]["prompts"]["mean"] == 103);
  CHECK(quota["cost"]["difference"]["mean"] == 91);
  CHECK(quota["value"]["percent"]["mean"] == doctest::Approx(-7));
  CHECK(quota["alignment"]["prompts"]["n"] == 4);
  CHECK(quota["alignment"]["calls"]["mean"].is_null());
  CHECK(quota["hours"]["mean"] == 1);
  CHECK(quota["reward"]["mean"] == doctest::Approx(10.3));
  CHECK(quota["effort"]["tick"]["mean"] == quota["gaming_share"]["mean"]);
  CHECK(quota["groups"].empty());
  CHECK(experiment["policies"][2]["failed_runs"] == 1);
}
