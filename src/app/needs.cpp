/// Estimates before the hours: bytes of the file, bytes of memory, seconds.
#include "needs.hpp"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <ctime>
#include <fstream>
#include <optional>
#include <string>

#include "goodhart/core/errors.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/engine/simulation.hpp"
#include "goodhart/io/output.hpp"
#include "progress.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

constexpr double kDay = 86'400;              // seconds
constexpr double kQuickWork = 1e7;           // employee-steps that take a few seconds: not worth measuring
constexpr double kSmallPopulation = 1e5;     // employees under way at once that fit anywhere
constexpr int kTimed = 1024, kSized = 4096;  // employees that are tried
constexpr double kTiming = 0.3;              // seconds that an estimate before a run may take
constexpr double kSmallFile = 1e6;           // bytes: what a full disk has to say is said when it is written
constexpr double kStaging = 64e6;            // bytes of the results writer and of the program itself

/// "1.2 TB".
std::string bytes_text(double bytes) {
  const char* const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  std::size_t unit = 0;
  for (; bytes >= 999.5 && unit + 1 < std::size(units); ++unit) bytes /= 1000;
  return fmt::format("{:.3g} {}", bytes, units[unit]);
}

/// Bytes of one run in a folder of the layout; with or without its axis of steps.
double run_bytes(const Folder& folder, bool over_steps = true) {
  double all = 9;  // seed and status
  for (const Variable& variable : folder.variables) {
    double size = variable.flags.empty() ? 8 : 1;
    for (const std::string& axis : variable.axes) {
      for (const Coordinate& coordinate : folder.coordinates) {
        if (coordinate.name == axis && (over_steps || axis != "step")) size *= static_cast<double>(coordinate.size());
      }
    }
    all += size;
  }
  return all;
}

/// A few of the scenario's employees, by themselves.
Scenario small_world(const Scenario& scenario, int people) {
  Scenario small = scenario;
  small.setting.population.size = std::min(scenario.setting.population.size, people);
  small.setting.population.team_size =
      std::min(scenario.setting.population.people_per_team(), small.setting.population.size);
  small.setting.population.network = no_network();
  small.time.before = 0;
  // Later phases set up populations of their own as they begin; the first tells enough.
  for (auto& [name, policy] : small.policies.entries) {
    policy.phases.resize(1);
    policy.phases[0].setting.reset();
  }
  return small;
}

/// Bytes that are allocated now; nothing where the C library does not tell.
std::optional<double> allocated() {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
  const struct mallinfo2 now = ::mallinfo2();
  return static_cast<double>(now.uordblks) + static_cast<double>(now.hblkhd);
#else
  return std::nullopt;
#endif
}

/// Bytes for each employee of a simulation; 0 where that cannot be told.
double bytes_per_employee(const Scenario& scenario) {
  const Scenario small = small_world(scenario, kSized);
  TaskPool alone(1);
  const auto before = allocated();
  const Simulation run(small, Luck{small.seed, 0}, alone);
  const auto after = allocated();
  return before && after ? std::max(0.0, *after - *before) / small.setting.population.size : 0;
}

/// Seconds of processor time that this thread has used since it was made: what else the machine does counts for
/// nothing.
class Stopwatch {
 public:
  double passed() const { return now() - start_; }

 private:
  static double now() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
  }
  double start_ = now();
};

/// Seconds of processor time that a step of a run takes, measured on up to `steps` of them while `budget` lasts; at
/// least on one.
double seconds_per_step(Simulation& run, int steps, double budget) {
  const Stopwatch watch;
  int done = 0;
  do {
    run.step();
    ++done;
  } while (done < steps && watch.passed() < budget);
  return watch.passed() / done;
}

