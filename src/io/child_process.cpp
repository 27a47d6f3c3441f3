/// Child processes on POSIX: fork, limits, and a pipe between.
#include "child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

#include "goodhart/core/errors.hpp"

namespace goodhart {
namespace {

constexpr int kPatience = 60'000;  // milliseconds of silence
constexpr char kEnd = '.';         // the kind of the last message

/// Bytes of address space that this process has; 0 where the system does not tell.
std::uint64_t address_space() {
  unsigned long long pages = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  const bool known = std::fscanf(file, "%llu", &pages) == 1;
  std::fclose(file);
  return known ? pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

/// Lowers what this process may use, as far as it may use it now.
void limit(int resource, rlim_t most, bool for_good) {
  struct rlimit now {};
  if (::getrlimit(static_cast<decltype(RLIMIT_CPU)>(resource), &now) != 0) return;
  now.rlim_cur = std::min(most, now.rlim_max);
  if (for_good) now.rlim_max = now.rlim_cur;
  ::setrlimit(static_cast<decltype(RLIMIT_CPU)>(resource), &now);
}

rlim_t whole_seconds(double seconds) {
  return static_cast<rlim_t>(std::ceil(std::clamp(seconds, 1.0, 1e9)));
}

bool write_all(int descriptor, const void* bytes, std::size_t size) {
  const auto* next = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t count = ::write(descriptor, next, size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    next += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

/// All that the child does.
[[noreturn]] void be_child(int pipe, pid_t parent, std::uint64_t memory, const Allowance& allowance,
                           const std::function<void(const Message&)>& work) {
#ifdef __linux__
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it has died already
#else
  static_cast<void>(parent);
#endif
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGXCPU, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) {
    std::signal(signal, SIG_DFL);
  }
  // What a dying C library has to say is of no use to anybody.
  if (const int nowhere = ::open("/dev/null", O_RDWR); nowhere >= 0) {
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      if (standard != pipe) ::dup2(nowhere, standard);
    }
  }
  limit(RLIMIT_CORE, 0, true);
  limit(RLIMIT_CPU, whole_seconds(allowance.seconds), false);
  if (memory > 0) limit(RLIMIT_AS, memory + allowance.memory, true);

  const auto send = [&](char kind, std::string_view bytes) {
    std::array<char, 9> head{kind};
    const std::uint64_t size = bytes.size();
    std::memcpy(head.data() + 1, &size, sizeof size);
    if (!write_all(pipe, head.data(), head.size()) || !write_all(pipe, bytes.data(), bytes.size())) ::_exit(1);
  };
  try {
    work(send);
    send(kEnd, "");
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);  // without the rites of exit: what the library keeps may be broken
}

/// The child as its parent has it: gone when this is destroyed.
class Child {
 public:
  Child(pid_t id, int pipe) : id_(id), pipe_(pipe) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::close(pipe_);
    if (id_ > 0) ::kill(id_, SIGKILL);
    wait();
  }

  int pipe() const { return pipe_; }

  /// Waits for its end, and says how it ended.
  int wait() {
    int status = 0;
    while (id_ > 0 && ::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
    return status;
  }

 private:
  pid_t id_;
  int pipe_;
};

ChildFailure failure_of(int status) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
    return {"reading it takes longer than a sound file of its size does", true};
  }
  if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM)) {
    return {"the process that reads it was killed; perhaps there is too little memory", false};
  }
  return {"what is in it crashed the process that reads it", true};
}

}  // namespace

bool in_child(const Allowance& allowance, const std::function<void(const Message&)>& work, const Message& take,
              const std::function<bool()>& keep_going) {
  const auto refused = [](int error) {
    return MachineError("cannot start a process to read in: " + std::generic_category().message(error));
  };
  int ends[2];
  if (::pipe(ends) != 0) throw refused(errno);
  const std::uint64_t memory = address_space();
  const pid_t self = ::getpid(), id = ::fork();
  if (id < 0) {
    const int error = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    throw refused(error);
  }
  if (id == 0) {
    ::close(ends[0]);
    be_child(ends[1], self, memory, allowance, work);
  }
  ::close(ends[1]);
  Child child(id, ends[0]);

  std::vector<char> bytes(std::size_t{64} << 10U);
  std::size_t filled = 0;
  for (;;) {
    struct pollfd waiting {
      child.pipe(), POLLIN, 0
    };
    const int ready = ::poll(&waiting, 1, kPatience);
    if (ready < 0 && errno == EINTR) {
      if (keep_going()) continue;
      return false;
    }
    if (ready == 0) throw ChildFailure("nothing has come from it for a minute", false);
    const ssize_t count = ::read(child.pipe(), bytes.data() + filled, bytes.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      if (!keep_going()) return false;  // the keyboard's interrupt reaches the child, too
      throw failure_of(child.wait());
    }
    filled += static_cast<std::size_t>(count);

    // A message is a kind, its size in eight bytes, and so many bytes.
    std::size_t begin = 0;
    for (constexpr std::size_t kHead = 9; filled - begin >= kHead;) {
      std::uint64_t size = 0;
      std::memcpy(&size, bytes.data() + begin + 1, sizeof size);
      if (size > kLongestMessage) throw ChildFailure("what is in it upset the process that reads it", true);
      if (filled - begin - kHead < size) {
        if (bytes.size() < kHead + size) bytes.resize(kHead + size);
        break;
      }
      const char kind = bytes[begin];
      if (kind == kEnd) return true;
      take(kind, {bytes.data() + begin + kHead, size});
      begin += kHead + size;
    }
    std::memmove(bytes.data(), bytes.data() + begin, filled - begin);
    filled -= begin;
  }
}

void open_no_more_files() {
  limit(RLIMIT_NOFILE, 0, true);
}

void allow_more_time(double seconds) {
  struct rlimit now {};
  if (::getrlimit(RLIMIT_CPU, &now) == 0 && now.rlim_cur != RLIM_INFINITY) {
    limit(RLIMIT_CPU, now.rlim_cur + whole_seconds(seconds), false);
  }
}

}  // namespace goodhart
