/// Writes studies point by point.
#include "goodhart/io/study_writer.hpp"

#include <hdf5.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <span>
#include <tuple>

#include "content_digest.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/io/results_writer.hpp"
#include "goodhart/study/columns.hpp"
#include "goodhart/study/fit_run.hpp"
#include "goodhart/study/search_run.hpp"
#include "hdf5.hpp"
#include "netcdf.hpp"
#include "part_file.hpp"

namespace goodhart {
namespace {

using hdf5::checked;
using hdf5::Handle;
using namespace netcdf;

constexpr std::size_t kWaiting = 1U << 20U;  // bytes of points that are written together
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The values of the points taken, as HDF5 is given them.
struct Memory {
  hid_t file_type, type;
  const void* data;
};

Memory memory_of(const StudyColumn& column) {
  if (const auto* flags = std::get_if<std::vector<std::int8_t>>(&column.values)) {
    return {H5T_STD_I8LE, H5T_NATIVE_INT8, flags->data()};
  }
  if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&column.values)) {
    return {H5T_STD_I64LE, H5T_NATIVE_INT64, whole->data()};
  }
  return {H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, std::get<std::vector<double>>(column.values).data()};
}

class StudyFile {
 public:
  StudyFile(const std::filesystem::path& name, const Study& study, const ReadUnit& read)
      : part_(name), study_(study), columns_(study, read) {}
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
      datasets_.clear();
      groups_.clear();
      file_.close();
    } catch (const hdf5::Failure& failure) {
      part_.check();
      throw MachineError(part_.shown() + ": cannot write: " + failure.what());
    }
    part_.commit();
    return digits;
  }

 private:
  // ---- What there is ----

  void create(const std::vector<Text>& attributes) {
    file_ =
        Handle(H5Fcreate(part_.shown().c_str(), H5F_ACC_TRUNC, make_list(H5P_FILE_CREATE).id(), part_.access().id()));
    set_text(file_, "Conventions", kConventions);
    for (const auto& [key, content] : attributes) set_text(file_, key, content);
    set_numbers(file_, "goodhart_study_format", H5T_STD_I32LE, std::vector<int>{kStudyFormat});
    set_text(file_, "goodhart_study", study_.verb() == Study::Verb::sweep ? "sweep" : "sensitivity");

    for (std::size_t g = 0; g < columns_.groups().size(); ++g) create_group(g);
  }

  /// A group's axes and its columns, without their values.
  void create_group(std::size_t number) {
    const StudyGroup& group = columns_.groups()[number];
    OpenGroup& open = groups_.emplace_back();
    if (!group.name.empty()) {
      open.group = make_group(file_, group.name);
      set_text(open.group, "title", group.title);
    }
    const Handle& place = group.name.empty() ? file_ : open.group;
    for (const Coordinate& coordinate : group.axes) {
      if (coordinate.size() > 0) open.axes[coordinate.name] = make_coordinate(place, coordinate);
    }
    for (const StudyColumn& column : columns_.columns()) {
      if (column.group != number) continue;
      Handle& dataset = datasets_.emplace_back();
      if (column.of_point == 0) continue;  // many netCDF programs know no empty dimension
      std::vector<const Handle*> scales;
      for (const std::string& axis : column.variable.axes) scales.push_back(&open.axes.at(axis));
      dataset = make_dataset_over(place, column.variable.name, memory_of(column).file_type, scales, extents_of(column),
                                  make_list(H5P_DATASET_CREATE));
      set_attributes(dataset, column.attributes);
    }
  }

  /// A group of the file that is being written, and its axes.
  struct OpenGroup {
    Handle group;  ///< none of the root
    std::map<std::string, Handle> axes;
  };

  static Shape extents_of(const StudyColumn& column) { return {column.shape.begin(), column.shape.end()}; }

  // ---- What stands in it ----

  void fill() {
    std::size_t bytes_of_point = 0;
    for (const StudyColumn& column : columns_.columns()) bytes_of_point += 8 * column.of_point;
    const std::size_t together = std::max<std::size_t>(1, kWaiting / bytes_of_point);
    for (std::size_t first = 0; first < study_.points(); first += together) {
      const std::size_t count = std::min(together, study_.points() - first);
      for (std::size_t p = first; p < first + count; ++p) columns_.take(p);
      flush(first, count);
    }
    // As they are read: group by group, each in the order in which it was made.
    std::size_t c = 0;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      for (const Coordinate& coordinate : columns_.groups()[g].axes) {
        const auto axis = groups_[g].axes.find(coordinate.name);
        if (axis != groups_[g].axes.end()) digest_.add(columns_.path_of(g, coordinate.name), axis->second);
      }
      for (; c < datasets_.size() && columns_.columns()[c].group == g; ++c) {
        if (datasets_[c]) digest_.add(columns_.path_of(g, columns_.columns()[c].variable.name), datasets_[c]);
      }
    }
  }

  void flush(std::size_t first, std::size_t count) {
    for (std::size_t c = 0; c < datasets_.size(); ++c) {
      StudyColumn& column = columns_.columns()[c];
      if (datasets_[c]) {
        const Handle space(H5Dget_space(datasets_[c].id()));
        Shape size = extents_of(column), start(size.size(), 0);
        start[0] = first;
        size[0] = count;
        checked(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr));
        const Handle memory(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr));
        const Memory values = memory_of(column);
        checked(H5Dwrite(datasets_[c].id(), values.type, memory.id(), space.id(), H5P_DEFAULT, values.data));
        part_.check();
      }
      std::visit([](auto& values) { values.clear(); }, column.values);
    }
  }

  void write_tables(const TableFolder& folder) {
    const Handle group = make_group(file_, folder.name);
    set_text(group, "title", folder.title);
    std::map<std::string, Handle> axes;
    for (const Coordinate& coordinate : folder.coordinates) {
      axes[coordinate.name] = make_coordinate(group, coordinate);
      digest_.add(folder.name + "/" + coordinate.name, axes[coordinate.name]);
    }
    for (const Table& table : folder.tables) {
      std::vector<const Handle*> scales;
      for (const std::string& axis : table.axes) scales.push_back(&axes.at(axis));
      const std::vector<std::size_t> shape = shape_of(folder, table);
      const Handle dataset = make_dataset_over(group, table.name, H5T_IEEE_F64LE, scales, {shape.begin(), shape.end()},
                                               make_list(H5P_DATASET_CREATE));
      write_all(dataset, H5T_NATIVE_DOUBLE, table.values.data());
      set_attributes(dataset, attributes_of(table));
      digest_.add(folder.name + "/" + table.name, dataset);
    }
  }

  PartFile part_;
  const Study& study_;
  StudyColumns columns_;
  Handle file_;  // closed before `part_` goes
  std::vector<OpenGroup> groups_;
  std::vector<Handle> datasets_;  ///< by column; without a handle where the column has no values
  ContentDigest digest_;
};

}  // namespace

