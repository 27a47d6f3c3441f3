/// Running a scenario as the command line says: what `run` and `compare` share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "goodhart/analysis/courses.hpp"
#include "goodhart/analysis/means.hpp"
#include "goodhart/analysis/precision.hpp"
#include "goodhart/core/tasks.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/io/output.hpp"
#include "goodhart/io/study_folder.hpp"
#include "scenario_file.hpp"

namespace goodhart {

struct ExecutionOptions {
  std::string output;  ///< results file; as `results_output` says if empty
  Edits edits;
  std::optional<std::int64_t> threads;  ///< as many processors as we may use where there is no number
  bool quiet = false;
  bool force = false;                ///< run what disk or memory seem to have no room for
  bool fresh = false;                ///< throw away what an interruption has left
  std::optional<double> keep_after;  ///< seconds that a whole experiment takes at least to be kept while it runs

  CommandOption threads_option();
  CommandOption force_option();
  CommandOption quiet_option();
  CommandOption fresh_option();
  CommandOption keep_after_option();

  /// -o, --threads, --quiet, what is kept, and what changes a scenario.
  std::vector<CommandOption> options();

  /// How many threads that makes.
  int cores() const;
  /// How long what runs is not yet kept.
  double seconds_unkept() const;

  /// Throws MachineError where a scenario needs more than there is (`check_needs`).
  void check_needs_of(const ScenarioFile& file, const std::filesystem::path& results, bool keeps_averages) const;

  /// Says on stderr where the system refused some of them.
  void say_if_fewer(const TaskPool& pool) const;
};

/// What came of it.
struct Execution {
  Ending ending;
  Means means;
  Courses courses;    ///< of what a summary shows over time
  Scenario scenario;  ///< with as many replicates as there are
  std::string digest;
  double confidence = 0.95;  ///< that intervals must have to hold 95 of 100 times whenever one stopped
  std::string stopping;      ///< how the number of replicates was chosen; empty where it was given
};

/// The results file of a scenario: what -o names, else results/SCENARIO.h5. Where the command line changes the scenario
/// or its replicates, the changes are part of that name, as in results/SCENARIO+seed=7.h5, so that what was run without
/// them is not replaced.
Output results_output(const ScenarioFile& file, const ExecutionOptions& options,
                      const std::optional<Precision>& precision);

/// Where what is under way is kept while it runs: NAME.parts beside NAME.h5.
std::filesystem::path parts_of(const std::filesystem::path& results);

/// What makes a study (`verb`) or an experiment of `run` (none) this one, when it is gone on with.
StudyPlan plan_of(StudyPlan::Work work, const ScenarioFile& file, const ExecutionOptions& execution);

/// Looks at all outputs of a command before anything runs (`check_outputs`): against the scenarios with their edges and
/// the results files that it reads. Says on stderr what was done. Throws UserError and MachineError.
void prepare_outputs(const std::vector<Output>& outputs, const std::vector<ScenarioFile>& files,
                     const std::vector<std::string>& results);

/// Runs a scenario and writes its results. Of one that takes long, finished replicates are kept while it runs
/// (`KeptRuns`), so that the same command goes on where it was interrupted; nothing is left of a short one. Says on
/// stderr how far it is, how long it took, and what failed. With a precision, replicates are doubled from the
/// scenario's number on until it is reached; the intervals that decide hold for all policies and for all looks at once
/// (`double_until`).
Execution execute(const ScenarioFile& file, const std::filesystem::path& results, const ExecutionOptions& options,
                  const std::optional<Precision>& precision, TaskPool& pool);

}  // namespace goodhart
