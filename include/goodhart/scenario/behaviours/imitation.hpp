/// Behaviour `imitation`: plans of better-off peers are copied (Traulsen, Nowak & Pacheco 2006,
/// doi 10.1103/PhysRevE.74.011909).
#pragma once

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

struct Imitation {
  static constexpr const char* kName = "imitation";
  static constexpr const char* kHelp =
      "meets one random peer a step and copies it with probability 1 / (1 + exp(-rate x (its utility - mine)))";
  static constexpr bool kWatches = true;
  double rate = 1;
  double mutation = 0;
  double inertia = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("rate", self.rate,
          About{.help = "how much a difference in utility counts",
                .unit = "1 / utility",
                .low = 0,
                .finite = true,
                .required = true});
    visit(
        "mutation", self.mutation,
        About{.help = "probability of taking up any plan instead: a best response to one incentive, to all or to none",
              .low = 0,
              .high = 1});
    visit(
        "inertia", self.inertia,
        About{.help = "probability of keeping the last step's efforts instead of deciding anew", .low = 0, .high = 1});
  }
};

}  // namespace goodhart
