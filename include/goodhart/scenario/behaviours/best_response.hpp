/// Behaviour `best_response`: the exact, global maximiser of utility.
#pragma once

#include <optional>

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

/// Foresees that a ratchet makes tomorrow's target of today's result.
struct Farsighted {
  static constexpr bool kShorthand = true;
  double discount = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("discount", self.discount,
          About{.help = "what a reward a review later is worth now", .low = 0, .high = 1, .required = true});
  }
};

struct BestResponse {
  static constexpr const char* kName = "best_response";
  static constexpr const char* kHelp = "chooses the efforts that maximise utility, exactly";
  static constexpr bool kOptimises = true;
  double inertia = 0;
  std::optional<Farsighted> farsighted;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(
        "inertia", self.inertia,
        About{.help = "probability of keeping the last step's efforts instead of deciding anew", .low = 0, .high = 1});
    visit("farsighted", self.farsighted,
          About{.help = "foresees how a ratchet will move the target of a linear incentive", .default_text = "none"});
  }
};

}  // namespace goodhart