std::optional<double> number_in(const std::string& file, const std::string& key = "") {
  std::ifstream in(file);
  std::string word;
  while (in >> word) {
    if (!key.empty()) {
      if (word != key) continue;
      in >> word;
    }
    if (word.empty() || word.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;  // "max"
    return std::stod(word);
  }
  return std::nullopt;
}

/// Bytes that this process may still take, as far as the system tells.
std::optional<double> free_memory() {
  std::optional<double> least;
  const auto at_most = [&](double bytes) { least = std::min(least.value_or(bytes), std::max(0.0, bytes)); };
  if (const auto available = number_in("/proc/meminfo", "MemAvailable:")) at_most(1024 * *available);
  struct rlimit space {};
  if (::getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY) {
    const auto pages = number_in("/proc/self/statm");
    at_most(static_cast<double>(space.rlim_cur) - pages.value_or(0) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  }
  // Control groups: this one and those above it (version 2), or the one that a container shows (version 1).
  std::string group;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.starts_with("0::")) group = line.substr(3);
  }
  for (fs::path at = "/sys/fs/cgroup" + group; at.string().starts_with("/sys/fs/cgroup"); at = at.parent_path()) {
    const auto most = number_in((at / "memory.max").string()), used = number_in((at / "memory.current").string());
    if (most) at_most(*most - used.value_or(0));
  }
  if (const auto most = number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes")) {
    at_most(*most - number_in("/sys/fs/cgroup/memory/memory.usage_in_bytes").value_or(0));
  }
  return least;
}

/// Bytes that a file in this folder may have.
std::optional<double> free_disk(const fs::path& folder) {
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0 || disk.f_blocks == 0) return std::nullopt;
  double most = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
  struct rlimit longest {};
  if (::getrlimit(RLIMIT_FSIZE, &longest) == 0 && longest.rlim_cur != RLIM_INFINITY) {
    most = std::min(most, static_cast<double>(longest.rlim_cur));
  }
  return most;
}

/// Where results are written: what it is called, and the bytes that a file there may have.
struct Room {
  explicit Room(const fs::path& results) {
    const fs::path folder = target_of(results).file.parent_path();
    if (!folder.empty()) name = folder.string();
    bytes = free_disk(folder.empty() ? "." : folder);
  }
  std::string name = "this folder";
  std::optional<double> bytes;
};

}  // namespace

void check_needs_of_study(const Study& study, const std::string& name, const fs::path& results, const fs::path& parts,
                          Shard shard, bool forced) {
  if (forced) return;
  const UnitTable table(study);
  const double units = static_cast<double>(study.points()) * study.replicates_of_point();
  double there = 0;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(parts, error)) {
    const auto size = entry.file_size(error);
    if (!error) there += static_cast<double>(size);
  }
  double bytes = std::max(0.0, units * static_cast<double>(table.record_bytes()) - there) / shard.of;
  if (shard.of == 1) {
    bytes += units * static_cast<double>(table.policies) * (8 * static_cast<double>(table.width + 1) + 1);
  }
  const Room place(results);
  if (place.bytes && bytes > std::max(*place.bytes, kSmallFile)) {
    throw MachineError(fmt::format(
        "{}: {:.3g} points with {} replicates would take up to {} while they are run and put together, and {} may hold "
        "{} more; take fewer of them, name another disk with -o, or run it all the same with --force",
        name, static_cast<double>(study.points()), study.replicates_of_point(), bytes_text(bytes), place.name,
        bytes_text(*place.bytes)));
  }
  // Where each unit stands, and a bit whether it does; blocks of units that are to be run.
  const double memory = kStaging + units * (4 + 0.125) + static_cast<double>(study.blocks() * sizeof(Block));
  const auto available = free_memory();
  if (available && memory > *available) {
    throw MachineError(fmt::format(
        "{}: {:.3g} points with {} replicates would take about {} of memory, and this process may take {} more; take "
        "fewer of them; --force runs it all the same",
        name, static_cast<double>(study.points()), study.replicates_of_point(), bytes_text(memory),
        bytes_text(*available)));
  }
}

