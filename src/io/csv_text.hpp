/// Tables of strangers as lines of cells: CSV, each cell with its place.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goodhart/core/errors.hpp"

namespace goodhart {

/// A cell of a table, without blanks around it and without quotes.
struct Cell {
  std::string text;
  Place place;
};

/// Cuts a text into lines of cells. Cells may stand in double quotes, as RFC 4180 has it, but end on their line. Blank
/// lines, and those that begin with #, are skipped.
class CsvText {
 public:
  CsvText(std::string_view text, std::string source);

  /// The next line that holds something; nothing at the end. Throws UserError with the place where quotes are broken.
  std::vector<Cell> next();

 private:
  Place here() const { return {source_, line_, static_cast<int>(at_ - begin_) + 1}; }
  void end_line();
  std::vector<Cell> cells();
  std::string plain();
  std::string quoted(const Place& place);

  std::string_view text_;
  std::string source_;
  std::size_t at_ = 0, begin_ = 0;
  int line_ = 1;
};

/// Throws UserError with a sentence about a place.
[[noreturn]] void refuse(const Place& place, const std::string& message);

/// The finite number that a cell holds, written with a decimal point; nothing where it holds something else.
std::optional<double> number_in(const std::string& text);

/// Which column of the head is called so; nothing where there is none. Throws UserError where there are two.
std::optional<std::size_t> column_called(const std::vector<Cell>& head, const std::string& name);

}  // namespace goodhart
