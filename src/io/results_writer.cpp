/// Writes results with HDF5's C API and its dimension scales, as netCDF-4 expects them.
#include "goodhart/io/results_writer.hpp"

#include <hdf5.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "content_digest.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/engine/attributes.hpp"
#include "hdf5.hpp"
#include "netcdf.hpp"
#include "part_file.hpp"
#include "plain_values.hpp"

namespace goodhart {
namespace {

using hdf5::checked;
using hdf5::Handle;
using namespace netcdf;

constexpr hsize_t kTinyRun = 1024;          // bytes; below, chunks cost more than they save
constexpr hsize_t kSmallRun = 64U << 10U;   // bytes; below, runs are written several at once
constexpr hsize_t kStaged = 4U << 20U;      // bytes that wait at most until they are written together
constexpr hsize_t kPanelSamples = 64;       // a chunk of a panel: quick to read along employees and along samples,
constexpr hsize_t kPanelValues = 64 * 256;  // as measured on 2000 x 2000 values
constexpr std::size_t kMostFlags = 128;     // int8 counts to 127

void require(bool condition, const std::string& what) {
  if (!condition) throw Bug("results writer: " + what);
}

hsize_t product(const Shape& shape, std::size_t from = 0) {
  return std::accumulate(shape.begin() + static_cast<std::ptrdiff_t>(from), shape.end(), hsize_t{1},
                         std::multiplies<>());
}

// ---- Variables ----

bool is_small(hsize_t run_bytes) {
  return run_bytes <= kSmallRun;
}

/// The largest chunk of at most `most` that cuts `extent` into parts of about the same size, so that little is padding.
hsize_t even_part(hsize_t extent, hsize_t most) {
  const hsize_t parts = (extent + most - 1) / most;
  return (extent + parts - 1) / parts;
}

Shape choose_chunk(const Variable& variable, const Shape& shape, std::size_t value_size, hsize_t together) {
  Shape chunk = shape;
  chunk[0] = 1;
  chunk[1] = together;
  if (variable.axes.size() > 1 && variable.axes[0] == "sample") {
    chunk[2] = even_part(shape[2], kPanelSamples);
    chunk[3] = even_part(shape[3], kPanelValues / chunk[2]);
    chunk[2] = even_part(shape[2], std::max(kPanelSamples, kPanelValues / chunk[3]));
  }
  while (product(chunk) * value_size > kLargestChunk) {
    auto& longest = *std::max_element(chunk.begin(), chunk.end());
    longest = (longest + 1) / 2;
  }
  return chunk;
}

Handle make_variable(const Handle& group, const Variable& variable, bool in_root,
                     const std::vector<const Handle*>& axes, const Shape& shape, hsize_t together) {
  const bool flags = !variable.flags.empty();
  const hid_t type = flags ? H5T_STD_I8LE : H5T_IEEE_F64LE;
  const std::size_t size = flags ? 1 : sizeof(double);

  const Handle list = make_list(H5P_DATASET_CREATE);
  const hsize_t run_bytes = product(shape, 2) * size;
  if (run_bytes >= kTinyRun) {
    const Shape chunk = choose_chunk(variable, shape, size, is_small(run_bytes) ? together : 1);
    checked(H5Pset_chunk(list.id(), static_cast<int>(chunk.size()), chunk.data()));
    if (in_root || flags) {
      checked(H5Pset_shuffle(list.id()));
      checked(H5Pset_deflate(list.id(), 1));
    }
  }
  const double none = flags ? kNoFlag : kNaN;
  checked(H5Pset_fill_value(list.id(), H5T_NATIVE_DOUBLE, &none));

  Handle dataset = make_dataset_over(group, variable.name, type, axes, shape, list);
  set_attributes(dataset, attributes_of(variable));
  return dataset;
}

/// Writes the values of one run at (policy, replicate).
void write_slab(const Handle& dataset, hid_t memory_type, const RunRecord& record, const void* values) {
  const Handle space(H5Dget_space(dataset.id()));
  const int rank = checked(H5Sget_simple_extent_ndims(space.id()));
  Shape count(static_cast<std::size_t>(rank));
  checked(H5Sget_simple_extent_dims(space.id(), count.data(), nullptr));
  Shape start(count.size(), 0);
  start[0] = static_cast<hsize_t>(record.policy);
  start[1] = static_cast<hsize_t>(record.replicate);
  count[0] = count[1] = 1;
  checked(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr));
  const Handle memory(H5Screate_simple(rank, count.data(), nullptr));
  checked(H5Dwrite(dataset.id(), memory_type, memory.id(), space.id(), H5P_DEFAULT, values));
}

void write_values(const Handle& dataset, const RunRecord& record, const std::vector<double>& values) {
  if (std::none_of(values.begin(), values.end(), is_odd)) {
    return write_slab(dataset, H5T_NATIVE_DOUBLE, record, values.data());
  }
  std::vector<double> plain = values;
  std::replace_if(plain.begin(), plain.end(), is_odd, kNaN);
  write_slab(dataset, H5T_NATIVE_DOUBLE, record, plain.data());
}

std::vector<std::int8_t> numbers_of_flags(const Variable& variable, const std::vector<double>& values) {
  std::vector<std::int8_t> numbers;
  numbers.reserve(values.size());
  for (const double value : values) numbers.push_back(number_of_flag(variable, value));
  return numbers;
}

// ---- Small runs, which wait until there are several ----

/// The runs of one dataset, over (policy, replicate, ...), that wait: of each policy a block of replicates.
struct Stage {
  const Handle* dataset;
  hid_t type;
  hsize_t run_bytes;
  hsize_t row_bytes;        ///< from a value to the one of the next step, or whatever the first axis is
  std::vector<char> empty;  ///< a value as it is where no run is
  Shape chunk;              ///< empty where the dataset has none
  bool deflated = false;
  std::vector<char> bytes{};  ///< (policies x replicates of a block x run)
};

/// Does most of a block repeat what was a step before? Then it is worth deflating; noise is not.
bool repeats(const char* bytes, hsize_t size, hsize_t row) {
  constexpr std::size_t kValue = sizeof(double);
  if (row % kValue != 0 || size <= row) return true;  // flags
  hsize_t same = 0;
  for (hsize_t at = row; at < size; at += kValue) same += std::memcmp(bytes + at, bytes + at - row, kValue) == 0;
  return 4 * kValue * same >= 3 * (size - row);
}

class Staging {
 public:
  Staging(hsize_t policies, hsize_t replicates, hsize_t together)
      : replicates_(replicates),
        together_(together),
        block_(policies, kNone),
        written_(policies, std::vector<bool>((replicates + together - 1) / together, false)) {}

