/// How many processors a process may use, from made-up folders of control groups.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "goodhart/io/processors.hpp"

using goodhart::processors_by_quota;
using goodhart::processors_by_slurm;

namespace {

namespace fs = std::filesystem;

/// A folder that holds proc and sys, gone with this object.
class Root {
 public:
  explicit Root(const std::string& cgroup) {
    fs::remove_all(path);
    write("proc/self/cgroup", cgroup);
  }
  ~Root() { fs::remove_all(path); }
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name) << text;
  }
  std::optional<int> quota() const { return processors_by_quota(path); }

  const fs::path path =
      fs::current_path() / ("processors test " + std::to_string(::getpid()));  // tests run beside each other
};

}  // namespace

TEST_CASE("processors: cgroup version 2, the least of the groups from one's own upwards") {
  const Root root("0::/batch/job\n");
  CHECK_FALSE(root.quota());
  root.write("sys/fs/cgroup/batch/job/cpu.max", "max 100000\n");
  CHECK_FALSE(root.quota());
  root.write("sys/fs/cgroup/batch/cpu.max", "400000 100000\n");
  CHECK(root.quota() == 4);
  root.write("sys/fs/cgroup/batch/job/cpu.max", "150000 100000\n");
  CHECK(root.quota() == 2);  // one and a half
  root.write("sys/fs/cgroup/batch/job/cpu.max", "10000 100000\n");
  CHECK(root.quota() == 1);
}

TEST_CASE("processors: cgroup version 1, whose cpu controller may share its mount") {
  const Root root("5:cpuset:/a\n4:cpu,cpuacct:/a/b\n3:cpuacctx:/c\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us", "100000\n");
  root.write("sys/fs/cgroup/cpuset/a/cpu.cfs_quota_us", "100000\n");
  root.write("sys/fs/cgroup/cpuset/a/cpu.cfs_period_us", "100000\n");
  CHECK_FALSE(root.quota());
  root.write("sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "300000\n");
  CHECK(root.quota() == 3);
}

TEST_CASE("processors: in a container, whose groups are called as outside, the mount itself counts") {
  const Root root("0::/docker/0123456789\n");
  root.write("sys/fs/cgroup/cpu.max", "200000 100000\n");
  CHECK(root.quota() == 2);
}

TEST_CASE("processors: what is not to be read is no bound") {
  CHECK_FALSE(processors_by_quota("no such folder"));
  const Root root("nonsense\n0::\n:\n");
  root.write("sys/fs/cgroup/cpu.max", "many of them\n");
  CHECK_FALSE(root.quota());
  root.write("sys/fs/cgroup/cpu.max", "100000 0\n");
  CHECK_FALSE(root.quota());
}

TEST_CASE("processors: SLURM_CPUS_PER_TASK") {
  CHECK(processors_by_slurm("8") == 8);
  for (const char* value : {static_cast<const char*>(nullptr), "", "0", "-2", "8 ", "many", "99999999999999999999"}) {
    CHECK_FALSE(processors_by_slurm(value));
  }
  CHECK(goodhart::usable_processors() >= 1);
}
