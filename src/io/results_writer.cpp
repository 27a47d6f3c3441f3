/// Writes results with HDF5's C API and its dimension scales, as netCDF-4 expects them.
#include "goodhart/io/results_writer.hpp"

#include <hdf5.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <set>
#include <string_view>
#include <utility>

#include "goodhart/core/errors.hpp"
#include "hdf5.hpp"
#include "part_file.hpp"
#include "sha256.hpp"

namespace goodhart {
namespace {

using hdf5::checked;
using hdf5::Handle;
using Shape = std::vector<hsize_t>;

constexpr int kFormat = 1;
constexpr hsize_t kTinyRun = 1024;            // bytes; below, chunks cost more than they save
constexpr hsize_t kLargestChunk = 1U << 20U;  // bytes
constexpr hsize_t kPanelSamples = 64;         // a chunk of a panel: quick to read along employees and along samples,
constexpr hsize_t kPanelValues = 64 * 256;    // as measured on 2000 x 2000 values
constexpr hsize_t kSlab = 16U << 20U;         // bytes read at once for the digest
constexpr std::size_t kLongestText = 60'000;  // bytes; HDF5's object headers hold attributes of up to 64 kB
constexpr std::size_t kMostFlags = 128;       // int8 counts to 127

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t kNaNBits = 0x7ff8'0000'0000'0000U;
static_assert(std::bit_cast<std::uint64_t>(kNaN) == kNaNBits);

void require(bool condition, const std::string& what) {
  if (!condition) throw Bug("results writer: " + what);
}

hsize_t product(const Shape& shape, std::size_t from = 0) {
  return std::accumulate(shape.begin() + static_cast<std::ptrdiff_t>(from), shape.end(), hsize_t{1},
                         std::multiplies<>());
}

// ---- Attributes and plain datasets ----

Handle make_text_type(std::size_t size) {
  Handle type(H5Tcopy(H5T_C_S1));
  checked(H5Tset_size(type.id(), size));
  checked(H5Tset_cset(type.id(), H5T_CSET_UTF8));
  return type;
}

void set_attribute(const Handle& object, const std::string& name, hid_t type, const Handle& space, const void* value) {
  const Handle attribute(H5Acreate2(object.id(), name.c_str(), type, space.id(), H5P_DEFAULT, H5P_DEFAULT));
  checked(H5Awrite(attribute.id(), type, value));
}

/// Texts have a fixed length, as the oldest netCDF programs expect, unless they are too long for that.
void set_text(const Handle& object, const std::string& name, const std::string& text) {
  const Handle space(H5Screate(H5S_SCALAR));
  if (text.size() > kLongestText) {
    const char* pointer = text.c_str();
    return set_attribute(object, name, make_text_type(H5T_VARIABLE).id(), space, &pointer);
  }
  const Handle type = make_text_type(std::max<std::size_t>(text.size(), 1));
  checked(H5Tset_strpad(type.id(), H5T_STR_NULLPAD));  // NULLTERM would take the last byte for its zero
  set_attribute(object, name, type.id(), space, text.data());
}

template <typename Number>
void set_numbers(const Handle& object, const std::string& name, hid_t type, const std::vector<Number>& values) {
  const hsize_t size = values.size();
  set_attribute(object, name, type, Handle(H5Screate_simple(1, &size, nullptr)), values.data());
}

/// A group or dataset list that keeps the order of creation, which netCDF relies on, and no time, so that the same
/// results are the same bytes on any day.
Handle make_list(hid_t kind) {
  Handle list(H5Pcreate(kind));
  constexpr unsigned kOrder = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
  checked(H5Pset_obj_track_times(list.id(), 0));
  checked(H5Pset_attr_creation_order(list.id(), kOrder));
  if (kind != H5P_DATASET_CREATE) checked(H5Pset_link_creation_order(list.id(), kOrder));
  return list;
}

Handle make_group(const Handle& file, const std::string& name) {
  return Handle(H5Gcreate2(file.id(), name.c_str(), H5P_DEFAULT, make_list(H5P_GROUP_CREATE).id(), H5P_DEFAULT));
}

Handle make_dataset(const Handle& group, const std::string& name, hid_t type, const Shape& shape, const Handle& list) {
  const Handle space(shape.empty() ? H5Screate(H5S_SCALAR)
                                   : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));

