/// `goodhart detect`: is there bunching at a target in an organisation's own readings?
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "execution.hpp"
#include "goodhart/analysis/bunching.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/io/readings_file.hpp"
#include "goodhart/io/text_file.hpp"
#include "goodhart/report/bunching.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "scenario_file.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

constexpr double kMostReadings = 4e6;  // of a scenario that are looked at

struct Options {
  std::string data;
  ReadingColumns columns;
  std::optional<double> target, width;
  std::optional<std::int64_t> bins;
  std::string scenario, policy, metric;
  ExecutionOptions execution;
  std::string html;
  bool json = false;

  BunchingOptions bunching() const {
    BunchingOptions asked;
    asked.target = *target;
    asked.width = width;
    if (bins) asked.bins = static_cast<int>(*bins);
    return asked;
  }
};

// ---- From a scenario ----

/// The readings of one metric under one policy, of all employees in all steps from 0 on.
class Simulated {
 public:
  Simulated(Scenario scenario, const std::string& policy, std::size_t metric) : scenario_(std::move(scenario)) {
    std::erase_if(scenario_.policies.entries, [&](const auto& entry) { return entry.name != policy; });
    scenario_.compare_with.reset();
    scenario_.experiment.reset();
    scenario_.record = {};
    scenario_.record.every = scenario_.time.steps;
    scenario_.record.groups = false;
    scenario_.record.employees = RecordEmployees{.every = 1, .sample = scenario_.setting.population.size};
    const double a_replicate = static_cast<double>(scenario_.setting.population.size) * scenario_.time.steps;
    scenario_.replicates = std::clamp(static_cast<int>(kMostReadings / a_replicate), 1, scenario_.replicates);
    layout_ = layout_of(scenario_);
    metrics_ = scenario_.setting.metrics.size();
    metric_ = metric;
  }

  /// Throws RunError where a run fails.
  Readings readings(const Mechanisms& mechanisms, TaskPool& pool) const {
    const auto folder =
        static_cast<std::size_t>(std::find_if(layout_.folders.begin(), layout_.folders.end(),
                                              [](const Folder& each) { return each.name == "employees"; }) -
                                 layout_.folders.begin());
    const std::vector<Variable>& variables = layout_.folders[folder].variables;
    const auto variable = static_cast<std::size_t>(
        std::find_if(variables.begin(), variables.end(), [](const Variable& each) { return each.name == "reading"; }) -
        variables.begin());
    const auto people = static_cast<std::size_t>(scenario_.setting.population.size);
    Readings readings;
    std::string failure;
    run_experiment(
        scenario_, layout_, pool,
        [&](const RunRecord& run) {
          if (!run.failure.empty()) {
            if (failure.empty()) failure = run.failure;
            return;
          }
          const std::vector<double>& values = run.data[folder][variable];  // [sample][employee][metric]
          for (std::size_t i = metric_, person = 0; i < values.size(); i += metrics_, ++person) {
            readings.values.push_back(values[i]);
            readings.employee.push_back(static_cast<std::uint32_t>(readings.employees + person % people));
          }
          readings.employees += people;
        },
        [](const Progress&) { return true; }, Part{.first_replicate = 0, .mechanisms = mechanisms});
    if (!failure.empty()) throw RunError(failure);
    return readings;
  }

 private:
  Scenario scenario_;
  Layout layout_;
  std::size_t metrics_ = 0, metric_ = 0;
};

/// The metric that is meant: the one that is named, else the only one, or one that is called as the column is.
std::size_t metric_of(const Scenario& scenario, const Options& options) {
  const auto& metrics = scenario.setting.metrics.entries;
  const std::string wanted = !options.metric.empty() ? options.metric : options.columns.value;
  const auto found =
      std::find_if(metrics.begin(), metrics.end(), [&](const auto& entry) { return entry.name == wanted; });
  if (found != metrics.end()) return static_cast<std::size_t>(found - metrics.begin());
  if (options.metric.empty() && metrics.size() == 1) return 0;
  std::vector<std::string> names;
  for (const auto& entry : metrics) names.push_back(entry.name);
  throw UserError(
      options.metric.empty()
          ? fmt::format("--metric says which metric of the scenario the readings are: {}", listed(names))
          : fmt::format("--metric {}: there is no such metric; there is {}", options.metric, listed(names, "and")));
}

/// The same as in the data, in what the scenario makes: with bins as wide as theirs.
ModelBunching model_of(const Options& options, const ScenarioFile& file, double width) {
  const Scenario& scenario = *file.scenario;
  const std::size_t metric = metric_of(scenario, options);
  const Simulated simulated(scenario, options.policy, metric);
  BunchingOptions asked = options.bunching();
  asked.width = width;
  ModelBunching model{.scenario = scenario.title,
                      .policy = options.policy,
                      .metric = scenario.setting.metrics.entries[metric].name,
                      .as_it_is = {},
                      .without = {},
                      .why_not = {},
                      .why_not_without = {}};
  TaskPool pool(options.execution.cores());
  const auto look = [&](const Mechanisms& mechanisms, std::optional<Bunching>& found, std::string& why_not) {
    const Readings readings = simulated.readings(mechanisms, pool);
    try {
      found = bunching_at(readings, asked);
    } catch (const UserError& error) {
      why_not = error.what();
    }
  };
  look({}, model.as_it_is, model.why_not);
  look({.adversarial = false}, model.without, model.why_not_without);
  return model;
}