  /// From now on, the runs of a dataset go through here. Returns the number to `place` them by.
  std::size_t add(Stage stage) {
    stage.bytes.resize(block_.size() * together_ * stage.run_bytes);
    stages_.push_back(std::move(stage));
    return stages_.size() - 1;
  }

  /// Makes room for a run: writes its policy's block where the run is of another one.
  void turn_to(const RunRecord& record) {
    const auto policy = static_cast<std::size_t>(record.policy);
    const hsize_t block = static_cast<hsize_t>(record.replicate) / together_;
    if (block_[policy] == block) return;
    write(policy);
    block_[policy] = block;
    for (Stage& stage : stages_) {
      if (written_[policy][block]) {
        move(stage, policy, [&](hid_t memory, hid_t space, char* bytes) {
          checked(H5Dread(stage.dataset->id(), stage.type, memory, space, H5P_DEFAULT, bytes));
        });
      } else {
        char* bytes = begin(stage, policy);
        const std::size_t size = stage.empty.size();
        for (hsize_t at = 0; at < together_ * stage.run_bytes; at += size) {
          std::memcpy(bytes + at, stage.empty.data(), size);
        }
      }
    }
  }

  /// Where the values of a run go.
  void* place(std::size_t stage, const RunRecord& record) {
    return begin(stages_[stage], static_cast<std::size_t>(record.policy)) +
           static_cast<hsize_t>(record.replicate) % together_ * stages_[stage].run_bytes;
  }

