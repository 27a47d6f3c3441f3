/// Every broken scenario in tests/bad gives exactly the message beside it, word for word.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "goodhart/core/errors.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/scenario/read.hpp"

namespace goodhart {

namespace {

const std::filesystem::path kFolder = std::filesystem::path(GOODHART_SOURCE_DIR) / "tests" / "bad";

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> names_with(const std::string& extension) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == extension) names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// What the user sees.
std::string message_of(const std::string& name) {
  const std::string text = bytes_of(kFolder / (name + ".yaml"));
  const auto text_of = [&text](const std::string&) { return text; };
  try {
    return rendered(read_scenario(parse_yaml(text, name + ".yaml")).diagnostics, text_of);
  } catch (const UserError& error) {
    return rendered(error.diagnostics(), text_of);
  }
}

}  // namespace

TEST_CASE("every broken scenario has its message, and every message its scenario") {
  CHECK(names_with(".yaml") == names_with(".txt"));
  CHECK(names_with(".yaml").size() >= 90);
}

TEST_CASE("every broken scenario gives exactly the message beside it") {
  for (const std::string& name : names_with(".yaml")) {
    CAPTURE(name);
    const std::string expected = bytes_of(kFolder / (name + ".txt"));
    const std::string actual = message_of(name);
    CHECK_FALSE(actual.empty());
    if (actual == expected) continue;
    const std::filesystem::path file = std::filesystem::current_path() / (name + ".txt.actual");
    std::ofstream(file, std::ios::binary) << actual;
    FAIL_CHECK("the message differs from tests/bad/", name, ".txt; it is now in ", file.string(),
               ", to be copied there if it is better:\n", actual);
  }
}

}  // namespace goodhart
