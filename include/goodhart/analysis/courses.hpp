/// How an experiment went over time: variables of the root, step by step, over replicates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "goodhart/analysis/running.hpp"
#include "goodhart/engine/layout.hpp"

namespace goodhart {

/// Keeps no runs: 48 bytes for each policy and each number that a run has, from step 0 on, of the variables that are
/// kept, however many replicates there are.
class Courses {
 public:
  /// Of an experiment with this layout, for the variables with these names. Throws Bug where there is no such variable.
  Courses(const Layout& layout, const std::vector<std::string>& variables);

  /// Takes a run; one that failed leaves nothing. Throws Bug where the record does not fit the layout.
  void add(const RunRecord& record);

  /// The recorded steps from 0 on.
  const std::vector<std::int64_t>& steps() const { return steps_; }

  /// Over the runs that have a value, at each of `steps()`. `position` counts in C order over the variable's axes but
  /// step. Throws Bug where the variable is not kept.
  std::vector<Running> over_steps(const std::string& variable, std::size_t policy, std::size_t position = 0) const;

  /// The means of these; NaN where no run has a value.
  std::vector<double> mean(const std::string& variable, std::size_t policy, std::size_t position = 0) const;

 private:
  /// A variable that is kept.
  struct Kept {
    std::string name;
    std::size_t index = 0;                     ///< among the root's variables
    std::size_t width = 1;                     ///< values a step
    std::vector<std::vector<Running>> values;  ///< [policy][step and position]
  };

  std::vector<std::int64_t> steps_;
  std::size_t before_ = 0;  ///< recorded steps before step 0
  std::size_t policies_ = 0;
  std::vector<Kept> kept_;
};

}  // namespace goodhart