  /// Writes what still waits.
  void finish() {
    for (std::size_t policy = 0; policy < block_.size(); ++policy) write(policy);
    stages_.clear();
  }

 private:
  static constexpr hsize_t kNone = ~hsize_t{0};

  char* begin(Stage& stage, std::size_t policy) const {
    return stage.bytes.data() + policy * together_ * stage.run_bytes;
  }

  /// Calls `action` with the selections in memory and file of a policy's block, and its bytes.
  template <typename Action>
  void move(Stage& stage, std::size_t policy, const Action& action) {
    const Handle space(H5Dget_space(stage.dataset->id()));
    Shape count(static_cast<std::size_t>(checked(H5Sget_simple_extent_ndims(space.id()))));
    checked(H5Sget_simple_extent_dims(space.id(), count.data(), nullptr));
    Shape start(count.size(), 0);
    start[0] = policy;
    start[1] = block_[policy] * together_;
    count[0] = 1;
    count[1] = std::min(together_, replicates_ - start[1]);
    checked(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr));
    const Handle memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr));
    action(memory.id(), space.id(), begin(stage, policy));
  }

  void write(std::size_t policy) {
    if (block_[policy] == kNone) return;
    for (Stage& stage : stages_) {
      const char* bytes = begin(stage, policy);
      const hsize_t size = together_ * stage.run_bytes;
      const bool as_it_is =
          stage.deflated && std::endian::native == std::endian::little && !repeats(bytes, size, stage.row_bytes);
      if (as_it_is) {
        constexpr std::uint32_t kNoFilters = ~0U;
        Shape start(stage.chunk.size(), 0);
        start[0] = policy;
        start[1] = block_[policy] * together_;
        checked(H5Dwrite_chunk(stage.dataset->id(), H5P_DEFAULT, kNoFilters, start.data(), size, bytes));
      } else {
        move(stage, policy, [&](hid_t memory, hid_t space, const char* from) {
          checked(H5Dwrite(stage.dataset->id(), stage.type, memory, space, H5P_DEFAULT, from));
        });
      }
    }
    written_[policy][block_[policy]] = true;
  }

  hsize_t replicates_, together_;
  std::vector<Stage> stages_;
  std::vector<hsize_t> block_;              ///< that waits (policies)
  std::vector<std::vector<bool>> written_;  ///< (policies x blocks)
};

// ---- Folders ----

/// A folder of the layout with its open datasets. Those left out because an axis is empty have an empty handle.
struct OpenFolder {
  std::vector<Handle> coordinates;
  Handle seed;
  Handle status;
  std::vector<Handle> variables;
  std::vector<hsize_t> run_sizes;  ///< values a run, of each variable
  std::size_t seed_stage = 0, status_stage = 0;
  std::vector<std::size_t> stages;  ///< of each variable; kDirect where it is written at once
};

constexpr std::size_t kDirect = ~std::size_t{0};

std::size_t value_size(const Variable& variable) {
  return variable.flags.empty() ? sizeof(double) : sizeof(std::int8_t);
}

/// The shape of a variable.
Shape shape_of(const Folder& folder, const Variable& variable) {
  Shape shape = {folder.coordinates[0].size(), folder.coordinates[1].size()};
  for (const auto& axis : variable.axes) {
    const auto found = std::find_if(folder.coordinates.begin(), folder.coordinates.end(),
                                    [&](const Coordinate& coordinate) { return coordinate.name == axis; });
    require(found != folder.coordinates.end(), "'" + variable.name + "' names no coordinate by '" + axis + "'");
    shape.push_back(found->size());
  }
  return shape;
}

