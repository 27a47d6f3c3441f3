/// Move `retrain`: rates are fitted anew to an audited sample (Perdomo et al. 2020, arXiv 2002.06673).
#pragma once

#include <optional>

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

struct Retrain {
  static constexpr const char* kName = "retrain";
  static constexpr const char* kHelp =
      "the rates of the linear incentives become the least-squares coefficients of a sample's contribution on its "
      "readings";
  int every = 1;
  int sample = 100;
  std::optional<double> budget;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("every", self.every,
          About{.help = "how often, counted from the start of the phase", .unit = "steps", .low = 1});
    visit("sample", self.sample,
          About{.help = "how many employees are audited for it; their contribution is then known",
                .low = 2,
                .high = 1e8,
                .required = true});
    visit("budget", self.budget,
          About{.help = "what the fitted rates are scaled to pay per employee and step",
                .unit = "pay",
                .low = 0,
                .above = true,
                .finite = true,
                .default_text = "no scaling"});
  }
};

}  // namespace goodhart
