/// Tables of a terminal.
#include "columns.hpp"

#include <algorithm>

#include "goodhart/report/diagnostics.hpp"
#include "numbers.hpp"

namespace goodhart {

std::string plural(std::size_t count, const std::string& one, const std::string& more) {
  return with_commas(count) + " " + (count == 1 ? one : more);
}

std::string columns_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string room(widths[c] - width_of(row[c]), ' ');
      line += " ";
      line += c == 0 || c + 1 == row.size() ? row[c] + (c == 0 ? room : "") : room + row[c];
      line += " ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line;
    text += "\n";
  }
  return text;
}

}  // namespace goodhart
