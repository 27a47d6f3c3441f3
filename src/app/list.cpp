/// `goodhart list`: which scenarios there are, and what they are about.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "command_line.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "scenario_file.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

fs::path default_folder() {
  if (const auto folder = catalogue_folder()) return *folder;
  throw UserError(
      "there is no folder scenarios here, and none was installed; name one, as in 'goodhart list my/folder'");
}

std::vector<fs::path> scenario_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path extension = entry.path().extension();
    if (entry.is_regular_file() && (extension == ".yaml" || extension == ".yml")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string text_of(const Node& document, const char* key) {
  const Node* node = document.find(key);
  return node && node->kind == Node::Kind::scalar ? node->text : "";
}

/// A line of the list.
struct Entry {
  fs::path file;
  std::string title;         ///< what the scenario calls itself; the beginning of its description without a title
  std::string order;         ///< by which lines are sorted
  Exit status = Exit::done;  ///< what is wrong with the file
};

/// Lessons stand where their names put them, but among each other in the order of their numbers.
std::string order_of(const fs::path& file, const Node& document) {
  const Node* number = find_path(document, "lesson.number");
  const std::optional<double> value = number ? as_number(*number) : std::nullopt;
  if (!value) return file.string();
  return (file.parent_path() / fmt::format("lesson-{:06.0f}-{}", *value, file.filename().string())).string();
}

Entry entry_of(const fs::path& file) {
  Entry entry{.file = file, .title = "", .order = file.string()};
  try {
    const Node document = read_yaml_file(file);
    entry.title = text_of(document, "title");
    if (entry.title.empty()) entry.title = text_of(document, "description");
    entry.title.resize(std::min(entry.title.find('\n'), entry.title.size()));
    entry.order = order_of(file, document);
  } catch (const MachineError&) {
    entry.title = "(cannot be read)";
    entry.status = Exit::machine_refused;
  } catch (const UserError&) {
    entry.title = "(is no YAML; goodhart check says why)";
    entry.status = Exit::wrong_usage;
  }
  return entry;
}

Exit list(const std::string& folder_name) {
  const fs::path folder = folder_name.empty() ? default_folder() : fs::path(folder_name);
  if (!fs::is_directory(folder)) throw UserError(folder.string() + ": is no folder; name one that holds scenarios");
  std::vector<Entry> entries;
  for (const fs::path& file : scenario_files(folder)) entries.push_back(entry_of(file));
  if (entries.empty()) throw UserError(folder.string() + ": holds no scenarios (files called .yaml)");
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.order < b.order; });
  std::size_t widest = 0;
  for (const Entry& entry : entries) widest = std::max(widest, columns_of(entry.file.string()));
  Exit status = Exit::done;
  for (const Entry& entry : entries) {
    if (status == Exit::done || entry.status == Exit::machine_refused) status = entry.status;
    const std::string name = harmless_line(entry.file.string());
    const std::string gap(widest - columns_of(entry.file.string()) + 2, ' ');
    fmt::print("{}\n", entry.title.empty() ? name : name + gap + harmless_line(entry.title));
  }
  return status;
}

}  // namespace

Command list_command() {
  const auto folder = std::make_shared<std::string>();
  return {.name = "list",
          .purpose = "List the scenarios of a folder, a line each",
          .options = {{"FOLDER", "", "Where to look", OneText{folder.get()},
                       "the folder scenarios, else the installed ones"}},
          .notes =
              "Examples:\n"
              "  goodhart list\n"
              "  goodhart list my/scenarios",
          .act = [folder] { return list(*folder); }};
}

}  // namespace goodhart