std::vector<std::size_t> shape_of(const TableFolder& folder, const Table& table) {
  std::vector<std::size_t> shape;
  for (const std::string& axis : table.axes) {
    for (const Coordinate& coordinate : folder.coordinates) {
      if (coordinate.name == axis) shape.push_back(coordinate.size());
    }
  }
  return shape;
}

std::vector<Attribute> attributes_of(const Table& table) {
  return {{"long_name", table.long_name}, {"units", std::string("1")}};
}

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
      for (const SensitivityTarget& target : findings.targets) {
        const double x = value(target, i);
        table.values.push_back(std::isnan(x) ? kNaN : x);  // of whose bits nothing depends on the processor
      }
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

namespace {

/// Of whose bits nothing depends on the processor.
double plain(double x) {
  return std::isnan(x) ? kNaN : x;
}

std::vector<std::int64_t> counted_from(std::int64_t first, std::size_t size) {
  std::vector<std::int64_t> numbers(size);
  for (std::size_t i = 0; i < size; ++i) numbers[i] = first + static_cast<std::int64_t>(i);
  return numbers;
}

/// A table of one axis.
template <class ValueOf>
Table table_over(const std::string& axis, std::size_t size, const std::string& name, const std::string& long_name,
                 const ValueOf& value_of) {
  Table table{name, long_name, {axis}, {}};
  for (std::size_t i = 0; i < size; ++i) table.values.push_back(plain(value_of(i)));
  return table;
}

/// What both kinds of searches say: candidates and looks, and of each candidate where it was run, what became of it, on
/// how many replicates, and whether it meets what is required.
template <class Results>
TableFolder candidate_tables(const std::string& title, const std::string& states, const SearchSpace& space,
                             const SearchPoints& points, const Results& results) {
  TableFolder folder{.name = "search", .title = title, .coordinates = {}, .tables = {}};
  std::vector<std::string> names;
  for (const LeverChoice& choice : results.choices) names.push_back(space.named(choice).name);
  folder.coordinates = {
      {"candidate", "a policy with the values of the levers that reach it", names},
      {"look", "look at the candidates that were left", counted_from(1, results.found.replicates.size())}};
  const auto add = [&](const std::string& name, const std::string& long_name, const auto& value_of) {
    folder.tables.push_back(table_over("candidate", names.size(), name, long_name, value_of));
  };
  add("point", "the point at which it was run", [&](std::size_t c) { return static_cast<double>(points.points[c]); });
  add("state", states,
      [&](std::size_t c) { return static_cast<double>(static_cast<int>(results.found.candidates[c].state)); });
  add("replicates", "how many it was run on",
      [&](std::size_t c) { return static_cast<double>(results.found.candidates[c].outcomes.size()); });
  add("meets", "whether the means of its runs meet what is required: 1 or 0",
      [&](std::size_t c) { return results.meets[c] ? 1.0 : 0.0; });
  return folder;
}

/// How many replicates each look took; and, with worlds, these and in which of them the replicates of the first look
/// were.
void add_looks_and_worlds(TableFolder& folder, const SearchSpace& space, const SearchPoints& points,
                          const std::vector<std::size_t>& replicates) {
  folder.tables.push_back(table_over("look", replicates.size(), "look_replicates",
                                     "replicates of each candidate after the look",
                                     [&](std::size_t l) { return static_cast<double>(replicates[l]); }));
  const std::size_t worlds = space.worlds().count(), first = points.study.replicates_of_point();
  if (worlds == 0) return;
  std::vector<std::string> numbers;
  for (const Varied& number : space.doubted()) numbers.push_back(number.name);
  Table value{"world_value", "value of the number in the world", {"world", "number"}, {}};
  for (std::size_t w = 0; w < worlds; ++w) {
    for (const std::vector<double>& of_number : space.worlds().values) value.values.push_back(of_number[w]);
  }
  folder.coordinates.push_back({"world", "world over which means are taken", counted_from(0, worlds)});
  folder.coordinates.push_back({"number", "number in doubt", numbers});
  folder.coordinates.push_back({"replicate", "replicate of the first look", counted_from(0, first)});
  folder.tables.push_back(std::move(value));
  folder.tables.push_back(
      table_over("replicate", first, "world_of_replicate", "world in which the replicate is",
                 [&](std::size_t r) { return static_cast<double>(space.world_of(static_cast<std::uint32_t>(r))); }));
}

/// The mean of an estimate, and the ends of its interval: what stands behind the name, what before the meaning, and the
/// member.
constexpr std::tuple<const char*, const char*, double Estimate::*> kParts[] = {
    {"", "", &Estimate::mean},
    {"_low", "lower end of the 95 % interval of the ", &Estimate::low},
    {"_high", "upper end of the 95 % interval of the ", &Estimate::high}};

constexpr const char* kGain = "mean difference to the comparison policy as it stands, on the same luck";

}  // namespace

