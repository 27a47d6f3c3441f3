/// The content digest of results (its recipe is in results_writer.hpp), made from what stands in the file, or would.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "goodhart/engine/layout.hpp"
#include "hdf5.hpp"
#include "sha256.hpp"

namespace goodhart {

/// The largest chunk that results are written in, in bytes.
constexpr hsize_t kLargestChunk = 1U << 20U;

/// How texts are moved: HDF5 converts them in a buffer, which it clears each time; the usual one has 1 MiB.
hdf5::Handle make_text_transfer();

/// How to open a dataset that is read from one end to the other: with a cache that holds a chunk. Without, HDF5 fetches
/// each row of a chunk by itself.
hdf5::Handle make_reading_access();

/// Gets bytes, in the order of the data.
using TakeBytes = std::function<void(const char* bytes, std::size_t size)>;

/// Reads a dataset, which must have no empty axis, piece by piece in C order, in the digest's form: numbers as they are
/// in the file, texts with their length before them. Throws hdf5::Failure.
void read_in_order(const hdf5::Handle& dataset, const TakeBytes& take);

/// The same of the replicates from `first` to `end` - 1, policy by policy, of a dataset of numbers over (policy,
/// replicate, ...).
void read_replicates(const hdf5::Handle& dataset, hsize_t first, hsize_t end, const TakeBytes& take);

class ContentDigest {
 public:
  /// Takes in a dataset's path and shape; `add_data` must follow, with its data as `read_in_order` gives them.
  void begin(const std::string& path, const hdf5::Handle& dataset);
  void add_data(const char* bytes, std::size_t size) { sum_.add_bytes(bytes, size); }

  /// Takes in a dataset with its data.
  void add(const std::string& path, const hdf5::Handle& dataset);

  // The same of what is in no file.
  void begin(const std::string& path, const std::vector<std::size_t>& shape);
  void add_values(std::span<const double> values);
  void add_values(std::span<const std::int8_t> values);
  void add_values(std::span<const std::int64_t> values);
  void add(const std::string& path, const Coordinate& coordinate);

  /// The digest; ends the computation.
  std::string finish() { return sum_.finish(); }

 private:
  Sha256 sum_;
};

}  // namespace goodhart
