/// Datasets read in C order, a slab at a time, whatever their size.
#include "content_digest.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <memory>
#include <numeric>
#include <vector>

namespace goodhart {
namespace {

using hdf5::checked;
using hdf5::Handle;
using Shape = std::vector<hsize_t>;

constexpr hsize_t kSlab = 1U << 20U;  // bytes read at once

hsize_t product(const Shape& shape, std::size_t from = 0) {
  return std::accumulate(shape.begin() + static_cast<std::ptrdiff_t>(from), shape.end(), hsize_t{1},
                         std::multiplies<>());
}

Shape extents(const Handle& space) {
  Shape shape(static_cast<std::size_t>(checked(H5Sget_simple_extent_ndims(space.id()))));
  checked(H5Sget_simple_extent_dims(space.id(), shape.data(), nullptr));
  return shape;
}

/// Each text as its length, eight bytes with the lowest first, and its bytes.
void read_names(const Handle& dataset, const Handle& type, const Handle& space, hsize_t size, const TakeBytes& take) {
  std::vector<char*> names(size);
  checked(H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, make_text_transfer().id(), names.data()));
  for (const char* name : names) {
    const std::string text = name != nullptr ? name : "";
    std::string length;
    for (unsigned i = 0; i < 8; ++i) length += static_cast<char>(text.size() >> (8 * i) & 0xffU);
    take(length.data(), length.size());
    take(text.data(), text.size());
  }
  checked(H5Dvlen_reclaim(type.id(), space.id(), H5P_DEFAULT, names.data()));
}

/// Numbers over one axis.
void read_list(const Handle& dataset, const Handle& type, const Handle& space, hsize_t size, const TakeBytes& take) {
  const std::size_t value_size = H5Tget_size(type.id());
  const hsize_t most = std::min(size, kSlab / value_size);
  std::vector<char> bytes(most * value_size);
  for (hsize_t start = 0; start < size; start += most) {
    const hsize_t count = std::min(most, size - start);
    checked(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, &start, nullptr, &count, nullptr));
    const Handle memory(H5Screate_simple(1, &count, nullptr));
    checked(H5Dread(dataset.id(), type.id(), memory.id(), space.id(), H5P_DEFAULT, bytes.data()));
    take(bytes.data(), count * value_size);
  }
}

/// Numbers over (policy, replicate, ...) of the replicates from `first` to `end` - 1, run by run: several at once where
/// they are small, and in bands as high as a chunk where they are large.
void read_runs(const Handle& dataset, const Handle& type, const Handle& space, const Shape& shape, hsize_t first,
               hsize_t end, const TakeBytes& take) {
  const std::size_t value_size = H5Tget_size(type.id());
  const hsize_t run_size = product(shape, 2) * value_size;
  const hsize_t runs = std::clamp<hsize_t>(kSlab / run_size, 1, end - first);
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
    for (start[1] = first; start[1] < end; start[1] += count[1]) {
      count[1] = std::min(runs, end - start[1]);
      for (hsize_t row = 0; row == 0 || (shape.size() > 2 && row < shape[2]); row += rows) {
        if (shape.size() > 2) {
          start[2] = row;
          count[2] = std::min(rows, shape[2] - row);
        }
        checked(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr));
        const Handle memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr));
        checked(H5Dread(dataset.id(), type.id(), memory.id(), space.id(), H5P_DEFAULT, bytes.get()));
        take(bytes.get(), product(count) * value_size);
      }
    }
  }
}

}  // namespace

Handle make_text_transfer() {
  constexpr std::size_t kBuffer = 16U << 10U;
  Handle list(H5Pcreate(H5P_DATASET_XFER));
  checked(H5Pset_buffer(list.id(), kBuffer, nullptr, nullptr));
  return list;
}

Handle make_reading_access() {
  Handle access(H5Pcreate(H5P_DATASET_ACCESS));
  checked(H5Pset_chunk_cache(access.id(), 1, kLargestChunk, H5D_CHUNK_CACHE_W0_DEFAULT));
  return access;
}

void read_in_order(const Handle& dataset, const TakeBytes& take) {
  const Handle space(H5Dget_space(dataset.id()));
  const Handle type(H5Dget_type(dataset.id()));
  const Shape shape = extents(space);
  if (shape.size() > 1) return read_runs(dataset, type, space, shape, 0, shape[1], take);
  if (H5Tget_class(type.id()) == H5T_STRING) return read_names(dataset, type, space, shape.at(0), take);
  read_list(dataset, type, space, shape.at(0), take);
}

void read_replicates(const Handle& dataset, hsize_t first, hsize_t end, const TakeBytes& take) {
  const Handle space(H5Dget_space(dataset.id()));
  read_runs(dataset, Handle(H5Dget_type(dataset.id())), space, extents(space), first, end, take);
}

void ContentDigest::begin(const std::string& path, const Handle& dataset) {
  const Shape shape = extents(Handle(H5Dget_space(dataset.id())));
  sum_.add_text(path);
  sum_.add_number(shape.size());
  for (const hsize_t extent : shape) sum_.add_number(extent);
}

void ContentDigest::add(const std::string& path, const Handle& dataset) {
  begin(path, dataset);
  read_in_order(dataset, [&](const char* bytes, std::size_t size) { add_data(bytes, size); });
}

void ContentDigest::begin(const std::string& path, const std::vector<std::size_t>& shape) {
  sum_.add_text(path);
  sum_.add_number(shape.size());
  for (const std::size_t extent : shape) sum_.add_number(extent);
}

void ContentDigest::add_values(std::span<const double> values) {
  if constexpr (std::endian::native == std::endian::little) {
    sum_.add_bytes(values.data(), values.size_bytes());
  } else {
    for (const double value : values) sum_.add_number(std::bit_cast<std::uint64_t>(value));
  }
}

void ContentDigest::add_values(std::span<const std::int8_t> values) {
  sum_.add_bytes(values.data(), values.size_bytes());
}

void ContentDigest::add_values(std::span<const std::int64_t> values) {
  for (const std::int64_t value : values) sum_.add_number(static_cast<std::uint64_t>(value));
}

void ContentDigest::add(const std::string& path, const Coordinate& coordinate) {
  begin(path, std::vector<std::size_t>{coordinate.size()});
  if (const auto* names = std::get_if<std::vector<std::string>>(&coordinate.values)) {
    for (const std::string& name : *names) sum_.add_text(name);
  } else {
    add_values(std::get<std::vector<std::int64_t>>(coordinate.values));
  }
}

}  // namespace goodhart
