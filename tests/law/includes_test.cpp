/// The shape of the house: which layer may include which, what stays at the rim, and how each file begins.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

const fs::path kRoot = GOODHART_SOURCE_DIR;

/// The layers whose headers a layer may include; its own are one of them. See ARCHITECTURE.md.
const std::map<std::string, Names> kMayInclude = {
    {"core", {"core"}},
    {"scenario", {"core", "scenario"}},
    {"model", {"core", "scenario", "model"}},
    {"engine", {"core", "scenario", "model", "engine"}},
    {"analysis", {"core", "scenario", "model", "engine", "analysis"}},
    {"study", {"core", "scenario", "model", "engine", "analysis", "study"}},
    {"io", {"core", "scenario", "model", "engine", "analysis", "study", "io"}},
    {"report", {"core", "scenario", "model", "engine", "analysis", "study", "report"}},
    {"app", {"core", "scenario", "model", "engine", "analysis", "study", "io", "report", "app"}},
};

/// The layers that hold no files, no clock and no terminal, so that they can run in a browser or in somebody's Python.
const Names kPure = {"core", "scenario", "model", "engine", "analysis", "study"};
const Names kImpure = {"chrono",      "csignal",    "ctime",    "fcntl.h", "filesystem", "fstream",
                       "iostream",    "poll.h",     "signal.h", "spawn.h", "sys/mman.h", "sys/stat.h",
                       "sys/types.h", "sys/wait.h", "time.h",   "unistd.h"};

/// What brings threads with it. In the pure layers it stands in core/tasks alone, whose pool is handed in; the
/// experiment guards with a mutex what tasks of the pool report.
const Names kThreads = {"thread", "future", "condition_variable", "pthread.h", "stop_token", "semaphore"};

/// The libraries that the engine must do without, so that whoever embeds it needs none of them.
const std::vector<std::string> kNotForTheEngine = {"yaml-cpp/", "hdf5", "H5", "openssl/", "CLI/"};

/// What an #include names, as it stands there.
struct Include {
  bool quoted = false;  ///< "..." rather than <...>
  std::string name;
};

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<Include> includes_of(const fs::path& file) {
  static const std::regex directive(R"re(\s*#\s*include\s*([<"])([^>"]+)[>"].*)re");
  std::vector<Include> includes;
  for (const std::string& line : lines_of(file)) {
    std::smatch match;
    if (std::regex_match(line, match, directive)) includes.push_back({match[1] == "\"", match[2]});
  }
  return includes;
}

/// The C++ files under the given folders of the source tree.
std::vector<fs::path> cpp_files(const std::vector<std::string>& folders) {
  std::vector<fs::path> files;
  for (const std::string& folder : folders) {
    if (!fs::exists(kRoot / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      const std::string extension = entry.path().extension();
      if (extension == ".hpp" || extension == ".cpp") files.push_back(entry.path());
    }
  }
  return files;
}

/// The layer a file belongs to; empty for a file of no layer.
std::string layer_of(const fs::path& file) {
  for (const char* base : {"include/goodhart", "src"}) {
    const fs::path relative = file.lexically_relative(kRoot / base);
    if (!relative.empty() && *relative.begin() != "..") return *relative.begin();
  }
  return "";
}

/// The file of ours that a quoted include means; empty if there is none.
fs::path target_of(const fs::path& includer, const std::string& name) {
  for (const fs::path& folder : {includer.parent_path(), kRoot / "include", kRoot / "src"}) {
    const fs::path file = (folder / name).lexically_normal();
    if (fs::is_regular_file(file)) return file;
  }
  return {};
}

bool is_yaml_or_hdf5(const std::string& name) {
  static const std::regex header(R"re((yaml-cpp/.*|hdf5.*|H5.*\.h))re");
  return std::regex_match(name, header);
}

}  // namespace

TEST_CASE("each include points down the layers") {
  const std::vector<fs::path> files = cpp_files({"include", "src"});
  REQUIRE(!files.empty());
  for (const fs::path& file : files) {
    CAPTURE(file.string());
    const std::string layer = layer_of(file);
    REQUIRE_MESSAGE(kMayInclude.contains(layer), "the file lies in no layer");
    for (const Include& include : includes_of(file)) {
      CAPTURE(include.name);
      if (!include.quoted) {
        CHECK_MESSAGE(!include.name.starts_with("goodhart"), "headers of ours are included in quotes");
        continue;
      }
      if (include.name == "goodhart_build.hpp") {
        CHECK_MESSAGE((layer == "app" || layer == "io"), "only the rim says which build it is");
        continue;
      }
      if (include.name == "goodhart_first_file.hpp") {
        CHECK_MESSAGE((layer == "app" || file.filename() == "schema.cpp"), "it is for `new` and for the reference");
        continue;
      }
      const fs::path target = target_of(file, include.name);
      REQUIRE_MESSAGE(!target.empty(), "no file of ours; headers of others are included in angle brackets");
      CHECK(kMayInclude.at(layer).contains(layer_of(target)));
      const bool is_private = target.lexically_relative(kRoot / "src").native().substr(0, 2) != "..";
      CHECK_MESSAGE((!is_private || layer_of(target) == layer), "headers in src are for their own layer");
    }
  }
}

