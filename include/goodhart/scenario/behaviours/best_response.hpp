/// Behaviour `best_response`: the exact, global maximiser of utility.
#pragma once

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

struct BestResponse {
  static constexpr const char* kName = "best_response";
  static constexpr const char* kHelp = "chooses the efforts that maximise utility, exactly";
  double inertia = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(
        "inertia", self.inertia,
        About{.help = "probability of keeping the last step's efforts instead of deciding anew", .low = 0, .high = 1});
    visit.later("farsighted", "foresees how a ratchet will move the target");
  }
};

}  // namespace goodhart
