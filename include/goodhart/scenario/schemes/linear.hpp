/// Scheme `linear`: pay in proportion to the metric, optionally held within a floor and a cap.
#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "goodhart/scenario/quantity.hpp"
#include "goodhart/scenario/schemes/paid.hpp"
#include "goodhart/scenario/schemes/telling.hpp"

namespace goodhart {

struct Linear {
  static constexpr const char* kName = "linear";
  static constexpr const char* kHelp = "rate x (M - target) per step, held within floor and cap";
  std::string metric;
  Quantity rate;
  Quantity target = 0.0;
  std::optional<double> floor;
  double cap = std::numeric_limits<double>::infinity();
  int every = 1;
  std::string name;
  std::string paid = "money";
  static constexpr Quantity Linear::*kRate = &Linear::rate;
  static constexpr Quantity Linear::*kTarget = &Linear::target;
  static constexpr bool kMonotone = true;
  static constexpr bool kManyAtOnce = true;

  /// The least reward. Where the file does not say it, a bonus for what goes beyond a target is nothing below it; pay
  /// in proportion, without a target, and charges (a negative rate, or a cap of at most 0) have no floor.
  double least() const {
    if (floor) return *floor;
    const double* number = rate.number();
    const bool bonus = !target.is(0) && cap > 0 && !(number && *number < 0);
    return bonus ? 0 : -std::numeric_limits<double>::infinity();
  }
  /// Is it held by neither floor nor cap? Then its expectation is a straight line.
  bool straight() const { return std::isinf(least()) && std::isinf(cap); }
  /// What it is, without what this one has not.
  std::string meaning() const {
    const std::string help = kHelp;
    return straight() ? help.substr(0, help.find(',')) : help;
  }
  /// Is the reward bounded, whatever M is?
  bool limited() const { return std::isfinite(least()) && std::isfinite(cap); }
  /// What the bounds of single fields cannot say: the field and a sentence, both empty where all is well.
  std::pair<std::string, std::string> fault() const {
    if (least() <= cap) return {};
    return {"floor", "must not be above the cap, " + number_text(cap) + "; got " + number_text(least())};
  }

  /// What it does, in words.
  std::string told(const Telling& t) const {
    if (rate.number() && *rate.number() < 0) return told_as_charge(t);
    const bool from_target = !target.is(0) || std::isfinite(least());
    std::string text = t.gives(Telling::percent(rate)) + " for each unit " +
                       (from_target ? "by which " + t.measured() + " is " + t.above() + " " + Telling::level(target)
                                    : "of " + t.measured());
    if (!target.is(0) && least() == -std::numeric_limits<double>::infinity())
      text += ", and takes as much for each unit " + t.below() + " it";
    if (std::isfinite(cap)) text += ", up to " + Telling::percent(cap) + " of pay";
    return text + t.over(every);
  }
  /// What it takes where its rate is negative: "takes 0.1 % of pay for each unit by which ... is above 530".
  std::string told_as_charge(const Telling& t) const {
    const std::string amount = Telling::percent(-*rate.number());
    std::string text = t.paid == "esteem" ? "puts pressure worth " : "takes ";
    text += amount;
    text += " of pay for each unit ";
    const bool from_target = !target.is(0) || std::isfinite(cap);
    if (from_target) {
      text += "by which " + t.measured() + " is above " + Telling::level(target);
    } else {
      text += "of " + t.measured();
    }
    if (std::isfinite(least())) text += ", up to " + Telling::percent(-least()) + " of pay";
    if (from_target && cap > 0) text += ", and gives as much for each unit below it";
    return text + t.over(every);
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("metric", self.metric,
          About{.help = "the metric whose mean M over the review window is rewarded",
                .required = true,
                .names = Names::metric});
    visit("rate", self.rate,
          About{.help = "reward for a unit of the metric",
                .unit = "pay per unit of the metric",
                .finite = true,
                .required = true});
    visit("target", self.target,
          About{.help = "where the reward is zero", .unit = "units of the metric", .finite = true});
    visit("floor", self.floor,
          About{.help = "the least reward; a negative one is a fine, and -.inf a fine without end",
                .unit = "pay",
                .default_text = "0 where there is a target, a cap above 0 and a rate of at least 0; else -inf"});
    visit("cap", self.cap, About{.help = "the highest reward", .unit = "pay"});
    visit("every", self.every, About{.help = "length of the review window", .unit = "steps", .low = 1});
    visit("name", self.name, About{.help = "what the incentive is called", .default_text = "the scheme's name"});
    PaidIn::field(self, visit);
  }
};

}  // namespace goodhart
