/// Writes studies point by point.
#include "goodhart/io/study_writer.hpp"

#include <hdf5.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <utility>

#include "content_digest.hpp"
#include "goodhart/core/errors.hpp"
#include "hdf5.hpp"
#include "netcdf.hpp"
#include "part_file.hpp"

namespace goodhart {
namespace {

using hdf5::checked;
using hdf5::Handle;
using namespace netcdf;

constexpr int kFormat = 1;
constexpr std::size_t kWaiting = 16U << 20U;  // bytes of points that are written together
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A dataset over `point` that is filled a stretch of points at a time.
struct Column {
  std::string name;
  Handle dataset;
  hid_t type = H5T_NATIVE_DOUBLE;
  Shape shape;               ///< the first is the number of points
  std::size_t of_point = 1;  ///< values of a point
  std::vector<double> numbers{};
  std::vector<std::int8_t> flags{};
  std::vector<std::int64_t> whole{};

  const void* data() const {
    if (type == H5T_NATIVE_INT8) return flags.data();
    if (type == H5T_NATIVE_INT64) return whole.data();
    return numbers.data();
  }
  void clear() {
    numbers.clear();
    flags.clear();
    whole.clear();
  }
};

class StudyFile {
 public:
  StudyFile(const std::filesystem::path& name, const Study& study, const ReadUnit& read)
      : part_(name), study_(study), read_(read), outcome_(experiment().outcome, study) {
    if (!experiment().require) return;
    for (const std::string& condition : *experiment().require) require_.emplace_back(condition, study);
  }
  ~StudyFile() { hdf5::silence(); }
  StudyFile(const StudyFile&) = delete;
  StudyFile& operator=(const StudyFile&) = delete;

  std::string write(const std::vector<Text>& attributes, const std::vector<Text>& provenance,
                    const std::vector<TableFolder>& tables) {
    std::string digits;
    hdf5::silence();
    try {
      create(attributes);
      fill();
      for (const TableFolder& folder : tables) write_tables(folder);
      write_provenance(file_, provenance);
      digits = digest_.finish();
      set_text(file_, "content_digest", digits);
      columns_.clear();
      axes_.clear();
      file_.close();
    } catch (const hdf5::Failure& failure) {
      part_.check();
      throw MachineError(part_.shown() + ": cannot write: " + failure.what());
    }
    part_.commit();
    return digits;
  }

 private:
  const Experiment& experiment() const { return *study_.scenario().experiment; }

  // ---- What there is ----

  void create(const std::vector<Text>& attributes) {
    file_ =
        Handle(H5Fcreate(part_.shown().c_str(), H5F_ACC_TRUNC, make_list(H5P_FILE_CREATE).id(), part_.access().id()));
    set_text(file_, "Conventions", "CF-1.10");
    for (const auto& [key, content] : attributes) set_text(file_, key, content);
    set_numbers(file_, "goodhart_study_format", H5T_STD_I32LE, std::vector<int>{kFormat});
    set_text(file_, "goodhart_study", study_.verb() == Study::Verb::sweep ? "sweep" : "sensitivity");

    std::vector<std::int64_t> numbers(study_.points());
    for (std::size_t p = 0; p < numbers.size(); ++p) numbers[p] = static_cast<std::int64_t>(p);
    add_axis({"point", "number of the point", std::move(numbers)});
    for (const Coordinate& coordinate : study_.means().coordinates) {
      if (coordinate.name != "replicate") {
        add_axis(coordinate);
        continue;
      }
      std::vector<std::int64_t> replicates(study_.replicates_of_point());
      for (std::size_t r = 0; r < replicates.size(); ++r) replicates[r] = static_cast<std::int64_t>(r);
      add_axis({"replicate", "number of the replicate at its point; luck says on which luck", std::move(replicates)});
    }

    for (const Varied& input : study_.inputs()) add(H5T_IEEE_F64LE, {input.name, input.path, "1", {"point"}});
    add(H5T_STD_I64LE,
        {"luck", "number of the luck: the same number is the same luck at every point", "1", {"point", "replicate"}});
    const std::vector<std::string> runs{"point", "policy", "replicate"};
    add(H5T_STD_I8LE, {"status", "how the run went", "1", runs, {"ok", "failed", "not_run"}});
    add(H5T_IEEE_F64LE, {"outcome", experiment().outcome, "1", runs});
    if (!require_.empty()) {
      std::string conditions;
      for (const std::string& condition : *experiment().require) {
        conditions += (conditions.empty() ? "" : " and ") + condition;
      }
      const Column& meets = add(
          H5T_STD_I8LE,
          {"meets", "whether the means over replicates meet: " + conditions, "1", {"point", "policy"}, {"no", "yes"}});
      set_text(meets.dataset, "comment", "-1 where no run succeeded");
    }
    for (Variable variable : study_.means().variables) {
      const auto& inputs = study_.inputs();
      const bool shadowed =
          std::any_of(inputs.begin(), inputs.end(), [&](const Varied& input) { return input.name == variable.name; });
      if (shadowed) variable.name = "result_" + variable.name;
      variable.axes.insert(variable.axes.begin(), runs.begin(), runs.end());
      results_.push_back(columns_.size());
      add(H5T_IEEE_F64LE, variable);
    }
  }

