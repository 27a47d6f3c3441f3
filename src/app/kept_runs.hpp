/// What a long experiment of `run` or `compare` has done, kept so that an interruption loses little of it.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "goodhart/engine/layout.hpp"
#include "goodhart/io/study_folder.hpp"

namespace goodhart {

/// The replicates of an experiment that are kept in a folder beside its results, NAME.parts, while it runs: a journal
/// as studies have (`StudyFolder`), whose units are replicates under all policies with all that is recorded of them.
///
/// A short experiment leaves no folder: it is begun once the experiment turns out to be long. A replicate in which a
/// run failed is not kept but run again, for a journal has no room for all that is said of it.
class KeptRuns {
 public:
  /// Takes up what an interrupted experiment has left in the folder, if any; with `fresh`, throws it away. `replicates`
  /// is how many there may be. Throws UserError where the folder is that of another experiment, naming what differs,
  /// and MachineError where another process is at work at it.
  KeptRuns(std::filesystem::path folder, StudyPlan plan, Layout layout, std::size_t policies, std::uint32_t replicates,
           bool fresh);

  const std::filesystem::path& folder() const { return path_; }
  std::size_t found() const { return units_ ? units_->done() : 0; }
  bool has(int replicate) const { return units_ && units_->has(0, static_cast<std::size_t>(replicate)); }
  /// The records of a replicate that was found, policy by policy.
  std::vector<RunRecord> read(int replicate, std::uint64_t seed) const;

  /// Is the folder there? Else `begin` makes it, where the disk has room for `replicates` more and for the results.
  bool is_begun() const { return folder_.has_value(); }
  void begin(std::size_t replicates);
  /// From here on, what was kept since the folder was opened counts as found, too, and can be read.
  void find_again();
  /// Keeps a replicate that has been run. Where the disk refuses, says so, and keeps nothing from then on.
  void keep(const std::vector<RunRecord>& records);

  /// Removes the folder, when the results are written.
  void remove();

 private:
  void open(bool fresh);
  std::size_t bytes_of_replicate() const { return 8 * table_.policies * table_.width; }

  std::filesystem::path path_;
  StudyPlan plan_;
  Layout layout_;
  UnitTable table_;
  std::optional<StudyFolder> folder_;
  std::optional<UnitIndex> units_;  ///< what was found
  std::optional<StudyFolder::Writer> writer_;
  bool refused_ = false;  ///< by the disk
};

/// The units of an experiment: its replicates under all policies, with all that the layout has of a run.
UnitTable table_of_run(const Layout& layout, std::size_t policies, std::uint32_t replicates);

/// "What is done is kept in FOLDER; the same command goes on from there", for whoever interrupts it.
std::string kept_sentence(const std::filesystem::path& folder, bool fresh);

}  // namespace goodhart
