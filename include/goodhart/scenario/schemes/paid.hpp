/// What the rewards of an incentive are made of: whose account they are on.
#pragma once

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

/// The field `paid` of an incentive, the same in every scheme. `money` is a cost to the organisation on top of pay;
/// `esteem` (standing, pressure, a good conscience) costs it nothing; `base_pay` takes the place of pay that it would
/// have paid anyway. The employee feels all three alike.
struct PaidIn {
  static constexpr const char* kKinds[] = {"money", "esteem", "base_pay"};

  template <class Self, class Visitor>
  static void field(Self& self, Visitor& visit) {
    visit.words(
        "paid", self.paid, kKinds,
        About{.help = "what rewards and penalties are made of: money on top of pay, esteem or pressure that costs "
                      "the organisation nothing, or money in place of base pay"});
  }
};

}  // namespace goodhart
