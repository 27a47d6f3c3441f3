/// Running scenarios, writing their results, telling what failed.
#include "execution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include "goodhart/analysis/averages.hpp"
#include "goodhart/core/random.hpp"
#include "goodhart/io/processors.hpp"
#include "goodhart/io/provenance.hpp"
#include "goodhart/io/results_writer.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/report/slow_steps.hpp"
#include "goodhart/report/summary.hpp"
#include "goodhart/scenario/read.hpp"
#include "kept_runs.hpp"
#include "needs.hpp"
#include "progress.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostThreads = 1024;
constexpr std::size_t kMostTold = 10;  // of a list on the terminal
constexpr double kLong = 30;           // seconds from which on an experiment is kept while it runs
constexpr double kUnsure = 1;          // before which nothing tells how long it will take

/// "0, 1, 2 and 40 more".
std::string beginning(const std::vector<std::int64_t>& numbers) {
  const std::size_t told = std::min(numbers.size(), kMostTold);
  std::string text =
      fmt::format("{}", fmt::join(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(told), ", "));
  if (numbers.size() > told) text += fmt::format(" and {} more", numbers.size() - told);
  return text;
}

/// Each message once, with the runs that it is about; of many, the first.
void report_failures(const std::string& scenario, const Ending& ending, const std::vector<Failure>& failures) {
  say("{}: {} of {} runs failed; in the results they are NaN:\n", harmless_line(scenario), ending.failed, ending.runs);
  std::vector<std::string> messages;  // in the order of their first appearance
  std::map<std::string, std::map<std::string, std::vector<std::int64_t>>> replicates;  // by message and policy
  for (const Failure& failure : failures) {
    auto& by_policy = replicates[failure.message];
    if (by_policy.empty()) messages.push_back(failure.message);
    by_policy[failure.policy].push_back(failure.replicate);
  }
  for (std::size_t i = 0; i < std::min(messages.size(), kMostTold); ++i) {
    say("  {}\n", harmless_line(messages[i]));
    for (const auto& [policy, list] : replicates[messages[i]]) {
      say("    policy {}, replicate{} {}\n", policy, list.size() == 1 ? "" : "s", beginning(list));
    }
  }
  if (messages.size() > kMostTold) {
    say("  and {} more messages, which stand in provenance/failures of the results\n", messages.size() - kMostTold);
  }
}

/// Says where rewards were far beyond pay, unless that has been said beforehand.
void warn_of_rewards(const ScenarioFile& file, const Scenario& scenario, const Means& means) {
  for (std::size_t p = 0; p < scenario.policies.size(); ++p) {
    const std::string path = "policies." + scenario.policies.entries[p].name;
    const bool said = std::any_of(file.diagnostics.begin(), file.diagnostics.end(), [&](const Diagnostic& diagnostic) {
      return diagnostic.path == path || diagnostic.path.starts_with(path + ".");
    });
    const double pays = means.level("reward", p).mean / scenario.setting.organisation.pay;
    if (pays > kMostPay && !said) note("{}: warning: {}: {}\n", harmless_line(file.name), path, far_reward(pays));
  }
}

constexpr std::size_t kLongestMarks = 100;  // of the name of a results file, for what the command line changes

/// What the command line changes, as part of a file's name: "+seed=7+policy=trust". Signs that files are seldom called
/// by become "_"; where that, or cutting what is too long, leaves something out, a digest of the whole stands at the
/// end, so that other changes have another name.
std::string marks_of(const Edits& edits, const std::optional<Precision>& precision) {
  std::string whole;
  for (const std::string& change : edits.set) whole += "+" + change;
  if (!edits.replicates.empty()) whole += "+replicates=" + edits.replicates;
  if (!edits.steps.empty()) whole += "+steps=" + edits.steps;
  if (!edits.seed.empty()) whole += "+seed=" + edits.seed;
  for (const std::string& policy : edits.policies) whole += "+policy=" + policy;
  if (precision) whole += fmt::format("+until={:g}+outcome={}", precision->relative, precision->outcome);
  std::string marks;
  for (const char c : whole) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    marks += plain || std::string_view("+=._-").find(c) != std::string_view::npos ? c : '_';
  }
  if (marks.size() > kLongestMarks) marks.resize(kLongestMarks);
  if (marks != whole) marks += fmt::format("~{:08x}", mixed(0, whole) >> 32);
  return marks;
}

/// The results file of a scenario, where none is named.
fs::path default_results_file(const std::string& scenario, const std::string& marks) {
  const fs::path stem = scenario == kStandardInput ? fs::path("stdin") : fs::path(scenario).stem();
  return fs::path("results") / (stem.string() + marks + ".h5");
}

/// Writes the runs of an experiment, takes their means, and remembers what failed.
class Keeper {
 public:
  Keeper(const Scenario& scenario, const Layout& layout, const fs::path& results)
      : means(layout, static_cast<std::size_t>(scenario.comparison())),
        courses(layout, course_variables()),
        scenario_(scenario),
        writer_(results, layout, attributes_of(scenario)) {}

