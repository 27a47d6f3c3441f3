/// Reads results with HDF5's C API, and takes nothing in them for granted: what reads a file from others is a process
/// of its own (decision 028), which tells this one what it has checked.
#include "goodhart/io/results_reader.hpp"

#include <hdf5.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "child_process.hpp"
#include "content_digest.hpp"
#include "goodhart/analysis/averages.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/io/results_writer.hpp"
#include "goodhart/io/study_reader.hpp"
#include "goodhart/io/study_writer.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/scenario/read.hpp"
#include "hdf5.hpp"
#include "input_file.hpp"

namespace goodhart {
namespace {

using hdf5::checked;
using hdf5::Handle;
using Shape = std::vector<hsize_t>;

constexpr std::size_t kDigits = 64;              // of a content digest
constexpr hsize_t kMostObjects = 1000;           // in a group; ours have some tens
constexpr std::size_t kMostAxes = 8;             // ours have five at most
constexpr std::size_t kLongestName = 200;        // of an object
constexpr std::uint64_t kMostPacked = 1032;      // bytes that deflate makes of one, at most
constexpr hsize_t kMostChunk = 64U << 20U;       // bytes
constexpr std::size_t kPiece = 256U << 10U;      // bytes of numbers told at once
constexpr hsize_t kBlockBytes = 4U << 20U;       // of replicates told one after the other
constexpr hsize_t kListBytes = 96;               // that a run takes for each variable, beside its numbers
constexpr std::uint64_t kRoom = 512ULL << 20U;   // bytes that reading may take, whatever the file
constexpr double kStart = 5, kPerSecond = 20e6;  // seconds, and bytes a second, that reading may take: a tenth of usual
static_assert(std::endian::native == std::endian::little, "numbers are handed on as they are in the file");

/// Something is not as it should be; `what` ends the sentence that begins with the file's name.
struct Unreadable {
  std::string what;
};

hsize_t product(const Shape& shape, std::size_t from = 0) {
  return std::accumulate(shape.begin() + static_cast<std::ptrdiff_t>(from), shape.end(), hsize_t{1},
                         std::multiplies<>());
}

// ---- What the reading process tells, in this order ----
//
// Texts come first. Then, so that a reader has no more than a few replicates in memory, come blocks of replicates, and
// in each the numbers of its runs, dataset by dataset.

enum Kind : char {
  kProgram = 'p',
  kOverrides = 'o',
  kDigest = 'd',
  kScenario = 's',
  kMeans = 'm',    ///< a byte: does the file have means over all steps?
  kBlock = 'b',    ///< two numbers of 64 bits: the first replicate, and how many there are
  kDataset = 'n',  ///< its name
  kNumbers = 'x',  ///< a piece of it, for the replicates of the block
  kAlive = 'a',    ///< nothing; it goes on
  kRefusal = '!',  ///< why the file cannot be read
  kWhole = '=',    ///< nothing; all of the file has been read
};

// Of studies, there are besides:
constexpr char kArithmetic = 'f';  // the fingerprint of a processor
constexpr char kUnit = 'u';        // point and replicate (uint32), status by policy (a byte each), values

// ---- What a file must hold, by the scenario in it ----

/// Numbers that are handed on.
struct Wanted {
  std::string path;
  Shape shape;
  hid_t type;
  std::size_t value_size;
  std::size_t folder = 0, variable = 0;  ///< where it stands in the layout; status and seed do not
  hsize_t run_bytes() const { return product(shape, 2) * value_size; }
};

struct Claim {
  Scenario scenario;
  Layout layout;               ///< but for panels: the root, and means of it, which older files lack
  std::vector<Wanted> wanted;  ///< status, seed, and the variables with any values
};

Claim claim_of(const std::string& scenario, const std::string& name, const std::string& program,
               std::uint64_t file_size) {
  Claim claim;
  try {
    const CheckedScenario result = read_scenario(parse_yaml(scenario, "the scenario in " + name));
    if (!result.sound()) throw UserError(result.diagnostics);
    claim.scenario = *result.scenario;
  } catch (const UserError& error) {
    const std::string what = error.diagnostics().empty()
                                 ? std::string(error.what())
                                 : error.diagnostics().front().path + ": " + error.diagnostics().front().message;
    throw Unreadable{"holds a scenario that this version does not understand (" + what + "); it was written by " +
                     program};
  }
  // Each run has a seed and a status at least, before any memory is taken for runs.
  const hsize_t policies = claim.scenario.policies.size(), replicates = static_cast<hsize_t>(claim.scenario.replicates);
  if (policies * replicates * (sizeof(std::uint64_t) + 1) > file_size) {
    throw Unreadable{"is damaged: it claims " + std::to_string(policies * replicates) +
                     " runs, which do not fit into its size"};
  }
  Scenario bare = claim.scenario;
  bare.record.employees.reset();
  bare.record.teams = false;
  claim.layout = layout_of(bare);
  claim.wanted = {{"status", {policies, replicates}, H5T_STD_I8LE, 1},
                  {"seed", {policies, replicates}, H5T_STD_U64LE, sizeof(std::uint64_t)}};
  for (std::size_t f = 0; f < claim.layout.folders.size(); ++f) {
    const Folder& folder = claim.layout.folders[f];
    for (std::size_t v = 0; v < folder.variables.size(); ++v) {
      Shape shape{policies, replicates};
      for (const std::string& axis : folder.variables[v].axes) {
        for (const Coordinate& coordinate : folder.coordinates) {
          if (coordinate.name == axis) shape.push_back(coordinate.size());
        }
      }
      const std::string path =
          folder.name.empty() ? folder.variables[v].name : folder.name + "/" + folder.variables[v].name;
      if (product(shape) > 0) claim.wanted.push_back({path, shape, H5T_IEEE_F64LE, sizeof(double), f, v});
    }
  }
  return claim;
}

/// Which part of the numbers is handed on.
enum class Told {
  averages,  ///< status, seed, and means over all steps; of a file without means the series as well
  all,
};

/// The numbers that are handed on of a file with means or without.
std::vector<Wanted> told_of(const Claim& claim, bool has_means, Told part) {
  std::vector<Wanted> told;
  for (const Wanted& wanted : claim.wanted) {
    const bool series = wanted.folder == 0 && wanted.type == H5T_IEEE_F64LE;
    if (wanted.folder > 0 ? has_means : !series || !has_means || part == Told::all) told.push_back(wanted);
  }
  return told;
}

// ---- Looking at objects before anything in them is read ----

/// Opens an object of a group, and nothing else: what a link leads to elsewhere is not followed.
Handle opened(const Handle& group, const std::string& name, H5I_type_t kind) {
  H5L_info_t link;
  checked(H5Lget_info(group.id(), name.c_str(), &link, H5P_DEFAULT));
  if (link.type != H5L_TYPE_HARD) {
    throw Unreadable{"has a link to somewhere else in place of '" + name + "', which is not followed"};
  }
  Handle object(H5Oopen(group.id(), name.c_str(), H5P_DEFAULT));
  if (H5Iget_type(object.id()) != kind) {
    throw Unreadable{kind == H5I_GROUP ? "holds something else where a group '" + name + "' should be"
                                       : "holds something else where '" + name + "' should be"};
  }
  return object;
}

/// Are the data of an object in the file itself, packed as ours are at most? Throws Unreadable where not.
void check_storage(const Handle& dataset, const std::string& name) {
  const Handle list(H5Dget_create_plist(dataset.id()));
  const H5D_layout_t layout = H5Pget_layout(list.id());
  const bool plain = layout == H5D_COMPACT || layout == H5D_CONTIGUOUS || layout == H5D_CHUNKED;
  if (!plain || checked(H5Pget_external_count(list.id())) > 0) {
    throw Unreadable{"says that the data of '" + name + "' are somewhere else, which is not read"};
  }
  const int filters = checked(H5Pget_nfilters(list.id()));
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, about = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(list.id(), static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, &about);
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) {
      throw Unreadable{"has packed '" + name + "' in a way that goodhart does not know"};
    }
  }
  if (layout == H5D_CHUNKED) {
    Shape chunk(H5S_MAX_RANK);
    const int rank = checked(H5Pget_chunk(list.id(), H5S_MAX_RANK, chunk.data()));
    chunk.resize(static_cast<std::size_t>(rank));
    double bytes = static_cast<double>(H5Tget_size(Handle(H5Dget_type(dataset.id())).id()));
    for (const hsize_t extent : chunk) bytes *= static_cast<double>(extent);
    if (bytes > static_cast<double>(kMostChunk)) {
      throw Unreadable{"is damaged: '" + name + "' has larger parts than results have"};
    }
  }
}

