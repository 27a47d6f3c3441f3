/// Closed and full streams.
#include "streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "interrupt.hpp"

namespace goodhart {
namespace {

bool quiet = false;

}  // namespace

void be_quiet() {
  quiet = true;
}

bool is_quiet() {
  return quiet;
}

void open_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free descriptor is this one. What is printed on stdout must not seem to have arrived.
    if (::open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY) < 0) ::open("/", O_RDONLY | O_DIRECTORY);
  }
}

void say_text(const std::string& text) noexcept {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
}

bool output_is_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

bool finish_output() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
  int error = errno;
  if (error == 0) {  // it was refused before now, and the reason is gone: ask again
    std::clearerr(stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
    error = errno;
  }
  if (error == EPIPE) end_by_broken_pipe();
  say("error: cannot write standard output: {}\n", std::strerror(error));
  return false;
}

}  // namespace goodhart
