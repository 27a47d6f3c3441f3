/// NAME.part on POSIX, and the HDF5 driver that writes through it.
#include "part_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "goodhart/core/errors.hpp"

namespace goodhart {
namespace {

std::string reason(int error) {
  return std::generic_category().message(error);
}

/// HDF5's view of the open file. HDF5 hands `base` back to us, so it must come first.
struct DriverFile {
  H5FD_t base{};
  PartFile* part = nullptr;
  haddr_t allocated = 0;  ///< HDF5's "end of allocation"
  haddr_t size = 0;       ///< bytes written, holes included
};

DriverFile& driver_file(H5FD_t* base) {
  return *reinterpret_cast<DriverFile*>(base);
}
const DriverFile& driver_file(const H5FD_t* base) {
  return *reinterpret_cast<const DriverFile*>(base);
}

H5FD_t* open_file(const char*, unsigned, hid_t access, haddr_t) {
  auto* file = new DriverFile;
  std::memcpy(&file->part, H5Pget_driver_info(access), sizeof file->part);
  return &file->base;
}

herr_t close_file(H5FD_t* base) {
  delete &driver_file(base);
  return 0;
}

herr_t query(const H5FD_t*, unsigned long* features) {
  *features = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
              H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

haddr_t get_allocated(const H5FD_t* base, H5FD_mem_t) {
  return driver_file(base).allocated;
}

herr_t set_allocated(H5FD_t* base, H5FD_mem_t, haddr_t address) {
  driver_file(base).allocated = address;
  return 0;
}

haddr_t get_size(const H5FD_t* base, H5FD_mem_t) {
  return driver_file(base).size;
}

herr_t read(H5FD_t* base, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, void* bytes) {
  driver_file(base).part->read_at(address, bytes, size);
  return 0;
}

herr_t write(H5FD_t* base, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, const void* bytes) {
  auto& file = driver_file(base);
  file.part->write_at(address, bytes, size);
  file.size = std::max<haddr_t>(file.size, address + size);
  return 0;
}

herr_t truncate(H5FD_t* base, hid_t, hbool_t) {
  auto& file = driver_file(base);
  if (file.size != file.allocated) file.part->resize(file.allocated);
  file.size = file.allocated;
  return 0;
}

H5FD_class_t driver_class() {
  H5FD_class_t driver{};
  driver.name = "goodhart_part_file";
  driver.maxaddr = (haddr_t{1} << 63U) - 1;
  driver.fc_degree = H5F_CLOSE_STRONG;
  driver.fapl_size = sizeof(PartFile*);
  driver.open = open_file;
  driver.close = close_file;
  driver.query = query;
  driver.get_eoa = get_allocated;
  driver.set_eoa = set_allocated;
  driver.get_eof = get_size;
  driver.read = read;
  driver.write = write;
  driver.truncate = truncate;
  constexpr H5FD_mem_t kKinds[H5FD_MEM_NTYPES] = H5FD_FLMAP_DICHOTOMY;
  std::copy(std::begin(kKinds), std::end(kKinds), driver.fl_map);
  return driver;
}

}  // namespace

PartFile::PartFile(const std::filesystem::path& name) : name_(name), target_(target_of(name)) {
  clear_part(target_.part);
  // Nobody may read of the new file what they could not read of the old one, not even before it is whole.
  const mode_t mode = target_.exists ? target_.mode | S_IRUSR | S_IWUSR : 0666;
  descriptor_ = ::open(target_.part.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  if (descriptor_ < 0) {
    if (errno == EEXIST) throw MachineError(shown() + ": cannot create: another process is writing it");
    throw MachineError(shown() + ": cannot create: " + reason(errno));
  }
  unfinished_.remember(target_.part);

  // Who came between the two lines above may have taken our file for a leftover. A lock that this file system does not
  // know is no obstacle.
  if ((::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) || !is_named()) {
    unfinished_.forget();
    ::close(descriptor_);
    throw MachineError(shown() + ": cannot create: another process is writing it");
  }
}

PartFile::~PartFile() {
  if (!committed_ && is_named()) ::unlink(target_.part.c_str());
  unfinished_.forget();
  ::close(descriptor_);
}

bool PartFile::is_named() const {
  struct stat opened {};
  struct stat named {};
  return ::fstat(descriptor_, &opened) == 0 && ::lstat(target_.part.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

hdf5::Handle PartFile::access() {
  const H5FD_class_t driver = driver_class();
  driver_ = hdf5::Handle(H5FDregister(&driver));
  hdf5::Handle list(H5Pcreate(H5P_FILE_ACCESS));
  PartFile* self = this;
  hdf5::checked(H5Pset_driver(list.id(), driver_.id(), &self));
  return list;
}

void PartFile::check() const {
  if (error_ != 0) throw MachineError(shown() + ": cannot " + deed_ + ": " + reason(error_));
}

void PartFile::commit() {
  check();
  // What the name stands for may have changed while the run took its time.
  const Target now = target_of(name_);
  if (now.file != target_.file || !is_named()) {
    throw MachineError(shown() + ": cannot rename to " + target_.file.string() +
                       ": links or files were changed while it was written");
  }
  if (now.exists) {
    // The owner first: a change of owner can take rights away. Only root may give files away; others keep what they
    // can.
    const bool kept = ::fchown(descriptor_, now.owner, now.group) == 0 ||
                      ::fchown(descriptor_, static_cast<uid_t>(-1), now.group) == 0;
    const mode_t mode = kept ? now.mode : now.mode & (S_IRWXU | S_IRWXO);
    if (::fchmod(descriptor_, mode) != 0 && errno != EPERM) {
      throw MachineError(shown() + ": cannot set its mode: " + reason(errno));
    }
  }
  if (::fsync(descriptor_) != 0) throw MachineError(shown() + ": cannot write: " + reason(errno));
  if (std::rename(target_.part.c_str(), target_.file.c_str()) != 0) {
    throw MachineError(shown() + ": cannot rename to " + target_.file.string() + ": " + reason(errno));
  }
  committed_ = true;
  unfinished_.forget();

  // The new name survives a power cut only once the folder is on disk too. Folders that one may write but not read, and
  // file systems that sync no folders (EINVAL), allow no more than has been done.
  const std::filesystem::path parent = target_.file.parent_path();
  const int folder = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  const int error = ::fsync(folder) == 0 ? 0 : errno;
  ::close(folder);
  if (error != 0 && error != EINVAL) {
    throw MachineError(name_.string() + ": written, but its folder cannot be synced: " + reason(error));
  }
}

void PartFile::read_at(std::uint64_t place, void* bytes, std::size_t size) {
  auto* next = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t count = ::pread(descriptor_, next, size, static_cast<off_t>(place));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && error_ == 0) {
      error_ = errno;
      deed_ = "read";
    }
    if (count <= 0) {
      std::memset(next, 0, size);  // beyond the end, a file reads as zeros
      return;
    }
    next += count;
    place += static_cast<std::uint64_t>(count);
    size -= static_cast<std::size_t>(count);
  }
}

void PartFile::write_at(std::uint64_t place, const void* bytes, std::size_t size) {
  const auto* next = static_cast<const char*>(bytes);
  while (size > 0 && error_ == 0) {
    const ssize_t count = ::pwrite(descriptor_, next, size, static_cast<off_t>(place));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      error_ = errno;
      deed_ = "write";
      return;
    }
    next += count;
    place += static_cast<std::uint64_t>(count);
    size -= static_cast<std::size_t>(count);
  }
}

void PartFile::resize(std::uint64_t size) {
  if (error_ == 0 && ::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
    error_ = errno;
    deed_ = "write";
  }
}

}  // namespace goodhart
