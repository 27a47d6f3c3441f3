/// Distribution `lognormal`: exp of a normal: positive and skewed, as skills and spending are.
#pragma once

#include "goodhart/scenario/truncation.hpp"

namespace goodhart {

struct Lognormal : Truncation {
  static constexpr const char* kName = "lognormal";
  static constexpr const char* kHelp = "exp of a normal: positive and skewed, as skills and spending are";
  double median = 1;
  double sigma = 1;

  bool operator==(const Lognormal&) const = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("median", self.median, About{.help = "median", .low = 0, .above = true, .finite = true, .required = true});
    visit(
        "sigma", self.sigma,
        About{
            .help = "standard deviation of the logarithm", .low = 0, .above = true, .finite = true, .required = true});
    Truncation::fields(self, visit);
  }
};

}  // namespace goodhart
