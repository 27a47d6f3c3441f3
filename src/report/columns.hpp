/// Tables of a terminal, and numbers of things in its sentences.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace goodhart {

/// "1 candidate", "12,500 candidates".
std::string plural(std::size_t count, const std::string& one, const std::string& more);

/// Rows of cells under a head, in columns; the first and the last column to the left, the others to the right.
std::string columns_text(const std::vector<std::vector<std::string>>& rows);

}  // namespace goodhart