  // Without a chunk cache each chunk is compressed and written once, when its run is, and memory stays bounded.
  const Handle access(H5Pcreate(H5P_DATASET_ACCESS));
  checked(H5Pset_chunk_cache(access.id(), 0, 0, H5D_CHUNK_CACHE_W0_DEFAULT));
  return Handle(H5Dcreate2(group.id(), name.c_str(), type, space.id(), H5P_DEFAULT, list.id(), access.id()));
}

/// How texts are moved: HDF5 converts them in a buffer, which it clears each time; the usual one has 1 MiB.
Handle make_text_transfer() {
  constexpr std::size_t kBuffer = 16U << 10U;
  Handle list(H5Pcreate(H5P_DATASET_XFER));
  checked(H5Pset_buffer(list.id(), kBuffer, nullptr, nullptr));
  return list;
}

void write_all(const Handle& dataset, hid_t type, const void* values) {
  checked(H5Dwrite(dataset.id(), type, H5S_ALL, H5S_ALL, make_text_transfer().id(), values));
}

// ---- Coordinates, seed and status, variables ----

Handle make_coordinate(const Handle& group, const Coordinate& coordinate) {
  const Handle list = make_list(H5P_DATASET_CREATE);
  const auto make = [&](hid_t type, const void* values) {
    Handle dataset = make_dataset(group, coordinate.name, type, {coordinate.size()}, list);
    write_all(dataset, type, values);
    set_text(dataset, "long_name", coordinate.long_name);
    return dataset;
  };

  Handle dataset;
  if (const auto* names = std::get_if<std::vector<std::string>>(&coordinate.values)) {
    std::vector<const char*> pointers;
    for (const auto& name : *names) pointers.push_back(name.c_str());
    dataset = make(make_text_type(H5T_VARIABLE).id(), pointers.data());
  } else {
    dataset = make(H5T_STD_I64LE, std::get<std::vector<std::int64_t>>(coordinate.values).data());
    set_text(dataset, "units", "1");
  }
  checked(H5DSset_scale(dataset.id(), coordinate.name.c_str()));
  return dataset;
}

void set_flags(const Handle& dataset, const std::vector<std::string>& flags) {
  std::string meanings;
  for (std::string flag : flags) {
    std::replace(flag.begin(), flag.end(), ' ', '_');  // a space ends a meaning
    meanings += (meanings.empty() ? "" : " ") + flag;
  }
  std::vector<std::int8_t> values(flags.size());
  std::iota(values.begin(), values.end(), std::int8_t{0});
  set_numbers(dataset, "flag_values", H5T_STD_I8LE, values);
  set_text(dataset, "flag_meanings", meanings);
}

/// A dataset over (policy, replicate) and perhaps more, each axis with its scale.
Handle make_run_dataset(const Handle& group, const std::string& name, hid_t type,
                        const std::vector<const Handle*>& axes, const Shape& shape, const Handle& list) {
  Handle dataset = make_dataset(group, name, type, shape, list);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    checked(H5DSattach_scale(dataset.id(), axes[i]->id(), static_cast<unsigned>(i)));
  }
  return dataset;
}

/// The largest chunk of at most `most` that cuts `extent` into parts of about the same size, so that little is padding.
hsize_t even_part(hsize_t extent, hsize_t most) {
  const hsize_t parts = (extent + most - 1) / most;
  return (extent + parts - 1) / parts;
}

Shape choose_chunk(const Variable& variable, const Shape& shape, std::size_t value_size) {
  Shape chunk = shape;
  chunk[0] = chunk[1] = 1;
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
                     const std::vector<const Handle*>& axes, const Shape& shape) {
  const bool flags = !variable.flags.empty();
  const hid_t type = flags ? H5T_STD_I8LE : H5T_IEEE_F64LE;
  const std::size_t value_size = flags ? 1 : sizeof(double);

  const Handle list = make_list(H5P_DATASET_CREATE);
  if (product(shape, 2) * value_size >= kTinyRun) {
    const Shape chunk = choose_chunk(variable, shape, value_size);
    checked(H5Pset_chunk(list.id(), static_cast<int>(chunk.size()), chunk.data()));
    if (in_root || flags) {
      checked(H5Pset_shuffle(list.id()));
      checked(H5Pset_deflate(list.id(), 1));
    }
  }
  const double none = flags ? -1 : kNaN;
  checked(H5Pset_fill_value(list.id(), H5T_NATIVE_DOUBLE, &none));

  Handle dataset = make_run_dataset(group, variable.name, type, axes, shape, list);
  set_text(dataset, "long_name", variable.long_name);
  set_text(dataset, "units", variable.units);
  if (flags) {
    // An integer _FillValue would turn the whole variable to floating point in many readers.
    set_flags(dataset, variable.flags);
    set_text(dataset, "comment", "-1 where there is no value");
  } else {
    set_numbers(dataset, "_FillValue", type, std::vector<double>{kNaN});
  }
  set_text(dataset, "coordinates", "seed status");
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
  // The sign and payload of a NaN depend on processor and compiler: keep none.
  const auto odd = [](double x) { return std::isnan(x) && std::bit_cast<std::uint64_t>(x) != kNaNBits; };
  if (std::none_of(values.begin(), values.end(), odd)) {
    return write_slab(dataset, H5T_NATIVE_DOUBLE, record, values.data());
  }
  std::vector<double> plain = values;
  std::replace_if(plain.begin(), plain.end(), odd, kNaN);
  write_slab(dataset, H5T_NATIVE_DOUBLE, record, plain.data());
}

