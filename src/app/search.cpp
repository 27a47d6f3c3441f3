/// `goodhart search`: which settings of the levers are best, and what cannot be told apart from them.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "climb.hpp"
#include "given_worlds.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/io/provenance.hpp"
#include "goodhart/io/study_writer.hpp"
#include "goodhart/io/text_file.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/report/front.hpp"
#include "goodhart/report/search.hpp"
#include "goodhart/scenario/read.hpp"
#include "goodhart/study/search_run.hpp"
#include "kept_evaluations.hpp"
#include "progress.hpp"
#include "streams.hpp"
#include "study_execution.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTimed = 4;  // candidates by which a dry run tells the time
constexpr std::size_t kMostTold = 10;

struct Options {
  std::string scenario;
  ExecutionOptions execution;
  StudyPrint print;
  std::string replicates;
  std::optional<double> tolerance;
  std::vector<std::string> front;
  std::string worlds;  ///< a number, or a file
  bool dry_run = false;

  std::vector<CommandOption> list();
};

std::vector<CommandOption> Options::list() {
  Edits& edits = execution.edits;
  std::vector<CommandOption> list{
      {"SCENARIO", "", "A scenario file, or a name that goodhart list knows; - is standard input", OneText{&scenario},
       "", true},
      {"--tolerance", "X", "What is not worth telling apart, in units of the outcome",
       FiniteNumber{&tolerance, 0, 1e300}, "as experiment.search.tolerance says, else 0"},
      {"--replicates", "N",
       "How many replicates a candidate gets at most; short for --set experiment.search.replicates=N",
       OneText{&replicates}},
      {"--front", "FORMULA",
       "One of several outcomes, of each of which more is better: looks for all settings that no other beats; repeat "
       "it "
       "for each",
       Texts{&front}, "as experiment.search.front says, else one outcome"},
      {"--worlds", "N|FILE",
       "Look for what is best on average over N worlds of the ranges in doubt (experiment.vary), or over those of a "
       "fit "
       "(.h5) or a table (.csv)",
       OneText{&worlds}, "the scenario as it stands"},
      {"-o,--output", "FILE", "Results file, instead of results/SCENARIO-search.h5", OneText{&execution.output}},
      edits.set_option(),
      edits.policy_option(),
      edits.steps_option(),
      edits.seed_option(),
      execution.threads_option(),
      execution.keep_after_option(),
      execution.fresh_option(),
      {"--dry-run", "", "Say how many candidates and runs there are, and about how long they take", Flag{&dry_run}}};
  for (CommandOption& option : print.options()) list.push_back(std::move(option));
  list.push_back(execution.quiet_option());
  return list;
}

/// The changes that options are short for. A map is made where the scenario has none.
void add_changes(Options& options) {
  std::vector<std::string>& set = options.execution.edits.set;
  if (!options.front.empty() && options.tolerance) {
    throw UserError("--tolerance is for one outcome; along several (--front) leave it out");
  }
  if (!options.front.empty()) set.push_back("experiment.search.front=" + nlohmann::json(options.front).dump());
  if (!options.replicates.empty()) set.push_back("experiment.search.replicates=" + options.replicates);
  if (options.tolerance) set.push_back(fmt::format("experiment.search.tolerance={}", *options.tolerance));
}

Exit dry_run(const SearchSpace& space, const fs::path& results, int threads, TaskPool& pool) {
  using Clock = std::chrono::steady_clock;
  const SearchRules rules = SearchRun::rules_of(space);
  const std::size_t candidates = space.candidates().size();
  std::vector<LeverChoice> some;
  for (std::size_t i = 0; i < std::min(kTimed, candidates); ++i) {
    some.push_back(space.candidates()[i * (candidates - 1) / std::max<std::size_t>(1, kTimed - 1)]);
  }
  const SearchPoints points = points_of(space, some, 1);
  TaskPool alone(1);
  const auto start = Clock::now();
  run_arms(
      some.size(), Progress{}, alone,
      [&](std::size_t i) {
        Arm arm = points.study.arm({static_cast<std::uint32_t>(points.points[i]), 0, 1});
        arm.policies.assign(space.scenario().policies.size(), false);
        arm.policies[some[i].policy] = true;
        return arm;
      },
      [](std::size_t, const Arm&, const std::vector<RunRecord>&) {}, [](const Progress&) { return true; });
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count() / static_cast<double>(some.size());
  const auto first = static_cast<double>(candidates * rules.first) * seconds / pool.threads();
  fmt::print("{} candidates; {} runs at the first look, at most {} replicates of each candidate\n", candidates,
             candidates * rules.first, rules.most);
  fmt::print(
      "about {} for the first look with {} thread{}, going by {} runs; each further look takes twice as long for each "
      "candidate that is left\n",
      duration_text(first), threads, threads == 1 ? "" : "s", some.size());
  fmt::print("the results would be in {}\n", harmless_line(results.string()));
  return Exit::done;
}

