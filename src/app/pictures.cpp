/// Asking the terminal and the locale what they can show.
#include "pictures.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace goodhart {
namespace {

/// A variable of the environment; empty where there is none.
std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool locale_has_unicode() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = environment(name);
    if (value.empty()) continue;
    std::string small(value);
    std::transform(small.begin(), small.end(), small.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return small.find("utf-8") != small.npos || small.find("utf8") != small.npos;
  }
  return false;
}

}  // namespace

CommandOption Pictures::option() {
  return {"--pictures", "auto|blocks|ascii|none", "What pictures in the terminal are made of",
          Word{&wanted, {"auto", "blocks", "ascii", "none"}},
          "auto: none where standard output is no terminal, else blocks where the locale is UTF-8, else ascii"};
}

Signs Pictures::signs() const {
  if (wanted == "blocks") return Signs::blocks;
  if (wanted == "ascii") return Signs::ascii;
  const std::string_view kind = environment("TERM");
  if (wanted == "none" || ::isatty(STDOUT_FILENO) != 1 || kind.empty() || kind == "dumb") return Signs::none;
  return locale_has_unicode() ? Signs::blocks : Signs::ascii;
}

}  // namespace goodhart
