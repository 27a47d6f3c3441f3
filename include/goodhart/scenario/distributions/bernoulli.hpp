/// Distribution `bernoulli`: 1 with probability p, else 0.
#pragma once

#include "goodhart/scenario/truncation.hpp"

namespace goodhart {

struct Bernoulli : Truncation {
  static constexpr const char* kName = "bernoulli";
  static constexpr const char* kHelp = "1 with probability p, else 0";
  static constexpr bool kStepped = true;
  double p = 0.5;

  bool operator==(const Bernoulli&) const = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("p", self.p, About{.help = "probability of 1", .low = 0, .high = 1, .required = true});
    Truncation::fields(self, visit);
  }
};

}  // namespace goodhart