/// How many replicates are written together: as many as wait in little memory and make no chunk too large.
hsize_t runs_together(const Layout& layout) {
  hsize_t all = 0, largest = 1;
  for (const Folder& folder : layout.folders) {
    all += sizeof(std::uint64_t) + sizeof(std::int8_t);  // seed and status
    for (const Variable& variable : folder.variables) {
      const hsize_t run_bytes = product(shape_of(folder, variable), 2) * value_size(variable);
      if (!is_small(run_bytes)) continue;
      all += run_bytes;
      largest = std::max(largest, run_bytes);
    }
  }
  const auto& runs = layout.folders[0].coordinates;
  const hsize_t most = std::min(kLargestChunk / largest, kStaged / (all * runs[0].size()));
  return even_part(runs[1].size(), std::max<hsize_t>(most, 1));
}

OpenFolder make_folder(const Handle& group, const Folder& folder, hsize_t together) {
  const auto& coordinates = folder.coordinates;
  require(coordinates.size() >= 2 && coordinates[0].name == "policy" && coordinates[1].name == "replicate" &&
              coordinates[0].size() > 0 && coordinates[1].size() > 0,
          "folder '" + folder.name + "' must begin with policies and replicates");
  std::set<std::string> taken;
  const auto take = [&](const std::string& name) {
    require(taken.insert(name).second, "'" + name + "' stands twice in folder '" + folder.name + "'");
  };

  OpenFolder open;
  for (const auto& coordinate : coordinates) {
    take(coordinate.name);
    open.coordinates.push_back(coordinate.size() > 0 ? make_coordinate(group, coordinate) : Handle());
  }
  const std::vector<const Handle*> runs = {&open.coordinates[0], &open.coordinates[1]};
  const Shape runs_shape = {coordinates[0].size(), coordinates[1].size()};

  take("seed");
  open.seed = make_dataset_over(group, "seed", H5T_STD_U64LE, runs, runs_shape, make_list(H5P_DATASET_CREATE));
  set_meaning(open.seed, seed_of_runs());

  take("status");
  const Handle failed = make_list(H5P_DATASET_CREATE);
  constexpr std::int8_t kFailed = 1;
  checked(H5Pset_fill_value(failed.id(), H5T_NATIVE_INT8, &kFailed));
  open.status = make_dataset_over(group, "status", H5T_STD_I8LE, runs, runs_shape, failed);
  set_meaning(open.status, status_of_runs());

  for (const auto& variable : folder.variables) {
    take(variable.name);
    require(variable.flags.size() <= kMostFlags, "'" + variable.name + "' has more flags than int8 can count");
    std::vector<const Handle*> axes = runs;
    for (const auto& axis : variable.axes) {
      const auto found = std::find_if(coordinates.begin(), coordinates.end(),
                                      [&](const Coordinate& coordinate) { return coordinate.name == axis; });
      axes.push_back(&open.coordinates[static_cast<std::size_t>(found - coordinates.begin())]);
    }
    const Shape shape = shape_of(folder, variable);
    open.run_sizes.push_back(product(shape, 2));
    open.variables.push_back(
        product(shape) > 0 ? make_variable(group, variable, folder.name.empty(), axes, shape, together) : Handle());
  }
  return open;
}

}  // namespace

struct ResultsWriter::File {
  PartFile part;
  Layout layout;
  Handle file;  // after `part` and before the datasets, to be closed between them
  std::vector<OpenFolder> folders;
  std::optional<Staging> staging;

  File(const std::filesystem::path& name, Layout description, const std::vector<Text>& attributes)
      : part(name), layout(std::move(description)) {
    require(!layout.folders.empty() && layout.folders[0].name.empty(), "a layout must begin with the root");
    guarded([&] { create(attributes); });
  }

  ~File() { hdf5::silence(); }

  /// Does what uses HDF5, and says of any refusal which file it was. The machine's own reason comes first: when it
  /// refuses, HDF5 stumbles later if at all, and knows only over what.
  template <typename Action>
  void guarded(const Action& action) {
    hdf5::silence();
    try {
      action();
    } catch (const hdf5::Failure& failure) {
      part.check();
      throw MachineError(part.shown() + ": cannot write: " + failure.what());
    }
    part.check();
  }

