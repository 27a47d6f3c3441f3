/// The folder of a study or of a long experiment that is under way: its plan, and a journal for each process that works
/// at it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "goodhart/study/blocks.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart {

/// Which units there are, and how large one is.
struct UnitTable {
  /// The units of a study. No `explicit`: where its folder asks for units, a study says all that is needed.
  UnitTable(const Study& study);
  /// An experiment's: `lucks` replicates, as units of one point, each of so many runs with so many values.
  UnitTable(std::size_t runs, std::size_t values, std::uint32_t lucks)
      : policies(runs), width(values), replicates(lucks) {}
  /// The evaluations of a search or a fit: of one policy each, and as many as there may be.
  static UnitTable evaluations(std::size_t values);

  std::size_t policies, width;  ///< how many, and how many values each has
  std::size_t points = 1;
  std::uint32_t replicates;       ///< of each point
  std::size_t points_of_row = 0;  ///< points that share their luck; 0 where all do

  std::size_t units() const { return points * replicates; }
  /// Bytes of a unit in a journal.
  std::size_t record_bytes() const;
  /// The first replicate of a point: those of the next row are others.
  std::uint32_t first_replicate(std::size_t point) const {
    return points_of_row == 0 ? 0 : static_cast<std::uint32_t>(point / points_of_row) * replicates;
  }
  /// The number of a unit: point by point. Nothing where there is no such unit: a study may have been larger when it
  /// was begun.
  std::optional<std::size_t> number(const Unit& unit) const;
};

/// What makes a study this one and no other, and what is needed to go on with it.
struct StudyPlan {
  /// What is done: a study, or the work of a command that goes on when it is given again. `run` is of `compare`, too.
  enum class Work : std::uint8_t { sweep, sensitivity, run, search, fit };
  Work work = Work::sweep;
  std::string name;               ///< of the scenario's file, for messages
  std::string scenario;           ///< its text as read
  std::string scenario_resolved;  ///< as YAML
  std::string overrides;          ///< changes made on the command line, a line each
  std::string program;            ///< version, revision, compiler
  std::string generator;          ///< how random numbers come about
  std::string arithmetic;         ///< `arithmetic_fingerprint` of the processor that began it

  /// Of a study, that is.
  std::optional<Study::Verb> verb() const;
  static Work work_of(Study::Verb verb);
  static const char* name_of(Work work);
};

/// Throws UserError where two plans are not of one study, naming what differs: "BEGUN seed 1, this is seed 2ADVICE".
/// Replicates and the number of Sobol' points may differ.
void demand_same_study(const std::string& begun_words, const StudyPlan& begun, const StudyPlan& now,
                       const std::string& advice);

/// A digest of 4,096 values of exp, log, pow and erfc: they differ between kinds of processors in the last bit, and so
/// do results (decision 003).
std::string arithmetic_fingerprint();

/// A study's folder. While a study runs there is nothing but this: `plan.json`, and for each shard a journal of its
/// own, `units-3-of-8.journal`, to which finished units are appended in whatever order they are done.
///
/// A journal is a header of 16 bytes and records of one size: point, replicate (uint32 each), the time in milliseconds
/// since 1970 (uint64), status by policy (a byte each, filled up to eight), the first failure (256 bytes), the values
/// (float64), and CRC-32C over all of this (uint32, filled up to eight); little-endian. It is synced once a second and
/// at the end. A tail that is no whole record is what a kill or a power cut left: it is cut off and run again. A wrong
/// checksum before the tail is an error, for then something else has changed the file.
class StudyFolder {
 public:
  /// Opens the folder of a study, or begins it. With `fresh`, what is there is removed first.
  ///
  /// Throws UserError where it was begun as another study, naming what differs; replicates and the number of Sobol'
  /// points may differ, and the plan takes the new ones. Throws MachineError where it cannot be made or read.
  StudyFolder(std::filesystem::path folder, const StudyPlan& plan, bool fresh);
  /// Opens one that is there, as what its plan says. Throws UserError where there is none, or it is no study's.
  explicit StudyFolder(std::filesystem::path folder);

  const std::filesystem::path& path() const { return folder_; }
  const StudyPlan& plan() const { return plan_; }

  /// Appends units to a shard's journal; its lock is held as long as this lives.
  class Writer {
   public:
    Writer(Writer&&) noexcept;
    ~Writer();
    void append(const std::vector<Unit>& units);
    /// Makes durable what was appended. Throws MachineError where the disk refuses.
    void sync();

   private:
    friend class StudyFolder;
    struct File;
    explicit Writer(std::unique_ptr<File> file);
    std::unique_ptr<File> file_;
  };
  /// Throws MachineError where another process holds the shard's lock.
  Writer write(const UnitTable& table, Shard shard) const;
  /// The same for a process that takes whatever is to be done, by the name of its journal without `.journal`.
  Writer write(const UnitTable& table, const std::string& name) const;

  /// What a journal holds, found without keeping any of it.
  struct Journal {
    std::filesystem::path file;
    std::size_t units = 0, failed = 0;
    bool at_work = false;                         ///< a process holds its lock
    std::uint64_t first_time = 0, last_time = 0;  ///< of its last 256 units at most
    std::size_t recent = 0;                       ///< how many these are
  };
  /// The journals that there are now, by name.
  std::vector<std::filesystem::path> journals() const;
  /// Reads journals one after the other; `see` gets each unit of the table, and where it stands: the number of
  /// the journal and that of the record.
  std::vector<Journal> scan(const UnitTable& table, const std::vector<std::filesystem::path>& journals,
                            const std::function<void(const Unit&, std::size_t journal, std::size_t record)>& see) const;

  /// Removes the folder, when its study is done.
  void remove();

 private:
  std::filesystem::path folder_;
  StudyPlan plan_;
};

/// The units of a study's folder by point and replicate, read when they are asked for.
class UnitIndex {
 public:
  /// Scans all journals. Throws Bug where a unit is there twice with different results, naming it, and MachineError
  /// where there are more than four thousand million records.
  UnitIndex(const StudyFolder& folder, const UnitTable& table);
  ~UnitIndex();

  std::size_t done() const { return done_; }
  bool has(std::size_t point, std::size_t replicate) const { return places_[number(point, replicate)] != 0; }
  const UnitTable& table() const { return table_; }
  /// Nothing where it is missing. `replicate` counts from 0 at each point.
  std::optional<Unit> read(std::size_t point, std::size_t replicate) const;
  const std::vector<StudyFolder::Journal>& journals() const { return journals_; }

 private:
  std::size_t number(std::size_t point, std::size_t replicate) const { return point * table_.replicates + replicate; }
  Unit read_at(std::uint32_t place) const;

  const StudyFolder& folder_;
  UnitTable table_;
  /// By unit: its record, counted from 1 over all journals; 0 where it is missing. Small, as there is one for each
  /// unit.
  std::vector<std::uint32_t> places_;
  std::vector<std::uint32_t> first_;  ///< by journal: how many records those before it have
  std::vector<StudyFolder::Journal> journals_;
  std::vector<int> descriptors_;
  std::size_t done_ = 0;
};

}  // namespace goodhart
