/// Looking at outputs before they are written, and at what stands in the way of NAME.part.
#include "goodhart/io/output.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

#include "goodhart/core/errors.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) {
  return std::generic_category().message(error);
}

/// What `lstat` (links as such) or `stat` (links followed) says of a name; nothing where nothing is there.
std::optional<struct stat> look(const fs::path& name, bool follow) {
  struct stat found {};
  if ((follow ? ::stat(name.c_str(), &found) : ::lstat(name.c_str(), &found)) == 0) return found;
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw MachineError(name.string() + ": cannot be reached: " + reason(errno));
}

const char* kind_of(const struct stat& found) {
  return S_ISDIR(found.st_mode)    ? "a folder"
         : S_ISLNK(found.st_mode)  ? "a symbolic link"
         : S_ISFIFO(found.st_mode) ? "a FIFO"
         : S_ISSOCK(found.st_mode) ? "a socket"
         : S_ISREG(found.st_mode)  ? "a file"
                                   : "a device";
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

fs::path folder_of(const fs::path& file) {
  const fs::path folder = file.parent_path();
  return folder.empty() ? "." : folder;
}

fs::path part_of(const fs::path& file) {
  fs::path part = file;
  return part += ".part";
}

/// What a name stands for once its last component is no symbolic link any more, whether that exists or not.
fs::path followed(const fs::path& name) {
  constexpr int kMostLinks = 40;  // as many as Linux follows
  fs::path file = name;
  for (int i = 0; i <= kMostLinks; ++i) {
    const auto found = look(file, false);
    if (!found || !S_ISLNK(found->st_mode)) return file;
    const fs::path leads_to = fs::read_symlink(file);
    file = leads_to.is_absolute() ? leads_to : file.parent_path() / leads_to;
  }
  throw MachineError(name.string() + ": is a symbolic link that leads to itself");
}

/// Is the file where something is mounted? Then no other file can take its name.
bool is_mounted([[maybe_unused]] const fs::path& file) {
#ifdef STATX_ATTR_MOUNT_ROOT
  struct statx found {};
  return ::statx(AT_FDCWD, file.c_str(), 0, STATX_TYPE, &found) == 0 &&
         (found.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
#else
  return false;
#endif
}

/// Can a file be made in the folder of `file` under its name and its NAME.part?
void check_folder(const fs::path& name, const fs::path& file) {
  const fs::path folder = folder_of(file);
  const auto found = look(folder, true);
  if (!found) throw MachineError(name.string() + ": cannot be written: there is no folder " + folder.string());
  if (!S_ISDIR(found->st_mode)) {
    throw MachineError(name.string() + ": cannot be written: " + folder.string() + " is " + kind_of(*found) +
                       ", not a folder");
  }
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    throw MachineError(name.string() + ": cannot be written: the folder " + folder.string() +
                       " takes no files of yours: " + reason(errno));
  }
  const long longest = ::pathconf(folder.c_str(), _PC_NAME_MAX);
  const std::size_t length = part_of(file).filename().string().size();
  if (longest > 0 && length > static_cast<std::size_t>(longest)) {
    throw MachineError(name.string() + ": cannot be written: the name is too long; with .part, which it has until it " +
                       "is whole, it has " + std::to_string(length) + " bytes, and its folder takes " +
                       std::to_string(longest));
  }
}

/// May the file that is there be replaced?
void check_replaced(const fs::path& name, const fs::path& file, const struct stat& found) {
  const std::string shown = name.string();
  if ((found.st_mode & S_IWUSR) == 0) {
    throw MachineError(shown + ": is write-protected, so it is not replaced; chmod u+w allows it");
  }
  if (::faccessat(AT_FDCWD, file.c_str(), W_OK, AT_EACCESS) != 0) {
    throw MachineError(shown + ": cannot be replaced: " + reason(errno));
  }
  const auto folder = look(folder_of(file), true);
  const uid_t me = ::geteuid();
  if (folder && (folder->st_mode & S_ISVTX) != 0 && me != 0 && found.st_uid != me && folder->st_uid != me) {
    throw MachineError(shown + ": belongs to somebody else, and its folder lets only owners replace files");
  }
  if (is_mounted(file)) {
    throw MachineError(shown + ": is mounted there by itself, so no other file can take its name; name another file");
  }
}

// ---- Outputs against inputs and each other ----

void check_ending(const Output& output) {
  const fs::path ending = output.name.extension();
  const bool results = output.kind == Output::Kind::results;
  const bool is_scenario = ending == ".yaml" || ending == ".yml";
  const bool is_results = ending == ".h5" || ending == ".nc" || ending == ".hdf5";
  if (!is_scenario && (results || !is_results)) return;
  throw UserError(output.name.string() + ": would be overwritten with " +
                  (results                             ? "results; name a file ending in .h5"
                   : output.kind == Output::Kind::page ? "a page; name a file ending in .html"
                                                       : "a text; name a file ending in .md"));
}

/// The file that a descriptor is open on, where it is a regular one.
std::optional<struct stat> file_of(int descriptor) {
  struct stat found {};
  if (::fstat(descriptor, &found) != 0 || !S_ISREG(found.st_mode)) return std::nullopt;
  return found;
}

void check_inputs(const Output& output, const Target& target, const std::vector<Input>& inputs) {
  for (const fs::path& taken : {target.file, target.part}) {
    const auto there = look(taken, false);
    if (!there) continue;
    const auto is = [&](const std::optional<struct stat>& other) { return other && same_file(*there, *other); };
    const std::string shown =
        taken == target.file ? output.name.string() : output.name.string() + ", which is first written as NAME.part";
    for (const Input& input : inputs) {
      const bool is_stream = input.name == "-";
      if (!is(is_stream ? file_of(STDIN_FILENO) : look(input.name, true))) continue;
      throw UserError(shown + ": would overwrite " + input.what + " " + (is_stream ? "on standard input" : input.name) +
                      "; name another file");
    }
    for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
      if (!is(file_of(stream))) continue;
      throw UserError(shown + ": is where standard " + (stream == STDOUT_FILENO ? "output" : "error") +
                      " goes; name another file");
    }
  }
}

