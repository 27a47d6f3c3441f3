/// Worlds as `--worlds` gives them: how many, or which.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// Does a file's name end so, in whatever case?
bool ends_in(const std::string& name, std::string_view end);

/// A number of worlds; nothing where it is something else. Throws UserError where it is not within these bounds.
std::optional<std::int64_t> number_of_worlds(const std::string& text, std::int64_t least, std::int64_t most);

/// What `experiment.design` says of the worlds in a file, as YAML: those of a fit (.h5), or a table with a line for
/// each
/// (.csv). Throws UserError where its columns are not the numbers in doubt, or a cell holds no number. It must be
/// called before there are threads.
std::string design_of_worlds(const Scenario& scenario, const std::string& file);

/// The same, at most so many evenly from the first to the last: the values of each number of `experiment.vary`, number
/// by number.
std::vector<std::vector<double>> values_of_worlds(const Scenario& scenario, const std::string& file, std::size_t most);

}  // namespace goodhart
