/// The columns of studies.
#include "goodhart/study/columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace goodhart {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The sign and payload of a NaN depend on the processor: none is kept.
double plain(double x) {
  return std::isnan(x) ? kNaN : x;
}

/// 0, 1, 2, ...
std::vector<std::int64_t> counted(std::size_t size) {
  std::vector<std::int64_t> numbers(size);
  for (std::size_t i = 0; i < size; ++i) numbers[i] = static_cast<std::int64_t>(i);
  return numbers;
}

template <class T>
std::vector<T>& of(StudyColumn& column) {
  return std::get<std::vector<T>>(column.values);
}

}  // namespace

std::string name_in_study(const Study& study, const std::string& result) {
  const bool shadowed = std::any_of(study.inputs().begin(), study.inputs().end(),
                                    [&](const Varied& input) { return input.name == result; });
  std::string name = shadowed ? "result_" : "";
  name += result;
  return name;
}

StudyColumns::StudyColumns(const Study& study, const ReadUnit& read)
    : study_(study), read_(read), outcome_(experiment().outcome, study) {
  add_group(study.means()).name = "";
  for (const Varied& input : study.inputs()) add({input.name, input.path, "1", {"point"}});
  add({"luck", "number of the luck: the same number is the same luck at every point", "1", {"point", "replicate"}})
      .values = std::vector<std::int64_t>();
  const std::vector<std::string> runs{"point", "policy", "replicate"};
  add({"status", "how the run went", "1", runs, {"ok", "failed", "not_run"}});
  add({"outcome", experiment().outcome, "1", runs});
  if (experiment().require) {
    std::string conditions;
    for (const std::string& condition : *experiment().require) {
      require_.emplace_back(condition, study);
      if (!conditions.empty()) conditions += " and ";
      conditions += condition;
    }
    if (!require_.empty()) {
      StudyColumn& meets = add(
          {"meets", "whether the means over replicates meet: " + conditions, "1", {"point", "policy"}, {"no", "yes"}});
      meets.attributes.push_back({"comment", std::string("-1 where no run succeeded")});
    }
  }
  first_result_ = columns_.size();
  for (Variable variable : study.means().variables) {
    variable.name = name_in_study(study, variable.name);
    variable.axes.insert(variable.axes.begin(), runs.begin(), runs.end());
    add(variable).values = std::vector<double>();
  }
  if (study.series()) {
    StudyGroup& group = add_group(*study.series());
    group.name = "series";
    group.title = "results at each recorded step";
    for (Variable variable : study.series()->variables) {
      variable.axes.insert(variable.axes.begin(), runs.begin(), runs.end());
      add(variable, 1).values = std::vector<double>();
    }
  }
  // What is no number is filled with none.
  for (StudyColumn& column : columns_) {
    if (!std::holds_alternative<std::vector<double>>(column.values)) continue;
    column.attributes.push_back({"_FillValue", kNaN});
  }
}

StudyGroup& StudyColumns::add_group(const Folder& folder) {
  StudyGroup& group = groups_.emplace_back();
  group.axes.push_back({"point", "number of the point", counted(study_.points())});
  for (const Coordinate& coordinate : folder.coordinates) {
    if (coordinate.name == "replicate") {
      group.axes.push_back({"replicate", "number of the replicate at its point; luck says on which luck",
                            counted(study_.replicates_of_point())});
    } else {
      group.axes.push_back(coordinate);
    }
  }
  return group;
}

std::string StudyColumns::path_of(std::size_t group, const std::string& name) const {
  return group == 0 ? name : groups_[group].name + "/" + name;
}

StudyColumn& StudyColumns::add(const Variable& variable, std::size_t group) {
  const std::vector<Coordinate>& axes = groups_[group].axes;
  StudyColumn& column = columns_.emplace_back();
  column.group = group;
  column.variable = variable;
  column.attributes = meaning_of(variable);
  if (!variable.flags.empty()) column.values = std::vector<std::int8_t>();
  for (const std::string& axis : variable.axes) {
    const auto found =
        std::find_if(axes.begin(), axes.end(), [&](const Coordinate& coordinate) { return coordinate.name == axis; });
    column.shape.push_back(found->size());
    if (column.shape.size() > 1) column.of_point *= found->size();
  }
  return column;
}

/// The units of a point; of the last other one, too, which is mostly the base of the next.
const std::vector<std::optional<Unit>>& StudyColumns::units_of(std::size_t point, std::size_t slot) {
  auto& [number, units] = cache_[slot];
  if (number != point + 1) {
    units.clear();
    for (std::size_t r = 0; r < study_.replicates_of_point(); ++r) units.push_back(read_(point, r));
    number = point + 1;
  }
  return units;
}

void StudyColumns::take(std::size_t point) {
  const std::size_t policies = study_.scenario().policies.size(), replicates = study_.replicates_of_point();
  std::size_t next = 0;
  for (const double value : study_.values(point)) of<double>(columns_[next++]).push_back(value);
  auto& luck = of<std::int64_t>(columns_[next++]);
  for (std::size_t r = 0; r < replicates; ++r) {
    luck.push_back(static_cast<std::int64_t>(study_.first_replicate(point) + r));
  }
  auto& status = of<std::int8_t>(columns_[next++]);
  auto& outcome = of<double>(columns_[next++]);
  const std::vector<double> nothing(study_.width(), kNaN);
  for (std::size_t policy = 0; policy < policies; ++policy) {
    const std::size_t base = study_.base(point, policy);
    const auto& units = units_of(base, base == point ? 0 : 1);
    std::vector<double> sums(study_.width(), 0.0);
    std::size_t good = 0;
    for (const std::optional<Unit>& unit : units) {
      const RunStatus how = unit ? unit->status[policy] : RunStatus::not_run;
      const double* values = how == RunStatus::ok ? unit->values.data() + policy * study_.width() : nothing.data();
      status.push_back(static_cast<std::int8_t>(how));
      outcome.push_back(plain(how == RunStatus::ok ? outcome_(values) : kNaN));
      std::size_t column = first_result_;
      for (const std::vector<std::size_t>* offsets : {&study_.offsets(), &study_.series_offsets()}) {
        for (std::size_t v = 0; v + 1 < offsets->size(); ++v) {
          auto& into = of<double>(columns_[column++]);
          into.insert(into.end(), values + (*offsets)[v], values + (*offsets)[v + 1]);
        }
      }
      if (how != RunStatus::ok) continue;
      ++good;
      for (std::size_t w = 0; w < sums.size(); ++w) sums[w] += values[w];
    }
    if (require_.empty()) continue;
    for (double& sum : sums) sum /= static_cast<double>(good);
    const bool all =
        std::all_of(require_.begin(), require_.end(), [&](const OutcomeFormula& c) { return c(sums.data()) > 0; });
    of<std::int8_t>(columns_[next]).push_back(good == 0 ? std::int8_t{-1} : static_cast<std::int8_t>(all));
  }
}

}  // namespace goodhart
