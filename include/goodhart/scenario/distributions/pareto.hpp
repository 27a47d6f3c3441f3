/// Distribution `pareto`: a heavy tail above scale.
#pragma once

#include "goodhart/scenario/truncation.hpp"

namespace goodhart {

struct Pareto : Truncation {
  static constexpr const char* kName = "pareto";
  static constexpr const char* kHelp = "a heavy tail above scale";
  double scale = 1;
  double shape = 1;

  bool operator==(const Pareto&) const = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("scale", self.scale,
          About{.help = "smallest value", .low = 0, .above = true, .finite = true, .required = true});
    visit("shape", self.shape,
          About{.help = "tail index: the smaller, the heavier the tail",
                .low = 0,
                .above = true,
                .finite = true,
                .required = true});
    Truncation::fields(self, visit);
  }
};

}  // namespace goodhart
