/// Behaviour `learning`: what paid is done more often (Roth & Erev 1995, doi 10.1016/S0899-8256(05)80020-X).
#pragma once

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

struct Reinforcement {
  static constexpr const char* kName = "learning";
  static constexpr const char* kHelp =
      "chooses among a few plans in proportion to what they have paid, without a model of the rewards";
  static constexpr bool kRemembers = true;
  double rate = 1;
  double forgetting = 0;
  double exploration = 0;
  double inertia = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("rate", self.rate,
          About{.help = "how much a reward adds to the propensity of the plan that earned it; propensities start at 1",
                .unit = "1 / pay",
                .low = 0,
                .finite = true});
    visit("forgetting", self.forgetting,
          About{.help = "share of every propensity that is lost in a step", .low = 0, .high = 1});
    visit("exploration", self.exploration,
          About{.help = "probability of trying any plan, whatever it has paid", .low = 0, .high = 1});
    visit(
        "inertia", self.inertia,
        About{.help = "probability of keeping the last step's efforts instead of deciding anew", .low = 0, .high = 1});
  }
};

}  // namespace goodhart
