/// Worlds of a file, and how many are asked for.
#include "given_worlds.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "goodhart/core/document.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/io/points_file.hpp"
#include "goodhart/io/study_reader.hpp"
#include "goodhart/io/yaml.hpp"

namespace goodhart {
namespace {

/// Throws UserError where the columns are not the numbers in doubt, or a cell holds no number.
void demand_columns(const Scenario& scenario, const std::string& file, const Node& inputs, const Node& rows) {
  std::vector<std::string> wanted, there;
  for (const auto& [path, range] : scenario.experiment->vary) wanted.push_back(range.name(path));
  for (const Node& input : inputs.items) there.push_back(input.text);
  for (const std::string& name : wanted) {
    if (std::find(there.begin(), there.end(), name) != there.end()) continue;
    throw UserError(fmt::format("--worlds {}: has no column '{}', which is in doubt (experiment.vary); there are {}",
                                file, name, listed(there, "and")));
  }
  for (const std::string& name : there) {
    if (std::count(there.begin(), there.end(), name) > 1) {
      throw UserError(fmt::format("--worlds {}: has two columns '{}'", file, name));
    }
    if (std::find(wanted.begin(), wanted.end(), name) != wanted.end()) continue;
    throw UserError(fmt::format("--worlds {}: has a column '{}', which is not in doubt (experiment.vary); there are {}",
                                file, name, listed(wanted, "and")));
  }
  if (rows.items.empty()) throw UserError("--worlds " + file + ": has no line but that of names");
  for (const Node& row : rows.items) {
    if (row.items.size() != there.size()) {
      throw UserError(fmt::format("{}:{}: has {} cells, and there are {} columns", file, row.place.line,
                                  row.items.size(), there.size()));
    }
    for (const Node& cell : row.items) {
      if (as_number(cell)) continue;
      throw UserError(
          fmt::format("{}:{}:{}: must be a number, not '{}'", file, cell.place.line, cell.place.column, cell.text));
    }
  }
}

/// `experiment.design` of the worlds in a file.
Node worlds_in(const Scenario& scenario, const std::string& file) {
  const bool is_study = ends_in(file, ".h5");
  if (!is_study && !ends_in(file, ".csv")) {
    throw UserError("--worlds " + file + ": must be a number, a fit's results (.h5) or a table of worlds (.csv)");
  }
  Node document;
  if (is_study) {
    document = parse_yaml(read_study_source(file).scenario_resolved, "the scenario in " + file);
  } else {
    Node design = Node::map(), kind = Node::map(), experiment = Node::map();
    kind.add("name", Node::scalar(file, true));
    design.add("file", kind);
    experiment.add("design", design);
    document = Node::map();
    document.add("experiment", experiment);
    read_points_file(document, "");
  }
  const Node* design = find_path(document, "experiment.design");
  const Node* points = design ? design->find("file") : nullptr;
  if (!points) {
    throw UserError("--worlds " + file + ": is a study whose worlds a design makes; give a fit's results, or a table");
  }
  demand_columns(scenario, file, *points->find("inputs"), *points->find("rows"));
  return *design;
}

}  // namespace

bool ends_in(const std::string& name, std::string_view end) {
  if (name.size() < end.size()) return false;
  return std::equal(end.begin(), end.end(), name.end() - static_cast<std::ptrdiff_t>(end.size()),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
}

/// A number of worlds; nothing where it is something else.
std::optional<std::int64_t> number_of_worlds(const std::string& text, std::int64_t least, std::int64_t most) {
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  const std::int64_t number = text.size() > 9 ? most + 1 : std::stoll(text);
  if (number < least || number > most) {
    throw UserError(fmt::format("--worlds {}: must be a whole number from {} to {}, or a file", text, least, most));
  }
  return number;
}

std::string design_of_worlds(const Scenario& scenario, const std::string& file) {
  return to_yaml(worlds_in(scenario, file));
}

std::vector<std::vector<double>> values_of_worlds(const Scenario& scenario, const std::string& file, std::size_t most) {
  const Node design = worlds_in(scenario, file);
  const Node& points = *design.find("file");
  const std::vector<Node>& inputs = points.find("inputs")->items;
  const std::vector<Node>& rows = points.find("rows")->items;
  const std::size_t count = std::min(most, rows.size());
  std::vector<std::vector<double>> values;
  for (const auto& [path, range] : scenario.experiment->vary) {
    const std::string& name = range.name(path);
    const auto column = static_cast<std::size_t>(
        std::find_if(inputs.begin(), inputs.end(), [&](const Node& input) { return input.text == name; }) -
        inputs.begin());
    std::vector<double>& of_number = values.emplace_back();
    for (std::size_t w = 0; w < count; ++w)
      of_number.push_back(*as_number(rows[w * rows.size() / count].items[column]));
  }
  return values;
}

}  // namespace goodhart