  void create(const std::vector<Text>& attributes) {
    file = Handle(H5Fcreate(part.shown().c_str(), H5F_ACC_TRUNC, make_list(H5P_FILE_CREATE).id(), part.access().id()));
    set_text(file, "Conventions", kConventions);
    for (const auto& [key, content] : attributes) set_text(file, key, content);
    set_numbers(file, "goodhart_format", H5T_STD_I32LE, std::vector<std::int32_t>{kResultsFormat});

    const auto& runs = layout.folders[0].coordinates;
    require(runs.size() >= 2 && runs[0].size() > 0 && runs[1].size() > 0, "a layout must have policies and replicates");
    const hsize_t together = runs_together(layout);
    for (const auto& folder : layout.folders) {
      if (folder.name.empty()) {
        folders.push_back(make_folder(file, folder, together));
      } else {
        const Handle group = make_group(file, folder.name);
        set_text(group, "title", folder.title);
        folders.push_back(make_folder(group, folder, together));
      }
    }
    stage(runs[0].size(), runs[1].size(), together);
  }

  /// Says what waits for others of its kind.
  void stage(hsize_t policies, hsize_t replicates, hsize_t together) {
    staging.emplace(policies, replicates, together);
    const auto bytes_of = [](const auto& value) {
      const auto* first = reinterpret_cast<const char*>(&value);
      return std::vector<char>(first, first + sizeof value);
    };
    for (std::size_t f = 0; f < folders.size(); ++f) {
      OpenFolder& open = folders[f];
      open.seed_stage = staging->add({&open.seed, H5T_NATIVE_UINT64, 8, 8, bytes_of(std::uint64_t{0}), {}});
      open.status_stage = staging->add({&open.status, H5T_NATIVE_INT8, 1, 1, bytes_of(std::int8_t{1}), {}});
      for (std::size_t v = 0; v < open.variables.size(); ++v) {
        const Variable& variable = layout.folders[f].variables[v];
        const bool flags = !variable.flags.empty();
        const hsize_t run_bytes = open.run_sizes[v] * value_size(variable);
        if (!open.variables[v] || !is_small(run_bytes)) {
          open.stages.push_back(kDirect);
          continue;
        }
        const Shape shape = shape_of(layout.folders[f], variable);
        Stage stage{&open.variables[v],
                    flags ? H5T_NATIVE_INT8 : H5T_NATIVE_DOUBLE,
                    run_bytes,
                    shape.size() > 2 ? run_bytes / shape[2] : run_bytes,
                    flags ? bytes_of(std::int8_t{kNoFlag}) : bytes_of(kNaN),
                    {}};
        const Handle list(H5Dget_create_plist(open.variables[v].id()));
        if (H5Pget_layout(list.id()) == H5D_CHUNKED) {
          stage.chunk = shape;
          stage.deflated = checked(H5Pget_nfilters(list.id())) > 0;
        }
        open.stages.push_back(staging->add(std::move(stage)));
      }
    }
  }

  void require_fit(const RunRecord& record) const {
    const auto within = [](int position, const Coordinate& axis) {
      return position >= 0 && static_cast<std::size_t>(position) < axis.size();
    };
    const auto& axes = layout.folders[0].coordinates;
    require(within(record.policy, axes[0]) && within(record.replicate, axes[1]), "a run outside the layout");
    if (!record.failure.empty()) return;
    require(record.data.size() == folders.size(), "a run with too few or too many folders");
    for (std::size_t f = 0; f < folders.size(); ++f) {
      require(record.data[f].size() == folders[f].variables.size(), "a run with too few or too many variables");
      for (std::size_t v = 0; v < folders[f].variables.size(); ++v) {
        require(record.data[f][v].size() == folders[f].run_sizes[v],
                "'" + layout.folders[f].variables[v].name + "' has " + std::to_string(record.data[f][v].size()) +
                    " values, not " + std::to_string(folders[f].run_sizes[v]));
      }
    }
  }

