/// Move `escalate`: the stakes rise while a goal is missed.
#pragma once

#include <limits>
#include <string>

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

struct Escalate {
  static constexpr const char* kName = "escalate";
  static constexpr const char* kHelp = "while the dashboard misses the goal, the stakes are multiplied";
  std::string incentive;
  double goal = 0;
  double factor = 1;
  int every = 1;
  double cap = std::numeric_limits<double>::infinity();

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("incentive", self.incentive,
          About{.help = "the incentive of this phase whose stakes rise", .required = true});
    visit("goal", self.goal,
          About{.help = "what the dashboard of the incentive's metric should reach",
                .unit = "units of the dashboard",
                .finite = true,
                .required = true});
    visit("factor", self.factor,
          About{.help = "what rewards and penalties are multiplied by each time",
                .low = 1,
                .finite = true,
                .required = true});
    visit("every", self.every,
          About{.help = "how often leadership looks, counted from the start of the phase", .unit = "steps", .low = 1});
    visit("cap", self.cap, About{.help = "the multiplier never exceeds this", .low = 1});
  }
};

}  // namespace goodhart