bool is_deflated(const Handle& dataset) {
  const Handle list(H5Dget_create_plist(dataset.id()));
  return checked(H5Pget_nfilters(list.id())) > 0;
}

Shape shape_of(const Handle& dataset, const std::string& name) {
  const Handle space(H5Dget_space(dataset.id()));
  if (H5Sget_simple_extent_type(space.id()) == H5S_NULL) throw Unreadable{"has nothing in '" + name + "'"};
  Shape shape(static_cast<std::size_t>(checked(H5Sget_simple_extent_ndims(space.id()))));
  if (shape.size() > kMostAxes) throw Unreadable{"is damaged: '" + name + "' has more axes than results have"};
  if (!shape.empty()) checked(H5Sget_simple_extent_dims(space.id(), shape.data(), nullptr));
  double values = 1;
  for (const hsize_t extent : shape) values *= static_cast<double>(extent);
  if (values > 1e15) throw Unreadable{"is damaged: '" + name + "' has more values than fit into a file"};
  return shape;
}

// ---- Texts and attributes ----

std::string text_of(const Handle& type, const std::function<void(void*)>& read) {
  if (H5Tget_class(type.id()) != H5T_STRING) throw Unreadable{"holds something else where a text should be"};
  const char* const too_long = "holds a text that is too long to be one of ours";
  if (H5Tis_variable_str(type.id()) > 0) {
    char* text = nullptr;
    read(&text);
    if (text && std::strlen(text) > kMostBytes) throw Unreadable{too_long};
    std::string copy = text ? text : "";
    H5free_memory(text);
    return copy;
  }
  const std::size_t size = H5Tget_size(type.id());
  if (size > kMostBytes) throw Unreadable{too_long};
  std::string text(size, '\0');
  read(text.data());
  return text.substr(0, text.find('\0'));
}

/// The attribute, if it is one whole number.
std::optional<int> attribute_number(const Handle& object, const char* name) {
  const Handle attribute(H5Aopen(object.id(), name, H5P_DEFAULT));
  const Handle space(H5Aget_space(attribute.id()));
  const Handle type(H5Aget_type(attribute.id()));
  if (H5Sget_simple_extent_npoints(space.id()) != 1 || H5Tget_class(type.id()) != H5T_INTEGER) {
    return std::nullopt;
  }
  int number = 0;
  checked(H5Aread(attribute.id(), H5T_NATIVE_INT, &number));
  return number;
}

bool has_attribute(const Handle& object, const char* name) {
  return checked(H5Aexists(object.id(), name)) > 0;
}

/// The content digest that the file claims; empty where it claims none.
std::string claimed_digest(const Handle& file) {
  if (!has_attribute(file, "content_digest")) return "";
  const Handle attribute(H5Aopen(file.id(), "content_digest", H5P_DEFAULT));
  const Handle space(H5Aget_space(attribute.id()));
  const Handle type(H5Aget_type(attribute.id()));
  if (H5Tget_class(type.id()) == H5T_STRING && H5Tis_variable_str(type.id()) == 0 &&
      H5Tget_size(type.id()) == kDigits && H5Sget_simple_extent_npoints(space.id()) == 1) {
    std::string digits(kDigits, '\0');
    checked(H5Aread(attribute.id(), type.id(), digits.data()));
    if (digits.find_first_not_of("0123456789abcdef") == digits.npos) return digits;
  }
  throw Unreadable{"has a content_digest that is none: 64 hexadecimal digits are wanted"};
}

/// A text of the provenance; empty where there is none.
std::string provenance(const Handle& group, const std::string& name) {
  if (checked(H5Lexists(group.id(), name.c_str(), H5P_DEFAULT)) == 0) return "";
  const Handle dataset = opened(group, name, H5I_DATASET);
  check_storage(dataset, name);
  if (!shape_of(dataset, name).empty()) throw Unreadable{"holds something else where a text should be"};
  const Handle type(H5Dget_type(dataset.id()));
  return text_of(type,
                 [&](void* into) { checked(H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, into)); });
}

// ---- The reading ----

/// A dataset that will be read.
struct Found {
  std::string path;
  Handle dataset;
  Shape shape;
  hsize_t bytes;
};

