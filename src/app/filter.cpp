/// Running a filter through temporary files, so that neither side can wait for the other.
#include "filter.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "goodhart/core/errors.hpp"

extern char** environ;

namespace goodhart {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

/// A temporary file without a name; it is gone when it is closed.
File temporary_file() {
  File file(std::tmpfile());
  if (!file) throw MachineError(fmt::format("cannot make a temporary file: {}", std::strerror(errno)));
  return file;
}

}  // namespace

std::optional<std::string> filtered(const std::vector<std::string>& command, const std::string& input) {
  const File in = temporary_file(), out = temporary_file();
  if (std::fwrite(input.data(), 1, input.size(), in.get()) != input.size() || std::fflush(in.get()) != 0)
    throw MachineError(fmt::format("cannot write a temporary file: {}", std::strerror(errno)));
  std::rewind(in.get());

  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ::fileno(in.get()), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ::fileno(out.get()), STDOUT_FILENO);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, words[0], &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) return std::nullopt;
  if (error != 0) throw MachineError(fmt::format("cannot run {}: {}", command[0], std::strerror(error)));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw MachineError(fmt::format("cannot wait for {}: {}", command[0], std::strerror(errno)));
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw MachineError(fmt::format("{} failed; nothing is written", command[0]));

  std::string output;
  std::rewind(out.get());
  char buffer[1 << 16];
  for (std::size_t got = 1; got > 0;) {
    got = std::fread(buffer, 1, sizeof buffer, out.get());
    output.append(buffer, got);
  }
  return output;
}

}  // namespace goodhart
