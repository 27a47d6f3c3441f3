/// Behaviour `fixed`: the efforts are given, nothing is decided.
#pragma once

#include "goodhart/scenario/quantity.hpp"

namespace goodhart {

struct Fixed {
  static constexpr const char* kName = "fixed";
  static constexpr const char* kHelp = "does what the scenario says, whatever it pays";
  static constexpr bool kResponds = false;
  Named<Quantity> efforts;
  double inertia = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("efforts", self.efforts,
          About{.help = "units of each activity; those not named get none. Scaled down together if they do not fit",
                .unit = "units of the activity",
                .low = 0,
                .finite = true,
                .required = true,
                .names = Names::activity});
    visit(
        "inertia", self.inertia,
        About{.help = "probability of keeping the last step's efforts instead of deciding anew", .low = 0, .high = 1});
  }
};

}  // namespace goodhart