// ---- All ----

std::vector<ScenarioFile> scenario_asked(const Options& options) {
  if (options.scenario.empty()) {
    for (const auto& [name, given] :
         {std::pair("--policy", !options.policy.empty()), std::pair("--metric", !options.metric.empty()),
          std::pair("--set", !options.execution.edits.set.empty())}) {
      if (given) throw UserError(std::string(name) + " is for a scenario; --scenario FILE names one");
    }
    return {};
  }
  if (options.policy.empty())
    throw UserError("--scenario needs --policy NAME: the one that makes the readings in the model");
  std::vector<ScenarioFile> files = open_scenarios({options.scenario}, options.execution.edits);
  if (status_of(files) == Exit::done) demand_policy(*files.front().scenario, options.policy);
  return files;
}

Exit detect(const Options& options) {
  if (options.execution.quiet) be_quiet();
  const std::vector<ScenarioFile> files = scenario_asked(options);
  if (const Exit found = report_findings(files); found != Exit::done) return found;
  if (!files.empty()) metric_of(*files.front().scenario, options);
  std::vector<Output> outputs;
  if (!options.html.empty()) outputs.push_back({.what = "the page", .name = options.html, .kind = Output::Kind::page});
  prepare_outputs(outputs, files, {options.data});

  const Readings readings = read_readings(options.data, options.columns);
  const Bunching found = [&] {
    try {
      return bunching_at(readings, options.bunching());
    } catch (const UserError& error) {
      throw UserError(options.data + ": " + error.what());
    }
  }();
  BunchingReport report{.source = options.data, .column = options.columns.value, .model = {}};
  try {
    if (!files.empty()) report.model = model_of(options, files.front(), found.width);
  } catch (const RunError& error) {
    say("error: {}: a run cannot be completed: {}\n", harmless_line(options.scenario), harmless(error.what()));
    return Exit::runs_failed;
  }
  if (!options.html.empty()) {
    write_text_file(options.html, to_html(report, found));
    note("the page is in {}\n", harmless_line(options.html));
  }
  fmt::print("{}", options.json ? to_json(report, found) : to_text(report, found));
  return Exit::done;
}

}  // namespace

Command detect_command() {
  const auto options = std::make_shared<Options>();
  return {.name = "detect",
          .purpose = "Look for bunching at a target in an organisation's own readings",
          .options = {{"DATA", "", "A table (.csv) with a line for each reading", OneText{&options->data}, "", true},
                      {"--target", "T", "The target at which readings may bunch",
                       FiniteNumber{&options->target, -1e15, 1e15}, "", true},
                      {"--column", "NAME", "The column with the readings", OneText{&options->columns.value}, "value"},
                      {"--whose", "NAME", "The column that says whose readings they are",
                       OneText{&options->columns.employee}, "employee, where there is one"},
                      {"--width", "W",
                       "How far above the target counts as just above, and how wide all other stretches are",
                       FiniteNumber{&options->width, 1e-12, 1e15}, "a tenth of the spread, as a round number"},
                      {"--bins", "N", "How many such stretches are looked at on each side",
                       WholeNumber{&options->bins, BunchingOptions::kFewestBins, BunchingOptions::kMostBins}, "10"},
                      {"--scenario", "FILE", "Show beside it what a scenario makes, as it is and with gaming closed",
                       OneText{&options->scenario}},
                      {"--policy", "NAME", "The policy of the scenario that has the target", OneText{&options->policy}},
                      {"--metric", "NAME", "The metric of the scenario that the readings are",
                       OneText{&options->metric}, "the only one, or the one that is called as the column is"},
                      options->execution.edits.set_option(),
                      options->execution.threads_option(),
                      {"--html", "FILE", "Write a page to read and send on, too", OneText{&options->html}},
                      {"--json", "", "Print what was found as JSON", Flag{&options->json}},
                      options->execution.quiet_option()},
          .notes =
              "The table has a line of names, as in employee,step,value, and a line for each reading. What would be\n"
              "expected at the target is a smooth curve through the counts away from it; round numbers at which\n"
              "readings heap are taken into account. The interval comes from drawing employees anew, each with all\n"
              "readings. Only counts are printed: no reading stands by itself, and nobody is named.\n"
              "Bunching is no proof of gaming, and no bunching is no proof of honesty: what is printed says why.\n"
              "Exit status: 0, whatever was found; 1 the machine refused; 2 wrong usage, or data that cannot tell;\n"
              "3 a run of the scenario failed; 70 a bug of ours.\n\n"
              "Examples:\n"
              "  goodhart detect ours.csv --target 100\n"
              "  goodhart detect ours.csv --target 100 --column prompts --html bunching.html\n"
              "  goodhart detect ours.csv --target 100 --column prompts --scenario our.yaml --policy quota",
          .act = [options] { return detect(*options); }};
}

}  // namespace goodhart
