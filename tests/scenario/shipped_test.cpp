/// Every scenario that ships runs, and those with a story tell it.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::Diagnostic;
using goodhart::test::Results;
using goodhart::test::scenario_file;

/// Nothing is random here but the readings' noise, so 1e-5 relative (1e-6 near 0) leaves room for rates rounded to six
/// digits only.
doctest::Approx about(double value) {
  return doctest::Approx(value).epsilon(1e-5).scale(0.1);
}

/// Readers of pages are told what each policy, metric and activity is.
void check_described(const goodhart::Scenario& scenario) {
  const auto check = [](const auto& named) {
    for (const auto& [name, one] : named) CHECK_MESSAGE(!one.called.description.empty(), name, " has no description");
  };
  check(scenario.policies);
  check(scenario.setting.metrics);
  check(scenario.setting.activities);
}

}  // namespace

TEST_CASE("every scenario reads without errors, rehearses and runs") {
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(GOODHART_SOURCE_DIR "/scenarios")) {
    if (entry.path().extension() != ".yaml") continue;
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    auto scenario = scenario_file("scenarios/" + name);
    CHECK(!scenario.description.empty());
    if (name != "first-file.yaml") check_described(scenario);  // which is as short as a scenario can be
    for (const Diagnostic& diagnostic : goodhart::rehearse(scenario)) {
      // The textbook pays more than anybody was ever paid, on purpose.
      const bool meant = name == "multitask-textbook.yaml" && diagnostic.severity == Diagnostic::Severity::warning;
      if (!meant) FAIL_CHECK(diagnostic.path, ": ", diagnostic.message);
    }
    scenario.replicates = std::min(scenario.replicates, 2);
#ifndef NDEBUG
    // Sanitizers take tenfold; what lasts is in the builds without them.
    scenario.replicates = 1;
    scenario.time.steps = std::min(scenario.time.steps, 30);
#endif
    const Results results(scenario);
    for (const auto& record : results.records()) CHECK(record.failure == "");
    ++seen;
  }
  CHECK(seen >= 2);
}

TEST_CASE("first-file: the quota is met, by busywork, and value falls") {
  auto scenario = scenario_file("scenarios/first-file.yaml");
  const Results results(scenario);
  // In the last step, when nearly all have changed their habits.
  const auto in_the_end = [&](const char* policy, const char* variable, const std::vector<std::string>& labels = {}) {
    return results.series(policy, variable, labels).back();
  };
  const auto prompts = [&](const char* policy) { return in_the_end(policy, "dashboard", {"prompts"}); };
  // Trust: hours are 1 + intrinsic (1 - ...) / strain; what the AI is worth using for is 0.4 of it.
  CHECK(prompts("trust") == doctest::Approx(40).epsilon(0.01));
  CHECK(in_the_end("trust", "value") == doctest::Approx(1.155).epsilon(0.002));
  CHECK(in_the_end("trust", "gaming_share") == 0);
  CHECK(prompts("usage_quota") == doctest::Approx(100).epsilon(0.05));
  CHECK(in_the_end("usage_quota", "value") == doctest::Approx(1.07).epsilon(0.01));
  CHECK(in_the_end("usage_quota", "gaming_share") > 0.005);
  CHECK(in_the_end("usage_quota", "attained", {"usage_quota/quota"}) > 0.9);
  // Those who are paid for output use the AI where it helps, and nothing else.
  CHECK(in_the_end("pay_for_output", "gaming_share") == 0);
  CHECK(in_the_end("pay_for_output", "value") > in_the_end("trust", "value"));
  CHECK(in_the_end("usage_quota", "net_value") < in_the_end("trust", "net_value"));
}

TEST_CASE("multitask-textbook: the numbers of the textbook") {
  const Results results(scenario_file("scenarios/multitask-textbook.yaml"));
  struct Row {
    const char* policy;
    double explain, practise, cram, value, surplus;
  };
  const double none = std::nan("");
  for (const Row& row :
       {Row{"salary", 0, 0, 0, 0, 0}, Row{"best_bonus", 0.0994475, 0.3314917, 0.2486188, 0.2983425, 0.1491713},
        Row{"twice_the_best", 0.1988950, 0.6629834, 0.4972376, 0.5966851, 0},
        Row{"strong_bonus", 0.36, 1.2, 0.9, 1.08, -0.8748}, Row{"full_week", 0.65, 0.35, 0, 0.86, none},
        Row{"full_week_small_bonus", 0.42, 0.47, 0.11, 0.68, none},
        Row{"full_week_bonus", 0.16, 0.56, 0.28, 0.44, none}, Row{"full_week_strong_bonus", 0, 0.5, 0.5, 0.2, none}}) {
    CAPTURE(row.policy);
    CHECK(results.average(row.policy, "effort", {"explain"}) == about(row.explain));
    CHECK(results.average(row.policy, "effort", {"practise"}) == about(row.practise));
    CHECK(results.average(row.policy, "effort", {"cram"}) == about(row.cram));
    CHECK(results.average(row.policy, "value") == about(row.value));
    if (!std::isnan(row.surplus)) CHECK(results.average(row.policy, "surplus") == about(row.surplus));
    // The mean of 1000 readings with noise of 0.5, within 4 standard errors.
    const double score = 0.3 * row.explain + row.practise + 1.5 * row.cram;
    CHECK(std::fabs(results.average(row.policy, "dashboard", {"score"}) - score) < 4 * 0.5 / std::sqrt(1000.0));
  }
}