Handle open_results(const std::string& name, const InputFile& input) {
  if (H5Fis_hdf5(name.c_str()) <= 0) {
    throw Unreadable{"is not an HDF5 file, so it holds no results; goodhart run SCENARIO makes some"};
  }
  const Handle access(H5Pcreate(H5P_FILE_ACCESS));
  checked(H5Pset_fapl_sec2(access.id()));
  Handle file(H5Fopen(name.c_str(), H5F_ACC_RDONLY, access.id()));
  void* descriptor = nullptr;
  checked(H5Fget_vfd_handle(file.id(), access.id(), &descriptor));
  if (!input.is_same(*static_cast<int*>(descriptor))) throw Unreadable{"was replaced while it was being opened"};
  return file;
}

/// Reads one file and tells what is in it, in the order of the content digest.
class FileReading {
 public:
  FileReading(std::string name, const InputFile& input, const Message& tell)
      : name_(std::move(name)), file_size_(input.size()), tell_(tell), file_(open_results(name_, input)) {}

  /// Tells the texts, finds all that is in the file, and says how many bytes of numbers there are.
  hsize_t begin() {
    tell_texts();
    find(Handle(H5Gopen2(file_.id(), "/", H5P_DEFAULT)), "");
    for (const std::string& group : groups_) find(opened(file_, group, H5I_GROUP), group + "/");
    check_wanted();
    tell_(kMeans, {has_means() ? "\1" : "\0", 1});
    return std::accumulate(found_.begin(), found_.end(), hsize_t{0},
                           [](hsize_t sum, const Found& found) { return sum + found.bytes; });
  }

  /// Looks at the axes, which must be those of the scenario. With a digest, which must be new, all else is read as
  /// well, and must fit.
  void check(ContentDigest* digest) {
    for (const Found& found : found_) {
      const Coordinate* axis = axis_called(found.path);
      if (!axis && !digest) continue;
      if (digest) digest->begin(found.path, found.dataset);
      std::string values;
      read_in_order(found.dataset, [&](const char* bytes, std::size_t size) {
        if (digest) digest->add_data(bytes, size);
        tell_(kAlive, "");
        if (axis) values.append(bytes, size);
      });
      if (axis && values != bytes_of(*axis)) {
        throw Unreadable{"has an axis '" + axis->name + "' that is not the one of its scenario"};
      }
    }
    if (digest && !digest_.empty() && digest->finish() != digest_) {
      throw Unreadable{
          "has been changed or damaged since it was written: its content_digest does not fit its numbers; take a sound "
          "copy, or run its scenario again"};
    }
  }

  /// How many bytes `tell` tells.
  hsize_t bytes_told(hsize_t first, hsize_t end, Told part) const {
    hsize_t bytes = 0;
    for (const Wanted& wanted : told_of(claim_, has_means(), part)) bytes += wanted.run_bytes();
    return (end - first) * claim_.scenario.policies.size() * bytes;
  }

  /// Tells the numbers of the replicates from `first` to `end` - 1.
  void tell(hsize_t first, hsize_t end, Told part) const {
    const std::vector<Wanted> told = told_of(claim_, has_means(), part);
    const hsize_t lists = claim_.scenario.policies.size() * claim_.layout.folders.front().variables.size();
    const hsize_t together = replicates_together(told, bytes_told(0, 1, part) + kListBytes * lists);
    for (; first < end; first += together) {
      const hsize_t numbers[] = {first, std::min(together, end - first)};
      tell_(kBlock, {reinterpret_cast<const char*>(numbers), sizeof numbers});
      for (const Wanted& wanted : told) {
        tell_(kDataset, wanted.path);
        read_replicates(at(wanted.path)->dataset, first, first + numbers[1], [&](const char* bytes, std::size_t size) {
          for (std::size_t done = 0; done < size; done += kPiece) {
            tell_(kNumbers, {bytes + done, std::min(kPiece, size - done)});
          }
        });
      }
    }
    tell_(kWhole, "");
  }

  hsize_t replicates() const { return static_cast<hsize_t>(claim_.scenario.replicates); }

 private:
  void tell_texts() {
    if (has_attribute(file_, "goodhart_study_format")) {
      throw Unreadable{"holds a study; goodhart run " + name_ + " --point N runs a point of it again"};
    }
    if (!has_attribute(file_, "goodhart_format")) {
      throw Unreadable{"is an HDF5 file, but not one of goodhart's results; goodhart run SCENARIO makes one"};
    }
    const std::optional<int> format = attribute_number(file_, "goodhart_format");
    if (!format)
      throw Unreadable{"has a goodhart_format that is not one whole number, so it is none of goodhart's results"};
    if (*format != kResultsFormat) {
      throw Unreadable{"is of format " + std::to_string(*format) + " of results; this version reads format " +
                       std::to_string(kResultsFormat)};
    }
    if (checked(H5Lexists(file_.id(), "provenance", H5P_DEFAULT)) == 0) {
      throw Unreadable{"has no provenance, so it is not a whole results file"};
    }
    const Handle group = opened(file_, "provenance", H5I_GROUP);
    const std::string program = provenance(group, "program"), scenario = provenance(group, "scenario_resolved");
    program_ = program.substr(0, program.find('\n'));
    digest_ = claimed_digest(file_);
    tell_(kProgram, program);
    tell_(kOverrides, provenance(group, "overrides"));
    tell_(kDigest, digest_);
    claim_ = claim_of(scenario, name_, program_, file_size_);
    tell_(kScenario, scenario);
  }

  std::string otherwise() const {
    return "; it was written by " + (program_.empty() ? "another program" : program_) +
           ": run its scenario again with this version";
  }

  /// Lists what a group holds, in the order of its creation, and looks at each dataset.
  void find(const Handle& group, const std::string& prefix) {
    const Handle list(H5Gget_create_plist(group.id()));
    unsigned order = 0;
    checked(H5Pget_link_creation_order(list.id(), &order));
    if ((order & H5P_CRT_ORDER_TRACKED) == 0) {
      throw Unreadable{"was written anew by a program that has not kept the order of its variables; take the original"};
    }
    H5G_info_t info;
    checked(H5Gget_info(group.id(), &info));
    if (info.nlinks > kMostObjects) throw Unreadable{"holds more objects than results do"};
    hsize_t failed = 0;  // runs
    for (hsize_t i = 0; i < info.nlinks; ++i) {
      char text[kLongestName + 1];
      const auto length =
          H5Lget_name_by_idx(group.id(), ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, i, text, sizeof text, H5P_DEFAULT);
      if (checked(length) > static_cast<ssize_t>(kLongestName)) throw Unreadable{"holds an object of an odd name"};
      const std::string name = text;
      if (prefix.empty() && name == "provenance") continue;
      if (prefix.empty() && is_group(name)) {
        groups_.push_back(name);
        continue;
      }
      find_dataset(group, prefix, name, failed);
    }
  }

