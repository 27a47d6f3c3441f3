/// Distribution `discrete`: one of several values, by weight.
#pragma once

#include <vector>

#include "goodhart/scenario/truncation.hpp"

namespace goodhart {

struct Discrete : Truncation {
  static constexpr const char* kName = "discrete";
  static constexpr const char* kHelp = "one of several values, by weight";
  static constexpr bool kStepped = true;
  std::vector<double> values;
  std::vector<double> weights;

  bool operator==(const Discrete&) const = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("values", self.values, About{.help = "what can be drawn", .finite = true, .required = true});
    visit("weights", self.weights,
          About{.help = "how often, in proportion; as many as values", .low = 0, .finite = true, .required = true});
    Truncation::fields(self, visit);
  }
};

}  // namespace goodhart
