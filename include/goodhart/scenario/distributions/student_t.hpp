/// Distribution `student_t`: a bell curve with heavier tails.
#pragma once

#include "goodhart/scenario/truncation.hpp"

namespace goodhart {

struct StudentT : Truncation {
  static constexpr const char* kName = "student_t";
  static constexpr const char* kHelp = "a bell curve with heavier tails";
  double location = 0;
  double scale = 1;
  double dof = 5;

  bool operator==(const StudentT&) const = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("location", self.location, About{.help = "centre", .finite = true, .required = true});
    visit("scale", self.scale,
          About{.help = "width; the standard deviation is larger, where there is one",
                .low = 0,
                .above = true,
                .finite = true,
                .required = true});
    visit("dof", self.dof,
          About{.help = "degrees of freedom: the fewer, the heavier the tails",
                .low = 0,
                .above = true,
                .finite = true,
                .required = true});
    Truncation::fields(self, visit);
  }
};

}  // namespace goodhart
