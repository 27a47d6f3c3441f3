/// What producing shares with measuring.
#pragma once

#include "sheet.hpp"

namespace goodhart {

/// Sums up a strip's value.
void sum_values(const Run& run, const Sheet& sheet);

}  // namespace goodhart