  void add_axis(const Coordinate& coordinate) {
    sizes_[coordinate.name] = coordinate.size();
    if (coordinate.size() == 0) return;
    axes_[coordinate.name] = make_coordinate(file_, coordinate);
    digest_.add(coordinate.name, axes_[coordinate.name]);
  }

  Column& add(hid_t type, const Variable& variable) {
    Column& column = columns_.emplace_back();
    column.name = variable.name;
    column.type = H5Tequal(type, H5T_STD_I8LE) > 0    ? H5T_NATIVE_INT8
                  : H5Tequal(type, H5T_STD_I64LE) > 0 ? H5T_NATIVE_INT64
                                                      : H5T_NATIVE_DOUBLE;
    std::vector<const Handle*> scales;
    for (const std::string& axis : variable.axes) {
      column.shape.push_back(sizes_.at(axis));
      scales.push_back(&axes_[axis]);
    }
    for (std::size_t a = 1; a < column.shape.size(); ++a) column.of_point *= column.shape[a];
    if (column.of_point == 0) return column;  // many netCDF programs know no empty dimension
    column.dataset = make_dataset_over(file_, variable.name, type, scales, column.shape, make_list(H5P_DATASET_CREATE));
    set_meaning(column.dataset, variable);
    if (column.type == H5T_NATIVE_DOUBLE) {
      set_numbers(column.dataset, "_FillValue", H5T_IEEE_F64LE, std::vector<double>{kNaN});
    }
    return column;
  }

  // ---- What stands in it ----

  void fill() {
    std::size_t bytes_of_point = 0;
    for (const Column& column : columns_) bytes_of_point += 8 * column.of_point;
    const std::size_t together = std::max<std::size_t>(1, kWaiting / bytes_of_point);
    for (std::size_t first = 0; first < study_.points(); first += together) {
      const std::size_t count = std::min(together, study_.points() - first);
      for (std::size_t p = first; p < first + count; ++p) take_point(p);
      flush(first, count);
    }
    for (Column& column : columns_) {
      if (column.dataset) digest_.add(column.name, column.dataset);
    }
  }

  /// The units of a point; of the last other one, too, which is mostly the base of the next.
  const std::vector<std::optional<Unit>>& units_of(std::size_t point, std::size_t slot) {
    auto& [number, units] = cache_[slot];
    if (number != point + 1) {
      units.clear();
      for (std::size_t r = 0; r < study_.replicates_of_point(); ++r) units.push_back(read_(point, r));
      number = point + 1;
    }
    return units;
  }

