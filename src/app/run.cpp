/// `goodhart run`: runs scenarios, writes their results and sums them up.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <memory>
#include <thread>

#include "build_text.hpp"
#include "commands.hpp"
#include "goodhart/analysis/averages.hpp"
#include "goodhart/core/tasks.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/io/results_writer.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/summary.hpp"
#include "goodhart/scenario/read.hpp"
#include "interrupt.hpp"
#include "progress.hpp"
#include "scenario_file.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

constexpr int kMostThreads = 1024;
constexpr std::size_t kMostTold = 10;  // of a list on the terminal

struct Options {
  std::vector<std::string> scenarios;
  std::string output;
  Edits edits;
  int threads = 0;  ///< 0: as many as the machine lends us
  bool quiet = false;
  bool json = false;
};

/// The run of a policy on a replicate that could not be completed.
struct Failure {
  std::string policy;
  std::int64_t replicate = 0;
  std::string message;
};

/// The results file of each scenario. Two scenarios must not share one.
std::vector<fs::path> results_files(const Options& options) {
  if (!options.output.empty()) {
    if (options.scenarios.size() > 1) {
      throw UserError("-o names one results file, but there are " + std::to_string(options.scenarios.size()) +
                      " scenarios; leave it out, and each gets results/NAME.h5");
    }
    const fs::path extension = fs::path(options.output).extension();
    if (extension == ".yaml" || extension == ".yml") {
      throw UserError("-o " + options.output + ": would be overwritten with results; name a file ending in .h5");
    }
    return {options.output};
  }
  std::vector<fs::path> files;
  std::map<fs::path, std::string> taken;
  for (const std::string& scenario : options.scenarios) {
    const fs::path stem = scenario == "-" ? fs::path("stdin") : fs::path(scenario).stem();
    files.push_back(fs::path("results") / (stem.string() + ".h5"));
    const auto [other, is_new] = taken.emplace(files.back(), scenario);
    if (!is_new) {
      throw UserError("the results of " + other->second + " and " + scenario + " would both be " +
                      files.back().string() + "; run them one by one, with -o");
    }
  }
  fs::create_directories("results");
  return files;
}

std::vector<Text> attributes_of(const Scenario& scenario) {
  std::vector<Text> attributes{{"title", scenario.title}, {"source", program_name()}};
  if (!scenario.description.empty()) attributes.push_back({"comment", scenario.description});
  std::string references;
  for (const Source& source : scenario.sources) {
    references += (references.empty() ? "" : "\n") + source.claim + ": " + source.source;
  }
  if (!references.empty()) attributes.push_back({"references", references});
  return attributes;
}

/// A line for each failure. The file is called `scenario`, as the text in the provenance, so that the results do not
/// depend on where it lay.
std::string failures_text(const std::vector<Failure>& failures, const std::string& file_name) {
  std::string text;
  for (const Failure& failure : failures) {
    const bool placed = failure.message.starts_with(file_name + ":");
    text += fmt::format("policy {}, replicate {}: {}\n", failure.policy, failure.replicate,
                        placed ? "scenario" + failure.message.substr(file_name.size()) : failure.message);
  }
  return text;
}

/// "0, 1, 2 and 40 more".
std::string beginning(const std::vector<std::int64_t>& numbers) {
  const std::size_t told = std::min(numbers.size(), kMostTold);
  std::string text =
      fmt::format("{}", fmt::join(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(told), ", "));
  if (numbers.size() > told) text += fmt::format(" and {} more", numbers.size() - told);
  return text;
}

/// Each message once, with the runs that it is about; of many, the first.
void report_failures(const std::string& scenario, const Outcome& outcome, const std::vector<Failure>& failures) {
  fmt::print(stderr, "{}: {} of {} runs failed; in the results they are NaN:\n", scenario, outcome.failed,
             outcome.runs);
  std::vector<std::string> messages;  // in the order of their first appearance
  std::map<std::string, std::map<std::string, std::vector<std::int64_t>>> replicates;  // by message and policy
  for (const Failure& failure : failures) {
    auto& by_policy = replicates[failure.message];
    if (by_policy.empty()) messages.push_back(failure.message);
    by_policy[failure.policy].push_back(failure.replicate);
  }
  for (std::size_t i = 0; i < std::min(messages.size(), kMostTold); ++i) {
    fmt::print(stderr, "  {}\n", messages[i]);
    for (const auto& [policy, list] : replicates[messages[i]]) {
      fmt::print(stderr, "    policy {}, replicate{} {}\n", policy, list.size() == 1 ? "" : "s", beginning(list));
    }
  }
  if (messages.size() > kMostTold) {
    fmt::print(stderr, "  and {} more messages, which stand in provenance/failures of the results\n",
               messages.size() - kMostTold);
  }
}

