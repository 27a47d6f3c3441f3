/// Scheme `tournament`: prizes for the best ranks, penalties (and dismissal) for the worst.
#pragma once

#include <string>
#include <utility>

#include "goodhart/scenario/quantity.hpp"
#include "goodhart/scenario/schemes/paid.hpp"
#include "goodhart/scenario/schemes/scope.hpp"
#include "goodhart/scenario/schemes/telling.hpp"

namespace goodhart {

struct Tournament {
  static constexpr const char* kName = "tournament";
  static constexpr const char* kHelp = "a prize for the top share by rank of M, a penalty for the bottom share";
  static constexpr bool kCompares = true;
  std::string metric;
  std::string scope = "organisation";
  double top = 0;
  Quantity prize = 0.0;
  double bottom = 0;
  Quantity penalty = 0.0;
  bool dismiss = false;
  int every = 1;
  std::string name;
  std::string paid = "money";

  /// Is the reward bounded, whatever M is?
  bool limited() const { return true; }
  /// Are those who come last dismissed?
  bool dismisses() const { return dismiss; }
  /// What the bounds of single fields cannot say: the field and a sentence, both empty where all is well.
  std::pair<std::string, std::string> fault() const {
    if (top + bottom > 1)
      return {"bottom",
              "top and bottom must not overlap: their sum must be at most 1, got " + number_text(top + bottom)};
    if (dismiss && bottom == 0) return {"dismiss", "dismisses the bottom share, so bottom must be above 0"};
    return {};
  }

  /// What it does, in words.
  std::string told(const Telling& t) const {
    std::string text;
    if (top > 0) {
      text = t.gives(Telling::percent(prize)) + " to the best " + Telling::percent(top) + Telling::among(scope) +
             " by " + t.metric;
    }
    if (bottom > 0) {
      text += (text.empty() ? "" : ", and ") +
              t.takes(Telling::percent(penalty),
                      "the last " + Telling::percent(bottom) +
                          (text.empty() ? Telling::among(scope) + " by " + t.metric : std::string())) +
              (dismiss ? ", who have to leave" : "");
    }
    return text + t.over(every);
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("metric", self.metric,
          About{.help = "the metric by whose mean M over the review window is ranked",
                .required = true,
                .names = Names::metric});
    visit.words("scope", self.scope, kScopes, About{.help = "who is ranked among each other"});
    visit("top", self.top,
          About{.help = "share that wins the prize; halves of a person are rounded up, to at least one",
                .low = 0,
                .high = 1});
    visit("prize", self.prize, About{.help = "what they win", .unit = "pay", .low = 0, .finite = true});
    visit("bottom", self.bottom, About{.help = "share that pays the penalty; rounded likewise", .low = 0, .high = 1});
    visit("penalty", self.penalty, About{.help = "what they pay", .unit = "pay", .low = 0, .finite = true});
    visit("dismiss", self.dismiss, About{.help = "is the bottom share dismissed and replaced?"});
    visit("every", self.every, About{.help = "length of the review window", .unit = "steps", .low = 1});
    visit("name", self.name, About{.help = "what the incentive is called", .default_text = "the scheme's name"});
    PaidIn::field(self, visit);
  }
};

}  // namespace goodhart