  void take_point(std::size_t point) {
    const std::size_t policies = study_.scenario().policies.size(), replicates = study_.replicates_of_point();
    std::size_t next = 0;
    for (const double value : study_.values(point)) columns_[next++].numbers.push_back(value);
    Column& luck = columns_[next++];
    for (std::size_t r = 0; r < replicates; ++r) {
      luck.whole.push_back(static_cast<std::int64_t>(study_.first_replicate(point) + r));
    }
    Column &status = columns_[next], &outcome = columns_[next + 1];
    Column* meets = require_.empty() ? nullptr : &columns_[next + 2];
    const std::vector<double> nothing(study_.width(), kNaN);
    for (std::size_t policy = 0; policy < policies; ++policy) {
      const std::size_t base = study_.base(point, policy);
      const auto& units = units_of(base, base == point ? 0 : 1);
      std::vector<double> sums(study_.width(), 0.0);
      std::size_t good = 0;
      for (const std::optional<Unit>& unit : units) {
        const RunStatus how = unit ? unit->status[policy] : RunStatus::not_run;
        const double* values = how == RunStatus::ok ? unit->values.data() + policy * study_.width() : nothing.data();
        status.flags.push_back(static_cast<std::int8_t>(how));
        outcome.numbers.push_back(plain(how == RunStatus::ok ? outcome_(values) : kNaN));
        for (std::size_t v = 0; v < results_.size(); ++v) {
          std::vector<double>& into = columns_[results_[v]].numbers;
          into.insert(into.end(), values + study_.offsets()[v], values + study_.offsets()[v + 1]);
        }
        if (how != RunStatus::ok) continue;
        ++good;
        for (std::size_t w = 0; w < sums.size(); ++w) sums[w] += values[w];
      }
      if (!meets) continue;
      for (double& sum : sums) sum /= static_cast<double>(good);
      const bool all =
          std::all_of(require_.begin(), require_.end(), [&](const OutcomeFormula& c) { return c(sums.data()) > 0; });
      meets->flags.push_back(good == 0 ? std::int8_t{-1} : static_cast<std::int8_t>(all));
    }
  }

  /// The sign and payload of a NaN depend on the processor: none is kept.
  static double plain(double x) { return std::isnan(x) ? kNaN : x; }

  void flush(std::size_t first, std::size_t count) {
    for (Column& column : columns_) {
      if (column.dataset) {
        const Handle space(H5Dget_space(column.dataset.id()));
        Shape start(column.shape.size(), 0), size = column.shape;
        start[0] = first;
        size[0] = count;
        checked(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr));
        const Handle memory(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr));
        checked(H5Dwrite(column.dataset.id(), column.type, memory.id(), space.id(), H5P_DEFAULT, column.data()));
        part_.check();
      }
      column.clear();
    }
  }

  void write_tables(const TableFolder& folder) {
    const Handle group = make_group(file_, folder.name);
    set_text(group, "title", folder.title);
    std::map<std::string, Handle> axes;
    std::map<std::string, std::size_t> sizes;
    for (const Coordinate& coordinate : folder.coordinates) {
      axes[coordinate.name] = make_coordinate(group, coordinate);
      sizes[coordinate.name] = coordinate.size();
      digest_.add(folder.name + "/" + coordinate.name, axes[coordinate.name]);
    }
    for (const Table& table : folder.tables) {
      std::vector<const Handle*> scales;
      Shape shape;
      for (const std::string& axis : table.axes) {
        scales.push_back(&axes.at(axis));
        shape.push_back(sizes.at(axis));
      }
      const Handle dataset =
          make_dataset_over(group, table.name, H5T_IEEE_F64LE, scales, shape, make_list(H5P_DATASET_CREATE));
      std::vector<double> values = table.values;
      std::transform(values.begin(), values.end(), values.begin(), plain);
      write_all(dataset, H5T_NATIVE_DOUBLE, values.data());
      set_text(dataset, "long_name", table.long_name);
      set_text(dataset, "units", "1");
      digest_.add(folder.name + "/" + table.name, dataset);
    }
  }

