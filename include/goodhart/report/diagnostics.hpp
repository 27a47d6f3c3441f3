/// What is wrong with a scenario, as text for people and as JSON for programs.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "goodhart/core/errors.hpp"

namespace goodhart {

/// Each diagnostic as `FILE:LINE:COLUMN: error: PATH: message` (or `warning:`), its line of the source and a caret
/// below the column; at the end, where there are several, how many. `text_of` gives the whole text of a source, or an
/// empty one where it is not to be had: then no line is shown.
///
/// Long lines are cut around the caret; of more than 1000 diagnostics the first 1000 are shown. Control characters are
/// shown as \xNN, so that a text cannot steer a terminal.
std::string rendered(const std::vector<Diagnostic>& diagnostics,
                     const std::function<std::string(const std::string& source)>& text_of);

/// A text as a terminal may show it, line by line: control characters, broken UTF-8 and marks that turn the direction
/// of text as \xNN, so that none steers it.
std::string harmless(std::string_view text);

/// The same on one line, for names of files and the like: line ends are shown, too.
std::string harmless_line(std::string_view text);

/// How many columns of a terminal a harmless text on one line takes.
std::size_t columns_of(std::string_view text);

/// A harmless text on one line, of at most that many columns: where it is longer, its beginning and "...".
std::string cut_to(std::string_view text, std::size_t columns);

/// The same as a JSON list of {severity, file, line, column, path, message}; file, line and column are left out where
/// there is no place, and path where there is none.
std::string diagnostics_json(const std::vector<Diagnostic>& diagnostics);

/// A count as people read it: "12,500".
std::string with_commas(std::size_t number);

}  // namespace goodhart
