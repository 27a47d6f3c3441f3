/// Edge files: lines to pairs, without asking what they mean.
#include "goodhart/io/edges.hpp"

#include <fmt/format.h>

#include <string_view>

#include "goodhart/io/yaml.hpp"

namespace goodhart {

namespace {

constexpr std::string_view kBlank = " \t\r";

/// The list that a line stands for: what a comma separates, or else blanks.
Node pair_of(std::string_view line, const Place& place) {
  const std::string_view separators = line.find(',') == line.npos ? kBlank : ",";
  Node pair = Node::list();
  pair.place = place;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find_first_of(separators, at), line.size());
    std::size_t from = std::min(line.find_first_not_of(kBlank, at), end), to = end;
    while (to > from && kBlank.find(line[to - 1]) != kBlank.npos) --to;
    // Several blanks are one; a comma has something on either side.
    if (to > from || separators == ",") {
      pair.items.push_back(Node::scalar(std::string(line.substr(from, to - from))));
      pair.items.back().place = {place.source, place.line, static_cast<int>(from) + 1};
    }
    at = end + 1;
  }
  return pair;
}

Node pairs_of(std::string_view text, const std::string& source) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Node pairs = Node::list();
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view content = text.substr(0, end);
    const std::size_t start = content.find_first_not_of(kBlank);
    if (start != content.npos && content[start] != '#')
      pairs.items.push_back(pair_of(content, {source, line, static_cast<int>(start) + 1}));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return pairs;
}

}  // namespace

std::optional<EdgeFile> read_edge_file(Node& scenario, const std::filesystem::path& folder) {
  Node* edges = &scenario;
  for (const char* key : {"population", "network", "edges"}) {
    if (edges) edges = edges->find(key);
  }
  if (!edges) return std::nullopt;
  const Node* named = edges->kind == Node::Kind::map ? edges->find("file") : edges;
  // Anything else is either no file or a mistake that reading the scenario finds.
  if (!named || named->kind != Node::Kind::scalar || named->text.empty() || edges->find("pairs")) return std::nullopt;

  EdgeFile file{(folder / named->text).string(), ""};
  const Place& place = named->place;
  try {
    file.text = read_text_file(file.name);
  } catch (const MachineError& error) {
    const std::string at = place.line > 0 ? fmt::format(":{}:{}", place.line, place.column) : "";
    throw MachineError(fmt::format("{}{}: population.network.edges: {}", place.source, at, error.what()));
  } catch (const UserError& error) {
    Diagnostic special;
    special.place = place;
    special.path = "population.network.edges";
    special.message = error.what();
    throw UserError(std::vector<Diagnostic>{special});
  }
  if (file.text.size() > kMostBytes) {
    Diagnostic too_large;
    too_large.place.source = file.name;
    too_large.path = "population.network.edges";
    too_large.message = "is larger than 8 MB, which is more than a scenario can hold";
    throw UserError(std::vector<Diagnostic>{too_large});
  }

  Node inline_edges = Node::map();
  inline_edges.place = edges->place;
  inline_edges.add("pairs", pairs_of(file.text, file.name)).place = named->place;
  for (const Member& member : edges->members) {
    if (member.key != "file") inline_edges.members.push_back(member);
  }
  *edges = std::move(inline_edges);
  return file;
}

}  // namespace goodhart
