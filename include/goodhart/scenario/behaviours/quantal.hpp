/// Behaviour `quantal`: better plans are likelier, not certain (McKelvey & Palfrey 1995, doi 10.1006/game.1995.1023).
#pragma once

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

struct Quantal {
  static constexpr const char* kName = "quantal";
  static constexpr const char* kHelp =
      "chooses among a few plans with logit probabilities, P in proportion to exp(rationality x U)";
  double rationality = 0;
  double inertia = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("rationality", self.rationality,
          About{.help = "how surely the better plan is chosen; 0 chooses at random",
                .unit = "1 / utility",
                .low = 0,
                .finite = true,
                .required = true});
    visit(
        "inertia", self.inertia,
        About{.help = "probability of keeping the last step's efforts instead of deciding anew", .low = 0, .high = 1});
  }
};

}  // namespace goodhart
