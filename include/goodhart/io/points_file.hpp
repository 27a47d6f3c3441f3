/// The file of a study's points: a CSV, put into the scenario's document.
#pragma once

#include <filesystem>
#include <optional>

#include "goodhart/core/document.hpp"
#include "goodhart/io/edges.hpp"

namespace goodhart {

/// Where a scenario names a file in `experiment.design.file`, reads it and puts its lines beside the name, so that the
/// document says all by itself. The first line holds names, the others numbers, with commas between them; blank lines
/// and those that begin with # are skipped. There are no quotes. Each cell has its place in the file; what is wrong
/// with them, reading the scenario says.
///
/// The file is looked for from `folder`, that of the scenario. Returns its name and text, or nothing where none is
/// named. Throws MachineError if it cannot be read, and UserError if it is no regular file or larger than 8 MB.
std::optional<EdgeFile> read_points_file(Node& scenario, const std::filesystem::path& folder);

}  // namespace goodhart
