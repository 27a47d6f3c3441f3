/// Distribution `uniform`: evenly from low to high.
#pragma once

#include "goodhart/scenario/truncation.hpp"

namespace goodhart {

struct Uniform : Truncation {
  static constexpr const char* kName = "uniform";
  static constexpr const char* kHelp = "evenly from low to high";
  double low = 0;
  double high = 1;

  bool operator==(const Uniform&) const = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("low", self.low, About{.help = "lower end", .finite = true, .required = true});
    visit("high", self.high, About{.help = "upper end", .finite = true, .required = true});
    Truncation::fields(self, visit);
  }
};

}  // namespace goodhart
