/// Regular files, opened for reading in a way that no pipe, device or socket can hold up.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace goodhart {

/// A regular file, open for reading. Nothing waits for the other end of a pipe, and no terminal is taken.
class InputFile {
 public:
  /// Why a file was not opened: a phrase to put after "cannot be read: ".
  struct Refusal {
    std::string why;
    bool is_special;  ///< it is there, but a folder, a pipe, a device or a socket; else the machine refused
  };

  /// Throws Refusal.
  explicit InputFile(const std::filesystem::path& path);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  int descriptor() const { return descriptor_; }
  std::uint64_t size() const { return size_; }  ///< bytes, when it was opened
  /// Is an open file the same one?
  bool is_same(int descriptor) const;

 private:
  int descriptor_ = -1;
  std::uint64_t size_ = 0, device_ = 0, number_ = 0;
};

/// Reads to the end, but no more than `most` bytes. Throws Refusal where reading fails.
std::string read_bytes(int descriptor, std::size_t most);

}  // namespace goodhart
