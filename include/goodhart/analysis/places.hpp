/// Where the numbers of a run stand that are left of it once its steps are averaged.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "goodhart/engine/layout.hpp"

namespace goodhart {

/// The averages over time of a run, variable by variable in the order of the layout, in one row: which place of the row
/// is which variable's, by the names in the layout.
class Places {
 public:
  Places() = default;
  explicit Places(const Layout& layout);

  /// The names along an axis: policy, activity, metric, ... Throws Bug where there is no such axis of names.
  const std::vector<std::string>& names(const std::string& axis) const;

  std::size_t policies() const { return policies_; }
  std::size_t replicates() const { return replicates_; }
  /// Numbers in a row.
  std::size_t size() const { return offset_.back(); }

  /// The place of a variable's number. `position` counts in C order over the variable's axes but step, as for the
  /// metric of a `dashboard`. Throws Bug where there is no such variable, or no such position.
  std::size_t of(const std::string& variable, std::size_t position = 0) const;

  /// Calls `take(place, value)` with the averages of a run that went well. Throws Bug where they do not fit the layout.
  template <typename Take>
  void for_each(const RunRecord& record, const Take& take) const {
    check(record);
    for (std::size_t v = 0; v < record.averages.size(); ++v) {
      for (std::size_t i = 0; i < record.averages[v].size(); ++i) take(offset_[v] + i, record.averages[v][i]);
    }
  }

  /// The numbers of a row, variable by variable.
  std::vector<std::vector<double>> by_variable(const double* row) const;

  /// Throws Bug where a run is not one of this experiment, or its averages, if it has any, do not fit the layout.
  void check(const RunRecord& record) const;

 private:
  Folder root_;                         ///< without its variables' data, as the layout describes it
  std::vector<std::size_t> offset_{0};  ///< where each variable starts in a row, and the end
  std::size_t policies_ = 0;
  std::size_t replicates_ = 0;
};

/// The axis of a folder with this name. Throws Bug where there is none.
const Coordinate& axis_of(const Folder& folder, const std::string& name);

}  // namespace goodhart