TEST_CASE("only io knows YAML and HDF5") {
  int seen_in_io = 0;
  for (const fs::path& file : cpp_files({"include", "src"})) {
    for (const Include& include : includes_of(file)) {
      if (!is_yaml_or_hdf5(include.name)) continue;
      CAPTURE(file.string());
      CAPTURE(include.name);
      CHECK(layer_of(file) == "io");
      ++seen_in_io;
    }
  }
  CHECK_MESSAGE(seen_in_io > 0, "nobody includes them, so this test looks for the wrong names");
}

TEST_CASE("one source knows the library that reads the command line") {
  int seen = 0;
  for (const fs::path& file : cpp_files({"include", "src"})) {
    for (const Include& include : includes_of(file)) {
      if (!include.name.starts_with("CLI/")) continue;
      CAPTURE(file.string());
      CHECK(file.filename() == "command_line.cpp");
      ++seen;
    }
  }
  CHECK_MESSAGE(seen > 0, "nobody includes it, so this test looks for the wrong name");
}

TEST_CASE("nothing below io knows files, clocks or the terminal") {
  for (const fs::path& file : cpp_files({"include", "src"})) {
    if (!kPure.contains(layer_of(file))) continue;
    for (const Include& include : includes_of(file)) {
      CAPTURE(file.string());
      CAPTURE(include.name);
      CHECK(!kImpure.contains(include.name));
    }
  }
}

TEST_CASE("the engine does without files' libraries, and threads stand in one place") {
  int seen_elsewhere = 0;
  for (const fs::path& file : cpp_files({"include", "src"})) {
    const bool pure = kPure.contains(layer_of(file));
    for (const Include& include : includes_of(file)) {
      CAPTURE(file.string());
      CAPTURE(include.name);
      for (const std::string& library : kNotForTheEngine) {
        if (!include.name.starts_with(library)) continue;
        CHECK_MESSAGE(!pure, "goodhart::engine must link without it");
        ++seen_elsewhere;
      }
      if (pure && kThreads.contains(include.name)) CHECK(file == kRoot / "src/core/tasks.cpp");
    }
  }
  CHECK_MESSAGE(seen_elsewhere > 0, "nobody includes them, so this test looks for the wrong names");
}

TEST_CASE("public headers need ours and the standard ones") {
  for (const fs::path& file : cpp_files({"include"})) {
    for (const Include& include : includes_of(file)) {
      CAPTURE(file.string());
      CAPTURE(include.name);
      const bool is_standard = !include.quoted && include.name.find_first_of("/.") == std::string::npos;
      CHECK((is_standard || (include.quoted && include.name.starts_with("goodhart/"))));
    }
  }
}

TEST_CASE("each source file begins with a sentence on what it is for") {
  for (const fs::path& file : cpp_files({"include", "src", "tests", "bench"})) {
    CAPTURE(file.string());
    const std::vector<std::string> lines = lines_of(file);
    REQUIRE(!lines.empty());
    CHECK(lines.front().starts_with("/// "));
  }
}

TEST_CASE("each header says pragma once") {
  for (const fs::path& file : cpp_files({"include", "src", "tests", "bench"})) {
    if (file.extension() != ".hpp") continue;
    CAPTURE(file.string());
    int count = 0;
    for (const std::string& line : lines_of(file)) count += line == "#pragma once";
    CHECK(count == 1);
  }
}

// Two types of one name in one namespace are one type to the linker, whose functions then destroy the wrong members; no
// compiler sees it where no source includes both headers.
TEST_CASE("no two headers give one name to two types") {
  static const std::regex space(R"re(namespace (\w+(?:::\w+)*) \{)re");
  static const std::regex type(R"re((?:struct|class|enum|enum class) (\w+)(?: final)?(?: :[^:].*)?(?: ?\{.*)?)re");
  std::map<std::string, Names> homes;
  for (const char* folder : {"include", "src"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      if (entry.path().extension() != ".hpp") continue;
      std::string inside;
      for (const std::string& line : lines_of(entry.path())) {
        std::smatch found;
        if (std::regex_match(line, found, space)) inside = found[1];
        if (line.ends_with(';') && line.find('{') == line.npos) continue;  // only announced
        if (std::regex_match(line, found, type)) homes[inside + "::" + found[1].str()].insert(entry.path().string());
      }
    }
  }
  REQUIRE(homes.size() > 100);
  REQUIRE(homes.contains("goodhart::Scenario"));
  for (const auto& [name, files] : homes) {
    CHECK_MESSAGE(files.size() == 1, name << " is a type in " << *files.begin() << " and in " << *files.rbegin());
  }
}
