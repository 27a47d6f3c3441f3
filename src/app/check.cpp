/// `goodhart check`: says all that is wrong with scenarios, and runs nothing.
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "commands.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "scenario_file.hpp"

namespace goodhart {
namespace {

struct Options {
  std::vector<std::string> scenarios;
  bool json = false;
};

Exit check(const Options& options) {
  const std::vector<ScenarioFile> files = open_scenarios(options.scenarios, {});
  if (options.json) {
    std::vector<Diagnostic> all;
    for (const ScenarioFile& file : files) all.insert(all.end(), file.diagnostics.begin(), file.diagnostics.end());
    fmt::print("{}", diagnostics_json(all));
  } else {
    fmt::print("{}", diagnostics_text(files));
    for (const ScenarioFile& file : files) {
      if (file.scenario) fmt::print("{}: sound\n", file.name);
    }
  }
  const bool sound =
      std::all_of(files.begin(), files.end(), [](const auto& file) { return file.scenario.has_value(); });
  return sound ? Exit::done : Exit::wrong_usage;
}

}  // namespace

Command add_check(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* line = program.add_subcommand("check", "Say all that is wrong with scenarios, without running them");
  add_scenarios_option(*line, options->scenarios);
  line->add_flag("--json", options->json, "Print a JSON list of {severity, file, line, column, path, message}");
  line->footer(
      "Exit status: 0 if all are sound (warnings are no errors), 2 if not.\n\n"
      "Examples:\n"
      "  goodhart check scenarios/*.yaml\n"
      "  goodhart new first | goodhart check -");
  return {line, [options] { return check(*options); }};
}

}  // namespace goodhart