void write_flags(const Handle& dataset, const RunRecord& record, const Variable& variable,
                 const std::vector<double>& values) {
  std::vector<std::int8_t> numbers;
  numbers.reserve(values.size());
  for (const double value : values) {
    const bool known = value >= 0 && value < static_cast<double>(variable.flags.size()) && value == std::floor(value);
    if (!known && !std::isnan(value)) {
      throw Bug("results writer: " + variable.name + " is " + std::to_string(value) + ", which is none of its flags");
    }
    numbers.push_back(known ? static_cast<std::int8_t>(value) : std::int8_t{-1});
  }
  write_slab(dataset, H5T_NATIVE_INT8, record, numbers.data());
}

// ---- Digest: the recipe is in results_writer.hpp ----

void add_names(Sha256& digest, const Handle& dataset, const Handle& type, const Handle& space, hsize_t size) {
  std::vector<char*> names(size);
  checked(H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, make_text_transfer().id(), names.data()));
  for (const char* name : names) digest.add_text(name != nullptr ? name : "");
  checked(H5Dvlen_reclaim(type.id(), space.id(), H5P_DEFAULT, names.data()));
}

/// Adds numbers over (policy, replicate, ...) run by run: several at once where they are small, and in bands as high as
/// a chunk where they are large.
void add_runs(Sha256& digest, const Handle& dataset, const Handle& type, const Handle& space, const Shape& shape) {
  const std::size_t value_size = H5Tget_size(type.id());
  const hsize_t run_size = product(shape, 2) * value_size;
  const hsize_t runs = std::clamp<hsize_t>(kSlab / run_size, 1, shape[1]);
  hsize_t rows = shape.size() > 2 ? shape[2] : 1;
  if (run_size > kSlab) {
    Shape chunk(shape.size());
    const Handle list(H5Dget_create_plist(dataset.id()));
    checked(H5Pget_chunk(list.id(), static_cast<int>(chunk.size()), chunk.data()));
    rows = chunk[2];
  }
  const hsize_t row_size = shape.size() > 2 ? run_size / shape[2] : run_size;
  const std::unique_ptr<char[]> bytes(new char[row_size * rows * runs]);  // uncleared, as a vector's are not

  Shape start(shape.size(), 0);
  Shape count = shape;
  count[0] = 1;
  for (; start[0] < shape[0]; ++start[0]) {
    for (start[1] = 0; start[1] < shape[1]; start[1] += count[1]) {
      count[1] = std::min(runs, shape[1] - start[1]);
      for (hsize_t row = 0; row == 0 || (shape.size() > 2 && row < shape[2]); row += rows) {
        if (shape.size() > 2) {
          start[2] = row;
          count[2] = std::min(rows, shape[2] - row);
        }
        checked(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr));
        const Handle memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr));
        checked(H5Dread(dataset.id(), type.id(), memory.id(), space.id(), H5P_DEFAULT, bytes.get()));
        digest.add_bytes(bytes.get(), product(count) * value_size);
      }
    }
  }
}

void add_dataset(Sha256& digest, const std::string& path, const Handle& dataset) {
  const Handle space(H5Dget_space(dataset.id()));
  const Handle type(H5Dget_type(dataset.id()));
  Shape shape(static_cast<std::size_t>(checked(H5Sget_simple_extent_ndims(space.id()))));
  checked(H5Sget_simple_extent_dims(space.id(), shape.data(), nullptr));

  digest.add_text(path);
  digest.add_number(shape.size());
  for (const hsize_t extent : shape) digest.add_number(extent);
  if (shape.size() > 1) return add_runs(digest, dataset, type, space, shape);
  if (H5Tget_class(type.id()) == H5T_STRING) return add_names(digest, dataset, type, space, shape[0]);
  std::vector<char> bytes(shape[0] * H5Tget_size(type.id()));
  checked(H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()));
  digest.add_bytes(bytes.data(), bytes.size());
}

// ---- Folders ----

/// A folder of the layout with its open datasets. Those left out because an axis is empty have an empty handle.
struct OpenFolder {
  std::vector<Handle> coordinates;
  Handle seed;
  Handle status;
  std::vector<Handle> variables;
  std::vector<hsize_t> run_sizes;  ///< values a run, of each variable
};

