/// `goodhart resolve`: writes a scenario with every default and change in it.
#include <fmt/core.h>

#include <memory>

#include "commands.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/scenario/read.hpp"
#include "scenario_file.hpp"

namespace goodhart {
namespace {

struct Options {
  std::string scenario;
  Edits edits;
};

Exit resolve(const Options& options) {
  const std::vector<ScenarioFile> files = open_scenarios({options.scenario}, options.edits);
  if (!report_findings(files)) return Exit::wrong_usage;
  fmt::print("{}", to_yaml(resolved(*files.front().scenario)));
  return Exit::done;
}

}  // namespace

Command add_resolve(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* line = program.add_subcommand("resolve", "Print a scenario with every default written out");
  line->add_option("SCENARIO", options->scenario, "Scenario file; - is standard input")->required()->type_name("");
  options->edits.add_options(*line);
  line->footer(
      "Running what is printed gives the same results.\n\n"
      "Examples:\n"
      "  goodhart resolve scenario.yaml\n"
      "  goodhart resolve scenario.yaml --set population.size=500 > larger.yaml\n"
      "  goodhart resolve scenario.yaml --policy trust | goodhart run - -o trust.h5");
  return {line, [options] { return resolve(*options); }};
}

}  // namespace goodhart
