/// `goodhart compare` and `goodhart report`: which policy, how much better, how sure, at whose expense, and why.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "execution.hpp"
#include "given_worlds.hpp"
#include "goodhart/analysis/counterfactuals.hpp"
#include "goodhart/io/provenance.hpp"
#include "goodhart/io/results_reader.hpp"
#include "goodhart/io/text_file.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/comparison.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/report/page.hpp"
#include "goodhart/report/policy_words.hpp"
#include "goodhart/report/search.hpp"
#include "goodhart/scenario/read.hpp"
#include "goodhart/study/search_run.hpp"
#include "interrupt.hpp"
#include "progress.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOutcome = "net_value";
constexpr int kLeverReplicates = 8;  // that each lever is tried on, at most
constexpr int kWorlds = 16, kWorldReplicates = 2;

struct Options {
  std::vector<std::string> sources;
  ExecutionOptions execution;
  std::string html;
  std::optional<double> until;
  std::string outcome;                              ///< empty: kOutcome
  std::string perspective;                          ///< empty: the first of kPerspectives
  std::string worlds;                               ///< a number, or a file
  std::vector<std::vector<double>> given_worlds{};  ///< those of the file
  bool json = false, csv = false, quick = false;

  CommandOption quick_option() {
    return {"--quick", "",
            "Leave out how sure and why: no sampled worlds, no runs with mechanisms switched off or numbers changed",
            Flag{&quick}};
  }
};

bool is_results(const std::string& source) {
  const fs::path extension = fs::path(source).extension();
  return extension == ".h5" || extension == ".nc" || extension == ".hdf5";
}

/// What the options ask of a scenario makes no sense of results that are there already.
void refuse_edits(const Options& options) {
  const Edits& edits = options.execution.edits;
  const char* option = !edits.set.empty()                  ? "--set"
                       : !edits.replicates.empty()         ? "--replicates"
                       : !edits.steps.empty()              ? "--steps"
                       : !edits.seed.empty()               ? "--seed"
                       : options.until                     ? "--until"
                       : options.execution.force           ? "--force"
                       : !options.outcome.empty()          ? "--outcome"
                       : !options.execution.output.empty() ? "-o"
                                                           : nullptr;
  if (option) throw UserError(fmt::format("{} is for scenarios; results are as they were run", option));
}

/// How many policies results have between them.
std::size_t policies_in(const std::vector<Results>& all) {
  std::set<std::string> names;
  for (const Results& results : all) {
    for (const auto& [name, policy] : results.scenario.policies) names.insert(name);
  }
  return names.size();
}

/// What a run of ours cannot be told apart from: another program would give other numbers.
bool is_ours(const Results& results) {
  return results.program == program_text();
}

/// The account that options are ranked by.
std::size_t perspective_of(const Options& options) {
  for (std::size_t k = 0; k < std::size(kPerspectives); ++k) {
    if (options.perspective == kPerspectives[k].key) return k;
  }
  return 0;
}

constexpr std::int64_t kMostWorlds = 100'000;
constexpr std::size_t kMostGiven = 64;  // worlds of a file

/// Reads the worlds of a file, where one is asked for; before there are threads.
Options with_worlds(Options options, const Scenario& scenario) {
  if (options.worlds.empty() || number_of_worlds(options.worlds, 0, kMostWorlds)) return options;
  if (!scenario.experiment || scenario.experiment->vary.empty()) {
    throw UserError("--worlds " + options.worlds +
                    ": the scenario says of no number that it is in doubt (experiment.vary)");
  }
  options.given_worlds = values_of_worlds(scenario, options.worlds, kMostGiven);
  return options;
}

/// Adds why: worlds, causes and levers.
void explain(Comparison& comparison, const Results& results, const Options& options, TaskPool& pool) {
  const auto with_progress = [&](const char* what, auto&& act) {
    ProgressLine progress(what, options.execution.quiet);
    act([&](const Progress& state) {
      progress.show(state);
      return true;
    });
  };
  with_progress("how sure: other values of the numbers in doubt", [&](const auto& tick) {
    if (!options.given_worlds.empty()) {
      const std::string from = options.worlds.substr(options.worlds.find_last_of('/') + 1);
      add_worlds(comparison, results, options.given_worlds, from, kWorldReplicates, pool, tick);
      return;
    }
    const int worlds = static_cast<int>(number_of_worlds(options.worlds, 0, kMostWorlds).value_or(kWorlds));
    add_worlds(comparison, results, worlds, kWorldReplicates, pool, tick);
  });
  with_progress("why: mechanisms switched off, one by one and together",
                [&](const auto& tick) { add_causes(comparison, results, pool, tick); });
  if (has_settings(results.scenario)) {
    with_progress("which setting: the levers",
                  [&](const auto& tick) { comparison.best_setting = best_setting_in(results.scenario, pool, tick); });
  }
  with_progress("what would reverse it: numbers changed, one at a time",
                [&](const auto& tick) { add_levers(comparison, results, kLeverReplicates, pool, tick); });
}

