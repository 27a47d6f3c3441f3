/// How many processors this process may use.
#pragma once

#include <filesystem>
#include <optional>

namespace goodhart {

/// The smallest of: the processors that the system lets this process run on (taskset, cpusets), those whose time its
/// control groups grant (`processors_by_quota`), and those that Slurm gave its task (`processors_by_slurm`). At
/// least 1. What cannot be read is no bound.
int usable_processors();

/// The processors whose time the control groups of this process grant, in cgroup versions 1 and 2: the least quota of
/// its group and of those above, in whole processors, rounded up. Nothing where none is set. `root` is the folder that
/// holds proc and sys.
std::optional<int> processors_by_quota(const std::filesystem::path& root = "/");

/// What SLURM_CPUS_PER_TASK says: nothing for null and for what is no whole number of at least 1.
std::optional<int> processors_by_slurm(const char* value);

}  // namespace goodhart
