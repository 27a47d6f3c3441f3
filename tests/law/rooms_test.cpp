/// No scheme, behaviour, distribution, network or move of leadership is named outside its room: whoever adds one
/// touches nothing else.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = GOODHART_SOURCE_DIR;

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The files of the source tree, and the room of a family: its folders, and its list.
std::vector<fs::path> sources() {
  std::vector<fs::path> files;
  for (const char* folder : {"include", "src"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      const std::string extension = entry.path().extension();
      if (extension == ".hpp" || extension == ".cpp") files.push_back(entry.path());
    }
  }
  return files;
}
bool in_room(const fs::path& file, const std::string& family) {
  return file.parent_path().filename() == family || file == kRoot / "include/goodhart/scenario" / (family + ".hpp");
}

/// The types of a family: descriptions that say their name in the format.
std::set<std::string> kinds_of(const std::string& family) {
  static const std::regex description(R"re(struct (\w+)[^;{]*\{\s*static constexpr const char\* kName)re");
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(kRoot / "include/goodhart/scenario" / family)) {
    const std::string text = text_of(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), description), end; at != end; ++at) names.insert((*at)[1]);
  }
  return names;
}

/// The words of a source outside comments and texts.
std::set<std::string> words_of(const fs::path& file) {
  const std::string text = text_of(file);
  std::set<std::string> words;
  std::string word;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "//") == 0) i = std::min(text.find('\n', i), text.size());
    if (i < text.size() && text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\';
    }
    const char c = i < text.size() ? text[i] : ' ';
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '_') {
      word += c;
    } else if (!word.empty()) {
      words.insert(std::exchange(word, ""));
    }
  }
  return words;
}

}  // namespace

TEST_CASE("no scheme, behaviour, distribution, network or move of leadership is named outside its room") {
  for (const std::string family : {"schemes", "behaviours", "distributions", "networks", "leadership"}) {
    CAPTURE(family);
    const std::set<std::string> kinds = kinds_of(family);
    REQUIRE(kinds.size() >= 5);
    for (const fs::path& file : sources()) {
      if (in_room(file, family)) continue;
      const std::set<std::string> words = words_of(file);
      for (const std::string& kind : kinds) {
        CHECK_MESSAGE(!words.contains(kind), file.string() << " names " << kind
                                                           << "; ask for what it can do instead, as stated in its "
                                                              "description");
      }
    }
  }
}
