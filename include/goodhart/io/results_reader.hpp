/// Results files in.
#pragma once

#include <filesystem>

#include "goodhart/analysis/results.hpp"

namespace goodhart {

/// Reads the root of a results file (docs/results-format.md) and the scenario in it. A file is data from strangers:
/// what does not fit the scenario that it claims to be of is not read.
///
/// Throws UserError, with a sentence, where the file is not one of results, is damaged or cut off, is of another
/// format, or holds a scenario or variables that this version does not know; MachineError where it cannot be opened.
Results read_results(const std::filesystem::path& name);

}  // namespace goodhart
