/// `goodhart check`: says all that is wrong with scenarios, and what running them would take.
#include <fmt/core.h>

#include <memory>

#include "goodhart/core/errors.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "needs.hpp"
#include "scenario_file.hpp"

namespace goodhart {
namespace {

struct Options {
  std::vector<std::string> scenarios;
  bool json = false;
  bool cost = false;
};

constexpr double kMeasuring = 1;  // seconds for an estimate of what a scenario takes

/// What is said of a scenario that can be run.
std::string verdict_on(const ScenarioFile& file, bool with_cost) {
  std::string text = harmless_line(file.name) + ": sound\n";
  if (!with_cost) return text;
  text += harmless_line(file.name) + ": ";
  try {
    text += cost_text(*file.scenario, cost_of(*file.scenario, kMeasuring));
  } catch (const RunError& error) {
    text += "what it takes cannot be estimated: ";
    text += harmless_line(error.what());
  }
  return text + "\n";
}

Exit check(const Options& options) {
  if (options.json && options.cost) {
    throw UserError("--cost and --json do not go together: --json prints a list of diagnostics and nothing else");
  }
  const std::vector<ScenarioFile> files = open_scenarios(options.scenarios, {});
  if (options.json) {
    std::vector<Diagnostic> all;
    for (const ScenarioFile& file : files) all.insert(all.end(), file.diagnostics.begin(), file.diagnostics.end());
    fmt::print("{}", diagnostics_json(all));
  } else {
    fmt::print("{}", diagnostics_text(files));
    for (const ScenarioFile& file : files) {
      if (file.scenario) fmt::print("{}", verdict_on(file, options.cost));
    }
  }
  return status_of(files);
}

}  // namespace

Command check_command() {
  const auto options = std::make_shared<Options>();
  return {.name = "check",
          .purpose = "Say all that is wrong with scenarios, without running them",
          .options = {scenarios_argument(options->scenarios),
                      {"--json", "", "Print a JSON list of {severity, file, line, column, path, message}",
                       Flag{&options->json}},
                      {"--cost", "", "Also estimate what running each takes, by trying some steps for about a second",
                       Flag{&options->cost}}},
          .notes =
              "Exit status: 0 if all are sound (warnings are no errors), 2 if not, 1 where a file cannot be read.\n\n"
              "Examples:\n"
              "  goodhart check scenarios/*.yaml\n"
              "  goodhart check --cost scenarios/stack-ranking.yaml\n"
              "  goodhart new first | goodhart check -",
          .act = [options] { return check(*options); }};
}

}  // namespace goodhart