  void take(const RunRecord& record) {
    means.add(record);
    courses.add(record);
    writer_.write(record);
    if (record.failure.empty()) return;
    const std::string& policy = scenario_.policies.entries[static_cast<std::size_t>(record.policy)].name;
    failures.push_back({policy, record.replicate, record.failure});
  }
  std::string finish(const ScenarioFile& file, const std::string& overrides) {
    return writer_.finish(provenance_of(scenario_, file.text, file.name, overrides, failures));
  }

  Means means;
  Courses courses;
  std::vector<Failure> failures;

 private:
  const Scenario& scenario_;
  ResultsWriter writer_;
};

/// Runs the replicates of a scenario from `first` to `end` but those that are kept, keeps them where it takes long, and
/// hands out all of them in order.
Ending run_kept(const std::shared_ptr<const Scenario>& scenario, const Layout& layout, TaskPool& pool, int first,
                int end, double keep_after, KeptRuns& kept, const std::function<void(const RunRecord&)>& take,
                const std::function<bool(const Progress&)>& keep_going) {
  using Clock = std::chrono::steady_clock;
  Ending kept_ones;
  int next = first;
  const auto take_kept = [&](int until) {
    for (; next < until; ++next) {
      for (const RunRecord& record : kept.read(next, scenario->seed)) {
        take(record);
        ++kept_ones.runs;
      }
    }
  };
  std::vector<int> pending;
  for (int r = first; r < end; ++r) {
    if (!kept.has(r)) pending.push_back(r);
  }
  const Progress total = work_of(*scenario, static_cast<int>(pending.size()));
  std::atomic<double> share{0};
  const auto start = Clock::now();
  // Ours for as long as the call lasts.
  const std::shared_ptr<const Layout> recorded(&layout, [](const Layout*) {});
  Ending ending = run_arms(
      pending.size(), total, pool,
      [&](std::size_t a) { return Arm{.scenario = scenario, .layout = recorded, .first_replicate = pending[a]}; },
      [&](std::size_t a, const Arm&, const std::vector<RunRecord>& records) {
        take_kept(pending[a]);
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        if (seconds >= std::min(kUnsure, keep_after) && seconds >= keep_after * share) {
          kept.begin(pending.size() - a);
        }
        kept.keep(records);
        for (const RunRecord& record : records) take(record);
        next = pending[a] + 1;
      },
      [&](const Progress& state) {
        share =
            static_cast<double>(state.steps_done) / static_cast<double>(std::max<std::uint64_t>(1, total.steps_total));
        return keep_going(state);
      });
  take_kept(end);
  ending.runs += kept_ones.runs;
  return ending;
}

}  // namespace

CommandOption ExecutionOptions::threads_option() {
  return {"--threads", "N", "Cores to use; the results do not depend on it", WholeNumber{&threads, 1, kMostThreads},
          "those that this process may use, by its affinity, its control groups' quota and SLURM_CPUS_PER_TASK"};
}

CommandOption ExecutionOptions::force_option() {
  return {"--force", "", "Run what disk or memory seem to have no room for", Flag{&force}};
}

CommandOption ExecutionOptions::fresh_option() {
  return {"--fresh", "", "Throw away what was kept when this was interrupted, and begin again", Flag{&fresh}};
}

CommandOption ExecutionOptions::keep_after_option() {
  return {"--keep-after", "SECONDS",
          "Of what takes longer than this, keep finished replicates in NAME.parts while it runs: interrupted, the same "
          "command goes on from there",
          FiniteNumber{&keep_after, 0, 1e12}, fmt::format("{:g}", kLong)};
}

CommandOption ExecutionOptions::quiet_option() {
  return {"--quiet", "", "On stderr errors alone: no progress, notes or warnings", Flag{&quiet}};
}

std::vector<CommandOption> ExecutionOptions::options() {
  std::vector<CommandOption> options{{"-o,--output", "FILE",
                                      "Results file, instead of results/SCENARIO.h5, or results/SCENARIO+CHANGES.h5 "
                                      "where the command line changes the scenario",
                                      OneText{&output}}};
  for (CommandOption& option : edits.options()) options.push_back(std::move(option));
  options.push_back(threads_option());
  options.push_back(force_option());
  options.push_back(keep_after_option());
  options.push_back(fresh_option());
  options.push_back(quiet_option());
  return options;
}

double ExecutionOptions::seconds_unkept() const {
  return keep_after.value_or(kLong);
}

int ExecutionOptions::cores() const {
  return threads ? static_cast<int>(*threads) : usable_processors();
}

void ExecutionOptions::check_needs_of(const ScenarioFile& file, const fs::path& results, bool keeps_averages) const {
  check_needs(*file.scenario, file.name, results, cores(), keeps_averages, force);
}

