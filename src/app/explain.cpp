/// `goodhart explain`: one employee's decision, laid open.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "goodhart/engine/simulation.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/report/explanation.hpp"
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

/// The policy that is asked for, or the first that the others are not compared with.
std::size_t policy_of(const Scenario& scenario, const std::string& wanted) {
  std::vector<std::string> names;
  for (const auto& [name, policy] : scenario.policies) names.push_back(name);
  if (wanted.empty()) {
    const auto base = static_cast<std::size_t>(scenario.comparison());
    return names.size() == 1 ? 0 : base == 0 ? 1 : 0;
  }
  const int found = scenario.policies.index(wanted);
  if (found >= 0) return static_cast<std::size_t>(found);
  const auto near = nearest_name(wanted, names);
  throw UserError("--policy " + wanted + ": there is no such policy; " +
                  (near ? "did you mean '" + *near + "'?" : "the scenario has " + listed(names, "and")));
}

std::int64_t within(const char* option, std::int64_t value, std::int64_t last) {
  if (value >= 0 && value <= last) return value;
  throw UserError(fmt::format("{} {}: must be from 0 to {}", option, value, last));
}

/// The run, standing before a step.
std::unique_ptr<Simulation> run_to(const Simulation& common, const Policy& policy, int step) {
  auto run = std::make_unique<Simulation>(common, policy);
  while (run->next_step() < step) run->step();
  return run;
}

/// The one with the median gaming time among those who game in the step, or the first where nobody does.
std::size_t typical_gamer(const Simulation& common, const Policy& policy, int step) {
  const auto run = run_to(common, policy, step + 1);
  std::vector<std::pair<double, std::size_t>> gamers;
  const std::span<const double> gaming = run->gaming_time();
  for (std::size_t i = 0; i < gaming.size(); ++i) {
    if (gaming[i] > 1e-6) gamers.emplace_back(gaming[i], i);
  }
  if (gamers.empty()) return 0;
  const auto middle = gamers.begin() + static_cast<std::ptrdiff_t>(gamers.size() / 2);
  std::nth_element(gamers.begin(), middle, gamers.end());
  return middle->second;
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
  const auto& policy = scenario.policies.entries[policy_of(scenario, options.policy)];
  refuse_idle_changes(options.edits, policy.name);
  const int last = scenario.time.steps - 1;
  const int step = options.step ? static_cast<int>(within("--step", *options.step, last)) : last;
  const std::int64_t people = scenario.setting.population.size;
  // A replicate need not be one of those that are run: its luck is there all the same.
  const auto replicate =
      static_cast<std::uint32_t>(within("--replicate", options.replicate.value_or(0), kLastReplicate));
  if (options.employee) within("--employee", *options.employee, people - 1);

  TaskPool pool(1);
  try {
    Simulation common(scenario, Luck{scenario.seed, replicate}, pool);
    while (common.next_step() < 0) common.step();
    common.settle();
    const std::size_t employee =
        options.employee ? static_cast<std::size_t>(*options.employee) : typical_gamer(common, policy.value, step);
    const Explanation told = run_to(common, policy.value, step)->explain(employee);
    fmt::print("{}", options.json ? to_json(told, scenario, policy.name, static_cast<int>(replicate))
                                  : to_text(told, scenario, policy.name, static_cast<int>(replicate)));
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
