/// Files of points: lines to lists, without asking what they mean.
#include "goodhart/io/points_file.hpp"

#include <fmt/format.h>

#include <string_view>

#include "goodhart/io/yaml.hpp"

namespace goodhart {
namespace {

constexpr std::string_view kBlank = " \t\r";

/// The cells of a line.
Node cells_of(std::string_view line, const Place& place) {
  Node cells = Node::list();
  cells.place = place;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find(',', at), line.size());
    const std::size_t from = std::min(line.find_first_not_of(kBlank, at), end);
    std::size_t to = end;
    while (to > from && kBlank.find(line[to - 1]) != kBlank.npos) --to;
    cells.items.push_back(Node::scalar(std::string(line.substr(from, to - from))));
    cells.items.back().place = {place.source, place.line, static_cast<int>(from) + 1};
    at = end + 1;
  }
  return cells;
}

/// The lines that hold something.
std::vector<Node> lines_of(std::string_view text, const std::string& source) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<Node> lines;
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view content = text.substr(0, end);
    const std::size_t start = content.find_first_not_of(kBlank);
    if (start != content.npos && content[start] != '#')
      lines.push_back(cells_of(content, {source, line, static_cast<int>(start) + 1}));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

[[noreturn]] void refuse(const Place& place, const std::string& message) {
  Diagnostic diagnostic;
  diagnostic.place = place;
  diagnostic.path = "experiment.design.file";
  diagnostic.message = message;
  throw UserError(std::vector<Diagnostic>{diagnostic});
}

}  // namespace

std::optional<EdgeFile> read_points_file(Node& scenario, const std::filesystem::path& folder) {
  Node* design = &scenario;
  for (const char* key : {"experiment", "design", "file"}) {
    if (design) design = design->find(key);
  }
  if (!design) return std::nullopt;
  const Node* named = design->kind == Node::Kind::map ? design->find("name") : design;
  // Anything else is either no file or a mistake that reading the scenario finds.
  if (!named || named->kind != Node::Kind::scalar || named->text.empty() || design->find("rows")) return std::nullopt;

  EdgeFile file{(folder / named->text).string(), ""};
  const Place place = named->place;
  try {
    file.text = read_text_file(file.name);
  } catch (const MachineError& error) {
    const std::string at = place.line > 0 ? fmt::format(":{}:{}", place.line, place.column) : "";
    throw MachineError(fmt::format("{}{}: experiment.design.file: {}", place.source, at, error.what()));
  } catch (const UserError& error) {
    refuse(place, error.what());
  }
  if (file.text.size() > kMostBytes) {
    refuse(Place{.source = file.name}, "is larger than 8 MB, which is more than a scenario can hold");
  }
  std::vector<Node> lines = lines_of(file.text, file.name);
  if (lines.empty()) refuse(Place{.source = file.name}, "is empty; it needs a line of names and a line for each point");
  Node whole = Node::map();
  whole.place = design->place;
  whole.add("name", *named);
  whole.add("inputs", lines.front());
  Node& rows = whole.add("rows", Node::list());
  rows.place = place;
  rows.items.assign(lines.begin() + 1, lines.end());
  *design = std::move(whole);
  return file;
}

}  // namespace goodhart
