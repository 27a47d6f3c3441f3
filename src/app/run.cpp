/// `goodhart run`: runs scenarios, writes their results and sums them up.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "execution.hpp"
#include "goodhart/io/provenance.hpp"
#include "goodhart/io/study_reader.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/report/summary.hpp"
#include "goodhart/scenario/read.hpp"
#include "goodhart/study/study.hpp"
#include "pictures.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

struct Options {
  std::vector<std::string> scenarios;
  ExecutionOptions execution;
  std::optional<std::int64_t> point;
  bool json = false;
  bool details = false;
  Pictures pictures;
};

/// A point of a study as a scenario of its own, with all that it records.
ScenarioFile point_of_study(const Options& options) {
  const std::string& name = options.scenarios.front();
  const Edits& edits = options.execution.edits;
  if (options.scenarios.size() > 1) throw UserError("--point takes one study's file");
  if (!edits.text().empty() || !edits.policies.empty()) {
    throw UserError("--point runs a point as it was, so nothing of it can be changed");
  }
  const StudySource source = read_study_source(name);
  const CheckedScenario checked = read_scenario(parse_yaml(source.scenario_resolved, "the scenario in " + name));
  if (!checked.sound()) throw UserError(checked.diagnostics);
  if (source.verb != Study::Verb::sweep) {
    throw UserError(name + ": is a sensitivity, whose points have luck of their own; --point is for sweeps");
  }
  const Study study(source.verb, *checked.scenario);
  if (static_cast<std::size_t>(*options.point) >= study.points()) {
    throw UserError(fmt::format("--point {}: {} has points 0 to {}", *options.point, name, study.points() - 1));
  }
  if (source.program != program_text()) {
    note("note: {} was made by another version or build, so the numbers may differ\n", harmless_line(name));
  }
  Study::There there = study.recorded_at(static_cast<std::size_t>(*options.point));
  if (!there.scenario)
    throw UserError(fmt::format("{}: point {} cannot be run: {}", name, *options.point, there.fault));
  ScenarioFile file;
  file.name = fmt::format("{}-point-{}.yaml", std::filesystem::path(name).stem().string(), *options.point);
  file.text = to_yaml(resolved(*there.scenario));
  file.scenario = std::move(there.scenario);
  return file;
}

std::vector<ScenarioFile> scenarios_of(const Options& options) {
  if (options.point) return {point_of_study(options)};
  return open_scenarios(options.scenarios, options.execution.edits);
}

/// The results file of each scenario.
std::vector<Output> results_files(const std::vector<ScenarioFile>& files, const ExecutionOptions& options) {
  if (!options.output.empty() && files.size() > 1) {
    throw UserError(fmt::format(
        "-o names one results file, but there are {} scenarios; leave it out, and each gets results/NAME.h5",
        files.size()));
  }
  std::vector<Output> outputs;
  for (const ScenarioFile& file : files) outputs.push_back(results_output(file, options, std::nullopt));
  return outputs;
}

Exit run(const Options& options) {
  if (options.execution.quiet) be_quiet();
  // Whatever can be wrong is found before the first hour of computing.
  const std::vector<ScenarioFile> files = scenarios_of(options);
  if (const Exit found = report_findings(files); found != Exit::done) return found;
  const std::vector<Output> results = results_files(files, options.execution);
  prepare_outputs(results, files, {});
  for (std::size_t i = 0; i < files.size(); ++i) options.execution.check_needs_of(files[i], results[i].name, false);

  TaskPool pool(options.execution.cores());
  options.execution.say_if_fewer(pool);
  std::vector<Summary> summaries;
  Exit status = Exit::done;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Execution done = execute(files[i], results[i].name, options.execution, std::nullopt, pool);
    if (done.ending.failed > 0) status = Exit::runs_failed;
    Summary& summary = summaries.emplace_back(summarise(done.scenario, done.means));
    summary.scenario = files[i].name;
    summary.results = results[i].name.string();
    summary.digest = done.digest;
    add_courses(summary, done.courses);
    if (options.json) continue;
    fmt::print("{}{}", i == 0 ? "" : "\n", to_text(summary, options.pictures.signs(), options.details));
    std::fflush(stdout);  // a signal in the next scenario would lose it; what is refused here is told at the end
  }
  if (options.json) fmt::print("{}", to_json(summaries));
  return status;
}

}  // namespace

Command run_command() {
  const auto options = std::make_shared<Options>();
  Command command{.name = "run",
                  .purpose = "Run scenarios, write results and sum them up",
                  .options = {},
                  .notes = "",
                  .act = [options] { return run(*options); }};
  command.options = {scenarios_argument(options->scenarios)};
  for (CommandOption& option : options->execution.options()) command.options.push_back(std::move(option));
  command.options.push_back({"--point", "N", "Run this point of a sweep again, in full: SCENARIO is its results file",
                             WholeNumber{&options->point, 0, static_cast<std::int64_t>(Study::kMostPoints)}});
  command.options.push_back(
      {"--details", "", "Print hours by activity, rewards, and a table for each group, too", Flag{&options->details}});
  command.options.push_back(options->pictures.option());
  command.options.push_back({"--json", "", "Print the summary as JSON", Flag{&options->json}});
  command.notes =
      "Exit status: 0; 1 the machine refused; 2 wrong usage or scenario; 3 some runs failed, results are\n"
      "written; 130 interrupted; 70 a bug of ours.\n"
      "What takes longer than --keep-after keeps finished replicates in results/SCENARIO.parts. After an\n"
      "interruption the same command goes on from there, and writes the same bytes.\n\n"
      "Examples:\n"
      "  goodhart run scenario.yaml\n"
      "  goodhart run scenarios/*.yaml --replicates 8\n"
      "  goodhart run scenario.yaml --set population.size=1000 --set seed=7 -o large.h5\n"
      "  goodhart run scenario.yaml --set 'activities.with_ai.value={normal: {mean: 1.4, sd: 0.3}}'\n"
      "  goodhart run scenario.yaml --policy trust --policy usage_quota --json > summary.json\n"
      "  goodhart run results/scenario-sweep.h5 --point 12";
  return command;
}

}  // namespace goodhart