OpenFolder make_folder(const Handle& group, const Folder& folder) {
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
  open.seed = make_run_dataset(group, "seed", H5T_STD_U64LE, runs, runs_shape, make_list(H5P_DATASET_CREATE));
  set_text(open.seed, "long_name", "seed of the run");
  set_text(open.seed, "units", "1");

  take("status");
  const Handle failed = make_list(H5P_DATASET_CREATE);
  constexpr std::int8_t kFailed = 1;
  checked(H5Pset_fill_value(failed.id(), H5T_NATIVE_INT8, &kFailed));
  open.status = make_run_dataset(group, "status", H5T_STD_I8LE, runs, runs_shape, failed);
  set_text(open.status, "long_name", "how the run ended");
  set_text(open.status, "units", "1");
  set_flags(open.status, {"ok", "failed"});

  for (const auto& variable : folder.variables) {
    take(variable.name);
    require(variable.flags.size() <= kMostFlags, "'" + variable.name + "' has more flags than int8 can count");
    std::vector<const Handle*> axes = runs;
    Shape shape = runs_shape;
    for (const auto& axis : variable.axes) {
      const auto found = std::find_if(coordinates.begin(), coordinates.end(),
                                      [&](const Coordinate& coordinate) { return coordinate.name == axis; });
      require(found != coordinates.end(), "'" + variable.name + "' names no coordinate by '" + axis + "'");
      axes.push_back(&open.coordinates[static_cast<std::size_t>(found - coordinates.begin())]);
      shape.push_back(found->size());
    }
    open.run_sizes.push_back(product(shape, 2));
    open.variables.push_back(product(shape) > 0 ? make_variable(group, variable, folder.name.empty(), axes, shape)
                                                : Handle());
  }
  return open;
}

}  // namespace

struct ResultsWriter::File {
  PartFile part;
  Layout layout;
  Handle file;  // after `part` and before the datasets, to be closed between them
  std::vector<OpenFolder> folders;

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
    set_text(file, "Conventions", "CF-1.10");
    for (const auto& [key, content] : attributes) set_text(file, key, content);
    set_numbers(file, "goodhart_format", H5T_STD_I32LE, std::vector<int>{kFormat});

    for (const auto& folder : layout.folders) {
      if (folder.name.empty()) {
        folders.push_back(make_folder(file, folder));
      } else {
        const Handle group = make_group(file, folder.name);
        set_text(group, "title", folder.title);
        folders.push_back(make_folder(group, folder));
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
    const std::int8_t status = record.failure.empty() ? 0 : 1;
    for (std::size_t f = 0; f < folders.size(); ++f) {
      const auto& open = folders[f];
      write_slab(open.seed, H5T_NATIVE_UINT64, record, &record.seed);
      write_slab(open.status, H5T_NATIVE_INT8, record, &status);
      if (status != 0) continue;
      for (std::size_t v = 0; v < open.variables.size(); ++v) {
        if (!open.variables[v]) continue;
        const Variable& variable = layout.folders[f].variables[v];
        const auto& values = record.data[f][v];
        if (variable.flags.empty()) {
          write_values(open.variables[v], record, values);
        } else {
          write_flags(open.variables[v], record, variable, values);
        }
      }
    }
  }

  /// Each variable is opened anew, with a cache that holds a chunk: without, HDF5 fetches each row of a chunk by
  /// itself.
  std::string digest() {
    const Handle access(H5Pcreate(H5P_DATASET_ACCESS));
    checked(H5Pset_chunk_cache(access.id(), 1, kLargestChunk, H5D_CHUNK_CACHE_W0_DEFAULT));
    Sha256 digest;
    for (std::size_t f = 0; f < folders.size(); ++f) {
      const Folder& folder = layout.folders[f];
      const std::string prefix = folder.name.empty() ? "" : folder.name + "/";
      const auto add = [&](const std::string& name, const Handle& dataset) {
        if (dataset) add_dataset(digest, prefix + name, dataset);
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
      write_provenance(provenance);
      digits = digest();
      set_text(file, "content_digest", digits);
      folders.clear();
      file.close();
    });
    part.commit();
    return digits;
  }

  void write_provenance(const std::vector<Text>& provenance) {
    const Handle group = make_group(file, "provenance");
    const Handle type = make_text_type(H5T_VARIABLE);
    for (const auto& [name, content] : provenance) {
      const Handle dataset = make_dataset(group, name, type.id(), {}, make_list(H5P_DATASET_CREATE));
      const char* pointer = content.c_str();
      write_all(dataset, type.id(), &pointer);
    }
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
