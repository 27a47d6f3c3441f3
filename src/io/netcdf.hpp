/// What netCDF-4 asks of an HDF5 file: dimension scales, attributes of fixed length, the order of creation.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "goodhart/engine/attributes.hpp"
#include "goodhart/engine/layout.hpp"
#include "hdf5.hpp"

namespace goodhart::netcdf {

using Shape = std::vector<hsize_t>;

/// The type of UTF-8 texts of a size; H5T_VARIABLE for any.
hdf5::Handle make_text_type(std::size_t size);

/// Texts have a fixed length, as the oldest netCDF programs expect, unless they are too long for that.
void set_text(const hdf5::Handle& object, const std::string& name, const std::string& text);

void set_attribute(const hdf5::Handle& object, const std::string& name, hid_t type, const hdf5::Handle& space,
                   const void* value);

template <typename Number>
void set_numbers(const hdf5::Handle& object, const std::string& name, hid_t type, const std::vector<Number>& values) {
  const hsize_t size = values.size();
  set_attribute(object, name, type, hdf5::Handle(H5Screate_simple(1, &size, nullptr)), values.data());
}

/// A group or dataset list that keeps the order of creation, which netCDF relies on, and no time, so that the same
/// results are the same bytes on any day.
hdf5::Handle make_list(hid_t kind);

hdf5::Handle make_group(const hdf5::Handle& file, const std::string& name);

/// A dataset without a chunk cache: each chunk is compressed and written once, and memory stays bounded.
hdf5::Handle make_dataset(const hdf5::Handle& group, const std::string& name, hid_t type, const Shape& shape,
                          const hdf5::Handle& list);

/// The same, each axis with its scale.
hdf5::Handle make_dataset_over(const hdf5::Handle& group, const std::string& name, hid_t type,
                               const std::vector<const hdf5::Handle*>& axes, const Shape& shape,
                               const hdf5::Handle& list);

void write_all(const hdf5::Handle& dataset, hid_t type, const void* values);

/// An axis with its values, as a dimension scale.
hdf5::Handle make_coordinate(const hdf5::Handle& group, const Coordinate& coordinate);

/// Attributes in their order.
void set_attributes(const hdf5::Handle& dataset, const std::vector<Attribute>& attributes);

/// What a variable means and counts in (`meaning_of`).
void set_meaning(const hdf5::Handle& dataset, const Variable& variable);

/// The group `provenance`, a text each.
void write_provenance(const hdf5::Handle& file, const std::vector<Text>& provenance);

}  // namespace goodhart::netcdf