/// Runs one scenario. Nothing is left of an experiment that was interrupted.
struct Done {
  Outcome outcome;
  Summary summary;
};
Done run_one(const ScenarioFile& file, const fs::path& results, const Options& options, TaskPool& pool) {
  const Scenario& scenario = *file.scenario;
  const Layout layout = layout_of(scenario);
  ResultsWriter writer(results, layout, attributes_of(scenario));
  Averages averages(layout);
  std::vector<Failure> failures;
  ProgressLine progress(file.name, options.quiet);

  const auto take = [&](const RunRecord& record) {
    averages.add(record);
    writer.write(record);
    if (record.failure.empty()) return;
    const std::string& policy = scenario.policies.entries[static_cast<std::size_t>(record.policy)].name;
    failures.push_back({policy, record.replicate, record.failure});
  };
  const auto keep_going = [&](const Progress& state) {
    progress.show(state);
    return !is_interrupted();
  };
  const Outcome outcome = run_experiment(scenario, layout, pool, take, keep_going);
  if (outcome.interrupted) return {outcome, {}};

  Summary summary = summarise(scenario, averages);
  summary.scenario = file.name;
  summary.results = results.string();
  summary.digest = writer.finish({{"scenario", file.text},
                                  {"scenario_resolved", to_yaml(resolved(scenario))},
                                  {"overrides", options.edits.text()},
                                  {"program", program_text()},
                                  {"generator", generator_text()},
                                  {"failures", failures_text(failures, file.name)}});
  progress.clear();
  if (!options.quiet) {
    fmt::print(stderr, "{}: {} runs in {}; the results are in {}\n", file.name, outcome.runs,
               duration_text(progress.seconds()), results.string());
  }
  if (outcome.failed > 0) report_failures(file.name, outcome, failures);
  return {outcome, summary};
}

Exit run(const Options& options) {
  // Whatever can be wrong is found before the first hour of computing.
  const std::vector<ScenarioFile> files = open_scenarios(options.scenarios, options.edits);
  if (!report_findings(files)) return Exit::wrong_usage;
  const std::vector<fs::path> results = results_files(options);

  catch_interrupts();
  TaskPool pool(options.threads > 0 ? options.threads
                                    : std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
  std::vector<Summary> summaries;
  Exit status = Exit::done;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Done done = run_one(files[i], results[i], options, pool);
    if (done.outcome.interrupted) {
      fmt::print(stderr, "interrupted; {} was not written\n", results[i].string());
      return Exit::interrupted;
    }
    if (done.outcome.failed > 0) status = Exit::runs_failed;
    summaries.push_back(done.summary);
    if (!options.json) fmt::print("{}{}", i == 0 ? "" : "\n", to_text(done.summary));
  }
  if (options.json) fmt::print("{}", to_json(summaries));
  return status;
}

std::string thread_count_fault(const std::string& text) {
  int threads = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
  if (error == std::errc() && end == text.data() + text.size() && threads >= 1 && threads <= kMostThreads) return "";
  return fmt::format("must be a whole number from 1 to {}, got '{}'", kMostThreads, text);
}

}  // namespace

Command add_run(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* line = program.add_subcommand("run", "Run scenarios, write results and sum them up");
  add_scenarios_option(*line, options->scenarios);
  line->add_option("-o,--output", options->output, "Results file, instead of results/SCENARIO.h5")->type_name("FILE");
  options->edits.add_options(*line);
  line->add_option("--threads", options->threads, "Cores to use; the results do not depend on it. Default: all")
      ->type_name("N")
      ->check(thread_count_fault);
  line->add_flag("--quiet", options->quiet, "No progress on stderr, only what is wrong");
  line->add_flag("--json", options->json, "Print the summary as JSON");
  line->footer(
      "Exit status: 0; 1 the machine refused; 2 wrong usage or scenario; 3 some runs failed, results are written;\n"
      "130 interrupted, nothing is written.\n\n"
      "Examples:\n"
      "  goodhart run scenario.yaml\n"
      "  goodhart run scenarios/*.yaml --replicates 8\n"
      "  goodhart run scenario.yaml --set population.size=1000 --set policies.usage_quota.quota.target=50 -o large.h5\n"
      "  goodhart run scenario.yaml --set 'activities.with_ai.value={normal: {mean: 1.4, sd: 0.3}}'\n"
      "  goodhart run scenario.yaml --policy trust --policy usage_quota --json > summary.json");
  return {line, [options] { return run(*options); }};
}

}  // namespace goodhart
