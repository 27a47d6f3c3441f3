/// How somebody fared in lessons, kept in a file of their own on this machine.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace goodhart {

/// One lesson's entry.
struct Score {
  int times = 0;      ///< how often it was done
  int best = 0;       ///< most questions answered right in one go
  int questions = 0;  ///< that it asks
};

/// By the titles of lessons.
using Scores = std::map<std::string, Score>;

/// $XDG_STATE_HOME/goodhart/lessons.json, else $HOME/.local/state/goodhart/lessons.json; nothing where neither variable
/// names an absolute path.
std::optional<std::filesystem::path> score_file();

/// What the file holds; nothing where there is none or it cannot be read as scores.
Scores read_scores(const std::filesystem::path& file);

/// Adds one time to a lesson's entry and writes the file whole. Returns why that could not be done; empty where it was.
std::string add_score(const std::filesystem::path& file, const std::string& title, int right, int questions);

}  // namespace goodhart
