/// Distribution `exponential`: waiting times: most are short, some are long.
#pragma once

#include "goodhart/scenario/truncation.hpp"

namespace goodhart {

struct Exponential : Truncation {
  static constexpr const char* kName = "exponential";
  static constexpr const char* kHelp = "waiting times: most are short, some are long";
  double mean = 1;

  bool operator==(const Exponential&) const = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("mean", self.mean, About{.help = "mean", .low = 0, .above = true, .finite = true, .required = true});
    Truncation::fields(self, visit);
  }
};

}  // namespace goodhart