/// Does somebody wait at a terminal for what is printed?
bool waits(const Options& options) {
  return !options.json && !options.csv && !options.execution.quiet && output_is_terminal();
}

/// Prints what the main runs have found while the reasons are still worked on.
void answer_first(Comparison& comparison) {
  put_into_words(comparison);
  fmt::print("{}\nThis is the answer so far. Still to come: how sure it is and why. --quick leaves that out.\n\n",
             to_text(comparison, Told::answer));
  std::fflush(stdout);
}

Exit finish(Comparison comparison, const Results& results, const std::string& stopping, bool causes,
            const Options& options, TaskPool& pool) {
  for (std::size_t p = 0; p < comparison.policies.size(); ++p) {
    comparison.policies[p].words = policy_words(results.scenario, results.scenario.policies.entries[p].value);
  }
  comparison.stopping = stopping;
  comparison.scenario_text = to_yaml(resolved(results.scenario));
  if (causes) {
    if (waits(options)) answer_first(comparison);
    explain(comparison, results, options, pool);
  }
  put_into_words(comparison);
  if (!options.html.empty()) {
    write_text_file(options.html, to_html(comparison));
    if (!options.execution.quiet) say("the page is in {}\n", harmless_line(options.html));
  }
  if (options.json) {
    fmt::print("{}", to_json(comparison));
  } else if (options.csv) {
    fmt::print("{}", to_csv(comparison));
  } else {
    fmt::print("{}", to_text(comparison));
  }
  const bool failed = std::any_of(comparison.policies.begin(), comparison.policies.end(),
                                  [](const PolicyComparison& policy) { return policy.failed > 0; });
  return failed ? Exit::runs_failed : Exit::done;
}

/// The page, where one is asked for.
std::vector<Output> page_output(const Options& options) {
  if (options.html.empty()) return {};
  return {{.what = "the page", .name = options.html, .kind = Output::Kind::page}};
}

Exit compare_results(const Options& given) {
  if (given.execution.quiet) be_quiet();
  refuse_edits(given);
  prepare_outputs(page_output(given), {}, given.sources);
  std::vector<Results> all;
  bool all_ours = true;
  for (const std::string& source : given.sources) {
    if (!is_results(source)) {
      throw UserError("compare takes one scenario, or results; " + source + " is not a results file (.h5)");
    }
    // Before there are threads: a file is read by a process of its own, which would copy the locks that they hold.
    Results results = read_results(source, [] { return true; }).value();
    if (results.digest.empty()) {
      note("note: {} has no content_digest, so nothing tells whether its numbers are as written\n", source);
    }
    all_ours = all_ours && is_ours(results);
    all.push_back(std::move(results));
  }
  const std::vector<std::string>& kept = given.execution.edits.policies;
  const bool keeps_all = !kept.empty() && kept.size() == policies_in(all);
  const Results results = joined(std::move(all), kept);
  const Options options = with_worlds(given, results.scenario);
  Comparison comparison = compared(results, 0.95, perspective_of(options));  // which reads them again
  TaskPool pool(options.execution.cores());
  options.execution.say_if_fewer(pool);
  if (keeps_all) note("note: --policy names all policies of the results, so it changes nothing\n");
  bool causes = !options.quick;
  if (causes && !all_ours) {
    causes = false;
    note(
        "note: these results were made by another version or build, so why (causes, and what would turn the "
        "ranking) is left out: run the scenario again for that\n");
  }
  return finish(std::move(comparison), results, "", causes, options, pool);
}

Exit compare_scenario(const Options& given) {
  if (given.execution.quiet) be_quiet();
  std::vector<ScenarioFile> files = open_scenarios(given.sources, given.execution.edits);
  if (const Exit found = report_findings(files); found != Exit::done) return found;
  const ScenarioFile& file = files.front();
  const Options options = with_worlds(given, *file.scenario);
  std::optional<Precision> precision;
  if (options.until) {
    const std::string outcome = options.outcome.empty() ? kOutcome : options.outcome;
    if (const auto trouble = outcome_trouble(*file.scenario, outcome)) {
      throw UserError(fmt::format("--outcome {}: {}", outcome, *trouble));
    }
    if (file.scenario->policies.size() < 2) throw UserError("--until needs at least two policies to compare");
    precision = Precision{outcome, *options.until};
  }
  std::vector<Output> outputs = page_output(options);
  outputs.push_back(results_output(file, options.execution, precision));
  const fs::path target = outputs.back().name;
  prepare_outputs(outputs, files, {});
  options.execution.check_needs_of(file, target, true);
  TaskPool pool(options.execution.cores());
  options.execution.say_if_fewer(pool);
  const Execution done = execute(file, target, options.execution, precision, pool);
  const std::string written = harmless_line(target.string());
  say_when_ended(fmt::format("the results are in {0}; goodhart compare {0} goes on from them", written));
  const Results results = read_own_results(target);
  return finish(compared(results, done.confidence, perspective_of(options)), results, done.stopping, !options.quick,
                options, pool);
}