  bool is_group(const std::string& name) const {
    const auto& folders = claim_.layout.folders;
    return name == "employees" || name == "teams" ||
           std::any_of(folders.begin() + 1, folders.end(), [&](const Folder& folder) { return folder.name == name; });
  }

  void find_dataset(const Handle& group, const std::string& prefix, const std::string& name, hsize_t& failed) {
    const std::string path = prefix + name;
    { check_storage(opened(group, name, H5I_DATASET), path); }
    Found found{path, Handle(H5Dopen2(group.id(), name.c_str(), make_reading_access().id())), {}, 0};
    found.shape = shape_of(found.dataset, path);
    const Handle type(H5Dget_type(found.dataset.id()));
    const bool is_text = H5Tis_variable_str(type.id()) > 0 && found.shape.size() == 1;
    const bool known = is_text || std::any_of(kTypes().begin(), kTypes().end(),
                                              [&](hid_t ours) { return H5Tequal(type.id(), ours) > 0; });
    if (!known) throw Unreadable{"has no numbers that goodhart writes in '" + path + "'" + otherwise()};
    if (found.shape.empty() || product(found.shape) == 0) throw Unreadable{"has nothing in '" + path + "'"};
    found.bytes = product(found.shape) * H5Tget_size(type.id());

    // Runs that failed may have no place in the file; whatever else is claimed must have come from so many bytes.
    const hsize_t stored = H5Dget_storage_size(found.dataset.id());
    stored_ += stored;
    const hsize_t source = is_deflated(found.dataset) ? kMostPacked * stored : stored;
    const hsize_t absent = found.shape.size() > 2 ? failed * product(found.shape, 2) * H5Tget_size(type.id()) : 0;
    if (stored_ > file_size_ || found.bytes > source + absent) {
      throw Unreadable{"is damaged: '" + path + "' claims more than the file holds"};
    }
    if (name == "status" && found.shape.size() == 2 && H5Tget_size(type.id()) == 1) {
      std::vector<std::int8_t> status(found.bytes);
      checked(H5Dread(found.dataset.id(), H5T_NATIVE_INT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, status.data()));
      failed = static_cast<hsize_t>(std::count_if(status.begin(), status.end(), [](auto s) { return s != 0; }));
    }
    found_.push_back(std::move(found));
  }

  static const std::vector<hid_t>& kTypes() {
    static const std::vector<hid_t> types{H5T_IEEE_F64LE, H5T_STD_I64LE, H5T_STD_U64LE, H5T_STD_I8LE};
    return types;
  }

  bool has_means() const {
    const auto& folders = claim_.layout.folders;
    return std::any_of(folders.begin() + 1, folders.end(), [&](const Folder& folder) {
      return std::find(groups_.begin(), groups_.end(), folder.name) != groups_.end();
    });
  }

  /// How many replicates are told in a block: as many as are in a chunk, some times over, so that few chunks are
  /// unpacked twice.
  hsize_t replicates_together(const std::vector<Wanted>& told, hsize_t bytes) const {
    hsize_t chunk = 1;
    for (const Wanted& wanted : told) {
      const Handle list(H5Dget_create_plist(at(wanted.path)->dataset.id()));
      if (H5Pget_layout(list.id()) != H5D_CHUNKED) continue;
      Shape extents(H5S_MAX_RANK, 1);
      checked(H5Pget_chunk(list.id(), H5S_MAX_RANK, extents.data()));
      chunk = std::max(chunk, extents[1]);
    }
    const hsize_t fit = std::max<hsize_t>(1, kBlockBytes / bytes);
    return fit < chunk ? fit : fit / chunk * chunk;
  }

  const Found* at(const std::string& path) const {
    const auto found = std::find_if(found_.begin(), found_.end(), [&](const Found& one) { return one.path == path; });
    return found == found_.end() ? nullptr : &*found;
  }

  /// Is all that the scenario wants there, and nothing else in the root?
  void check_wanted() const {
    const Folder& root = claim_.layout.folders.front();
    for (const Wanted& wanted : claim_.wanted) {
      const std::string& folder = claim_.layout.folders[wanted.folder].name;
      if (wanted.folder > 0 && std::find(groups_.begin(), groups_.end(), folder) == groups_.end()) continue;
      const Found* found = at(wanted.path);
      if (!found) throw Unreadable{"has no variable '" + wanted.path + "'" + otherwise()};
      if (found->shape != wanted.shape) {
        throw Unreadable{"has a variable '" + wanted.path + "' of another shape" + otherwise()};
      }
      const Handle type(H5Dget_type(found->dataset.id()));
      if (H5Tequal(type.id(), wanted.type) <= 0) {
        throw Unreadable{"has other numbers in '" + wanted.path + "' than goodhart writes" + otherwise()};
      }
    }
    for (const Coordinate& axis : root.coordinates) {
      if (axis.size() > 0 && !at(axis.name)) throw Unreadable{"has no axis '" + axis.name + "'" + otherwise()};
    }
    for (const Found& found : found_) {
      const bool known = found.path.find('/') != std::string::npos || axis_called(found.path) ||
                         std::any_of(claim_.wanted.begin(), claim_.wanted.end(),
                                     [&](const Wanted& wanted) { return wanted.path == found.path; });
      if (!known) {
        throw Unreadable{"has a variable '" + found.path + "', which this version does not know" + otherwise()};
      }
    }
  }

  const Coordinate* axis_called(const std::string& path) const {
    const auto& axes = claim_.layout.folders.front().coordinates;
    const auto axis = std::find_if(axes.begin(), axes.end(), [&](const Coordinate& one) { return one.name == path; });
    return axis == axes.end() ? nullptr : &*axis;
  }

  /// An axis as the scenario has it, in the form in which it is read.
  static std::string bytes_of(const Coordinate& axis) {
    std::string bytes;
    const auto add_number = [&](std::uint64_t number) {
      bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
    };
    if (const auto* names = std::get_if<std::vector<std::string>>(&axis.values)) {
      for (const std::string& name : *names) {
        add_number(name.size());
        bytes += name;
      }
    } else {
      for (const std::int64_t number : std::get<std::vector<std::int64_t>>(axis.values)) {
        add_number(static_cast<std::uint64_t>(number));
      }
    }
    return bytes;
  }

  std::string name_;
  std::uint64_t file_size_;
  const Message& tell_;
  Handle file_;
  std::string program_, digest_;
  Claim claim_;
  std::vector<std::string> groups_;
  std::vector<Found> found_;
  hsize_t stored_ = 0;
};

// ---- Putting together what is told ----

