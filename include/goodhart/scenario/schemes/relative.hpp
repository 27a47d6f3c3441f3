/// Scheme `relative`: pay in proportion to how far one is ahead of the others' mean.
#pragma once

#include <string>

#include "goodhart/scenario/quantity.hpp"
#include "goodhart/scenario/schemes/paid.hpp"
#include "goodhart/scenario/schemes/scope.hpp"
#include "goodhart/scenario/schemes/telling.hpp"

namespace goodhart {

struct Relative {
  static constexpr const char* kName = "relative";
  static constexpr const char* kHelp = "rate x (M - mean M of the others in scope) per step";
  static constexpr bool kCompares = true;
  std::string metric;
  std::string scope = "organisation";
  Quantity rate;
  int every = 1;
  std::string name;
  std::string paid = "money";
  static constexpr Quantity Relative::*kRate = &Relative::rate;

  static constexpr bool straight() { return true; }
  /// Is the reward bounded, whatever M is?
  bool limited() const { return false; }

  /// What it does, in words.
  std::string told(const Telling& t) const {
    return t.gives(Telling::percent(rate)) + " for each unit by which " + t.measured() + " is " + t.above() +
           " the mean of the others" + Telling::among(scope) + ", and takes as much for each unit " + t.below() +
           " it" + t.over(every);
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("metric", self.metric,
          About{.help = "the metric whose mean M over the review window is compared",
                .required = true,
                .names = Names::metric});
    visit.words("scope", self.scope, kScopes, About{.help = "who the others are"});
    visit("rate", self.rate,
          About{.help = "reward for each unit of the metric ahead of the others' mean",
                .unit = "pay per unit of the metric",
                .finite = true,
                .required = true});
    visit("every", self.every, About{.help = "length of the review window", .unit = "steps", .low = 1});
    visit("name", self.name, About{.help = "what the incentive is called", .default_text = "the scheme's name"});
    PaidIn::field(self, visit);
  }
};

}  // namespace goodhart
