/// A comparison as a page.
#include "goodhart/report/page.hpp"

namespace goodhart {

std::string to_html(const Comparison& comparison) {
  return comparison.title;
}

}  // namespace goodhart