/// The name by which two outputs can be compared that do not exist yet.
fs::path plain(const fs::path& file) {
  std::error_code ignored;
  const fs::path found = fs::weakly_canonical(fs::absolute(file), ignored);
  return found.empty() ? fs::absolute(file).lexically_normal() : found;
}

void check_each_other(const Output& one, const Target& a, const Output& other, const Target& b) {
  const auto clash = [](const fs::path& x, const fs::path& y) {
    if (plain(x) == plain(y)) return true;
    const auto first = look(x, false), second = look(y, false);
    return first && second && same_file(*first, *second);
  };
  if (clash(a.file, b.file)) {
    throw UserError(one.what + " and " + other.what + " would both be " + one.name.string() +
                    "; give each a file of its own");
  }
  if (clash(a.part, b.file) || clash(a.file, b.part)) {
    throw UserError(
        one.what + " " + one.name.string() + " and " + other.what + " " + other.name.string() +
        ": a file is first written as NAME.part, so one would be in the way of the other; choose other names");
  }
}

// ---- Files that are being written ----

/// Names in static memory, so that a signal handler never reads one that is gone. A place is free, or holds a name.
struct Names {
  struct Place {
    std::atomic<int> state{0};  ///< 0 free, 1 being filled, 2 holds a name
    pid_t process = 0;
    std::array<char, 4096> part{};
  };
  std::array<Place, 8> places;
};
Names names_in_use;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler must not wait");

}  // namespace

Target target_of(const fs::path& name) {
  const std::string shown = name.string();
  if (shown.empty()) throw UserError("an output needs a name");
  Target target;
  if (shown.ends_with('/')) {
    throw UserError(shown + ": is the name of a folder; name a file in it, as " + shown + "results.h5");
  }
  target.file = followed(name);
  target.part = part_of(target.file);
  if (const auto found = look(target.file, false)) {
    if (S_ISDIR(found->st_mode)) {
      throw UserError(shown + ": is a folder; name a file in it, as " + shown + "/results.h5");
    }
    if (!S_ISREG(found->st_mode)) {
      throw UserError(shown + ": is " + kind_of(*found) + "; only a regular file can be written, so name one");
    }
    target.exists = true;
    target.mode = found->st_mode & (S_IRWXU | S_IRWXG | S_IRWXO);
    target.owner = found->st_uid;
    target.group = found->st_gid;
  }
  check_folder(name, target.file);
  if (const auto found = look(target.file, false)) check_replaced(name, target.file, *found);
  return target;
}

