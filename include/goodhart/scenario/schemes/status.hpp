/// Scheme `status`: the leaderboard. What counts is how many of the others one is ahead of.
#pragma once

#include <string>

#include "goodhart/scenario/quantity.hpp"
#include "goodhart/scenario/schemes/paid.hpp"
#include "goodhart/scenario/schemes/scope.hpp"
#include "goodhart/scenario/schemes/telling.hpp"

namespace goodhart {

struct Status {
  static constexpr const char* kName = "status";
  static constexpr const char* kHelp = "prize x (share of the others in scope whose M is lower, ties half) per step";
  static constexpr bool kCompares = true;
  std::string metric;
  std::string scope = "organisation";
  Quantity prize;
  int every = 1;
  std::string name;
  std::string paid = "esteem";

  /// Is the reward bounded, whatever M is?
  bool limited() const { return true; }

  /// What it does, in words.
  std::string told(const Telling& t) const {
    return "ranks people" + Telling::among(scope) + " by " + t.metric + ", and " + t.gives(Telling::percent(prize)) +
           " to whoever is ahead of all others, less to those further back" + t.over(every);
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("metric", self.metric,
          About{.help = "the metric by whose mean M over the review window the leaderboard ranks",
                .required = true,
                .names = Names::metric});
    visit.words("scope", self.scope, kScopes, About{.help = "who is on the leaderboard"});
    visit("prize", self.prize,
          About{.help = "what being ahead of all others is worth",
                .unit = "pay",
                .low = 0,
                .finite = true,
                .required = true});
    visit("every", self.every, About{.help = "length of the review window", .unit = "steps", .low = 1});
    visit("name", self.name, About{.help = "what the incentive is called", .default_text = "the scheme's name"});
    PaidIn::field(self, visit);
  }
};

}  // namespace goodhart
