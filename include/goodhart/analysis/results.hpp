/// The results of an experiment: the scenario that was run, each run's averages, and a way to its series.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "goodhart/analysis/averages.hpp"
#include "goodhart/engine/layout.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// Gets the runs of one replicate, policy by policy, with data and averages of the root; they are gone when it returns.
using TakeReplicate = std::function<void(std::span<const RunRecord>)>;

/// What a results file holds, but for the panels of employees and teams. Of a file only the averages are in memory;
/// the series of its runs are read where they are looked at, a few replicates at a time.
struct Results {
  std::string name;             ///< of the file
  std::string digest;           ///< its content digest
  std::string program;          ///< what made it: version, revision, compiler
  std::string overrides;        ///< changes made on the command line, a line each
  Scenario scenario;            ///< as resolved
  Layout layout;                ///< of the root alone
  Averages averages;            ///< of all runs
  std::vector<RunRecord> held;  ///< replicate by replicate, within it policy by policy; only of a run in memory, else
                                ///< empty
  bool whole_means = true;      ///< are averages over all steps from 0 on? Else over those recorded (an older file)
  /// Reads the replicates from `first` to `end` - 1; not set where the runs are held.
  std::function<void(std::size_t first, std::size_t end, const TakeReplicate& take)> read;

  std::size_t replicates() const { return averages.replicates(); }

  /// Hands over the replicates from `first` to `end` - 1, in order. Of results from a file it throws as `read_results`
  /// does, also where the file is no longer the same, and as there no other thread may hold a lock.
  void each_replicate(std::size_t first, std::size_t end, const TakeReplicate& take) const;
};

/// Hands over, replicate by replicate, the runs of that replicate in each of several results of as many replicates. As
/// much of the others as there is room for in a few MB is read at a time.
void each_replicate_of(const std::vector<const Results*>& all,
                       const std::function<void(const std::vector<std::span<const RunRecord>>&)>& take,
                       std::size_t first, std::size_t end);

/// The policies of several results as if they had been run together: in order, those that are the same once. With
/// `kept`, those alone, in the order of the scenario; if the one that differences are taken against is not among them,
/// the first takes its place.
///
/// Throws UserError where the scenarios differ in anything but policies and texts (it says what), where two policies
/// of one name are not the same, and where a name in `kept` is no policy.
Results joined(std::vector<Results> all, const std::vector<std::string>& kept = {});

}  // namespace goodhart
