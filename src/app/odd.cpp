/// `goodhart odd`: a scenario as an ODD document, or what differs between two.
#include <fmt/format.h>

#include <memory>

#include "execution.hpp"
#include "goodhart/io/provenance.hpp"
#include "goodhart/io/text_file.hpp"
#include "goodhart/report/odd.hpp"
#include "scenario_file.hpp"

namespace goodhart {
namespace {

struct Options {
  std::string scenario, output, other;
};

Exit odd(const Options& options) {
  std::vector<std::string> names{options.scenario};
  if (!options.other.empty()) names.push_back(options.other);
  const std::vector<ScenarioFile> files = open_scenarios(names, {});
  if (const Exit found = report_findings(files); found != Exit::done) return found;
  const Scenario& scenario = *files.front().scenario;
  const std::string text =
      options.other.empty() ? odd_document(scenario, program_name()) : odd_delta(scenario, *files.back().scenario);
  if (options.output.empty()) {
    fmt::print("{}", text);
    return Exit::done;
  }
  prepare_outputs({{.what = "the document", .name = options.output, .kind = Output::Kind::text}}, files, {});
  write_text_file(options.output, text);
  return Exit::done;
}

}  // namespace

Command odd_command() {
  const auto options = std::make_shared<Options>();
  return {.name = "odd",
          .purpose = "Describe a scenario by the ODD protocol, for a paper",
          .options = {{"SCENARIO", "", "Scenario file; - is standard input", OneText{&options->scenario}, "", true},
                      {"-o,--output", "FILE", "Write it to a file", OneText{&options->output}},
                      {"--delta", "OTHER", "Write what differs in the scenario OTHER instead, path by path",
                       OneText{&options->other}}},
          .notes =
              "Prints Markdown: purpose and patterns; entities, state variables and scales; process overview\n"
              "and scheduling; design concepts; initialisation; input data; submodels with all parameters\n"
              "(value, unit, meaning, and range where experiment.vary has one); sources. It is made from the\n"
              "scenario's own fields, and has only what the scenario uses.\n\n"
              "Examples:\n"
              "  goodhart odd scenarios/ai-usage-mandate.yaml -o odd.md\n"
              "  goodhart odd scenarios/ai-usage-mandate.yaml --delta scenarios/ticket-quota.yaml",
          .act = [options] { return odd(*options); }};
}

}  // namespace goodhart