/// Bytes of memory that this machine has.
double memory_of_machine() {
  return static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// What is told, put into runs: a block of replicates at a time, each of which is then handed over.
class Assembly {
 public:
  /// `take` gets each replicate, with what the file is of.
  using Take = std::function<void(const Results& about, std::span<const RunRecord> runs)>;

  Assembly(const std::string& name, std::uint64_t file_size, Told part, Take take)
      : file_size_(file_size), part_(part), take_(std::move(take)) {
    results_.name = name;
  }

  void take(char kind, std::string_view bytes) {
    switch (static_cast<Kind>(kind)) {
      case kProgram:
        results_.program = bytes;
        return;
      case kOverrides:
        results_.overrides = bytes;
        return;
      case kDigest:
        results_.digest = bytes;
        return;
      case kScenario:
        return begin(std::string(bytes));
      case kMeans:
        require(bytes.size() == 1 && wanted_.empty());
        results_.whole_means = bytes[0] != 0;
        wanted_ = told_of(claim_, results_.whole_means, part_);
        missing_.assign(wanted_.size(), 0);
        return;
      case kBlock:
        return turn_to_block(bytes);
      case kDataset:
        return turn_to(bytes);
      case kNumbers:
        return add(bytes);
      case kAlive:
        return;
      case kRefusal:
        throw Unreadable{std::string(bytes)};
      case kWhole:
        hand_over();
        whole_ = true;
        return;
    }
    require(false);
  }

  /// What the file is of, without its runs; all replicates up to `end` must have been told.
  Results finish(hsize_t end) {
    require(whole_ && next_ == end);
    return std::move(results_);
  }

  const Results& about() const { return results_; }
  const std::string& scenario_text() const { return scenario_text_; }

  /// The replicate that the first block must begin with.
  void start_with(hsize_t replicate) { next_ = replicate; }

 private:
  /// What does not hold where the reading process is sound.
  static void require(bool sound) {
    if (!sound) throw Unreadable{"is damaged: what is in it upset the process that reads it"};
  }

  void begin(const std::string& scenario) {
    require(results_.layout.folders.empty());
    claim_ = claim_of(scenario, results_.name, results_.program.substr(0, results_.program.find('\n')), file_size_);
    scenario_text_ = scenario;
    policies_ = claim_.scenario.policies.size();
    double averages = 0;
    for (const Wanted& wanted : claim_.wanted) {
      if (wanted.folder > 0) averages += static_cast<double>(product(wanted.shape) * wanted.value_size);
    }
    if (averages > 0.9 * memory_of_machine()) {
      throw MachineError(results_.name + ": its results need " + std::to_string(static_cast<int>(averages / 1e9) + 1) +
                         " GB of memory, which this machine does not have");
    }
    results_.scenario = claim_.scenario;
    results_.layout.folders = {claim_.layout.folders.front()};
  }

  void turn_to_block(std::string_view bytes) {
    hand_over();
    hsize_t numbers[2] = {};
    require(bytes.size() == sizeof numbers && !wanted_.empty());
    std::memcpy(numbers, bytes.data(), sizeof numbers);
    const auto replicates = static_cast<hsize_t>(results_.scenario.replicates);
    require(numbers[0] == next_ && numbers[1] > 0 && numbers[1] <= replicates - next_);
    count_ = numbers[1];
    runs_.resize(count_ * policies_);
    const std::size_t variables = results_.layout.folders.front().variables.size();
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      runs_[i].policy = static_cast<int>(i % policies_);
      runs_[i].replicate = static_cast<int>(next_ + i / policies_);
      runs_[i].failure.clear();
      runs_[i].data.resize(1);
      runs_[i].data[0].resize(variables);
      runs_[i].averages.resize(variables);
    }
    for (std::size_t w = 0; w < wanted_.size(); ++w) missing_[w] = count_ * policies_ * wanted_[w].run_bytes();
  }

  /// Hands over the replicates of the block, which must be whole.
  void hand_over() {
    for (const hsize_t missing : missing_) require(missing == 0);
    for (RunRecord& run : runs_) {
      if (!results_.whole_means) run.averages = averages_over_steps(results_.layout.folders.front(), run.data[0]);
    }
    for (hsize_t r = 0; r < count_; ++r) take_(results_, std::span(runs_).subspan(r * policies_, policies_));
    next_ += count_;
    count_ = 0;
  }

  void turn_to(std::string_view path) {
    const auto next =
        std::find_if(wanted_.begin(), wanted_.end(), [&](const Wanted& wanted) { return wanted.path == path; });
    require(next != wanted_.end());
    now_ = static_cast<std::size_t>(next - wanted_.begin());
    require(missing_[now_] == count_ * policies_ * next->run_bytes());
  }

  void add(std::string_view bytes) {
    require(now_ < wanted_.size() && bytes.size() <= missing_[now_] && bytes.size() % wanted_[now_].value_size == 0);
    const Wanted& wanted = wanted_[now_];
    const hsize_t run_bytes = wanted.run_bytes();
    while (!bytes.empty()) {
      const hsize_t at = count_ * policies_ * run_bytes - missing_[now_];
      const hsize_t within = at % run_bytes, count = std::min<hsize_t>(run_bytes - within, bytes.size());
      const hsize_t number = at / run_bytes;  // policy by policy
      RunRecord& run = runs_[number % count_ * policies_ + number / count_];
      if (wanted.path == "status") {
        if (bytes[0] != 0 && bytes[0] != 1) throw Unreadable{"has a run whose status is neither 0 nor 1"};
        if (bytes[0] == 1) run.failure = "failed";
      } else if (wanted.path == "seed") {
        std::memcpy(&run.seed, bytes.data(), sizeof run.seed);
      } else {
        std::vector<double>& values = (wanted.folder == 0 ? run.data[0] : run.averages).at(wanted.variable);
        values.resize(run_bytes / sizeof(double));
        std::memcpy(reinterpret_cast<char*>(values.data()) + within, bytes.data(), count);
      }
      bytes.remove_prefix(count);
      missing_[now_] -= count;
    }
  }

  Results results_;
  std::string scenario_text_;
  std::uint64_t file_size_;
  Told part_;
  Take take_;
  Claim claim_;
  hsize_t policies_ = 0;
  hsize_t next_ = 0, count_ = 0;  ///< replicates: the first of the block, and how many it has
  std::vector<RunRecord> runs_;   ///< of the block, replicate by replicate
  std::vector<Wanted> wanted_;
  std::vector<hsize_t> missing_;  ///< bytes of each wanted one that are still to come in the block
  std::size_t now_ = std::numeric_limits<std::size_t>::max();
  bool whole_ = false;
};

