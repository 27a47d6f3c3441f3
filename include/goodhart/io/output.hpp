/// Files that a command is going to write: what is wrong with them is found before anything runs.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace goodhart {

/// A file that a command is going to write.
struct Output {
  enum class Kind { results, page, text };
  std::string what;  ///< for messages: "the page", "the document", "the results of first.yaml"
  std::filesystem::path name;
  Kind kind = Kind::results;
  bool makes_folder = false;  ///< where its folder does not exist, it is made; for names that the user did not choose
};

/// A file that the command reads.
struct Input {
  std::string what;  ///< "the scenario", "the edges", "the results"
  std::string name;  ///< `-` is standard input
};

/// Where an output really goes.
struct Target {
  std::filesystem::path file;  ///< the name, with symbolic links followed to what they point at
  std::filesystem::path part;  ///< FILE.part, under which it is written
  bool exists = false;         ///< then with these rights, which the new file gets:
  unsigned mode = 0;
  unsigned owner = 0;
  unsigned group = 0;
};

/// Follows symbolic links and looks at what is there. Throws UserError where the name cannot be that of a regular file
/// (a folder, a device, a FIFO, a socket; a name that ends in '/'), and MachineError where it could not be written: its
/// folder does not exist or refuses new files, the file is write-protected (also for root, who could write it), its
/// name is too long.
Target target_of(const std::filesystem::path& name);

/// What is to be said to whoever finds that FILE.part is there already.
enum class Leftover { none, removed };

/// Makes way for FILE.part. A file of ours whose writer has died (nobody holds its lock) is removed. Throws
/// MachineError where FILE.part is being written, belongs to somebody else, or is no regular file: that is neither
/// followed nor replaced.
Leftover clear_part(const std::filesystem::path& part);

/// Looks at all outputs of a command before anything runs: each by itself (`target_of`, `clear_part`), against the
/// files that are read, against where standard output and standard error go, and against each other. Files are the same
/// where device and inode are, whatever they are called. Makes the folders of those that `makes_folder`. Returns what
/// the user should know, a sentence each: leftovers that were removed. Throws UserError and MachineError.
std::vector<std::string> check_outputs(const std::vector<Output>& outputs, const std::vector<Input>& inputs);

/// Removes all NAME.part that this process is writing, and calls `removed` for each NAME (without a final zero). For
/// signal handlers: takes no lock and no memory. Does nothing in a forked child, whose files are its parent's. The
/// writers must not go on afterwards.
void remove_unfinished_files(void (*removed)(const char* name, std::size_t length)) noexcept;

/// Keeps the name of a file that is being written, for `remove_unfinished_files`.
class Unfinished {
 public:
  Unfinished() = default;
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished() { forget(); }

  void remember(const std::filesystem::path& part) noexcept;
  void forget() noexcept;

 private:
  int place_ = -1;
};

}  // namespace goodhart
