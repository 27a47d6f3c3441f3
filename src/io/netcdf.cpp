/// netCDF-4's ways with HDF5's C API.
#include "netcdf.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <numeric>

#include "content_digest.hpp"

namespace goodhart::netcdf {

using hdf5::checked;
using hdf5::Handle;

namespace {

constexpr std::size_t kLongestText = 60'000;  // bytes; HDF5's object headers hold attributes of up to 64 kB

}  // namespace

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

  const Handle access(H5Pcreate(H5P_DATASET_ACCESS));
  checked(H5Pset_chunk_cache(access.id(), 0, 0, H5D_CHUNK_CACHE_W0_DEFAULT));
  return Handle(H5Dcreate2(group.id(), name.c_str(), type, space.id(), H5P_DEFAULT, list.id(), access.id()));
}

void write_all(const Handle& dataset, hid_t type, const void* values) {
  checked(H5Dwrite(dataset.id(), type, H5S_ALL, H5S_ALL, make_text_transfer().id(), values));
}

Handle make_coordinate(const Handle& group, const Coordinate& coordinate) {
  const Handle list = make_list(H5P_DATASET_CREATE);
  const auto make = [&](hid_t type, const void* values) {
    Handle dataset = make_dataset(group, coordinate.name, type, {coordinate.size()}, list);
    write_all(dataset, type, values);
    set_attributes(dataset, attributes_of(coordinate));
    return dataset;
  };

  Handle dataset;
  if (const auto* names = std::get_if<std::vector<std::string>>(&coordinate.values)) {
    std::vector<const char*> pointers;
    for (const auto& name : *names) pointers.push_back(name.c_str());
    dataset = make(make_text_type(H5T_VARIABLE).id(), pointers.data());
  } else {
    dataset = make(H5T_STD_I64LE, std::get<std::vector<std::int64_t>>(coordinate.values).data());
  }
  checked(H5DSset_scale(dataset.id(), coordinate.name.c_str()));
  return dataset;
}

void set_attributes(const Handle& dataset, const std::vector<Attribute>& attributes) {
  for (const Attribute& attribute : attributes) {
    if (const auto* text = std::get_if<std::string>(&attribute.value)) {
      set_text(dataset, attribute.name, *text);
    } else if (const auto* number = std::get_if<double>(&attribute.value)) {
      set_numbers(dataset, attribute.name, H5T_IEEE_F64LE, std::vector<double>{*number});
    } else {
      set_numbers(dataset, attribute.name, H5T_STD_I8LE, std::get<std::vector<std::int8_t>>(attribute.value));
    }
  }
}

void set_meaning(const Handle& dataset, const Variable& variable) {
  set_attributes(dataset, meaning_of(variable));
}

Handle make_dataset_over(const Handle& group, const std::string& name, hid_t type,
                         const std::vector<const Handle*>& axes, const Shape& shape, const Handle& list) {
  Handle dataset = make_dataset(group, name, type, shape, list);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    checked(H5DSattach_scale(dataset.id(), axes[i]->id(), static_cast<unsigned>(i)));
  }
  return dataset;
}

void write_provenance(const Handle& file, const std::vector<Text>& provenance) {
  const Handle group = make_group(file, "provenance");
  const Handle type = make_text_type(H5T_VARIABLE);
  for (const auto& [name, content] : provenance) {
    const Handle dataset = make_dataset(group, name, type.id(), {}, make_list(H5P_DATASET_CREATE));
    const char* pointer = content.c_str();
    write_all(dataset, type.id(), &pointer);
  }
}

}  // namespace goodhart::netcdf