Exit act(const Options& options) {
  if (!options.outcome.empty() && !options.until &&
      !std::any_of(options.sources.begin(), options.sources.end(), is_results)) {
    throw UserError("--outcome is what --until looks at; without --until it changes nothing");
  }
  if (!options.worlds.empty()) number_of_worlds(options.worlds, 0, kMostWorlds);
  if (!options.worlds.empty() && options.quick) {
    throw UserError("--worlds samples worlds and --quick leaves them out; choose one");
  }
  if (options.json && options.csv) throw UserError("--json and --csv cannot both be printed; choose one");
  if (std::any_of(options.sources.begin(), options.sources.end(), is_results)) return compare_results(options);
  if (options.sources.size() > 1) {
    throw UserError("compare takes one scenario; to compare several, run them and give their results files");
  }
  return compare_scenario(options);
}

}  // namespace

Command compare_command() {
  const auto options = std::make_shared<Options>();
  std::vector<CommandOption> list{
      {"SOURCE", "", "A scenario, which is run, or results files (.h5)", Texts{&options->sources}, "", true}};
  for (CommandOption& option : options->execution.options()) list.push_back(std::move(option));
  for (CommandOption& option : std::vector<CommandOption>{
           {"--until", "REL",
            "Double the replicates until half of the interval of each difference is at most this share of the "
            "comparison policy's mean, as 0.01 for 1 %",
            FiniteNumber{&options->until, 1e-9, 1e9}},
           {"--outcome", "NAME", "What --until looks at, as net_value, value or cost", OneText{&options->outcome},
            kOutcome},
           {"--perspective", "WHOSE", "Whose account options are ranked by",
            Word{&options->perspective, {"organisation", "after_bonuses", "employees", "everybody"}}, "organisation"},
           {"--worlds", "N|FILE",
            "How many worlds are sampled over the ranges in doubt (experiment.vary), or the worlds of a fit (.h5) or a "
            "table (.csv), of which 64 are taken",
            OneText{&options->worlds}, "16"},
           options->quick_option(),
           {"--html", "FILE", "Write a page to read and send on, too", OneText{&options->html}},
           {"--json", "", "Print it all as JSON", Flag{&options->json}},
           {"--csv", "", "Print a row for each policy, outcome and statistic", Flag{&options->csv}}}) {
    list.push_back(std::move(option));
  }
  return {.name = "compare",
          .purpose = "Which policy, how much better, how sure, at whose expense, and why",
          .options = std::move(list),
          .notes =
              "Options are ranked by mean net value, or by the account that --perspective names; references are not\n"
              "ranked. Differences are paired: every policy meets the same people\n"
              "and luck. A scenario's results are written as by run. Of several results files, the scenarios may\n"
              "differ in policies only.\n"
              "Exit status: as run; 2 also where results are damaged, of another version or of unlike scenarios.\n\n"
              "Examples:\n"
              "  goodhart compare scenarios/ai-usage-mandate.yaml\n"
              "  goodhart compare scenarios/ai-usage-mandate.yaml --html report.html\n"
              "  goodhart compare scenario.yaml --until 0.005 --outcome value\n"
              "  goodhart compare results/first.h5 --policy trust --policy usage_quota --csv > quota.csv\n"
              "  goodhart compare results/first.h5 results/second.h5 --json",
          .act = [options] { return act(*options); }};
}

Command report_command() {
  const auto options = std::make_shared<Options>();
  return {.name = "report",
          .purpose = "Write results up as a page to read and send on",
          .options = {{"FILE", "", "Results files (.h5)", Texts{&options->sources}, "", true},
                      {"-o,--output", "PAGE", "The page, instead of FILE.html", OneText{&options->html}},
                      options->execution.edits.policy_option(),
                      options->quick_option(),
                      options->execution.quiet_option()},
          .notes =
              "The page opens offline in any browser. Prints what compare prints.\n\n"
              "Example:\n"
              "  goodhart report results/ai-usage-mandate.h5 -o report.html",
          .act = [options] {
            for (const std::string& source : options->sources) {
              if (!is_results(source)) {
                throw UserError(source +
                                ": is not a results file (.h5); goodhart compare SCENARIO --html PAGE runs a "
                                "scenario and reports on it");
              }
            }
            if (options->html.empty()) {
              options->html = fs::path(options->sources.front()).replace_extension(".html").string();
            }
            return act(*options);
          }};
}

}  // namespace goodhart