Cost cost_of(const Scenario& scenario, double budget) {
  Scenario small = small_world(scenario, kTimed);
  small.time.before = scenario.time.before;
  const double people = scenario.setting.population.size, tried = small.setting.population.size;
  const double share = budget / static_cast<double>(scenario.policies.size() + 1);
  TaskPool alone(1);
  const Stopwatch drawing;
  Simulation common(small, Luck{small.seed, 0}, alone);
  double replicate = drawing.passed();  // seconds, of those who are tried
  // The burn-in goes on to its end only where that is soon; policies are tried from wherever it stands.
  if (small.time.before > 0) replicate += small.time.before * seconds_per_step(common, small.time.before, share);
  common.settle();
  Cost cost;
  for (const auto& [name, policy] : small.policies.entries) {
    Simulation run(common, policy);
    const double step = seconds_per_step(run, small.time.steps, share);
    replicate += small.time.steps * step;
    if (step / tried <= cost.dearest_step) continue;
    cost.dearest = name;
    cost.dearest_step = step / tried;
  }
  cost.seconds = replicate * people / tried * scenario.replicates;
  cost.employee_steps = people * scenario.replicates *
                        (scenario.time.before + static_cast<double>(scenario.policies.size()) * scenario.time.steps);
  return cost;
}

std::string cost_text(const Scenario& scenario, const Cost& cost) {
  const auto counted = [](std::size_t count, const char* one, const char* many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
  };
  return fmt::format(
      "about {:.2g} s of processor time: {} under {} are {:.3g} million employee-steps of {:.2g} µs; "
      "those of {} take longest, {:.2g} µs",
      cost.seconds, counted(static_cast<std::size_t>(scenario.replicates), "replicate", "replicates"),
      counted(scenario.policies.size(), "policy", "policies"), cost.employee_steps / 1e6,
      1e6 * cost.seconds / cost.employee_steps, cost.dearest, 1e6 * cost.dearest_step);
}

void check_needs(const Scenario& scenario, const std::string& name, const fs::path& results, int threads,
                 bool keeps_averages, bool forced) {
  const double policies = static_cast<double>(scenario.policies.size()), replicates = scenario.replicates,
               people = scenario.setting.population.size;
  const Layout layout = layout_of(scenario);

  double file = 0, record = 0;
  for (const Folder& folder : layout.folders) {
    record += run_bytes(folder);
    for (const Coordinate& coordinate : folder.coordinates) file += 8 * static_cast<double>(coordinate.size());
  }
  const double means = run_bytes(layout.folders.front(), false);  // a number where the root has one a step
  file += policies * replicates * (record + means);
  const Room place(results);
  if (place.bytes && file > std::max(*place.bytes, kSmallFile) && !forced) {
    throw MachineError(fmt::format(
        "{}: the results would take up to {}, and {} may hold {} more; take fewer replicates or steps, record less "
        "(record.every, record.employees), name another disk with -o, or run it all the same with --force",
        name, bytes_text(file), place.name, bytes_text(*place.bytes)));
  }

  const double at_once = std::min<double>(threads, replicates * policies);
  double memory = kStaging + record * std::min(3.0 * threads, replicates) * policies;
  if (keeps_averages) memory += policies * replicates * means;
  double seconds = 0;
  const double work = replicates * (scenario.time.before + policies * scenario.time.steps) * people;
  try {
    // The state after the burn-in stays beside the runs that go on from it.
    if (people * at_once > kSmallPopulation) memory += bytes_per_employee(scenario) * people * 2 * at_once;
    if (work > kQuickWork) seconds = cost_of(scenario, kTiming).seconds / at_once;
  } catch (const RunError&) {
    // Drawn employees who cannot be computed with are told of by the run itself.
  }
  const auto available = free_memory();
  if (available && memory > *available && !forced) {
    throw MachineError(fmt::format(
        "{}: this would take about {} of memory, and this process may take {} more; a smaller population, fewer "
        "threads (--threads), or fewer employees in record need less; --force runs it all the same",
        name, bytes_text(memory), bytes_text(*available)));
  }
  if (seconds > kDay) {
    note("note: {}: this will take about {:.3g} days with {} thread{}, going by its first steps\n", name,
         seconds / kDay, threads, threads == 1 ? "" : "s");
  }
}

}  // namespace goodhart
