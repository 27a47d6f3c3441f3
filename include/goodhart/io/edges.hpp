/// The file of a network `edges`: its pairs, put into the scenario's document.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "goodhart/core/document.hpp"

namespace goodhart {

/// A file of who sees whom, as read: what places call it, and its text for excerpts.
struct EdgeFile {
  std::string name;
  std::string text;
};

/// Where a scenario names a file in `population.network.edges`, reads it and puts its pairs in place of the name, so
/// that the document says all by itself. Each pair has its place in the file; what is wrong with them, reading the
/// scenario says. Each line holds a pair, `from to` or `from,to`; blank lines and those that begin with # are skipped.
///
/// The file is looked for from `folder`, that of the scenario. Returns it, or nothing where none is named. Throws
/// MachineError if it cannot be read, and UserError if it is no regular file or larger than 8 MB.
std::optional<EdgeFile> read_edge_file(Node& scenario, const std::filesystem::path& folder);

}  // namespace goodhart
