/// Scheme `quota`: a reward where the metric reaches its target, a penalty where it does not.
#pragma once

#include <string>

#include "goodhart/scenario/quantity.hpp"
#include "goodhart/scenario/schemes/paid.hpp"
#include "goodhart/scenario/schemes/telling.hpp"

namespace goodhart {

struct Quota {
  static constexpr const char* kName = "quota";
  static constexpr const char* kHelp = "reward per step if M reaches the target, minus the penalty if not";
  std::string metric;
  Quantity target;
  Quantity reward = 0.0;
  Quantity penalty = 0.0;
  int every = 1;
  std::string name;
  std::string paid = "money";
  static constexpr Quantity Quota::*kTarget = &Quota::target;
  static constexpr bool kMonotone = true;
  static constexpr bool kOnlyTarget = true;

  /// Is the reward bounded, whatever M is?
  bool limited() const { return true; }

  /// What it does, in words.
  std::string told(const Telling& t) const {
    std::string text;
    if (!reward.is(0) || penalty.is(0)) {
      text = t.gives(Telling::percent(reward)) + " where " + t.measured() +
             (t.lower ? " stays at or below " : " reaches ") + Telling::level(target);
    }
    if (!penalty.is(0)) {
      text += text.empty() ? t.takes(Telling::percent(penalty), "those for whom " + t.measured() +
                                                                    (t.lower ? " is above " : " is below ") +
                                                                    Telling::level(target))
                           : ", and " + t.takes(Telling::percent(penalty), "the others");
    }
    return text + t.over(every);
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("metric", self.metric,
          About{.help = "the metric whose mean M over the review window must reach the target",
                .required = true,
                .names = Names::metric});
    visit("target", self.target,
          About{.help = "what M must reach", .unit = "units of the metric", .finite = true, .required = true});
    visit("reward", self.reward, About{.help = "paid where it does", .unit = "pay", .low = 0, .finite = true});
    visit("penalty", self.penalty, About{.help = "charged where it does not", .unit = "pay", .low = 0, .finite = true});
    visit("every", self.every, About{.help = "length of the review window", .unit = "steps", .low = 1});
    visit("name", self.name, About{.help = "what the incentive is called", .default_text = "the scheme's name"});
    PaidIn::field(self, visit);
  }
};

}  // namespace goodhart
