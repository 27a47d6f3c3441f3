/// Results held against the same scenario run again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "goodhart/analysis/results.hpp"

namespace goodhart {

/// Up to this relative difference (see Discrepancy) two numbers are taken to differ in their last bits only, as they
/// may between builds, kinds of processor and C libraries.
inline constexpr double kLastBits = 1e-9;

/// Two numbers that should be the same.
struct Discrepancy {
  std::string variable;  ///< "value", "means/value"; "status" where one of the runs failed
  std::string policy;    ///< its name
  int replicate = 0;     ///< from 0
  std::optional<std::int64_t> step;
  std::vector<std::string> of;   ///< the names along the other axes: a metric, an activity, a group, an incentive
  double stored = 0, again = 0;  ///< in the file, and run again
  /// |stored - again| over the largest of |stored|, |again| and a thousandth of the largest number that the file has of
  /// this variable for the same metric, activity, ...; so zero need not be hit exactly. Infinite where one of them is
  /// not a finite number and the other is not the same.
  double relative = 0;
};

/// What came of running results again.
struct Reproduction {
  enum class Verdict {
    equal,      ///< bit for bit
    last_bits,  ///< no relative difference is above kLastBits
    different,
  };
  Verdict verdict = Verdict::equal;
  std::uint64_t compared = 0;          ///< numbers
  std::uint64_t differing = 0;         ///< of these
  std::optional<Discrepancy> first;    ///< above kLastBits: of the first such run (replicate by replicate, policy by
                                       ///< policy), in its first such step
  std::optional<Discrepancy> largest;  ///< by its relative difference
  int failed = 0;                      ///< runs that failed, then and now

  bool digests_fit = false;  ///< is the content digest the same?
  bool has_digest = true;    ///< does the file have one?
  bool has_means = true;     ///< does the file have means over all steps? Older ones do not
  bool has_panels = false;   ///< employees or teams, which are compared by the digest alone
};

/// Compares results with what their scenario gives now, run by run, so that no more than a few are in memory.
class Reproducing {
 public:
  /// Reads the results once, for the size of their numbers. They must outlive this.
  explicit Reproducing(const Results& results);

  /// Compares a run with what it is now; each must come once, in the order of `run_experiment`.
  void take(const RunRecord& stored, const RunRecord& again);

  /// What came of it, where all runs together have this content digest.
  Reproduction finish(const std::string& digest);

 private:
  void gauge(const RunRecord& run);
  void compare(std::size_t variable, bool means, const RunRecord& stored, const RunRecord& again);
  void add(Discrepancy discrepancy);

  const Results& results_;
  const Folder& root_;
  std::size_t steps_ = 1;
  std::vector<std::vector<double>> scale_;  ///< [variable][position along the axes but step]: largest size in the file
  Reproduction told_;
};

}  // namespace goodhart
