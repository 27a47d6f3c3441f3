/// What every distribution takes besides its own parameters: bounds, and whether a team shares the draw.
#pragma once

#include <limits>
#include <optional>
#include <string>

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

struct Truncation {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  std::string per = "employee";

  static constexpr const char* kPer[] = {"employee", "team"};

  bool operator==(const Truncation&) const = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("min", self.min, About{.help = "values below are cut off (truncation, not clipping)"});
    visit("max", self.max, About{.help = "values above are cut off (truncation, not clipping)"});
    visit.words("per", self.per, kPer,
                About{.help = "who shares a draw: each employee has its own, or a team has one"});
  }
};

}  // namespace goodhart
