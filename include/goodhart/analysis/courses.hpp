/// How an experiment went over time: variables of the root, step by step, as means over replicates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "goodhart/engine/layout.hpp"

namespace goodhart {

/// Sums of runs, so that the memory does not grow with replicates: two numbers for each policy and each number that a
/// run has of the variables that are kept.
class Courses {
 public:
  /// Of an experiment with this layout, for the variables with these names. Throws Bug where there is no such variable.
  Courses(const Layout& layout, const std::vector<std::string>& variables);

  /// Takes a run; one that failed leaves nothing. Throws Bug where the record does not fit the layout.
  void add(const RunRecord& record);

  /// The recorded steps from 0 on.
  const std::vector<std::int64_t>& steps() const { return steps_; }

  /// The mean over the runs that have a value, at each of `steps()`; NaN where none has. `position` counts in C order
  /// over the variable's axes but step. Throws Bug where the variable is not kept.
  std::vector<double> mean(const std::string& variable, std::size_t policy, std::size_t position = 0) const;

 private:
  /// A variable that is kept.
  struct Kept {
    std::string name;
    std::size_t index = 0;                          ///< among the root's variables
    std::size_t width = 1;                          ///< values a step
    std::vector<std::vector<double>> sums, counts;  ///< [policy][step and position]; counts: runs with a value
  };

  std::vector<std::int64_t> steps_;
  std::size_t before_ = 0;  ///< recorded steps before step 0
  std::size_t policies_ = 0;
  std::vector<Kept> kept_;
};

}  // namespace goodhart