constexpr std::int64_t kMostWorlds = 100'000;

/// The worlds that are asked for; before there are threads. Throws UserError where there are none to be had.
SearchWorlds worlds_of(const Options& options, const ScenarioFile& file) {
  if (options.worlds.empty()) return {};
  const Scenario& scenario = *file.scenario;
  if (!scenario.experiment || scenario.experiment->vary.empty()) {
    throw UserError(file.name + ": says of no number that it is in doubt; --worlds needs experiment.vary");
  }
  if (const auto count = number_of_worlds(options.worlds, 1, kMostWorlds)) {
    return sampled_worlds(scenario, static_cast<int>(*count));
  }
  SearchWorlds worlds{.from = "", .values = values_of_worlds(scenario, options.worlds, kMostWorlds)};
  worlds.from = fmt::format("{} {} of {}", worlds.count(), worlds.count() == 1 ? "world" : "worlds",
                            fs::path(options.worlds).filename().string());
  return worlds;
}

/// The scenario as YAML, with its worlds as the points of a file: what makes a search over them this one.
std::string with_worlds(Scenario scenario, const SearchSpace& space) {
  FileDesign file{.name = "worlds", .inputs = std::vector<std::string>(), .rows = std::vector<std::vector<double>>()};
  for (const Varied& number : space.doubted()) file.inputs->push_back(number.name);
  for (std::size_t w = 0; w < space.worlds().count(); ++w) {
    std::vector<double>& row = file.rows->emplace_back();
    for (const std::vector<double>& of_number : space.worlds().values) row.push_back(of_number[w]);
  }
  scenario.experiment->design = std::move(file);
  return to_yaml(resolved(scenario));
}

/// Writes the file of a sweep over the candidates, with what was found in a group of its own. Returns its digest.
template <class Results>
std::string write_results(const fs::path& name, const ScenarioFile& file, const ExecutionOptions& execution,
                          const SearchSpace& space, const SearchRun& run, const Results& results) {
  std::string failures;
  for (const std::string& failure : results.failures) {
    failures += failure;
    failures += "\n";
  }
  const Study& study = run.points().study;
  return write_study(name, study, [&](std::size_t point, std::size_t replicate) { return run.read(point, replicate); },
                     attributes_of(study.scenario()),
                     provenance_of(study.scenario(), file.text, execution.edits.text(), failures),
                     {search_tables(space, run.points(), results)});
}

void say_failures(std::size_t failed, std::size_t runs, const std::vector<std::string>& failures) {
  if (failed == 0) return;
  say("{} of {} runs failed; candidates with one are left out:\n", failed, runs);
  for (std::size_t i = 0; i < std::min(kMostTold, failures.size()); ++i) {
    say("  {}\n", harmless_line(failures[i]));
  }
  if (failures.size() > kMostTold) say("  and {} more\n", failures.size() - kMostTold);
}

/// Writes what was found, and prints it.
template <class Results>
Exit tell(const Options& options, const ScenarioFile& file, const fs::path& results, const SearchSpace& space,
          const SearchRun& run, const Results& found, bool is_answer) {
  const ExecutionOptions& execution = options.execution;
  say_failures(found.failed, found.runs, found.failures);
  const SearchReport report{.title = file.scenario->title,
                            .scenario = file.name,
                            .results = results.string(),
                            .digest = write_results(results, file, execution, space, run, found)};
  if (!execution.quiet) say("the results are in {}\n", harmless_line(results.string()));
  options.print.tell({.text = [&] { return to_text(report, space, found); },
                      .json = [&] { return to_json(report, space, found); },
                      .csv = [&] { return to_csv(space, found); },
                      .page = [&] { return to_html(report, space, found); }},
                     execution.quiet);
  if (!is_answer) return Exit::no_answer;
  return found.failed > 0 ? Exit::runs_failed : Exit::done;
}