TableFolder search_tables(const SearchSpace& space, const SearchPoints& points, const SearchResults& results) {
  TableFolder folder = candidate_tables(
      "what a search found",
      "0 the best, 1 cannot be told from it, 2 certainly worse, 3 does not meet what is required, 4 failed", space,
      points, results);
  folder.coordinates.push_back(
      {"statistic", "what is reported of the best",
       std::vector<std::string>{"outcome", "outcome_low", "outcome_high", "gain", "gain_low", "gain_high", "at_most"}});
  const auto add = [&](const std::string& name, const std::string& what, const std::vector<Estimate>& estimates) {
    for (const auto& [suffix, of, member] : kParts) {
      folder.tables.push_back(table_over("candidate", estimates.size(), name + suffix, of + what,
                                         [&, member = member](std::size_t c) { return estimates[c].*member; }));
    }
  };
  add("outcome", "mean outcome", results.outcomes);
  add("gain", kGain, results.gains);
  Table means{"mean", "mean outcome after a look at which it was left", {"candidate", "look"}, {}};
  for (const Candidate& candidate : results.found.candidates) {
    for (const double mean : candidate.means) means.values.push_back(plain(mean));
  }
  folder.tables.push_back(std::move(means));
  add_looks_and_worlds(folder, space, points, results.found.replicates);
  const SearchResults::Fresh& fresh = results.fresh;
  Table reported{"fresh",
                 "of the best, on luck that the search has not seen; and by how much another may be better, with 95 % "
                 "confidence",
                 {"statistic"},
                 {}};
  for (const Estimate& estimate : {fresh.outcome, fresh.gain}) {
    for (const auto& [suffix, of, member] : kParts) reported.values.push_back(plain(estimate.*member));
  }
  reported.values.push_back(results.found.best ? plain(results.found.at_most) : kNaN);
  folder.tables.push_back(std::move(reported));
  return folder;
}

