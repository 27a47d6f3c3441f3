/// Whole text files or none.
#include "goodhart/io/text_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "goodhart/core/errors.hpp"

namespace goodhart {

void write_text_file(const std::filesystem::path& name, const std::string& text) {
  const std::string part = name.string() + ".part";
  const auto refused = [&] {
    const std::string reason = std::strerror(errno);
    ::unlink(part.c_str());
    throw MachineError(name.string() + ": cannot write: " + reason);
  };
  const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) throw MachineError(name.string() + ": cannot write: " + std::strerror(errno));
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(file, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const int reason = errno;
      ::close(file);
      errno = reason;
      refused();
    }
    done += static_cast<std::size_t>(count);
  }
  const bool synced = ::fsync(file) == 0 || errno == EINVAL;  // what is no file on a disk cannot be synced
  const int reason = errno;
  if (::close(file) != 0 || !synced) {
    if (!synced) errno = reason;
    refused();
  }
  if (std::rename(part.c_str(), name.c_str()) != 0) refused();
}

}  // namespace goodhart
