/// A file that exists under its name only when it is whole: NAME.part, through which HDF5 writes, then NAME.
#pragma once

#include <filesystem>
#include <string>

#include "hdf5.hpp"

namespace goodhart {

/// NAME.part, open and locked against other writers; removed again when destroyed before `commit`.
///
/// HDF5 writes through a driver of ours (`access`) that never tells it of an error but remembers the first, and `check`
/// throws it. HDF5 1.10 cannot close a file that it failed to flush: the handle dangles, and the library
/// crashes with it at exit. This way it can always be closed, and the error keeps its number.
class PartFile {
 public:
  /// Throws MachineError where NAME.part cannot be created, or is being written by another process.
  explicit PartFile(const std::filesystem::path& name);
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile();

  /// The file access list to give to H5Fcreate. The HDF5 file must be closed before this object goes.
  hdf5::Handle access();

  /// Throws MachineError if the machine has refused to read or write since the file was opened.
  void check() const;

  /// Makes the file durable and gives it its name. HDF5 must have closed it.
  void commit();

  /// "results/x.h5.part", for messages.
  std::string shown() const { return part_.string(); }

  /// The driver's side. Errors are remembered, not returned.
  void read_at(std::uint64_t place, void* bytes, std::size_t size);
  void write_at(std::uint64_t place, const void* bytes, std::size_t size);
  void resize(std::uint64_t size);

 private:
  std::filesystem::path name_;
  std::filesystem::path part_;
  int descriptor_ = -1;
  hdf5::Handle driver_;    ///< HDF5 reads the driver's table while it closes a file, after giving up its own hold on it
  int error_ = 0;          ///< errno of the first refusal; 0 as long as all is well
  const char* deed_ = "";  ///< what was refused: "read" or "write"
  bool committed_ = false;
};

}  // namespace goodhart
