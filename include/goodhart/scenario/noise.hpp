/// The laws that a metric's noise can follow.
#pragma once

#include <array>
#include <variant>

#include "goodhart/scenario/quantity.hpp"

namespace goodhart {

struct GaussianNoise {
  static constexpr const char* kName = "normal";
  static constexpr const char* kHelp = "Gaussian; what a bare quantity means too";
  Quantity scale = 0.0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(
        "scale", self.scale,
        About{.help = "standard deviation", .unit = "units of the metric", .low = 0, .finite = true, .required = true});
  }
};

struct StudentNoise {
  static constexpr const char* kName = "student_t";
  static constexpr const char* kHelp = "Student's t: now and then a reading is far off";
  Quantity scale = 0.0;
  double dof = 5;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("scale", self.scale,
          About{.help = "width; the standard deviation is scale x sqrt(dof / (dof - 2))",
                .unit = "units of the metric",
                .low = 0,
                .finite = true,
                .required = true});
    visit("dof", self.dof,
          About{.help = "degrees of freedom: the fewer, the heavier the tails",
                .low = 0,
                .above = true,
                .finite = true,
                .required = true});
  }
};

struct LaplaceNoise {
  static constexpr const char* kName = "laplace";
  static constexpr const char* kHelp = "two-sided exponential";
  Quantity scale = 0.0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("scale", self.scale,
          About{.help = "mean distance from zero; the standard deviation is sqrt(2) x scale",
                .unit = "units of the metric",
                .low = 0,
                .finite = true,
                .required = true});
  }
};

using Noise = std::variant<GaussianNoise, StudentNoise, LaplaceNoise>;

template <>
struct Family<Noise> {
  static constexpr const char* noun = "noise";
  static constexpr std::array<const char*, 0> later{};
};

}  // namespace goodhart
