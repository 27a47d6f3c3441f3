/// Reads results with HDF5's C API, and takes nothing in them for granted.
#include "goodhart/io/results_reader.hpp"

#include <hdf5.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <numeric>
#include <optional>

#include "goodhart/analysis/averages.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/scenario/read.hpp"
#include "hdf5.hpp"

namespace goodhart {
namespace {

using hdf5::checked;
using hdf5::Handle;
using Shape = std::vector<hsize_t>;

constexpr int kFormat = 1;
constexpr std::size_t kLongestText = 256U << 20U;  // bytes; a longer text is no scenario

/// Something is not as it should be; `what` ends the sentence that begins with the file's name.
struct Unreadable {
  std::string what;
};

bool has_attribute(const Handle& object, const char* name) {
  return H5Aexists(object.id(), name) > 0;
}

std::string text_of(const Handle& type, const std::function<void(void*)>& read) {
  if (H5Tget_class(type.id()) != H5T_STRING) throw Unreadable{"holds something else where a text should be"};
  if (H5Tis_variable_str(type.id()) > 0) {
    char* text = nullptr;
    read(&text);
    const std::string copy = text ? text : "";
    H5free_memory(text);
    return copy;
  }
  const std::size_t size = H5Tget_size(type.id());
  if (size > kLongestText) throw Unreadable{"holds a text that is too long to be one of ours"};
  std::string text(size, '\0');
  read(text.data());
  return text.substr(0, text.find('\0'));
}

std::string attribute_text(const Handle& object, const char* name) {
  const Handle attribute(H5Aopen(object.id(), name, H5P_DEFAULT));
  const Handle space(H5Aget_space(attribute.id()));
  if (H5Sget_simple_extent_npoints(space.id()) != 1) throw Unreadable{"holds something else where a text should be"};
  const Handle type(H5Aget_type(attribute.id()));
  return text_of(type, [&](void* into) { checked(H5Aread(attribute.id(), type.id(), into)); });
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

bool has_link(const Handle& group, const std::string& name) {
  return H5Lexists(group.id(), name.c_str(), H5P_DEFAULT) > 0;
}

Shape shape_of(const Handle& dataset) {
  const Handle space(H5Dget_space(dataset.id()));
  Shape shape(static_cast<std::size_t>(checked(H5Sget_simple_extent_ndims(space.id()))));
  if (!shape.empty()) checked(H5Sget_simple_extent_dims(space.id(), shape.data(), nullptr));
  return shape;
}

std::string provenance(const Handle& file, const std::string& name) {
  if (!has_link(file, "provenance")) throw Unreadable{"has no provenance, so it is not a whole results file"};
  const std::string path = "provenance/" + name;
  if (!has_link(file, path)) return "";
  const Handle dataset(H5Dopen2(file.id(), path.c_str(), H5P_DEFAULT));
  if (!shape_of(dataset).empty()) throw Unreadable{"holds something else where a text should be"};
  const Handle type(H5Dget_type(dataset.id()));
  return text_of(type,
                 [&](void* into) { checked(H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, into)); });
}

/// A dataset of numbers, which must have this shape.
template <typename Number>
std::vector<Number> numbers(const Handle& file, const std::string& name, const Shape& shape, hid_t type,
                            const std::string& program) {
  const std::string other = "; it was written by " + (program.empty() ? "another program" : program) +
                            ": run its scenario again with this version";
  if (!has_link(file, name)) throw Unreadable{"has no variable '" + name + "'" + other};
  const Handle dataset(H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT));
  if (shape_of(dataset) != shape) throw Unreadable{"has a variable '" + name + "' of another shape" + other};
  const Handle stored(H5Dget_type(dataset.id()));
  const H5T_class_t kind = H5Tget_class(stored.id());
  if (kind != H5T_FLOAT && kind != H5T_INTEGER) throw Unreadable{"has no numbers in '" + name + "'" + other};
  std::vector<Number> values(std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>()));
  checked(H5Dread(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
  return values;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

Results read_from(const Handle& file, const std::filesystem::path& name) {
  if (!has_attribute(file, "goodhart_format")) {
    throw Unreadable{"is an HDF5 file, but not one of goodhart's results; goodhart run SCENARIO makes one"};
  }
  const std::optional<int> format = attribute_number(file, "goodhart_format");
  if (!format)
    throw Unreadable{"has a goodhart_format that is not one whole number, so it is none of goodhart's results"};
  if (*format != kFormat) {
    throw Unreadable{"is of format " + std::to_string(*format) + " of results; this version reads format " +
                     std::to_string(kFormat)};
  }
  Results results;
  results.name = name.string();
  results.program = provenance(file, "program");
  results.overrides = provenance(file, "overrides");
  if (has_attribute(file, "content_digest")) results.digest = attribute_text(file, "content_digest");
  const std::string program = first_line(results.program);
  try {
    const CheckedScenario checked_scenario =
        read_scenario(parse_yaml(provenance(file, "scenario_resolved"), "the scenario in " + results.name));
    if (!checked_scenario.sound()) throw UserError(checked_scenario.diagnostics);
    results.scenario = *checked_scenario.scenario;
  } catch (const UserError& error) {
    const std::string what = error.diagnostics().empty()
                                 ? std::string(error.what())
                                 : error.diagnostics().front().path + ": " + error.diagnostics().front().message;
    throw Unreadable{"holds a scenario that this version does not understand (" + what + "); it was written by " +
                     program};
  }
  results.layout.folders = {layout_of(results.scenario).folders.front()};
  const Folder& root = results.layout.folders.front();
  const std::size_t policies = root.coordinates[0].size(), replicates = root.coordinates[1].size();
  const auto status = numbers<std::int8_t>(file, "status", {policies, replicates}, H5T_NATIVE_INT8, program);
  const auto seed = numbers<std::uint64_t>(file, "seed", {policies, replicates}, H5T_NATIVE_UINT64, program);
  results.runs.resize(policies * replicates);
  const auto run_of = [&](std::size_t p, std::size_t r) -> RunRecord& { return results.runs[r * policies + p]; };
  for (std::size_t p = 0; p < policies; ++p) {
    for (std::size_t r = 0; r < replicates; ++r) {
      RunRecord& run = run_of(p, r);
      run.policy = static_cast<int>(p);
      run.replicate = static_cast<int>(r);
      run.seed = seed[p * replicates + r];
      if (status[p * replicates + r] != 0) run.failure = "failed";
      run.data.resize(1);
    }
  }
  for (const Variable& variable : root.variables) {
    Shape shape{policies, replicates};
    for (const std::string& axis : variable.axes) {
      for (const Coordinate& coordinate : root.coordinates) {
        if (coordinate.name == axis) shape.push_back(coordinate.size());
      }
    }
    const std::size_t size = std::accumulate(shape.begin() + 2, shape.end(), std::size_t{1}, std::multiplies<>());
    std::vector<double> values;
    if (size > 0) values = numbers<double>(file, variable.name, shape, H5T_NATIVE_DOUBLE, program);
    for (std::size_t p = 0; p < policies; ++p) {
      for (std::size_t r = 0; r < replicates; ++r) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>((p * replicates + r) * size);
        run_of(p, r).data[0].emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
      }
    }
  }
  for (RunRecord& run : results.runs) run.averages = averages_over_steps(root, run.data[0]);
  return results;
}

}  // namespace

Results read_results(const std::filesystem::path& name) {
  const std::string shown = name.string();
  {
    const std::ifstream file(name, std::ios::binary);
    if (!file) throw MachineError(shown + ": cannot be read: " + std::strerror(errno));
  }
  if (std::filesystem::is_directory(name)) throw UserError(shown + ": is a folder, not a results file");
  hdf5::silence();
  try {
    if (H5Fis_hdf5(shown.c_str()) <= 0) {
      throw Unreadable{"is not an HDF5 file, so it holds no results; goodhart run SCENARIO makes some"};
    }
    Handle file;
    try {
      file = Handle(H5Fopen(shown.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
      return read_from(file, name);
    } catch (const hdf5::Failure& failure) {
      throw Unreadable{std::string("is damaged or cut off: ") + failure.what()};
    }
  } catch (const Unreadable& trouble) {
    throw UserError(shown + ": " + trouble.what);
  }
}

}  // namespace goodhart