std::string damage(const hdf5::Failure& failure) {
  return std::string("is damaged or cut off: ") + failure.what();
}

/// What is to be read.
struct Task {
  Told part;
  bool checked;  ///< against its content digest and the axes of its scenario; later on it is known to be sound
  std::optional<std::pair<hsize_t, hsize_t>> replicates;  ///< from the first to before the second; else all
};

/// What the reading process does.
void read_in_child(const Message& tell, const std::function<void()>& read) {
  hdf5::silence();
  // Files are only read here, and may be on a disk that knows no locks; filters of others are not loaded.
  ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);
  H5PLset_loading_state(0);
  try {
    try {
      read();
    } catch (const hdf5::Failure& failure) {
      throw Unreadable{damage(failure)};
    } catch (const std::bad_alloc&) {
      throw Unreadable{"is damaged: reading it takes more memory than a sound file of its size does"};
    }
  } catch (const Unreadable& trouble) {
    tell(kRefusal, trouble.what);
  }
}

/// Tells what a study's file says of its origin.
void tell_study_source(const Handle& file, const Message& tell) {
  if (!has_attribute(file, "goodhart_study_format")) {
    throw Unreadable{"is no study's file; goodhart sweep SCENARIO makes one"};
  }
  if (attribute_number(file, "goodhart_study_format") != 1)
    throw Unreadable{"is of another version of goodhart's studies"};
  if (checked(H5Lexists(file.id(), "provenance", H5P_DEFAULT)) == 0) throw Unreadable{"has no provenance"};
  const Handle group = opened(file, "provenance", H5I_GROUP);
  const Handle kind(H5Aopen(file.id(), "goodhart_study", H5P_DEFAULT)), type(H5Aget_type(kind.id()));
  tell(kDataset, text_of(type, [&](void* into) { checked(H5Aread(kind.id(), type.id(), into)); }));
  tell(kProgram, provenance(group, "program"));
  tell(kScenario, provenance(group, "scenario_resolved"));
  tell(kArithmetic, provenance(group, "arithmetic"));
}

/// Checks all datasets of a group, in the order of their creation, against what the file's digest is made of.
void add_to_digest(const Handle& group, const std::string& prefix, const Message& tell, ContentDigest& digest) {
  H5G_info_t info;
  checked(H5Gget_info(group.id(), &info));
  if (info.nlinks > kMostObjects) throw Unreadable{"holds more objects than studies do"};
  std::vector<std::string> groups;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    char text[kLongestName + 1];
    const auto length =
        H5Lget_name_by_idx(group.id(), ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, i, text, sizeof text, H5P_DEFAULT);
    if (checked(length) > static_cast<ssize_t>(kLongestName)) throw Unreadable{"holds an object of an odd name"};
    H5O_info_t object;
    checked(H5Oget_info_by_name(group.id(), text, &object, H5P_DEFAULT));
    if (object.type == H5O_TYPE_GROUP && prefix.empty()) {
      if (std::string_view(text) != "provenance") groups.emplace_back(text);
      continue;
    }
    const std::string path = prefix + text;
    { check_storage(opened(group, text, H5I_DATASET), path); }
    const Handle dataset(H5Dopen2(group.id(), text, make_reading_access().id()));
    if (product(shape_of(dataset, path)) == 0) throw Unreadable{"has nothing in '" + path + "'"};
    digest.begin(path, dataset);
    read_in_order(dataset, [&](const char* bytes, std::size_t size) {
      digest.add_data(bytes, size);
      tell(kAlive, "");
    });
  }
  for (const std::string& name : groups) add_to_digest(opened(group, name, H5I_GROUP), name + "/", tell, digest);
}

/// Tells the shape of a dataset of numbers, and then all of them.
void tell_numbers(const Handle& file, const std::string& name, hid_t wanted, std::size_t axes, const Message& tell) {
  const Handle dataset = opened(file, name, H5I_DATASET);
  const Shape shape = shape_of(dataset, name);
  const Handle type(H5Dget_type(dataset.id()));
  if (shape.size() != axes || H5Tequal(type.id(), wanted) <= 0) {
    throw Unreadable{"has a variable '" + name + "' that is none of goodhart's studies"};
  }
  const hsize_t stored = H5Dget_storage_size(dataset.id()) * (is_deflated(dataset) ? kMostPacked : 1);
  if (product(shape) * H5Tget_size(type.id()) > stored) {
    throw Unreadable{"is damaged: '" + name + "' claims more than the file holds"};
  }
  tell(kBlock, {reinterpret_cast<const char*>(shape.data()), shape.size() * sizeof(hsize_t)});
  read_in_order(dataset, [&](const char* bytes, std::size_t size) {
    for (std::size_t done = 0; done < size; done += kPiece) {
      tell(kNumbers, {bytes + done, std::min(kPiece, size - done)});
    }
  });
}

/// The digest of a study's file, which its numbers fit.
std::string checked_digest(const Handle& file, const Message& tell) {
  std::string digits = claimed_digest(file);
  ContentDigest digest;
  add_to_digest(Handle(H5Gopen2(file.id(), "/", H5P_DEFAULT)), "", tell, digest);
  if (digest.finish() == digits) return digits;
  throw Unreadable{
      "has been changed or damaged since it was written: its content_digest does not fit its numbers; take a sound "
      "copy, or run its study again"};
}

/// Tells what came out in a sweep, once all of its file has been checked.
void tell_study_outcomes(const Handle& file, const InputFile& input, const Message& tell) {
  open_no_more_files();
  tell_study_source(file, tell);
  allow_more_time(static_cast<double>(input.size()) / kPerSecond);
  tell(kDigest, checked_digest(file, tell));
  tell_numbers(file, "outcome", H5T_IEEE_F64LE, 3, tell);
  if (checked(H5Lexists(file.id(), "meets", H5P_DEFAULT)) > 0) tell_numbers(file, "meets", H5T_STD_I8LE, 2, tell);
}

/// A variable of a sweep's file, read a stretch of points at a time.
class SweepVariable {
 public:
  /// `width` values of each run.
  SweepVariable(const Handle& root, const std::string& name, hid_t type, const Study& study, std::size_t width)
      : name_(name), type_(type), width_(width) {
    dataset_ = opened(root, name, H5I_DATASET);
    shape_ = shape_of(dataset_, name);
    const bool fits = shape_.size() >= 3 && shape_[0] == study.points() &&
                      shape_[1] == study.scenario().policies.size() && shape_[2] == study.replicates_of_point() &&
                      product(shape_, 3) == width;
    if (!fits) throw Unreadable{"is not as its scenario says: '" + name + "' has other axes"};
  }