void ExecutionOptions::say_if_fewer(const TaskPool& pool) const {
  if (pool.threads() == cores()) return;
  note("note: the system refuses more than {} of {} threads; this takes longer, and the results are the same\n",
       pool.threads(), cores());
}

fs::path parts_of(const fs::path& results) {
  return fs::path(results).replace_extension(".parts");
}

StudyPlan plan_of(StudyPlan::Work work, const ScenarioFile& file, const ExecutionOptions& execution) {
  return {.work = work,
          .name = file.name,
          .scenario = file.text,
          .scenario_resolved = to_yaml(resolved(*file.scenario)),
          .overrides = execution.edits.text(),
          .program = program_text(),
          .generator = generator_text(),
          .arithmetic = arithmetic_fingerprint()};
}

Output results_output(const ScenarioFile& file, const ExecutionOptions& options,
                      const std::optional<Precision>& precision) {
  const bool named = !options.output.empty();
  return {
      .what = "the results of " + file.name,
      .name = named ? fs::path(options.output) : default_results_file(file.name, marks_of(options.edits, precision)),
      .makes_folder = !named};
}

void prepare_outputs(const std::vector<Output>& outputs, const std::vector<ScenarioFile>& files,
                     const std::vector<std::string>& results) {
  std::vector<Input> inputs;
  for (const ScenarioFile& file : files) {
    inputs.push_back({"the scenario", file.name == kStandardInput ? "-" : file.name});
    if (file.edges) inputs.push_back({"the edges", file.edges->name});
    if (file.points) inputs.push_back({"the points", file.points->name});
  }
  for (const std::string& name : results) inputs.push_back({"the results", name});
  for (const std::string& found : check_outputs(outputs, inputs)) note("note: {}\n", harmless(found));
}

Execution execute(const ScenarioFile& file, const fs::path& results, const ExecutionOptions& options,
                  const std::optional<Precision>& precision, TaskPool& pool) {
  ProgressLine progress(file.name, options.quiet);
  Scenario scenario = *file.scenario;
  SlowSteps slow(scenario);
  const auto keep_going = [&](const Progress& state) {
    const std::string note = options.quiet ? "" : slow.note(state.last, progress.seconds());
    if (!note.empty()) {
      progress.clear();
      say("{}: note: {}\n", harmless_line(file.name), harmless_line(note));
    }
    progress.show(state);
    return true;
  };
  std::string overrides = options.edits.text(), stopping;
  double confidence = 0.95;

  const Layout recorded = layout_of(scenario);
  KeptRuns kept(
      parts_of(results), plan_of(StudyPlan::Work::run, file, options), recorded, scenario.policies.size(),
      static_cast<std::uint32_t>(precision ? std::max(kMostReplicates, scenario.replicates) : scenario.replicates),
      options.fresh);
  if (kept.found() > 0 && !options.quiet) {
    say("{}: going on with {} replicate{} done\n", harmless_line(kept.folder().string()), kept.found(),
        kept.found() == 1 ? "" : "s");
  }
  const double keep_after = options.seconds_unkept();
  // What leadership commits to is one thing for all replicates, whatever their number: it is found once. Ours for as
  // long as the call lasts.
  const std::shared_ptr<const Scenario> run_as =
      committed(std::shared_ptr<const Scenario>(&*file.scenario, [](const Scenario*) {}), pool,
                work_of(scenario, scenario.replicates), keep_going);

  // Where replicates are added by looking, how many there are is known only at the end. Until then the runs are kept
  // on the disk, from the first one on; what could not be kept there is run again.
  if (precision) {
    std::optional<Averages> averages;
    const Stopping stopped = *double_until(scenario, *precision, [&](int first) {
      const Layout layout = layout_of(scenario);
      averages = averages ? Averages(layout, *averages) : Averages(layout);
      run_kept(
          run_as, layout, pool, first, scenario.replicates, 0, kept,
          [&](const RunRecord& record) { averages->add(record); }, keep_going);
      return &*averages;
    });
    confidence = stopped.confidence;
    stopping = stopped.words;
    overrides += fmt::format("replicates={}\n", scenario.replicates);
    kept.find_again();
  }

  const Layout layout = layout_of(scenario);
  Keeper keeper(scenario, layout, results);
  const Ending ending = run_kept(
      run_as, layout, pool, 0, scenario.replicates, keep_after, kept,
      [&](const RunRecord& record) { keeper.take(record); }, keep_going);
  const std::string digest = keeper.finish(file, overrides);
  kept.remove();
  progress.clear();
  if (!options.quiet) {
    say("{}: {} runs in {}; the results are in {}\n", harmless_line(file.name), ending.runs,
        duration_text(progress.seconds()), harmless_line(results.string()));
  }
  warn_of_rewards(file, scenario, keeper.means);
  if (ending.failed > 0) report_failures(file.name, ending, keeper.failures);
  return {ending, keeper.means, keeper.courses, scenario, digest, confidence, stopping};
}

}  // namespace goodhart
