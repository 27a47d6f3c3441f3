/// `goodhart list`: which scenarios there are, and what they are about.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
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

/// What the scenario calls itself; the beginning of its description where it has no title.
std::string title_of(const fs::path& file) {
  const Node document = read_yaml_file(file);
  std::string text = text_of(document, "title");
  if (text.empty()) text = text_of(document, "description");
  const std::size_t end = text.find_first_of('\n');
  if (end != text.npos) text.resize(end);
  return text;
}

Exit list(const std::string& folder_name) {
  const fs::path folder = folder_name.empty() ? default_folder() : fs::path(folder_name);
  if (!fs::is_directory(folder)) throw UserError(folder.string() + ": is no folder; name one that holds scenarios");
  const std::vector<fs::path> files = scenario_files(folder);
  if (files.empty()) throw UserError(folder.string() + ": holds no scenarios (files called .yaml)");
  std::size_t widest = 0;
  for (const fs::path& file : files) widest = std::max(widest, columns_of(file.string()));
  Exit status = Exit::done;
  for (const fs::path& file : files) {
    const std::string name = harmless_line(file.string());
    std::string title;
    try {
      title = title_of(file);
    } catch (const MachineError&) {
      title = "(cannot be read)";
      status = Exit::machine_refused;
    } catch (const UserError&) {
      title = "(is no YAML; goodhart check says why)";
      if (status == Exit::done) status = Exit::wrong_usage;
    }
    const std::string gap(widest - columns_of(file.string()) + 2, ' ');
    fmt::print("{}\n", title.empty() ? name : name + gap + harmless_line(title));
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
