/// `goodhart explain`: one employee's decision, laid open.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "goodhart/engine/single_run.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/report/explanation.hpp"
#include "goodhart/scenario/edits.hpp"
#include "scenario_file.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

constexpr std::int64_t kLastReplicate = 9'999'999;

struct Options {
  std::string scenario;
  Edits edits;
  std::string policy;
  std::optional<std::int64_t> employee, step;
  std::optional<std::int64_t> replicate;
  bool json = false;
};

std::int64_t within(const char* option, std::int64_t value, std::int64_t last) {
  if (value >= 0 && value <= last) return value;
  throw UserError(fmt::format("{} {}: must be from 0 to {}", option, value, last));
}

/// Refuses changes that one decision under that policy cannot show.
void refuse_idle_changes(const Edits& edits, const std::string& policy) {
  for (const std::string& change : edits.set) {
    const std::string path = path_of_change(change), other = policy_of_path(path);
    if (!other.empty() && other != policy) {
      throw UserError(
          fmt::format("--set {}: changes nothing, as {} is explained; add --policy {}", change, policy, other));
    }
    const std::string head = path.substr(0, path.find('.'));
    if (head == "replicates" || head == "record" || head == "experiment") {
      throw UserError(fmt::format("--set {}: changes nothing, as one decision in one run is explained", change));
    }
  }
}

Exit explain(const Options& options) {
  const std::vector<ScenarioFile> files = open_scenarios({options.scenario}, options.edits);
  if (const Exit found = report_findings(files); found != Exit::done) return found;
  const Scenario& scenario = *files.front().scenario;
  Question question{.policy = options.policy, .employee = {}, .step = {}};
  if (question.policy.empty()) question.policy = policy_to_explain(scenario);
  demand_policy(scenario, question.policy);
  refuse_idle_changes(options.edits, question.policy);
  if (options.step) question.step = static_cast<int>(within("--step", *options.step, scenario.time.steps - 1));
  // A replicate need not be one of those that are run: its luck is there all the same.
  question.replicate = static_cast<std::uint32_t>(within("--replicate", options.replicate.value_or(0), kLastReplicate));
  if (options.employee) {
    const std::int64_t people = scenario.setting.population.size;
    question.employee = static_cast<std::size_t>(within("--employee", *options.employee, people - 1));
  }

  try {
    const Explanation told = explained(scenario, question);
    const int replicate = static_cast<int>(question.replicate);
    fmt::print("{}", options.json ? to_json(told, scenario, question.policy, replicate)
                                  : to_text(told, scenario, question.policy, replicate));
  } catch (const RunError& error) {
    say("error: this run cannot be completed: {}\n", harmless(error.what()));
    return Exit::runs_failed;
  }
  return Exit::done;
}

}  // namespace

Command explain_command() {
  const auto options = std::make_shared<Options>();
  return {.name = "explain",
          .purpose = "Say why one employee does what it does in one step",
          .options = {{"SCENARIO", "", "A scenario file; - is standard input", OneText{&options->scenario}, "", true},
                      {"--policy", "NAME", "Under which policy", OneText{&options->policy},
                       "the first that is not compare_with"},
                      {"--employee", "N", "Whose decision", WholeNumber{&options->employee},
                       "among those who game, one who games for as long as half of them"},
                      {"--step", "T", "In which step", WholeNumber{&options->step}, "the last"},
                      {"--replicate", "R", "With which luck", WholeNumber{&options->replicate}, "0"},
                      options->edits.set_option(),
                      options->edits.steps_option(),
                      options->edits.seed_option(),
                      {"--json", "", "Print it as JSON", Flag{&options->json}}},
          .notes =
              "The run goes up to the step as in run, so what is explained is what the results hold. What each\n"
              "option is worth is in pay of a step, against doing nothing; its parts sum to the utility that the\n"
              "employee maximises.\n\n"
              "Examples:\n"
              "  goodhart explain scenarios/first-file.yaml\n"
              "  goodhart explain scenarios/ai-usage-mandate.yaml --policy usage_quota --employee 7 --step 20\n"
              "  goodhart explain scenarios/first-file.yaml --set policies.usage_quota.quota.reward=0.02",
          .act = [options] { return explain(*options); }};
}

}  // namespace goodhart
