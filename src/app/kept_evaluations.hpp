/// What a long search or fit has evaluated, kept so that an interruption loses little of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "goodhart/io/study_folder.hpp"
#include "goodhart/study/evaluation_log.hpp"

namespace goodhart {

/// The evaluations of a search or a fit, kept in a folder beside its results, NAME.parts, while it runs: a journal as
/// studies have (`StudyFolder`).
///
/// A short one leaves no folder: it is made after `keep_after` seconds, and then has what was evaluated before, too. A
/// run that failed is not kept but run again, for a journal has no room for all that is said of it. Where the disk
/// refuses, that is said, and nothing is kept from then on.
class KeptEvaluations : public EvaluationLog {
 public:
  /// Takes up what an interrupted one has left in the folder, if any; with `fresh`, throws it away. `width`: values of
  /// an evaluation. Throws UserError where the folder is of something else, naming what differs, and MachineError where
  /// another process is at work at it.
  KeptEvaluations(std::filesystem::path folder, StudyPlan plan, std::size_t width, double keep_after, bool fresh);

  /// Says how much was found, where that is anything: "going on with 1,024 runs done".
  void say_found(const std::string& what) const;
  const Unit* find(std::uint32_t number, std::uint32_t replicate) const override;
  void keep(const Unit& unit) override;
  /// Removes the folder, when the results are written.
  void remove();

 private:
  void open();
  void append(const std::vector<Unit>& units);

  std::filesystem::path path_;
  StudyPlan plan_;
  UnitTable table_;
  double keep_after_;
  bool fresh_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::optional<StudyFolder> folder_;
  std::optional<StudyFolder::Writer> writer_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Unit> known_;
  std::vector<Unit> waiting_;  ///< for the folder
  bool refused_ = false;       ///< by the disk
};

}  // namespace goodhart
