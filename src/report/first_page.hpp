/// The first page of a report: what was found, one picture, the options in words, what would reverse it, what comes
/// next.
#pragma once

#include <string>

#include "goodhart/analysis/comparison.hpp"

namespace goodhart {

/// In HTML, with still pictures only. It names no path of the scenario.
std::string first_page(const Comparison& comparison);

}  // namespace goodhart