  PartFile part_;
  const Study& study_;
  const ReadUnit& read_;
  OutcomeFormula outcome_;
  std::vector<OutcomeFormula> require_;
  Handle file_;  // closed before `part_` goes
  std::map<std::string, Handle> axes_;
  std::map<std::string, std::size_t> sizes_;
  std::vector<Column> columns_;
  std::vector<std::size_t> results_;  ///< which columns the results are
  std::pair<std::size_t, std::vector<std::optional<Unit>>> cache_[2];
  ContentDigest digest_;
};

}  // namespace

TableFolder sensitivity_tables(const SensitivityFindings& findings) {
  TableFolder folder{.name = "sensitivity", .title = "what each number explains", .coordinates = {}, .tables = {}};
  std::vector<std::string> targets;
  for (const SensitivityTarget& target : findings.targets) {
    targets.push_back(target.policy + (target.difference ? " difference" : ""));
  }
  folder.coordinates = {{"input", "number that varies", findings.inputs},
                        {"target", "a policy's outcome, or its difference to the comparison policy's", targets}};
  const auto add = [&](const std::string& name, const std::string& long_name, bool by_input, const auto& value) {
    Table table{name,
                long_name,
                by_input ? std::vector<std::string>{"input", "target"} : std::vector<std::string>{"target"},
                {}};
    for (std::size_t i = 0; i < (by_input ? findings.inputs.size() : 1); ++i) {
      for (const SensitivityTarget& target : findings.targets) table.values.push_back(value(target, i));
    }
    folder.tables.push_back(std::move(table));
  };
  const auto add_estimate = [&](const std::string& name, const std::string& what, bool by_input, const auto& of) {
    add(name, what, by_input, [&](const SensitivityTarget& target, std::size_t i) { return of(target, i).mean; });
    add(name + "_low", "lower end of the 95 % interval of " + name, by_input,
        [&](const SensitivityTarget& target, std::size_t i) { return of(target, i).low; });
    add(name + "_high", "upper end of the 95 % interval of " + name, by_input,
        [&](const SensitivityTarget& target, std::size_t i) { return of(target, i).high; });
  };
  const auto at = [](const std::vector<Estimate>& list, std::size_t i) {
    return i < list.size() ? list[i] : Estimate{};
  };
  if (findings.morris) {
    add_estimate("mean_absolute", "mean absolute effect of a whole range", true,
                 [&](const SensitivityTarget& target, std::size_t i) { return at(target.effects.absolute, i); });
    add_estimate("mean", "mean effect of a whole range", true,
                 [&](const SensitivityTarget& target, std::size_t i) { return at(target.effects.mean, i); });
    add("sd", "standard deviation of effects", true, [](const SensitivityTarget& target, std::size_t i) {
      return i < target.effects.deviation.size() ? target.effects.deviation[i] : kNaN;
    });
  } else {
    add_estimate("first", "share of the variance that the number explains by itself", true,
                 [&](const SensitivityTarget& target, std::size_t i) { return at(target.shares.first, i); });
    add_estimate("total", "share of the variance that it explains together with others", true,
                 [&](const SensitivityTarget& target, std::size_t i) { return at(target.shares.total, i); });
    add_estimate("luck", "share of luck in the variance of a single run", false,
                 [](const SensitivityTarget& target, std::size_t) { return target.shares.luck; });
  }
  return folder;
}

std::string write_study(const std::filesystem::path& name, const Study& study, const ReadUnit& read,
                        const std::vector<Text>& attributes, const std::vector<Text>& provenance,
                        const std::vector<TableFolder>& tables) {
  return StudyFile(name, study, read).write(attributes, provenance, tables);
}

}  // namespace goodhart
