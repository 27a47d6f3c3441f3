/// The signal handlers: they call only what may be called from one (man 7 signal-safety).
#include "interrupt.hpp"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#include "command_line.hpp"
#include "goodhart/io/output.hpp"

namespace goodhart {
namespace {

pid_t caught_by = 0;         ///< a forked child has our handlers, but not our files
bool pipes_ignored = false;  ///< when the program began

/// A text in static memory, so that a signal handler never reads one that is gone; its length is 0 while it is changed.
struct Last {
  std::array<char, 4000> text{};
  std::atomic<std::size_t> length{0};
};
Last last;
static_assert(std::atomic<std::size_t>::is_always_lock_free, "a signal handler must not wait");

void write_error(const char* text, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::write(STDERR_FILENO, text, size);
    if (count <= 0) return;
    text += count;
    size -= static_cast<std::size_t>(count);
  }
}
void write_error(const char* text) {
  write_error(text, std::strlen(text));
}

void end_by_default(int signal) {
  ::signal(signal, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  ::raise(signal);
}

extern "C" void end_interrupted(int signal) {
  if (::getpid() != caught_by) return end_by_default(signal);
  termios ignored;
  const bool terminal = ::tcgetattr(STDERR_FILENO, &ignored) == 0;
  write_error(terminal ? "\ninterrupted" : "interrupted");  // a line of progress may stand there
  remove_unfinished_files([](const char* name, std::size_t length) {
    write_error("; ");
    write_error(name, length);
    write_error(" was not written");
  });
  if (const std::size_t length = last.length.load(); length > 0) {
    write_error("; ");
    write_error(last.text.data(), length);
  }
  write_error("\n");
  ::_exit(static_cast<int>(Exit::interrupted));
}

extern "C" void end_crashed(int signal) {
  if (::getpid() == caught_by) remove_unfinished_files([](const char*, std::size_t) {});
  end_by_default(signal);
}

/// Sets what happens at a signal, unless somebody else has done so already.
void set_handler(int signal, void (*handler)(int)) {
  struct sigaction now {};
  if (::sigaction(signal, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) return;
  struct sigaction then {};
  then.sa_handler = handler;
  sigfillset(&then.sa_mask);
  ::sigaction(signal, &then, nullptr);  // refused for SIGKILL, SIGSTOP and those of the C library
}

}  // namespace

void catch_signals() {
  caught_by = ::getpid();
  constexpr int kHarmless[] = {SIGCHLD, SIGCONT, SIGURG, SIGWINCH, SIGTSTP, SIGTTIN, SIGTTOU};  // by default, too
  constexpr int kCrashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};
  constexpr int kFailedWrites[] = {SIGPIPE, SIGXFSZ};
  const auto is_in = [](int signal, const auto& list) {
    return std::find(std::begin(list), std::end(list), signal) != std::end(list);
  };
  struct sigaction pipe {};
  pipes_ignored = ::sigaction(SIGPIPE, nullptr, &pipe) == 0 && pipe.sa_handler == SIG_IGN;
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    if (is_in(signal, kHarmless)) continue;
    set_handler(signal, is_in(signal, kFailedWrites) ? SIG_IGN
                        : is_in(signal, kCrashes)    ? end_crashed
                                                     : end_interrupted);
  }
}

void say_when_ended(const std::string& text) {
  last.length = 0;
  const std::size_t length = std::min(text.size(), last.text.size());
  std::copy_n(text.begin(), length, last.text.begin());
  last.length = length;
}

std::string said_when_ended() {
  return {last.text.data(), last.length.load()};
}

void end_by_broken_pipe() {
  if (!pipes_ignored) end_by_default(SIGPIPE);
}

}  // namespace goodhart
