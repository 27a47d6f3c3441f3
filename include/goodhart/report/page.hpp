/// A comparison as a page for browsers.
#pragma once

#include <string>

#include "goodhart/analysis/comparison.hpp"

namespace goodhart {

/// One self-contained page of HTML, which opens offline.
std::string to_html(const Comparison& comparison);

}  // namespace goodhart