  void write(const RunRecord& record) {
    require_fit(record);
    staging->turn_to(record);
    const std::int8_t status = record.failure.empty() ? 0 : 1;
    for (std::size_t f = 0; f < folders.size(); ++f) {
      const auto& open = folders[f];
      std::memcpy(staging->place(open.seed_stage, record), &record.seed, sizeof record.seed);
      std::memcpy(staging->place(open.status_stage, record), &status, sizeof status);
      if (status != 0) continue;
      for (std::size_t v = 0; v < open.variables.size(); ++v) {
        if (!open.variables[v]) continue;
        const Variable& variable = layout.folders[f].variables[v];
        const auto& values = record.data[f][v];
        if (!variable.flags.empty()) {
          const std::vector<std::int8_t> numbers = numbers_of_flags(variable, values);
          if (open.stages[v] == kDirect) {
            write_slab(open.variables[v], H5T_NATIVE_INT8, record, numbers.data());
          } else {
            std::memcpy(staging->place(open.stages[v], record), numbers.data(), numbers.size());
          }
        } else if (open.stages[v] == kDirect) {
          write_values(open.variables[v], record, values);
        } else {
          auto* place = static_cast<char*>(staging->place(open.stages[v], record));
          for (const double value : values) {
            const double plain = is_odd(value) ? kNaN : value;
            std::memcpy(place, &plain, sizeof plain);
            place += sizeof plain;
          }
        }
      }
    }
  }

  std::string digest() {
    const Handle access = make_reading_access();
    ContentDigest digest;
    for (std::size_t f = 0; f < folders.size(); ++f) {
      const Folder& folder = layout.folders[f];
      const std::string prefix = folder.name.empty() ? "" : folder.name + "/";
      const auto add = [&](const std::string& name, const Handle& dataset) {
        if (dataset) digest.add(prefix + name, dataset);
      };
      for (std::size_t c = 0; c < folder.coordinates.size(); ++c) {
        add(folder.coordinates[c].name, folders[f].coordinates[c]);
      }
      add("seed", folders[f].seed);
      add("status", folders[f].status);
      for (std::size_t v = 0; v < folder.variables.size(); ++v) {
        if (!folders[f].variables[v]) continue;
        folders[f].variables[v].close();
        const std::string path = prefix + folder.variables[v].name;
        add(folder.variables[v].name, Handle(H5Dopen2(file.id(), path.c_str(), access.id())));
      }
    }
    return digest.finish();
  }

  std::string finish(const std::vector<Text>& provenance) {
    std::string digits;
    guarded([&] {
      staging->finish();
      netcdf::write_provenance(file, provenance);
      digits = digest();
      set_text(file, "content_digest", digits);
      folders.clear();
      file.close();
    });
    part.commit();
    return digits;
  }
};

ResultsWriter::ResultsWriter(const std::filesystem::path& file, const Layout& layout,
                             const std::vector<Text>& attributes)
    : file_(std::make_unique<File>(file, layout, attributes)) {}

ResultsWriter::ResultsWriter(ResultsWriter&&) noexcept = default;
ResultsWriter& ResultsWriter::operator=(ResultsWriter&&) noexcept = default;
ResultsWriter::~ResultsWriter() = default;

void ResultsWriter::write(const RunRecord& record) {
  require(file_ != nullptr, "nothing can be written after an error or the end");
  auto file = std::move(file_);  // given back only if all goes well; destroyed, it removes NAME.part
  file->guarded([&] { file->write(record); });
  file_ = std::move(file);
}

std::string ResultsWriter::finish(const std::vector<Text>& provenance) {
  require(file_ != nullptr, "nothing can be written after an error or the end");
  const auto file = std::move(file_);
  return file->finish(provenance);
}

std::string results_library_versions() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  if (H5get_libversion(&major, &minor, &release) < 0) throw MachineError("HDF5 cannot tell its version");
  return "HDF5 " + std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

}  // namespace goodhart
