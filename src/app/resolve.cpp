/// `goodhart resolve`: writes a scenario with every default and change in it.
#include <fmt/core.h>

#include <memory>

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
  if (const Exit found = report_findings(files); found != Exit::done) return found;
  fmt::print("{}", to_yaml(resolved(*files.front().scenario)));
  return Exit::done;
}

}  // namespace

Command resolve_command() {
  const auto options = std::make_shared<Options>();
  Command command{.name = "resolve",
                  .purpose = "Print a scenario with every default written out",
                  .options = {},
                  .notes = "",
                  .act = [options] { return resolve(*options); }};
  command.options = {{"SCENARIO", "", "Scenario file; - is standard input", OneText{&options->scenario}, "", true}};
  for (CommandOption& option : options->edits.options()) command.options.push_back(std::move(option));
  command.notes =
      "Running what is printed gives the same results.\n\n"
      "Examples:\n"
      "  goodhart resolve scenario.yaml\n"
      "  goodhart resolve scenario.yaml --set population.size=500 > larger.yaml\n"
      "  goodhart resolve scenario.yaml --policy trust | goodhart run - -o trust.h5";
  return command;
}

}  // namespace goodhart
