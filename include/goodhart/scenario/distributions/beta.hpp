/// Distribution `beta`: between 0 and 1, with mean a / (a + b).
#pragma once

#include "goodhart/scenario/truncation.hpp"

namespace goodhart {

struct Beta : Truncation {
  static constexpr const char* kName = "beta";
  static constexpr const char* kHelp = "between 0 and 1, with mean a / (a + b)";
  double a = 1;
  double b = 1;

  bool operator==(const Beta&) const = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("a", self.a, About{.help = "weight of 1", .low = 0, .above = true, .finite = true, .required = true});
    visit("b", self.b, About{.help = "weight of 0", .low = 0, .above = true, .finite = true, .required = true});
    Truncation::fields(self, visit);
  }
};

}  // namespace goodhart
