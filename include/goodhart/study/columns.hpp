/// What the file of a study holds, apart from any file: its axes and columns, and their values point by point.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "goodhart/engine/attributes.hpp"
#include "goodhart/engine/layout.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart {

/// The root of a study's file, or a group that opens alone.
struct StudyGroup {
  std::string name;  ///< empty for the root
  std::string title;
  std::vector<Coordinate> axes;
};

/// A variable over points, with the values of those that were taken.
struct StudyColumn {
  std::size_t group = 0;              ///< which of the groups it stands in
  Variable variable;                  ///< all of its axes, the first being `point`
  std::vector<Attribute> attributes;  ///< in the order of a file
  std::vector<std::size_t> shape;     ///< the first is the number of points
  std::size_t of_point = 1;           ///< values of a point; 0 where an axis is empty: then no file holds it
  /// Numbers, flags or whole numbers of the points taken, one point after the other.
  std::variant<std::vector<double>, std::vector<std::int8_t>, std::vector<std::int64_t>> values;
};

/// What a result is called in a study's file: `result_NAME` where a number that varies is called NAME.
std::string name_in_study(const Study& study, const std::string& result);

/// The columns of a study.
///
/// The axes are point, policy and replicate, then those of the results (activity, metric, incentive, group). Along
/// `point` stands the value of each input, under its name. `luck (point, replicate)` is the number of the luck, the
/// same number being the same luck; `status (point, policy, replicate)` says how a run went: ok, failed or not_run.
/// `outcome` is the experiment's, `meets (point, policy)` whether the means over replicates meet what it requires, and
/// each result is its mean over all steps from 0 on, under the name that `name_in_study` gives it. What was run once
/// for several points stands at each of them. Where a sweep keeps series, the group `series` has each result at each
/// recorded step, under its own name, over (point, policy, replicate, step) and its own axes.
class StudyColumns {
 public:
  /// Both must outlive the columns.
  StudyColumns(const Study& study, const ReadUnit& read);

  const std::vector<StudyGroup>& groups() const { return groups_; }
  /// What stands in a group is called so from the root: series/value.
  std::string path_of(std::size_t group, const std::string& name) const;
  /// Group by group.
  std::vector<StudyColumn>& columns() { return columns_; }
  const std::vector<StudyColumn>& columns() const { return columns_; }

  /// Appends the values of a point to all columns.
  void take(std::size_t point);

 private:
  const Experiment& experiment() const { return *study_.scenario().experiment; }
  StudyGroup& add_group(const Folder& folder);
  StudyColumn& add(const Variable& variable, std::size_t group = 0);
  const std::vector<std::optional<Unit>>& units_of(std::size_t point, std::size_t slot);

  const Study& study_;
  const ReadUnit& read_;
  OutcomeFormula outcome_;
  std::vector<OutcomeFormula> require_;
  std::vector<StudyGroup> groups_;
  std::vector<StudyColumn> columns_;
  std::size_t first_result_ = 0;  ///< which column the first result is; those of series stand behind the means
  std::pair<std::size_t, std::vector<std::optional<Unit>>> cache_[2];
};

}  // namespace goodhart
