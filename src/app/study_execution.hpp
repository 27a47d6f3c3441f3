/// Running studies as the command line says: what `sweep`, `sensitivity`, `merge` and `status` share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "command_line.hpp"
#include "execution.hpp"
#include "goodhart/io/study_folder.hpp"
#include "goodhart/study/blocks.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart {

/// How a study's findings are printed.
struct StudyPrint {
  bool json = false, csv = false;
  std::string html;  ///< a page, too, where it is not empty
  /// Says what was found in the results file, in place of all that is said otherwise; where it is not empty.
  std::function<void(const std::filesystem::path& results)> instead{};

  std::vector<CommandOption> options();
  /// Throws UserError where both are asked for.
  void check() const;
  /// What was found, in each form that may be asked for, and made only then.
  struct Forms {
    std::function<std::string()> text, json, csv, page;
  };
  /// Prints what was found, and writes the page where one is asked for, which is said unless it is to be quiet.
  void tell(const Forms& forms, bool quiet) const;
  void write_page(const std::function<std::string()>& page_of, bool quiet) const;
  /// The page, where one is asked for.
  std::vector<Output> page() const;
};

struct StudyOptions {
  std::string scenario;
  std::string name;  ///< of the study in names of files; else its verb
  ExecutionOptions execution;
  StudyPrint print;
  bool dry_run = false;
  std::string shard;                   ///< "3/8" or "slurm"; empty for all
  std::string from;                    ///< the file of a sweep that has some of this one; empty for none
  std::optional<std::int64_t> budget;  ///< runs

  std::vector<CommandOption> options();
  CommandOption from_option();  ///< of sweeps alone: a sensitivity does not grow
};

/// "results/NAME-sweep.h5" and the like for a scenario; what is under way stands in the same name with .parts.
std::filesystem::path study_file(const std::string& study, const std::string& scenario, const std::string& output);

/// A study whose scenario has been read and checked, and whose outputs can be written.
struct PreparedStudy {
  ScenarioFile file;
  Study study;
  std::filesystem::path results;
};

/// Reads and checks; says what is odd, and makes way for the outputs, unless another process does (`says`). The exit
/// status where what is wrong with the scenario has been told.
std::variant<PreparedStudy, Exit> prepare_study(Study::Verb verb, const StudyOptions& options, bool says = true);

/// What of a shard is not in the folder's journals, block by block; says how much was found.
std::vector<Block> blocks_left(const StudyFolder& folder, const Study& study, Shard shard, bool quiet);

/// Says that a budget left something out.
void say_budget_is_spent(const StudyFolder& folder);

/// Does what is left of a study, as far as the options say, and when all of it is there writes its results.
Exit run_study(Study::Verb verb, const StudyOptions& options);

/// The scenario of a folder, as its plan says. Throws UserError where it cannot be read.
Scenario scenario_of(const StudyFolder& folder);

/// The study of a folder, as its plan says. Throws UserError where it is an interrupted run, and where its plan cannot
/// be read.
Study study_of(const StudyFolder& folder);

/// Writes the results of a folder and prints what was found; removes the folder where nothing is missing. `partial`
/// takes what there is.
Exit merge_study(StudyFolder& folder, const Study& study, const std::filesystem::path& results, bool partial,
                 const StudyPrint& print, bool quiet);

}  // namespace goodhart
