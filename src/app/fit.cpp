/// `goodhart fit`: which numbers in doubt an organisation's own data allow.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "goodhart/core/errors.hpp"
#include "goodhart/engine/prepare.hpp"
#include "goodhart/io/observed_files.hpp"
#include "goodhart/io/provenance.hpp"
#include "goodhart/io/study_writer.hpp"
#include "goodhart/io/text_file.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/report/fit.hpp"
#include "goodhart/scenario/read.hpp"
#include "goodhart/study/fit_run.hpp"
#include "kept_evaluations.hpp"
#include "progress.hpp"
#include "streams.hpp"
#include "study_execution.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string scenario;
  ExecutionOptions execution;
  StudyPrint print;

  std::vector<CommandOption> list();
};

std::vector<CommandOption> Options::list() {
  Edits& edits = execution.edits;
  std::vector<CommandOption> list{
      {"SCENARIO", "", "A scenario file with experiment.fit, or a name that goodhart list knows; - is standard input",
       OneText{&scenario}, "", true},
      {"-o,--output", "FILE", "Results file, instead of results/SCENARIO-fit.h5", OneText{&execution.output}},
      edits.set_option(),
      edits.steps_option(),
      edits.seed_option(),
      execution.threads_option(),
      execution.keep_after_option(),
      execution.fresh_option()};
  for (CommandOption& option : print.options()) list.push_back(std::move(option));
  list.push_back(execution.quiet_option());
  return list;
}

/// The scenario with the values of tables in it, or what of them cannot be compared, told at its place.
Scenario with_values(const ScenarioFile& file, std::vector<std::size_t>& counts) {
  Scenario scenario = *file.scenario;
  counts = read_observed(scenario, fs::path(file.name).parent_path(),
                         [](const std::string& sentence) { note("warning: {}\n", harmless_line(sentence)); });
  if (std::vector<Diagnostic> found = check_observed(scenario); !found.empty()) {
    throw UserError(placed(std::move(found), parse_yaml(file.text, file.name)));
  }
  return scenario;
}

std::string write_particles(const fs::path& name, const ScenarioFile& file, const ExecutionOptions& execution,
                            const FitRun& run, const FitFindings& found) {
  const Study study = run.study_of(found.particles);
  return write_study(
      name, study, [](std::size_t, std::size_t) { return std::nullopt; }, attributes_of(study.scenario()),
      provenance_of(study.scenario(), file.text, execution.edits.text(), run.failure()), {fit_tables(run, found)});
}

Exit fit(const Options& options) {
  const ExecutionOptions& execution = options.execution;
  if (execution.quiet) be_quiet();
  options.print.check();
  const std::vector<ScenarioFile> files = open_scenarios({options.scenario}, execution.edits, std::nullopt, check_fit);
  if (const Exit found = report_findings(files); found != Exit::done) return found;
  const ScenarioFile& file = files.front();
  std::vector<std::size_t> counts;
  const Scenario scenario = with_values(file, counts);
  const fs::path results = study_file("fit", file.name, execution.output);
  TaskPool pool(execution.cores());
  std::vector<Output> outputs = options.print.page();
  outputs.push_back({.what = "the results of " + file.name, .name = results, .makes_folder = execution.output.empty()});
  prepare_outputs(outputs, files, {});
  execution.say_if_fewer(pool);

  StudyPlan plan = plan_of(StudyPlan::Work::fit, file, execution);
  plan.scenario_resolved = to_yaml(resolved(scenario));  // with what its tables say
  KeptEvaluations kept(parts_of(results), std::move(plan), values_of_evaluation(scenario), execution.seconds_unkept(),
                       execution.fresh);
  if (!execution.quiet) kept.say_found("evaluations");

  ProgressInParts progress(file.name, execution.quiet);
  FitRun run(
      scenario, pool, [&](const Progress& state, const std::string& part) { progress.show(state, part); }, &kept);
  const FitFindings found = run.run();
  progress.clear();
  if (run.failed() > 0) {
    say("{} of {} runs failed, and their points count as impossible; the first: {}\n", run.failed(), run.runs(),
        harmless_line(run.failure()));
  }

  FitReport report{.title = scenario.title, .scenario = file.name, .results = "", .digest = "", .readings = counts};
  if (found.has_posterior()) {
    report.results = results.string();
    report.digest = write_particles(results, file, execution, run, found);
    if (!execution.quiet) say("the particles are in {}\n", harmless_line(results.string()));
  }
  options.print.tell({.text = [&] { return to_text(report, run, found); },
                      .json = [&] { return to_json(report, run, found); },
                      .csv = [&] { return to_csv(run, found); },
                      .page = [&] { return to_html(report, run, found); }},
                     execution.quiet);
  kept.remove();
  return found.has_posterior() ? Exit::done : Exit::no_answer;
}

}  // namespace

Command fit_command() {
  const auto options = std::make_shared<Options>();
  return {.name = "fit",
          .purpose = "Which numbers in doubt an organisation's own data allow",
          .options = options->list(),
          .notes =
              "experiment.fit names the policy under which the data came about, and the data: means and shares of\n"
              "readings, given or computed from tables (CSV), and results such as gamers from a survey.\n"
              "experiment.vary says which numbers are in doubt, and how far. Points of these ranges from which the\n"
              "data are too far away are put aside; from the others particles go to the posterior. What is printed\n"
              "are ranges, and the direction that the data leave open, never a point alone. The particles are\n"
              "worlds: goodhart robust SCENARIO --worlds FILE says which policy to choose in them.\n"
              "Only statistics of everybody together are looked at, and no reading is kept. What a long fit has run\n"
              "is kept in results/SCENARIO-fit.parts; the same command goes on from there.\n"
              "Exit status: 0; 1 the machine refused; 2 wrong usage, scenario or table; 4 nothing that was looked\n"
              "at produces the data, or too few points come near them to tell; 130 interrupted; 70 a bug of ours.\n\n"
              "Examples:\n"
              "  goodhart fit ours.yaml\n"
              "  goodhart fit ours.yaml --html fit.html\n"
              "  goodhart fit ours.yaml --csv > worlds.csv",
          .act = [options] { return fit(*options); }};
}

}  // namespace goodhart