  void read(std::size_t first, std::size_t count, void* into) const {
    const Handle space(H5Dget_space(dataset_.id()));
    Shape start(shape_.size(), 0), size = shape_;
    start[0] = first;
    size[0] = count;
    checked(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr));
    const Handle memory(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr));
    checked(H5Dread(dataset_.id(), type_, memory.id(), space.id(), H5P_DEFAULT, into));
  }
  std::size_t width() const { return width_; }

 private:
  std::string name_;
  Handle dataset_;
  hid_t type_;
  Shape shape_;
  std::size_t width_;
};

/// Tells the units of a sweep's file, point by point.
void tell_study_units(const Handle& file, const InputFile& input, const Study& study, const Message& tell) {
  open_no_more_files();
  tell_study_source(file, tell);
  allow_more_time(2 * static_cast<double>(input.size()) / kPerSecond);
  checked_digest(file, tell);
  const Handle root(H5Gopen2(file.id(), "/", H5P_DEFAULT));
  const SweepVariable status(root, "status", H5T_NATIVE_INT8, study, 1);
  std::vector<SweepVariable> variables;
  const auto add = [&](const Handle& group, const std::string& name, const std::vector<std::size_t>& offsets,
                       std::size_t v) {
    const std::size_t width = offsets[v + 1] - offsets[v];
    if (width > 0) variables.emplace_back(group, name, H5T_NATIVE_DOUBLE, study, width);
  };
  for (std::size_t v = 0; v < study.means().variables.size(); ++v) {
    add(root, name_in_study(study, study.means().variables[v].name), study.offsets(), v);
  }
  Handle series;
  if (study.series()) {
    series = opened(root, "series", H5I_GROUP);
    for (std::size_t v = 0; v < study.series()->variables.size(); ++v) {
      add(series, study.series()->variables[v].name, study.series_offsets(), v);
    }
  }
  const std::size_t policies = study.scenario().policies.size(), replicates = study.replicates_of_point();
  std::vector<std::int8_t> flags(policies * replicates);
  std::vector<std::vector<double>> values;
  for (const SweepVariable& variable : variables) values.emplace_back(policies * replicates * variable.width());
  std::string bytes;
  const auto put = [&](const void* from, std::size_t size) { bytes.append(static_cast<const char*>(from), size); };
  for (std::size_t point = 0; point < study.points(); ++point) {
    status.read(point, 1, flags.data());
    for (std::size_t v = 0; v < variables.size(); ++v) variables[v].read(point, 1, values[v].data());
    for (std::size_t r = 0; r < replicates; ++r) {
      bytes.clear();
      const std::uint32_t place[2] = {static_cast<std::uint32_t>(point), static_cast<std::uint32_t>(r)};
      put(place, sizeof place);
      for (std::size_t p = 0; p < policies; ++p) put(&flags[p * replicates + r], 1);
      for (std::size_t p = 0; p < policies; ++p) {
        for (std::size_t v = 0; v < variables.size(); ++v) {
          const std::size_t width = variables[v].width();
          put(values[v].data() + (p * replicates + r) * width, 8 * width);
        }
      }
      tell(kUnit, bytes);
    }
  }
}

/// Reads, and says what is wrong with a file of that name.
template <typename Read>
auto said_of(const std::string& shown, const Read& read) {
  try {
    return read();
  } catch (const InputFile::Refusal& refusal) {
    const std::string sentence = shown + ": cannot be read: " + refusal.why;
    if (refusal.is_special) throw UserError(sentence);
    throw MachineError(sentence);
  } catch (const Unreadable& trouble) {
    throw UserError(shown + ": " + trouble.what);
  } catch (const hdf5::Failure& failure) {
    throw UserError(shown + ": " + damage(failure));
  } catch (const ChildFailure& failure) {
    if (failure.by_the_work) throw UserError(shown + ": is damaged: " + failure.what());
    throw MachineError(shown + ": cannot be read: " + failure.what());
  }
}

/// A results file that stays open, so that it is the same one whenever it is read.
class OpenResults {
 public:
  /// `own`: this process has written it, so that it is read here and not by another process.
  OpenResults(const std::filesystem::path& name, bool own) : name_(name.string()), own_(own), input_(name) {}

  /// Reads what all of the file is about, and the averages of its runs; nothing where `keep_going` said no.
  std::optional<Results> read(const std::function<bool()>& keep_going) {
    std::optional<Averages> averages;
    Assembly assembly(name_, input_.size(), Told::averages, [&](const Results& about, std::span<const RunRecord> runs) {
      if (!averages) averages.emplace(about.layout);
      for (const RunRecord& run : runs) averages->add(run);
    });
    if (!run({.part = Told::averages, .checked = true, .replicates = {}}, assembly, keep_going)) return std::nullopt;
    scenario_text_ = assembly.scenario_text();
    digest_ = assembly.about().digest;
    Results results = assembly.finish(static_cast<hsize_t>(assembly.about().scenario.replicates));
    results.averages = std::move(*averages);
    return results;
  }

  /// Reads runs, with their series.
  void read_series(hsize_t first, hsize_t end, const TakeReplicate& take) const {
    Assembly assembly(name_, input_.size(), Told::all, [&](const Results& about, std::span<const RunRecord> runs) {
      if (about.digest != digest_) throw_changed();
      take(runs);
    });
    assembly.start_with(first);
    run({.part = Told::all, .checked = false, .replicates = std::pair{first, end}}, assembly, [] { return true; });
    if (assembly.scenario_text() != scenario_text_) throw_changed();
    assembly.finish(end);
  }

  const std::string& name() const { return name_; }

 private:
  [[noreturn]] static void throw_changed() {
    throw Unreadable{"was changed while it was being read; start again once it is whole"};
  }

  bool run(const Task& task, Assembly& assembly, const std::function<bool()>& keep_going) const {
    const Message take = [&](char kind, std::string_view bytes) { assembly.take(kind, bytes); };
    if (own_) {
      hdf5::silence();
      FileReading reading(name_, input_, take);
      reading.begin();
      if (task.checked) reading.check(nullptr);
      const auto [first, end] = task.replicates.value_or(std::pair<hsize_t, hsize_t>{0, reading.replicates()});
      reading.tell(first, end, task.part);
      return true;
    }
    const Allowance allowance{kRoom + 2 * input_.size(), kStart + static_cast<double>(input_.size()) / kPerSecond};
    return in_child(
        allowance, [&](const Message& tell) { read_in_child(tell, [&] { read_by(task, tell); }); }, take, keep_going);
  }

