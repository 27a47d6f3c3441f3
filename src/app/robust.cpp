/// `goodhart robust`: how options do over worlds, by a scenario's ranges, a sweep's file or anybody's table.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "given_worlds.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/io/provenance.hpp"
#include "goodhart/io/study_reader.hpp"
#include "goodhart/io/text_file.hpp"
#include "goodhart/io/worlds_file.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/report/robust.hpp"
#include "goodhart/scenario/read.hpp"
#include "streams.hpp"
#include "study_execution.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

struct Options {
  StudyOptions study;
  WorldColumns columns;
  std::optional<double> regret;
  std::string worlds;  ///< a number, or a file
};

/// An option, and whether it was given.
struct Given {
  const char* name;
  bool given;
};

void refuse_given(const std::vector<Given>& options, const std::string& why) {
  for (const Given& option : options) {
    if (option.given) throw UserError(std::string(option.name) + " " + why);
  }
}

/// Those that only a table has a use for.
std::vector<Given> of_tables(const Options& options) {
  const WorldColumns& columns = options.columns;
  return {{"--outcome", !columns.outcome.empty()},
          {"--lever", !columns.levers.empty()},
          {"--ignore", !columns.ignored.empty()},
          {"--comparison", !columns.comparison.empty()}};
}

/// Those that only a scenario has a use for, as nothing else is run.
std::vector<Given> of_scenarios(const Options& options) {
  const StudyOptions& study = options.study;
  const Edits& edits = study.execution.edits;
  return {{"-o", !study.execution.output.empty()},
          {"--worlds", !options.worlds.empty()},
          {"--set", !edits.set.empty()},
          {"--replicates", !edits.replicates.empty()},
          {"--steps", !edits.steps.empty()},
          {"--seed", !edits.seed.empty()},
          {"--threads", study.execution.threads.has_value()},
          {"--dry-run", study.dry_run},
          {"--shard", !study.shard.empty()},
          {"--budget", study.budget.has_value()},
          {"--force", study.execution.force},
          {"--fresh", study.execution.fresh}};
}

void tell(const Options& options, const RobustReport& report, const WorldOutcomes& worlds) {
  const RobustnessFindings findings = robustness_of(worlds, options.regret);
  options.study.print.tell({.text = [&] { return to_text(report, worlds, findings); },
                            .json = [&] { return to_json(report, worlds, findings); },
                            .csv = [&] { return to_csv(worlds, findings); },
                            .page = [&] { return to_html(report, worlds, findings); }},
                           options.study.execution.quiet);
}

// ---- From a sweep's file ----

void tell_of_study(const Options& options, const fs::path& name, const std::vector<std::string>& policies) {
  const StudyOutcomes found = read_study_outcomes(name);
  const CheckedScenario checked =
      read_scenario(parse_yaml(found.source.scenario_resolved, "the scenario in " + name.string()));
  if (!checked.sound()) throw UserError(checked.diagnostics);
  if (found.source.verb != Study::Verb::sweep) {
    throw UserError(name.string() +
                    ": is a sensitivity, whose points have luck of their own; robust takes a sweep's file");
  }
  const Study study(found.source.verb, *checked.scenario);
  const std::size_t policies_of_study = study.scenario().policies.size();
  if (found.points != study.points() || found.policies != policies_of_study ||
      found.replicates != study.replicates_of_point() ||
      (!found.meets.empty() && found.meets.size() != found.points * found.policies)) {
    throw UserError(name.string() + ": does not have the points that its scenario says; it was written by " +
                    found.source.program.substr(0, found.source.program.find('\n')));
  }
  if (found.source.program != program_text()) {
    note("note: {} was made by another version or build\n", harmless_line(name.string()));
  }
  const WorldOutcomes worlds = worlds_of(
      study,
      [&](std::size_t point, std::size_t policy, std::size_t replicate) {
        return found.outcome[(point * policies_of_study + policy) * found.replicates + replicate];
      },
      [&](std::size_t point, std::size_t policy) -> std::optional<bool> {
        if (found.meets.empty()) return std::nullopt;
        const std::int8_t meets = found.meets[point * policies_of_study + policy];
        return meets < 0 ? std::nullopt : std::optional<bool>(meets > 0);
      },
      policies);
  const Scenario& scenario = study.scenario();
  tell(options,
       {.title = scenario.title,
        .source = name.string(),
        .digest = found.digest,
        .given = scenario.experiment->design && std::holds_alternative<FileDesign>(*scenario.experiment->design),
        .require = scenario.experiment->require.value_or(std::vector<std::string>())},
       worlds);
}

// ---- From a scenario ----

