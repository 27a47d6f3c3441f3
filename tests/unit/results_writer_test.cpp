/// What the results writer leaves on disk: right, whole, the same bytes each time, or nothing at all.
#include "goodhart/io/results_writer.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <hdf5.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <limits>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "goodhart/core/errors.hpp"
#include "io/sha256.hpp"

namespace {

namespace fs = std::filesystem;
using namespace goodhart;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A folder of our own that is gone after the test.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "goodhart-results-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Scratch() { fs::remove_all(folder_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  fs::path operator/(const std::string& name) const { return folder_ / name; }
  bool empty() const { return fs::is_empty(folder_); }

 private:
  fs::path folder_;
};

using Names = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;

Numbers count_from(std::int64_t first, std::size_t size) {
  Numbers numbers(size);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

/// Two policies, three replicates, in the root (tiny, compressed and flag variables) and a panel of employees.
Layout small_layout() {
  const Coordinate policy{"policy", "policy", Names{"baseline", "pr\u00e4mie"}};
  const Coordinate replicate{"replicate", "replicate", count_from(0, 3)};
  return {{
      {"",
       "",
       {policy,
        replicate,
        {"step", "step, negative during burn-in", count_from(-2, 300)},
        {"incentive", "incentive", Names{}}},
       {{"level", "level of the run", "1", {}},
        {"value", "mean value", "value per step", {"step"}},
        {"target", "target in force", "1", {"step", "incentive"}},
        {"phase", "phase in force", "1", {"step"}, {"before", "after reform"}}}},
      {"employees",
       "Every employee",
       {policy,
        replicate,
        {"sample", "step of the sample", count_from(0, 70)},
        {"employee", "employee", count_from(0, 300)}},
       {{"effort", "time spent", "1", {"sample", "employee"}}}},
  }};
}

/// A number that tells where it stands.
double cell(int run, int variable, std::size_t i) {
  return 1e6 * run + 1e5 * variable + static_cast<double>(i) + 0.25;
}

RunRecord small_record(int policy, int replicate) {
  const int run = 3 * policy + replicate;
  std::vector<double> value(300);
  std::vector<double> phase(300);
  std::vector<double> effort(70 * 300);
  for (std::size_t i = 0; i < value.size(); ++i) {
    value[i] = cell(run, 1, i);
    phase[i] = i < 100 ? 0 : 1;
  }
  for (std::size_t i = 0; i < effort.size(); ++i) effort[i] = cell(run, 2, i);
  value[7] = -kNaN;
  phase[5] = kNaN;
  RunRecord record;
  record.policy = policy;
  record.replicate = replicate;
  record.seed = 0xffff'ffff'ffff'fff0U + static_cast<std::uint64_t>(run);
  record.data = {{{0.5 + run}, value, {}, phase}, {effort}};
  return record;
}

const std::vector<Text> kAttributes = {{"title", "Small"}, {"source", "goodhart test"}};
const std::vector<Text> kProvenance = {{"scenario", "title: Small\n"},
                                       {"scenario_resolved", "title: Small\nseed: 1\n"},
                                       {"overrides", ""},
                                       {"program", "goodhart test"},
                                       {"generator", "none"},
                                       {"failures", "policy pr\u00e4mie, replicate 1: no"}};

/// Run (1, 1) fails.
std::string write_small(const fs::path& file) {
  ResultsWriter writer(file, small_layout(), kAttributes);
  for (int policy = 0; policy < 2; ++policy) {
    for (int replicate = 0; replicate < 3; ++replicate) {
      RunRecord record = small_record(policy, replicate);
      if (policy == 1 && replicate == 1) {
        record.failure = "no";
        record.data.clear();
      }
      writer.write(record);
    }
  }
  return writer.finish(kProvenance);
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

template <typename Value>
std::vector<Value> read(const fs::path& file, const std::string& path, hid_t type) {
  const hid_t opened = H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t dataset = H5Dopen2(opened, path.c_str(), H5P_DEFAULT);
  const hid_t space = H5Dget_space(dataset);
  std::vector<Value> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  CHECK(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  H5Sclose(space);
  H5Dclose(dataset);
  H5Fclose(opened);
  return values;
}

bool exists(const fs::path& file, const std::string& path) {
  const hid_t opened = H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const bool found = H5Lexists(opened, path.c_str(), H5P_DEFAULT) > 0;
  H5Fclose(opened);
  return found;
}

/// The message of the MachineError that an action ends in.
std::string machine_error(const std::function<void()>& action) {
  try {
    action();
  } catch (const MachineError& error) {
    return error.what();
  }
  return "no error";
}

/// Runs an action in a child process and returns how it ended, in the terms of waitpid.
int status_of_child(const std::function<int()>& action) {
  std::cout.flush();  // or the child would print it again
  const pid_t child = fork();
  if (child == 0) std::exit(action());  // exit, not _exit: HDF5 must end well too
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("results: what was written is read back") {
  const Scratch scratch;
  const fs::path file = scratch / "x.h5";
  const std::string digest = write_small(file);
  CHECK(digest.size() == 64);
  CHECK(!fs::exists(scratch / "x.h5.part"));

  const auto level = read<double>(file, "level", H5T_NATIVE_DOUBLE);
  const auto value = read<double>(file, "value", H5T_NATIVE_DOUBLE);
  const auto phase = read<std::int8_t>(file, "phase", H5T_NATIVE_INT8);
  const auto effort = read<double>(file, "employees/effort", H5T_NATIVE_DOUBLE);
  const auto seed = read<std::uint64_t>(file, "seed", H5T_NATIVE_UINT64);
  CHECK(read<std::int8_t>(file, "status", H5T_NATIVE_INT8) == std::vector<std::int8_t>{0, 0, 0, 0, 1, 0});
  CHECK(read<std::int8_t>(file, "employees/status", H5T_NATIVE_INT8) == std::vector<std::int8_t>{0, 0, 0, 0, 1, 0});
  CHECK(read<std::int64_t>(file, "step", H5T_NATIVE_INT64) == count_from(-2, 300));

  std::size_t wrong = 0;
  for (std::size_t run = 0; run < 6; ++run) {
    const bool failed = run == 4;
    const int number = static_cast<int>(run);
    wrong += seed[run] != 0xffff'ffff'ffff'fff0U + run;
    wrong += failed ? !std::isnan(level[run]) : level[run] != 0.5 + number;
    for (std::size_t i = 0; i < 300; ++i) {
      const double found = value[run * 300 + i];
      wrong += failed || i == 7 ? !std::isnan(found) || std::signbit(found) : found != cell(number, 1, i);
      const int flag = failed || i == 5 ? -1 : i < 100 ? 0 : 1;
      wrong += phase[run * 300 + i] != flag;
    }
    for (std::size_t i = 0; i < 70 * 300; ++i) {
      const double found = effort[run * 70 * 300 + i];
      wrong += failed ? !std::isnan(found) : found != cell(number, 2, i);
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("results: runs that wait for others are written right, in any order") {
  // 60 kB a run of `noisy` are seventeen runs a chunk at most: three blocks of fourteen replicates.
  constexpr int kReplicates = 40;
  constexpr std::size_t kSteps = 7'500;
  const Layout layout = {{{"",
                           "",
                           {{"policy", "policy", Names{"a", "b"}},
                            {"replicate", "replicate", count_from(0, kReplicates)},
                            {"step", "step", count_from(0, kSteps)},
                            {"short", "short", count_from(0, 3)}},
                           {{"noisy", "written as it is", "1", {"step"}},
                            {"steady", "worth deflating", "1", {"step"}},
                            {"few", "not in chunks", "1", {"short"}},
                            {"flag", "numbers of flags", "1", {"step"}, {"no", "yes"}}}}}};
  const auto record_of = [&](int policy, int replicate) {
    RunRecord record;
    record.policy = policy;
    record.replicate = replicate;
    record.seed = static_cast<std::uint64_t>(replicate);
    const int run = policy * kReplicates + replicate;
    if (run == 17) {
      record.failure = "no";
      return record;
    }
    record.data = {{std::vector<double>(kSteps),
                    std::vector<double>(kSteps, run),
                    {run + 0.5, -kNaN, run + 0.75},
                    std::vector<double>(kSteps, run % 2)}};
    for (std::size_t i = 0; i < kSteps; ++i) record.data[0][0][i] = cell(run, 0, i);
    return record;
  };

  const Scratch scratch;
  std::string digests[3];
  for (int order = 0; order < 3; ++order) {
    ResultsWriter writer(scratch / "x.h5", layout, kAttributes);
    for (int at = 0; at < 2 * kReplicates; ++at) {
      // By policy, by replicate, and to and fro between blocks.
      const int run = order == 0 ? at : order == 1 ? at % 2 * kReplicates + at / 2 : at * 27 % (2 * kReplicates);
      writer.write(record_of(run / kReplicates, run % kReplicates));
    }
    digests[order] = writer.finish({});

    const auto noisy = read<double>(scratch / "x.h5", "noisy", H5T_NATIVE_DOUBLE);
    const auto steady = read<double>(scratch / "x.h5", "steady", H5T_NATIVE_DOUBLE);
    const auto few = read<double>(scratch / "x.h5", "few", H5T_NATIVE_DOUBLE);
    const auto flag = read<std::int8_t>(scratch / "x.h5", "flag", H5T_NATIVE_INT8);
    const auto status = read<std::int8_t>(scratch / "x.h5", "status", H5T_NATIVE_INT8);
    const auto seed = read<std::uint64_t>(scratch / "x.h5", "seed", H5T_NATIVE_UINT64);
    std::size_t wrong = 0;
    for (std::size_t run = 0; run < 2 * kReplicates; ++run) {
      const bool failed = run == 17;
      const double number = static_cast<double>(run);
      wrong += status[run] != (failed ? 1 : 0);
      wrong += seed[run] != run % kReplicates;
      wrong += failed ? !std::isnan(few[3 * run]) : few[3 * run] != number + 0.5 || few[3 * run + 2] != number + 0.75;
      wrong += !std::isnan(few[3 * run + 1]) || std::signbit(few[3 * run + 1]);
      for (std::size_t i = run * kSteps; i < (run + 1) * kSteps; ++i) {
        wrong += failed ? !std::isnan(noisy[i]) : noisy[i] != cell(static_cast<int>(run), 0, i - run * kSteps);
        wrong += failed ? !std::isnan(steady[i]) : steady[i] != number;
        wrong += flag[i] != (failed ? -1 : static_cast<int>(run % 2));
      }
    }
    CHECK(wrong == 0);
  }
  CHECK(digests[0] == digests[1]);
  CHECK(digests[0] == digests[2]);
  // 4.8 MB of noise, and next to nothing for as much that is steady.
  CHECK(fs::file_size(scratch / "x.h5") > 4'900'000);
  CHECK(fs::file_size(scratch / "x.h5") < 5'600'000);
}

TEST_CASE("results: an empty axis and what is over it are left out") {
  const Scratch scratch;
  write_small(scratch / "x.h5");
  CHECK(exists(scratch / "x.h5", "value"));
  CHECK(!exists(scratch / "x.h5", "incentive"));
  CHECK(!exists(scratch / "x.h5", "target"));
}

TEST_CASE("results: the same bytes at another time, under another name, over old leftovers") {
  const Scratch scratch;
  const std::string first = write_small(scratch / "x.h5");
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // HDF5 would stamp objects to the second
  std::ofstream(scratch / "another.h5.part") << std::string(10'000'000, 'x');
  const std::string second = write_small(scratch / "another.h5");
  CHECK(first == second);
  CHECK(bytes_of(scratch / "x.h5") == bytes_of(scratch / "another.h5"));
}

TEST_CASE("results: the digest follows the recipe") {
  // 8 MB a run of `big`: the writer reads two of the three replicates at once, then one.
  const Scratch scratch;
  constexpr std::size_t kBig = 1'000'000;
  const Layout layout = {{{"",
                           "",
                           {{"policy", "policy", Names{"a", "\u00fc"}},
                            {"replicate", "replicate", Numbers{5, 6, 7}},
                            {"i", "i", count_from(0, kBig)}},
                           {{"x", "x", "1", {}}, {"big", "big", "1", {"i"}}}}}};
  const std::vector<double> big(kBig, 1.0);
  ResultsWriter writer(scratch / "x.h5", layout, kAttributes);
  RunRecord record;
  record.policy = 1;
  record.replicate = 2;
  record.seed = 258;
  record.data = {{{1.0}, big}};
  writer.write(record);

  Sha256 expected;
  const auto head = [&](const std::string& path, const std::vector<std::uint64_t>& shape) {
    expected.add_text(path);
    expected.add_number(shape.size());
    for (const auto extent : shape) expected.add_number(extent);
  };
  const std::vector<double> none(kBig, kNaN);
  head("policy", {2});
  expected.add_text("a");
  expected.add_text("\u00fc");
  head("replicate", {3});
  for (const std::uint64_t number : {5U, 6U, 7U}) expected.add_number(number);
  head("i", {kBig});
  for (std::uint64_t i = 0; i < kBig; ++i) expected.add_number(i);
  head("seed", {2, 3});
  for (int i = 0; i < 5; ++i) expected.add_number(0);
  expected.add_number(258);
  head("status", {2, 3});
  expected.add_bytes("\1\1\1\1\1\0", 6);
  head("x", {2, 3});
  for (int i = 0; i < 5; ++i) expected.add_bytes("\0\0\0\0\0\0\xf8\x7f", 8);
  expected.add_bytes("\0\0\0\0\0\0\xf0\x3f", 8);
  head("big", {2, 3, kBig});
  for (int i = 0; i < 5; ++i) expected.add_bytes(none.data(), 8 * kBig);
  expected.add_bytes(big.data(), 8 * kBig);
  CHECK(writer.finish({}) == expected.finish());
}

TEST_CASE("sha256: known answers") {
  // FIPS 180-4 example and the empty message
  Sha256 empty;
  CHECK(empty.finish() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 abc;
  abc.add_bytes("ab", 2);
  abc.add_bytes("c", 1);
  CHECK(abc.finish() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 number;
  number.add_number(0x0102030405060708U);
  Sha256 bytes;
  bytes.add_bytes("\x08\x07\x06\x05\x04\x03\x02\x01", 8);
  CHECK(number.finish() == bytes.finish());
}

TEST_CASE("results: NAME.part goes when the writer does, and an older file of the name stays") {
  const Scratch scratch;
  std::ofstream(scratch / "x.h5") << "older";
  {
    ResultsWriter writer(scratch / "x.h5", small_layout(), kAttributes);
    writer.write(small_record(0, 0));
    CHECK(fs::exists(scratch / "x.h5.part"));
  }
  CHECK(!fs::exists(scratch / "x.h5.part"));
  CHECK(bytes_of(scratch / "x.h5") == "older");
}

TEST_CASE("results: killed in mid-write, no file of the final name") {
  const Scratch scratch;
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    ResultsWriter writer(scratch / "x.h5", small_layout(), kAttributes);
    for (int i = 0;; ++i) {
      writer.write(small_record(i % 2, i % 3));
      if (i == 10 && ::write(ready[1], "x", 1) != 1) _exit(1);
    }
  }
  char byte = 0;
  CHECK(::read(ready[0], &byte, 1) == 1);
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  close(ready[0]);
  close(ready[1]);
  CHECK(WIFSIGNALED(status));
  CHECK(fs::exists(scratch / "x.h5.part"));
  CHECK(!fs::exists(scratch / "x.h5"));
  write_small(scratch / "x.h5");
  CHECK(fs::exists(scratch / "x.h5"));
}

TEST_CASE("results: what cannot be created says so") {
  const Scratch scratch;
  const auto create = [](const fs::path& file) {
    return machine_error([&] { ResultsWriter(file, small_layout(), kAttributes); });
  };
  CHECK(create(scratch / "no/x.h5") ==
        (scratch / "no/x.h5").string() + ": cannot be written: there is no folder " + (scratch / "no").string());
  CHECK(!fs::exists(scratch / "no"));

  fs::create_directory(scratch / "y.h5.part");
  CHECK(create(scratch / "y.h5") ==
        (scratch / "y.h5.part").string() +
            ": is in the way: a folder, which goodhart did not make; remove it, or name another file");
  CHECK(fs::exists(scratch / "y.h5.part"));

  ResultsWriter first(scratch / "z.h5", small_layout(), kAttributes);
  CHECK(create(scratch / "z.h5") ==
        (scratch / "z.h5.part").string() + ": cannot create: another process is writing it");
  CHECK(fs::exists(scratch / "z.h5.part"));
}

TEST_CASE("results: a folder without permission says so") {
  const Scratch scratch;
  fs::create_directory(scratch / "closed");
  fs::permissions(scratch / "closed", fs::perms::owner_read | fs::perms::owner_exec);
  fs::permissions(scratch / "", fs::perms::others_exec | fs::perms::owner_all);
  const int status = status_of_child([&] {
    if (geteuid() == 0 && seteuid(65534) != 0) return 2;  // root may write anywhere
    const std::string message =
        machine_error([&] { ResultsWriter(scratch / "closed/x.h5", small_layout(), kAttributes); });
    if (getuid() == 0 && seteuid(0) != 0) return 3;
    return message == (scratch / "closed/x.h5").string() + ": cannot be reached: Permission denied" ? 0 : 1;
  });
  CHECK(status == 0);
}

TEST_CASE("results: a name that is taken by a folder says so") {
  const Scratch scratch;
  fs::create_directory(scratch / "x.h5");
  const std::string name = (scratch / "x.h5").string();
  CHECK_THROWS_WITH_AS(write_small(name),
                       (name + ": is a folder; name a file in it, as " + name + "/results.h5").c_str(), UserError);
  CHECK(!fs::exists(scratch / "x.h5.part"));
}

TEST_CASE("results: where the disk has no room, a sentence, no file, and no crash at exit") {
  // A limit on the size of files stands for a full disk, wherever the writing is when it strikes.
  const Scratch scratch;
  for (const rlim_t limit : std::vector<rlim_t>{0, 100, 3'000, 20'000, 60'000, 200'000, 500'000, 800'000}) {
    CAPTURE(limit);
    const int status = status_of_child([&] {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit room{limit, RLIM_INFINITY};
      setrlimit(RLIMIT_FSIZE, &room);
      const std::string message = machine_error([&] { write_small(scratch / "x.h5"); });
      if (!scratch.empty()) return 1;
      return message == (scratch / "x.h5.part").string() + ": cannot write: File too large" ? 0 : 2;
    });
    CHECK(status == 0);
  }
}

TEST_CASE("results: after an error, and after the end, nothing more can be written") {
  const Scratch scratch;
  ResultsWriter writer(scratch / "x.h5", small_layout(), kAttributes);
  RunRecord wrong = small_record(0, 0);
  wrong.data[0][1].pop_back();
  CHECK_THROWS_WITH_AS(writer.write(wrong), "results writer: 'value' has 299 values, not 300", Bug);
  CHECK(scratch.empty());
  CHECK_THROWS_AS(writer.write(small_record(0, 0)), Bug);
  CHECK_THROWS_AS(writer.finish({}), Bug);

  ResultsWriter done(scratch / "y.h5", small_layout(), kAttributes);
  done.finish({});
  CHECK_THROWS_AS(done.write(small_record(0, 0)), Bug);
}

TEST_CASE("results: a record that does not fit, or a layout that contradicts itself, is a bug") {
  const Scratch scratch;
  const auto write = [&](const std::function<void(Layout&, RunRecord&)>& spoil) {
    Layout layout = small_layout();
    RunRecord record = small_record(1, 2);
    spoil(layout, record);
    ResultsWriter(scratch / "x.h5", layout, kAttributes).write(record);
  };
  write([](Layout&, RunRecord&) {});
  CHECK_THROWS_AS(write([](Layout&, RunRecord& record) { record.policy = 2; }), Bug);
  CHECK_THROWS_AS(write([](Layout&, RunRecord& record) { record.replicate = -1; }), Bug);
  CHECK_THROWS_AS(write([](Layout&, RunRecord& record) { record.data.pop_back(); }), Bug);
  CHECK_THROWS_AS(write([](Layout&, RunRecord& record) { record.data[0].pop_back(); }), Bug);
  CHECK_THROWS_WITH_AS(write([](Layout&, RunRecord& record) { record.data[0][3][0] = 2; }),
                       "results: phase is 2.000000, which is none of its flags", Bug);
  CHECK_THROWS_WITH_AS(write([](Layout& layout, RunRecord&) { layout.folders[0].variables[1].name = "step"; }),
                       "results writer: 'step' stands twice in folder ''", Bug);
  CHECK_THROWS_WITH_AS(write([](Layout& layout, RunRecord&) { layout.folders[1].variables[0].axes[1] = "worker"; }),
                       "results writer: 'effort' names no coordinate by 'worker'", Bug);
  CHECK_THROWS_AS(write([](Layout& layout, RunRecord&) { layout.folders[0].variables[3].flags.resize(129); }), Bug);
  CHECK(scratch.empty());
}

TEST_CASE("results: two writers at once, one moved, do not disturb each other") {
  const Scratch scratch;
  ResultsWriter first(scratch / "a.h5", small_layout(), kAttributes);
  ResultsWriter second(scratch / "b.h5", small_layout(), kAttributes);
  ResultsWriter moved = std::move(first);
  for (int replicate = 0; replicate < 3; ++replicate) {
    moved.write(small_record(0, replicate));
    second.write(small_record(0, replicate));
  }
  moved.finish(kProvenance);
  second = ResultsWriter(scratch / "c.h5", small_layout(), kAttributes);
  CHECK(fs::exists(scratch / "a.h5"));
  CHECK(!fs::exists(scratch / "b.h5.part"));
  CHECK(fs::exists(scratch / "c.h5.part"));
}

// Sanitizers keep shadows of memory and freed blocks: what they take says nothing of the writer.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

TEST_CASE("results: 200 MB in mixed folders take little memory, and this long") {
  const Scratch scratch;
  constexpr int kReplicates = 100;
  Layout layout = small_layout();
  for (auto& folder : layout.folders) folder.coordinates[1].values = count_from(0, kReplicates);
  layout.folders[1].coordinates[3].values = count_from(0, 1'700);
  RunRecord record = small_record(0, 0);
  record.data[1][0].resize(70 * 1'700);
  for (std::size_t i = 0; i < record.data[1][0].size(); ++i) record.data[1][0][i] = std::sin(static_cast<double>(i));

  const int status = status_of_child([&] {
    rusage before{};
    rusage after{};
    getrusage(RUSAGE_SELF, &before);
    const auto start = std::chrono::steady_clock::now();
    ResultsWriter writer(scratch / "x.h5", layout, kAttributes);
    for (record.policy = 0; record.policy < 2; ++record.policy) {
      for (record.replicate = 0; record.replicate < kReplicates; ++record.replicate) writer.write(record);
    }
    writer.finish(kProvenance);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    getrusage(RUSAGE_SELF, &after);
    std::ofstream(scratch / "seconds") << seconds.count();
    return kSanitized || after.ru_maxrss - before.ru_maxrss < 80'000 ? 0 : 1;  // kB
  });
  CHECK(status == 0);
  CHECK(fs::file_size(scratch / "x.h5") > 190'000'000);
  CHECK(fs::file_size(scratch / "x.h5") < 200'000'000);
  MESSAGE("190 MB in " << bytes_of(scratch / "seconds") << " s");
}
