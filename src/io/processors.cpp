/// Asks the system, control groups and Slurm for processors. Linux only, as the rest of io.
#include "goodhart/io/processors.hpp"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

namespace goodhart {
namespace {

namespace fs = std::filesystem;

/// The processors that the scheduler may put this process on.
std::optional<int> processors_by_affinity() {
  constexpr int kMostProcessors = 1 << 16;
  for (int most = 1024; most <= kMostProcessors; most *= 2) {  // a set that is too small for the machine is refused
    cpu_set_t* set = CPU_ALLOC(static_cast<std::size_t>(most));
    if (!set) return std::nullopt;
    const std::size_t size = CPU_ALLOC_SIZE(static_cast<std::size_t>(most));
    const bool known = ::sched_getaffinity(0, size, set) == 0;
    const int count = known ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
  }
  return std::nullopt;
}

/// The number that a text is, as a whole.
std::optional<long long> number_of(std::string_view text) {
  long long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The first words of a file; empty where there is none.
std::pair<std::string, std::string> words_of(const fs::path& file) {
  std::ifstream in(file);
  std::string first, second;
  in >> first >> second;
  return {first, second};
}

/// A quota of `quota` microseconds of processor time in each `period`.
std::optional<int> whole_processors(std::optional<long long> quota, std::optional<long long> period) {
  constexpr double kMost = 1e6;
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  const double processors = std::ceil(static_cast<double>(*quota) / static_cast<double>(*period));
  return static_cast<int>(std::min(processors, kMost));
}

/// What one group grants: cpu.max of version 2 ("max 100000", "150000 100000"), or the two files of version 1.
std::optional<int> quota_of(const fs::path& group) {
  const auto [quota, period] = words_of(group / "cpu.max");
  if (const auto granted = whole_processors(number_of(quota), number_of(period))) return granted;
  return whole_processors(number_of(words_of(group / "cpu.cfs_quota_us").first),
                          number_of(words_of(group / "cpu.cfs_period_us").first));
}

void bound(std::optional<int>& least, std::optional<int> other) {
  if (other && (!least || *other < *least)) least = other;
}

/// Whether a list like "cpu,cpuacct" has the controller that grants processor time.
bool has_cpu(std::string_view controllers) {
  for (std::size_t begin = 0; begin <= controllers.size();) {
    const std::size_t end = std::min(controllers.find(',', begin), controllers.size());
    if (controllers.substr(begin, end - begin) == "cpu") return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

std::optional<int> processors_by_quota(const fs::path& root) {
  std::optional<int> least;
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // ID:CONTROLLERS:PATH; version 2 names no controllers
    const std::size_t first = line.find(':'), second = line.find(':', first == line.npos ? first : first + 1);
    if (second == line.npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && !has_cpu(controllers)) continue;
    const fs::path mount = root / "sys/fs/cgroup" / controllers;
    // In a container the path may be the host's: then only the mount's own root is there, and it is looked at as well.
    for (fs::path path = fs::path(line.substr(second + 1)).relative_path(); !path.empty(); path = path.parent_path()) {
      bound(least, quota_of(mount / path));
    }
    bound(least, quota_of(mount));
  }
  return least;
}

std::optional<int> processors_by_slurm(const char* value) {
  const auto number = value ? number_of(value) : std::nullopt;
  constexpr long long kMost = 1'000'000;
  if (!number || *number < 1) return std::nullopt;
  return static_cast<int>(std::min(*number, kMost));
}

int usable_processors() {
  std::optional<int> least = processors_by_affinity();
  if (!least) least = static_cast<int>(std::thread::hardware_concurrency());
  bound(least, processors_by_quota());
  bound(least, processors_by_slurm(std::getenv("SLURM_CPUS_PER_TASK")));
  return std::max(1, *least);
}

}  // namespace goodhart