Exit run_worlds(const Options& given) {
  if (given.study.scenario == "-") {
    throw UserError("robust looks at the scenario before it runs it, so it cannot be on standard input; name a file");
  }
  Options options = given;
  const std::vector<ScenarioFile> files = open_scenarios({options.study.scenario}, options.study.execution.edits);
  if (status_of(files) != Exit::done) return report_findings(files);
  Edits& edits = options.study.execution.edits;
  const Scenario& scenario = *files.front().scenario;
  const std::string& name = files.front().name;
  const auto count = number_of_worlds(options.worlds, 1, 16'777'216);
  const bool from_file = !options.worlds.empty() && !count;
  for (std::string& change : from_file ? changes_for_worlds(scenario, name, design_of_worlds(scenario, options.worlds))
                                       : changes_for_worlds(scenario, name, count)) {
    edits.set.push_back(std::move(change));
  }
  options.study.name = "robust";
  options.study.print.instead = [&](const fs::path& results) { tell_of_study(options, results, {}); };
  return run_study(Study::Verb::sweep, options.study);
}

// ---- All ----

Exit robust(const Options& options) {
  if (options.study.execution.quiet) be_quiet();
  options.study.print.check();
  const std::string& source = options.study.scenario;
  const std::vector<std::string>& policies = options.study.execution.edits.policies;
  if (ends_in(source, ".csv")) {
    refuse_given(of_scenarios(options), "is for scenarios, which are run; " + source + " is a table of results");
    prepare_outputs(options.study.print.page(), {}, {source});
    WorldColumns columns = options.columns;
    columns.policies = policies;
    tell(options, {.title = source, .source = source, .digest = "", .given = true, .require = {}},
         read_worlds(source, columns));
    return Exit::done;
  }
  if (ends_in(source, ".h5")) {
    refuse_given(of_scenarios(options), "is for scenarios, which are run; " + source + " is a study's results");
    refuse_given(of_tables(options), "is for tables (CSV); " + source + " is a study's results");
    prepare_outputs(options.study.print.page(), {}, {source});
    tell_of_study(options, source, policies);
    return Exit::done;
  }
  refuse_given(of_tables(options), "is for tables (CSV); " + source + " is a scenario");
  return run_worlds(options);
}

}  // namespace

Command robust_command() {
  const auto options = std::make_shared<Options>();
  std::vector<CommandOption> list = options->study.options();
  list.front() = {"SOURCE",
                  "",
                  "A scenario, a sweep's results (.h5), or a table of anybody's results (.csv)",
                  OneText{&options->study.scenario},
                  "",
                  true};
  const std::vector<CommandOption> own{
      {"--regret", "R", "An option fails in a world where another is better by more than R",
       FiniteNumber{&options->regret, 0, 1e300},
       "as experiment.robust.regret says, else it fails where it is worse than the comparison policy"},
      {"--worlds", "N|FILE",
       "How many worlds Sobol' points make of a scenario's ranges, a power of two; or the worlds of a file: those that "
       "a "
       "fit has found (.h5), or a line for each (.csv)",
       OneText{&options->worlds}, fmt::format("as experiment.design says, else {}", kUsualWorlds)},
      {"--outcome", "COLUMN", "The column of a table that is compared; more is better",
       OneText{&options->columns.outcome}, "outcome"},
      {"--lever", "COLUMN", "A column of a table that leadership chooses; may be repeated",
       Texts{&options->columns.levers}},
      {"--ignore", "COLUMN", "A column of a table that is not looked at; may be repeated",
       Texts{&options->columns.ignored}},
      {"--comparison", "POLICY", "The policy of a table that one fails by being worse than",
       OneText{&options->columns.comparison}, "the first of the table"}};
  list.insert(list.begin() + 1, own.begin(), own.end());
  return {.name = "robust",
          .purpose = "How options do over many worlds, and where they fail",
          .options = std::move(list),
          .notes =
              "A world is a choice of the numbers in experiment.vary. Regret is by how much an option's mean\n"
              "outcome is below that of the best option in the same world, on the same luck. Places where an\n"
              "option fails are boxes, found by PRIM, and are named only where noise seldom gives one as good.\n"
              "References are no options.\n"
              "A scenario is run as a sweep over its worlds, with its levers as they stand; the file\n"
              "results/NAME-robust.h5 is a sweep's, and the same command goes on after an interruption. In the\n"
              "file of a sweep that has levers, each policy with each setting of them is an option. A table has\n"
              "a column policy, one with the outcome, perhaps one called meets (yes or no), and numbers that make\n"
              "the world.\n"
              "Exit status: as sweep.\n\n"
              "Examples:\n"
              "  goodhart robust scenario.yaml --dry-run\n"
              "  goodhart robust scenario.yaml --html robust.html\n"
              "  goodhart robust results/scenario-sweep.h5 --regret 50\n"
              "  goodhart robust ours.csv --outcome profit --ignore model",
          .act = [options] { return robust(*options); }};
}

}  // namespace goodhart
