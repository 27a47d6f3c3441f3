/// Behaviour `honest`: best response with gaming activities closed.
#pragma once

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

struct Honest {
  static constexpr const char* kName = "honest";
  static constexpr const char* kHelp = "best response among activities that are not gaming";
  static constexpr bool kOptimises = true;
  static constexpr bool kClosesGaming = true;
  double inertia = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(
        "inertia", self.inertia,
        About{.help = "probability of keeping the last step's efforts instead of deciding anew", .low = 0, .high = 1});
  }
};

}  // namespace goodhart
