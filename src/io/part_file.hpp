/// A file that exists under its name only when it is whole: NAME.part, through which HDF5 writes, then NAME.
#pragma once

#include <filesystem>
#include <string>

#include "goodhart/io/output.hpp"
#include "hdf5.hpp"

namespace goodhart {

/// NAME.part, open and locked against other writers; removed again when destroyed before `commit`, and by
/// `remove_unfinished_files`. Where NAME is a symbolic link, both stand beside what it leads to. The file that NAME was
/// is replaced, and its mode kept, and its owner and group as far as the system lets us. A NAME.part that is there
/// already is never opened for writing: it is removed where it is a dead run's, and refused otherwise.
///
/// HDF5 writes through a driver of ours (`access`) that never tells it of an error but remembers the first, and `check`
/// throws it. HDF5 1.10 cannot close a file that it failed to flush: the handle dangles, and the library
/// crashes with it at exit. This way it can always be closed, and the error keeps its number.
class PartFile {
 public:
  /// Throws as `target_of` and `clear_part` do, and MachineError where NAME.part cannot be created.
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
  std::string shown() const { return target_.part.string(); }

  /// The driver's side. Errors are remembered, not returned.
  void read_at(std::uint64_t place, void* bytes, std::size_t size);
  void write_at(std::uint64_t place, const void* bytes, std::size_t size);
  void resize(std::uint64_t size);

 private:
  /// Is our open file still the one that is called NAME.part?
  bool is_named() const;

  std::filesystem::path name_;  ///< as the user has it
  Target target_;
  Unfinished unfinished_;
  int descriptor_ = -1;
  hdf5::Handle driver_;    ///< HDF5 reads the driver's table while it closes a file, after giving up its own hold on it
  int error_ = 0;          ///< errno of the first refusal; 0 as long as all is well
  const char* deed_ = "";  ///< what was refused: "read" or "write"
  bool committed_ = false;
};

}  // namespace goodhart