  /// What the reading process does.
  void read_by(const Task& task, const Message& tell) const {
    ContentDigest digest;  // OpenSSL may want files of its own
    FileReading reading(name_, input_, tell);
    open_no_more_files();
    const hsize_t all = reading.begin();
    const auto [first, end] = task.replicates.value_or(std::pair<hsize_t, hsize_t>{0, reading.replicates()});
    const hsize_t told = reading.bytes_told(first, end, task.part);
    allow_more_time(static_cast<double>((task.checked ? all : 0) + told) / kPerSecond);
    if (task.checked) reading.check(&digest);
    reading.tell(first, end, task.part);
  }

  std::string name_;
  bool own_;
  InputFile input_;
  std::string scenario_text_, digest_;
};

std::optional<Results> results_in(const std::filesystem::path& name, bool own,
                                  const std::function<bool()>& keep_going) {
  return said_of(name.string(), [&]() -> std::optional<Results> {
    const auto file = std::make_shared<OpenResults>(name, own);
    std::optional<Results> results = file->read(keep_going);
    if (!results) return std::nullopt;
    results->read = [file](std::size_t first, std::size_t end, const TakeReplicate& take) {
      said_of(file->name(), [&] { file->read_series(first, end, take); });
    };
    return results;
  });
}

}  // namespace

std::optional<Results> read_results(const std::filesystem::path& name, const std::function<bool()>& keep_going) {
  return results_in(name, false, keep_going);
}

Results read_own_results(const std::filesystem::path& name) {
  return results_in(name, true, [] { return true; }).value();
}

namespace {

/// Reads a study's file in a process of its own; `take` gets what the process tells beside its origin.
StudySource study_source(const std::filesystem::path& name,
                         const std::function<void(const Handle&, const InputFile&, const Message&)>& tell_what,
                         const std::function<void(Kind, std::string_view)>& take_what) {
  const std::string shown = name.string();
  return said_of(shown, [&] {
    const InputFile input(name);
    StudySource source;
    bool whole = false;
    const auto take = [&](char kind, std::string_view bytes) {
      if (kind == kRefusal) throw Unreadable{std::string(bytes)};
      if (kind == kDataset && bytes != "sweep" && bytes != "sensitivity") throw Unreadable{"is of an unknown study"};
      if (kind == kDataset && bytes == "sensitivity") source.verb = Study::Verb::sensitivity;
      if (kind == kProgram) source.program = bytes;
      if (kind == kScenario) source.scenario_resolved = bytes;
      const bool is_more = kind == kDigest || kind == kBlock || kind == kNumbers || kind == kUnit;
      if (is_more) take_what(static_cast<Kind>(kind), bytes);
      if (kind == kArithmetic) source.arithmetic = bytes;
      whole = whole || kind == kWhole;
    };
    in_child(
        Allowance{kRoom, kStart},
        [&](const Message& tell) {
          read_in_child(tell, [&] {
            tell_what(open_results(shown, input), input, tell);
            tell(kWhole, "");
          });
        },
        take, [] { return true; });
    if (!whole) throw Unreadable{"is damaged"};
    return source;
  });
}

}  // namespace

StudySource read_study_source(const std::filesystem::path& name) {
  return study_source(
      name, [](const Handle& file, const InputFile&, const Message& tell) { tell_study_source(file, tell); },
      [](Kind, std::string_view) {});
}

StudyOutcomes read_study_outcomes(const std::filesystem::path& name) {
  StudyOutcomes outcomes;
  const auto require = [](bool sound) {
    if (!sound) throw Unreadable{"is damaged: what is in it upset the process that reads it"};
  };
  std::size_t blocks = 0, missing = 0;
  outcomes.source = study_source(name, tell_study_outcomes, [&](Kind kind, std::string_view bytes) {
    if (kind == kDigest) {
      outcomes.digest = bytes;
    } else if (kind == kBlock) {
      require(missing == 0 && bytes.size() == (blocks == 0 ? 3 : 2) * sizeof(hsize_t));
      hsize_t shape[3] = {0, 0, 1};
      std::memcpy(shape, bytes.data(), bytes.size());
      if (blocks == 0) {
        outcomes.points = shape[0];
        outcomes.policies = shape[1];
        outcomes.replicates = shape[2];
      }
      require(shape[0] == outcomes.points && shape[1] == outcomes.policies);
      missing = product({shape[0], shape[1], shape[2]}) * (blocks == 0 ? sizeof(double) : 1);
      ++blocks;
    } else {
      require(bytes.size() <= missing);
      missing -= bytes.size();
      if (blocks == 1) {
        require(bytes.size() % sizeof(double) == 0);
        const std::size_t before = outcomes.outcome.size();
        outcomes.outcome.resize(before + bytes.size() / sizeof(double));
        std::memcpy(outcomes.outcome.data() + before, bytes.data(), bytes.size());
      } else {
        for (const char byte : bytes) outcomes.meets.push_back(static_cast<std::int8_t>(byte));
      }
    }
  });
  if (missing > 0 || blocks == 0) throw UserError(name.string() + ": is damaged");
  return outcomes;
}

void read_study_units(const std::filesystem::path& name, const Study& study, const std::function<void(Unit)>& take) {
  const std::size_t policies = study.scenario().policies.size();
  const auto require = [](bool sound) {
    if (!sound) throw Unreadable{"is damaged: what is in it upset the process that reads it"};
  };
  const auto take_unit = [&](Kind, std::string_view bytes) {
    Unit unit;
    require(bytes.size() == 8 + policies + 8 * policies * study.width());
    std::memcpy(&unit.point, bytes.data(), 4);
    std::memcpy(&unit.replicate, bytes.data() + 4, 4);
    require(unit.point < study.points() && unit.replicate < study.replicates_of_point());
    unit.values.resize(policies * study.width());
    std::memcpy(unit.values.data(), bytes.data() + 8 + policies, 8 * unit.values.size());
    for (std::size_t p = 0; p < policies; ++p) {
      const bool runs_here = study.base(unit.point, p) == unit.point;
      if (runs_here && bytes[8 + p] != static_cast<char>(RunStatus::ok)) return;
      unit.status.push_back(runs_here ? RunStatus::ok : RunStatus::not_run);
      if (runs_here) continue;
      const auto begin = unit.values.begin() + static_cast<std::ptrdiff_t>(p * study.width());
      std::fill_n(begin, study.width(), std::numeric_limits<double>::quiet_NaN());
    }
    take(std::move(unit));
  };
  study_source(
      name,
      [&](const Handle& file, const InputFile& input, const Message& tell) {
        tell_study_units(file, input, study, tell);
      },
      take_unit);
}

}  // namespace goodhart