Exit search(const Options& given) {
  Options options = given;
  add_changes(options);
  const ExecutionOptions& execution = options.execution;
  if (execution.quiet) be_quiet();
  options.print.check();
  const std::vector<ScenarioFile> files =
      open_scenarios({options.scenario}, execution.edits, std::nullopt, check_search);
  if (const Exit found = report_findings(files); found != Exit::done) return found;
  const ScenarioFile& file = files.front();
  SearchWorlds worlds = worlds_of(options, file);
  const SearchSpace space = [&] {
    try {
      return SearchSpace(*file.scenario, std::move(worlds));
    } catch (const UserError& error) {  // what only the candidates themselves show
      std::vector<Diagnostic> found = error.diagnostics();
      for (Diagnostic& diagnostic : found) diagnostic.place.source = file.name;
      throw UserError(found);
    }
  }();
  const fs::path results = study_file("search", file.name, execution.output);
  TaskPool pool(execution.cores());
  if (options.dry_run) return dry_run(space, results, execution.cores(), pool);
  std::vector<Output> outputs = options.print.page();
  outputs.push_back({.what = "the results of " + file.name, .name = results, .makes_folder = execution.output.empty()});
  prepare_outputs(outputs, files, {});
  execution.say_if_fewer(pool);

  StudyPlan plan = plan_of(StudyPlan::Work::search, file, execution);
  if (!options.worlds.empty()) plan.scenario_resolved = with_worlds(*file.scenario, space);
  KeptEvaluations kept(parts_of(results), std::move(plan), values_of_evaluation(space), execution.seconds_unkept(),
                       execution.fresh);
  if (!execution.quiet) kept.say_found("runs");

  ProgressInParts progress(file.name, execution.quiet);
  SearchRun run(
      space, pool, [&](const Progress& state, const std::string& part) { progress.show(state, part); }, climb, &kept);
  if (space.scenario().experiment->search.value_or(Search()).front) {
    const FrontResults found = run.run_front();
    progress.clear();
    const Exit status = tell(options, file, results, space, run, found, !found.found.left().empty());
    kept.remove();
    return status;
  }
  const SearchResults found = run.run();
  progress.clear();
  const Exit status = tell(options, file, results, space, run, found, found.found.best.has_value());
  kept.remove();
  return status;
}

}  // namespace

Command search_command() {
  const auto options = std::make_shared<Options>();
  return {.name = "search",
          .purpose = "Which target, reward or rate is best, and what cannot be told from it",
          .options = options->list(),
          .notes =
              "Candidates are the policies that experiment.levers reach, with every combination of the values\n"
              "of their levers; levers that have no grid (step, points, values) are sampled, and the best of the\n"
              "samples polished. All meet the same luck. Those that are certainly worse are dropped at looks on\n"
              "8, 16, 32, ... replicates (over worlds from 32 on), until the rest is within the tolerance; so\n"
              "with 95 % confidence none is better than the best by more than is said. What the best gains is\n"
              "told from luck that the search has not seen. experiment.require leaves out what is not acceptable.\n"
              "Numbers in experiment.vary stand as they are; with --worlds each replicate is in one of the worlds,\n"
              "and what is looked for is the best on average over them. What a long search has run is kept in\n"
              "results/SCENARIO-search.parts; the same command goes on from there.\n"
              "With --front, a setting is dropped when another is certainly better in one outcome and no worse in\n"
              "any; what is left is the choice that leadership has.\n"
              "Exit status: 0; 1 the machine refused; 2 wrong usage or scenario; 3 some runs failed; 4 nothing is\n"
              "acceptable; 130 interrupted; 70 a bug of ours.\n\n"
              "Examples:\n"
              "  goodhart search scenario.yaml --dry-run\n"
              "  goodhart search scenario.yaml --tolerance 5 --html search.html\n"
              "  goodhart search scenario.yaml --worlds results/scenario-fit.h5\n"
              "  goodhart search scenario.yaml --front net_value --front -cost --html choice.html\n"
              "  goodhart search scenario.yaml --policy quota --csv > candidates.csv",
          .act = [options] { return search(*options); }};
}

}  // namespace goodhart
