/// Sentences about steps of an experiment that are slow: hard decisions and long steps.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "goodhart/engine/experiment.hpp"

namespace goodhart {

/// From so many parts on a decision is hard: a tenth of those after which branch and bound gives up.
inline constexpr std::uint64_t kHardDecision = 5'000;
/// From so many seconds on a step is long.
inline constexpr double kLongStep = 10;

/// Watches the steps of an experiment and has a sentence for each run once: at its first hard decision or its first
/// long step. Which runs have hard decisions depends on the scenario alone, which have long steps also on the machine.
/// After ten sentences it is silent, and the tenth says so.
class SlowSteps {
 public:
  explicit SlowSteps(const Scenario& scenario);

  /// What there is to say about a step that starts or is done at `now` (seconds from any beginning); empty for nothing.
  std::string note(const StepDone& step, double now);

 private:
  using Run = std::pair<int, int>;  ///< replicate and policy

  std::vector<std::string> policies_;
  int last_step_;
  std::map<Run, double> since_;  ///< when each run under way began its step
  std::set<Run> noted_;
};

}  // namespace goodhart