TableFolder search_tables(const SearchSpace& space, const SearchPoints& points, const FrontResults& results) {
  TableFolder folder = candidate_tables(
      "what a search along several outcomes found",
      "0 nothing beats it, 1 cannot be told, 2 certainly beaten, 3 does not meet what is required, 4 failed", space,
      points, results);
  folder.coordinates.push_back({"front", "outcome, of which more is better", results.outcomes});
  const auto add = [&](const std::string& name, const std::string& what,
                       const std::vector<std::vector<Estimate>>& estimates) {
    for (const auto& [suffix, of, member] : kParts) {
      Table table{name + suffix, of + what, {"candidate", "front"}, {}};
      for (const std::vector<Estimate>& candidate : estimates) {
        for (const Estimate& estimate : candidate) table.values.push_back(plain(estimate.*member));
      }
      folder.tables.push_back(std::move(table));
    }
  };
  add("gain", kGain, results.gains);
  add("fresh_gain", "same on luck that the search has not seen, of those that are left", results.fresh);
  add_looks_and_worlds(folder, space, points, results.found.replicates);
  return folder;
}

TableFolder fit_tables(const FitRun& run, const FitFindings& found) {
  TableFolder folder{.name = "fit", .title = "what a fit found", .coordinates = {}, .tables = {}};
  const auto& data = run.scenario().experiment->fit->data.entries;
  std::vector<std::string> parameters, statistics;
  for (const Varied& input : run.inputs()) parameters.push_back(input.name);
  for (const auto& entry : data) statistics.push_back(entry.name);
  folder.coordinates = {{"particle", "particle, all of the same weight", counted_from(0, found.particles.size())},
                        {"parameter", "number in doubt", parameters},
                        {"statistic", "what was observed", statistics},
                        {"wave", "wave of history matching", counted_from(1, found.waves.size())}};
  Table value{"value", "value of the number at the particle", {"particle", "parameter"}, {}};
  Table share{"share", "its place in the prior: the share that lies below", {"particle", "parameter"}, {}};
  Table likelihood{"log_likelihood", "estimate of the log likelihood that the particle carries", {"particle"}, {}};
  Table made{"simulated", "mean over the replicates of its evaluation", {"particle", "statistic"}, {}};
  for (const Particle& particle : found.particles) {
    for (const double each : run.values_at(particle.shares)) value.values.push_back(each);
    for (const double each : particle.shares) share.values.push_back(each);
    likelihood.values.push_back(particle.log_likelihood);
    for (std::size_t k = 0; k < statistics.size(); ++k) {
      double sum = 0;
      for (const std::vector<double>& row : particle.simulated) sum += row[k];
      made.values.push_back(plain(sum / static_cast<double>(particle.simulated.size())));
    }
  }
  const auto add = [&](const std::string& name, const std::string& long_name, const auto& of) {
    folder.tables.push_back(table_over("statistic", statistics.size(), name, long_name, of));
  };
  folder.tables = {value, share, likelihood, made};
  add("observed", "what was observed", [&](std::size_t k) { return *data[k].value.value; });
  add("sd", "standard error of what was observed", [&](std::size_t k) { return data[k].value.sd; });
  add("allow", "standard deviation of what the model leaves out", [&](std::size_t k) { return data[k].value.allow; });
  add("p", "posterior predictive p, two-sided", [&](std::size_t k) { return found.predictive[k]; });
  folder.tables.push_back(table_over("wave", found.waves.size(), "wave_points", "points of the wave",
                                     [&](std::size_t w) { return static_cast<double>(found.waves[w].points); }));
  folder.tables.push_back(table_over("wave", found.waves.size(), "wave_plausible", "how many of them are plausible",
                                     [&](std::size_t w) { return static_cast<double>(found.waves[w].plausible); }));
  return folder;
}

std::string write_study(const std::filesystem::path& name, const Study& study, const ReadUnit& read,
                        const std::vector<Text>& attributes, const std::vector<Text>& provenance,
                        const std::vector<TableFolder>& tables) {
  return StudyFile(name, study, read).write(attributes, provenance, tables);
}

std::string digest_of(const StudyColumns& columns, const std::vector<TableFolder>& tables) {
  ContentDigest digest;
  for (std::size_t g = 0; g < columns.groups().size(); ++g) {
    for (const Coordinate& coordinate : columns.groups()[g].axes) {
      if (coordinate.size() > 0) digest.add(columns.path_of(g, coordinate.name), coordinate);
    }
    for (const StudyColumn& column : columns.columns()) {
      if (column.group != g || column.of_point == 0) continue;
      digest.begin(columns.path_of(g, column.variable.name), column.shape);
      std::visit([&](const auto& values) { digest.add_values(std::span(values)); }, column.values);
    }
  }
  for (const TableFolder& folder : tables) {
    const std::string prefix = folder.name + "/";
    for (const Coordinate& coordinate : folder.coordinates) digest.add(prefix + coordinate.name, coordinate);
    for (const Table& table : folder.tables) {
      digest.begin(prefix + table.name, shape_of(folder, table));
      digest.add_values(std::span(table.values));
    }
  }
  return digest.finish();
}

}  // namespace goodhart