Leftover clear_part(const fs::path& part) {
  const std::string shown = part.string();
  const auto found = look(part, false);
  if (!found) return Leftover::none;
  if (!S_ISREG(found->st_mode)) {
    throw MachineError(shown + ": is in the way: " + kind_of(*found) +
                       ", which goodhart did not make; remove it, or name another file");
  }
  if (const uid_t me = ::geteuid(); me != 0 && found->st_uid != me) {
    throw MachineError(shown + ": is in the way: a file of somebody else; name another file");
  }
  // O_NONBLOCK: what became a FIFO since we looked must not hold us up.
  const int descriptor = ::open(part.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) throw MachineError(shown + ": is in the way, and cannot be opened: " + reason(errno));

  // A lock that this file system does not know is no obstacle. One that is held, or was until its holder gave the file
  // that we had opened its final name, means that the file is not ours to remove.
  struct stat opened {};
  const bool held = ::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  const auto named = look(part, false);
  const bool moved = ::fstat(descriptor, &opened) != 0 || !named || !same_file(opened, *named);
  const bool removed = !held && !moved && ::unlink(part.c_str()) == 0;
  const int error = errno;
  ::close(descriptor);
  if (held || moved) throw MachineError(shown + ": cannot create: another process is writing it");
  if (!removed) throw MachineError(shown + ": is in the way, and cannot be removed: " + reason(error));
  return Leftover::removed;
}

std::vector<std::string> check_outputs(const std::vector<Output>& outputs, const std::vector<Input>& inputs) {
  std::vector<fs::path> made;
  const auto give_back = [&] {
    std::error_code ignored;
    for (const fs::path& folder : made) fs::remove(folder, ignored);
  };
  try {
    std::vector<Target> targets;
    for (const Output& output : outputs) {
      check_ending(output);
      const fs::path folder = folder_of(output.name);
      if (output.makes_folder && !look(folder, true)) {
        std::error_code error;
        if (!fs::create_directory(folder, error) && error) {
          throw MachineError(output.name.string() + ": cannot be written: the folder " + folder.string() +
                             " cannot be made: " + error.message());
        }
        made.push_back(folder);
      }
      targets.push_back(target_of(output.name));
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      check_inputs(outputs[i], targets[i], inputs);
      for (std::size_t j = 0; j < i; ++j) check_each_other(outputs[j], targets[j], outputs[i], targets[i]);
    }
    // Only now is anything removed: all the outputs are what the user can have meant.
    std::vector<std::string> notes;
    for (const Target& target : targets) {
      if (clear_part(target.part) == Leftover::none) continue;
      notes.push_back(target.part.string() + ": was left by a run that did not come to its end; removed");
    }
    return notes;
  } catch (...) {
    give_back();
    throw;
  }
}

void remove_unfinished_files(void (*removed)(const char* name, std::size_t length)) noexcept {
  constexpr std::size_t kEnding = sizeof(".part") - 1;
  for (Names::Place& place : names_in_use.places) {
    if (place.state.load() != 2 || place.process != ::getpid() || ::unlink(place.part.data()) != 0) continue;
    removed(place.part.data(), std::strlen(place.part.data()) - kEnding);
  }
}

void Unfinished::remember(const fs::path& part) noexcept {
  forget();
  const std::string& name = part.native();
  for (std::size_t i = 0; i < names_in_use.places.size(); ++i) {
    Names::Place& place = names_in_use.places[i];
    if (name.size() >= place.part.size()) return;
    int expected = 0;
    if (!place.state.compare_exchange_strong(expected, 1)) continue;
    place.process = ::getpid();
    std::copy_n(name.c_str(), name.size() + 1, place.part.begin());
    place.state = 2;
    place_ = static_cast<int>(i);
    return;
  }
}

void Unfinished::forget() noexcept {
  if (place_ >= 0) names_in_use.places[static_cast<std::size_t>(place_)].state = 0;
  place_ = -1;
}

}  // namespace goodhart
