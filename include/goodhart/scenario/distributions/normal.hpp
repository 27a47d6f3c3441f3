/// Distribution `normal`: the bell curve.
#pragma once

#include "goodhart/scenario/truncation.hpp"

namespace goodhart {

struct Normal : Truncation {
  static constexpr const char* kName = "normal";
  static constexpr const char* kHelp = "the bell curve";
  double mean = 0;
  double sd = 1;

  bool operator==(const Normal&) const = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("mean", self.mean, About{.help = "mean", .finite = true, .required = true});
    visit("sd", self.sd,
          About{.help = "standard deviation", .low = 0, .above = true, .finite = true, .required = true});
    Truncation::fields(self, visit);
  }
};

}  // namespace goodhart
