/// `goodhart check`: says all that is wrong with scenarios, and runs nothing.
#include <fmt/core.h>

#include <memory>

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
      if (file.scenario) fmt::print("{}: sound\n", harmless_line(file.name));
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
                       Flag{&options->json}}},
          .notes =
              "Exit status: 0 if all are sound (warnings are no errors), 2 if not, 1 where a file cannot be read.\n\n"
              "Examples:\n"
              "  goodhart check scenarios/*.yaml\n"
              "  goodhart new first | goodhart check -",
          .act = [options] { return check(*options); }};
}

}  // namespace goodhart
