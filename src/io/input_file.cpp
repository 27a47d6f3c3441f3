/// Opening files on POSIX: looked at before anything is read from them.
#include "input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace goodhart {
namespace {

InputFile::Refusal refused(int error) {
  return {std::generic_category().message(error), false};
}

std::string kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "it is a folder";
  const char* kind = S_ISFIFO(mode) ? "a pipe" : S_ISSOCK(mode) ? "a socket" : "a device";
  return std::string("it is ") + kind + ", and only regular files are read; save what it gives in a file";
}

}  // namespace

InputFile::InputFile(const std::filesystem::path& path) {
  struct stat found {};
  // A socket cannot be opened, and opening some devices does something: so it is asked first, and once more below,
  // because the name may have changed hands in between.
  if (::stat(path.c_str(), &found) != 0) throw refused(errno);
  if (!S_ISREG(found.st_mode)) throw Refusal{kind_of(found.st_mode), true};
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (descriptor_ < 0) throw refused(errno);
  const bool known = ::fstat(descriptor_, &found) == 0;
  if (!known || !S_ISREG(found.st_mode)) {
    const Refusal refusal = known ? Refusal{kind_of(found.st_mode), true} : refused(errno);
    ::close(descriptor_);
    throw refusal;
  }
  size_ = static_cast<std::uint64_t>(found.st_size);
  device_ = static_cast<std::uint64_t>(found.st_dev);
  number_ = static_cast<std::uint64_t>(found.st_ino);
}

InputFile::~InputFile() {
  ::close(descriptor_);
}

bool InputFile::is_same(int descriptor) const {
  struct stat found {};
  return ::fstat(descriptor, &found) == 0 && static_cast<std::uint64_t>(found.st_dev) == device_ &&
         static_cast<std::uint64_t>(found.st_ino) == number_;
}

std::string read_bytes(int descriptor, std::size_t most) {
  // Little by little, because most files are short, and room for the longest takes longer to clear than all else to do.
  std::string text;
  for (std::size_t room = 16'384; text.size() < most; room *= 2) {
    const std::size_t end = std::min(text.size() + room, most);
    std::size_t done = text.size();
    text.resize(end);
    while (done < end) {
      const ssize_t count = ::read(descriptor, text.data() + done, end - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw refused(errno);
      if (count == 0) {
        text.resize(done);
        return text;
      }
      done += static_cast<std::size_t>(count);
    }
  }
  return text;
}

}  // namespace goodhart
