/// Scenario files as the command line names them: read, changed by options, checked.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/io/edges.hpp"
#include "goodhart/scenario/scenario.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart {

/// What the scenario on standard input is called.
inline constexpr const char* kStandardInput = "standard input";

/// What of a scenario the command line changes.
struct Edits {
  std::vector<std::string> set;  ///< PATH=VALUE, VALUE being YAML
  std::string replicates;        ///< YAML too, as steps and seed; empty means: not changed
  std::string steps;
  std::string seed;
  std::vector<std::string> policies;  ///< to keep; all if empty

  CommandOption set_option();
  CommandOption policy_option();
  CommandOption replicates_option();
  CommandOption steps_option();
  CommandOption seed_option();

  /// All of them.
  std::vector<CommandOption> options();

  /// PATH=VALUE for each change, a line each, as the provenance of results has them.
  std::string text() const;
};

/// A scenario file after reading, editing, checking and rehearsing.
struct ScenarioFile {
  std::string name;                ///< as the command line has it
  std::string text;                ///< as read
  std::optional<EdgeFile> edges;   ///< who sees whom, where the scenario names a file for that
  std::optional<EdgeFile> points;  ///< the points of a study, where it names a file for them
  std::vector<Diagnostic> diagnostics;
  bool unreadable = false;           ///< the machine refused the file, as the diagnostics say
  std::optional<Scenario> scenario;  ///< only if there is no error among the diagnostics
};

/// Where the catalogue is: the folder `scenarios` here, else the one that was installed beside the program, if any.
std::optional<std::filesystem::path> catalogue_folder();

/// What else is wrong with a scenario that is sound, with paths.
using CheckMore = std::function<std::vector<Diagnostic>(const Scenario&)>;

/// Reads and checks scenario files; `-` is standard input, and a bare name that is no file here means the scenario of
/// that name in the catalogue: ai-usage-mandate. What is wrong with a file stands in its diagnostics.
/// With a verb, they are checked for that study, too; and by `more`. Throws UserError where the edits themselves make
/// no sense.
std::vector<ScenarioFile> open_scenarios(const std::vector<std::string>& names, const Edits& edits,
                                         std::optional<Study::Verb> verb = std::nullopt, const CheckMore& more = {});

/// All diagnostics of all files as text with excerpts.
std::string diagnostics_text(const std::vector<ScenarioFile>& files);

/// Done where all scenarios can be run; else what the exit status should be.
Exit status_of(const std::vector<ScenarioFile>& files);

/// Says on stderr what is wrong and, unless one is to be quiet, what is odd; returns `status_of`.
Exit report_findings(const std::vector<ScenarioFile>& files);

/// The path of a change that is written PATH=VALUE.
std::string path_of_change(const std::string& change);

/// Throws UserError where the scenario has no policy that --policy could mean.
void demand_policy(const Scenario& scenario, const std::string& name);

/// The SCENARIO argument of a command that takes several.
CommandOption scenarios_argument(std::vector<std::string>& names);

}  // namespace goodhart
