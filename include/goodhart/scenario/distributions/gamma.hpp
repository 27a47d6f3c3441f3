/// Distribution `gamma`: positive, with mean shape x scale.
#pragma once

#include "goodhart/scenario/truncation.hpp"

namespace goodhart {

struct Gamma : Truncation {
  static constexpr const char* kName = "gamma";
  static constexpr const char* kHelp = "positive, with mean shape x scale";
  double shape = 1;
  double scale = 1;

  bool operator==(const Gamma&) const = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("shape", self.shape, About{.help = "shape", .low = 0, .above = true, .finite = true, .required = true});
    visit("scale", self.scale, About{.help = "scale", .low = 0, .above = true, .finite = true, .required = true});
    Truncation::fields(self, visit);
  }
};

}  // namespace goodhart
