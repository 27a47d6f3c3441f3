/// Behaviour `trial`: small changes are tried and the better kept (Braganza 2022, doi 10.1098/rsos.211030).
#pragma once

#include <vector>

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

struct Trial {
  static constexpr const char* kName = "trial";
  static constexpr const char* kHelp =
      "tries changes of one activity at a time in a random order and keeps what is better";
  std::vector<double> changes;
  double inertia = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("changes", self.changes,
          About{.help = "changes of an effort to try, as a list; each is tried once a step on each activity, from no "
                        "effort at first",
                .unit = "units of the activity",
                .finite = true,
                .required = true});
    visit(
        "inertia", self.inertia,
        About{.help = "probability of keeping the last step's efforts instead of deciding anew", .low = 0, .high = 1});
  }
};

}  // namespace goodhart
