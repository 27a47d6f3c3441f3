/// Reading and writing scores as JSON; a file that somebody spoiled or locked stops no lesson.
#include "score.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>

namespace goodhart {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::uintmax_t kLargest = 1 << 20;  // bytes; no scores are that long

std::optional<fs::path> folder_named(const char* variable) {
  const char* value = std::getenv(variable);
  if (!value || *value != '/') return std::nullopt;
  return fs::path(value);
}

int whole(const Json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_number_integer()) return 0;
  const auto value = found->get<std::int64_t>();
  return static_cast<int>(std::clamp<std::int64_t>(value, 0, std::numeric_limits<int>::max() - 1));
}

}  // namespace

std::optional<fs::path> score_file() {
  if (const auto state = folder_named("XDG_STATE_HOME")) return *state / "goodhart" / "lessons.json";
  if (const auto home = folder_named("HOME")) return *home / ".local" / "state" / "goodhart" / "lessons.json";
  return std::nullopt;
}

Scores read_scores(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error) || fs::file_size(file, error) > kLargest || error) return {};
  std::ifstream in(file);
  const Json json = Json::parse(in, nullptr, false);
  Scores scores;
  if (!json.is_object()) return scores;
  for (const auto& [title, entry] : json.items()) {
    if (entry.is_object()) scores[title] = {whole(entry, "times"), whole(entry, "best"), whole(entry, "questions")};
  }
  return scores;
}

std::string add_score(const fs::path& file, const std::string& title, int right, int questions) {
  Scores scores = read_scores(file);
  Score& score = scores[title];
  score.times += 1;
  // What was reached when it asked other questions is not comparable.
  score.best = score.questions == questions ? std::max(score.best, right) : right;
  score.questions = questions;
  Json json = Json::object();
  for (const auto& [name, one] : scores) {
    json[name] = {{"times", one.times}, {"best", one.best}, {"questions", one.questions}};
  }
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) return error.message();
  const fs::path part = file.string() + "." + std::to_string(::getpid()) + ".part";
  {
    std::ofstream out(part);
    errno = 0;
    out << json.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    out.close();
    if (!out) {
      const std::string why = errno == 0 ? "it cannot be written" : std::strerror(errno);
      fs::remove(part, error);
      return why;
    }
  }
  fs::rename(part, file, error);
  if (!error) return "";
  const std::string why = error.message();
  fs::remove(part, error);
  return why;
}

}  // namespace goodhart
