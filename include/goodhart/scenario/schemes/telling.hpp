/// How a scheme says in words what it does, for people who do not read scenario files.
#pragma once

#include <cmath>
#include <string>

#include "goodhart/core/document.hpp"
#include "goodhart/scenario/quantity.hpp"

namespace goodhart {

/// What an incentive needs to be told in words: names, and phrases that depend on what it pays with.
struct Telling {
  std::string metric;  ///< what reports call it
  std::string unit;    ///< a step: "week"
  bool lower = false;  ///< is less of the metric better?
  std::string paid;    ///< "money", "esteem" or "base_pay"

  /// 0.1 as "10 %"; what differs between people as "a share".
  static std::string percent(const Quantity& quantity) {
    const double* number = quantity.number();
    return number ? number_text(std::round(1e6 * *number) / 1e4) + " %" : "a share that differs between people";
  }
  /// A level of the metric.
  static std::string level(const Quantity& quantity) {
    const double* number = quantity.number();
    return number ? number_text(*number) : "a level that differs between people";
  }
  /// "pays 10 % of pay", with whatever it pays.
  std::string gives(const std::string& amount) const {
    if (paid == "esteem") return "gives esteem worth " + amount + " of pay";
    return "pays " + amount + " of pay" + (paid == "base_pay" ? " in place of base pay" : "");
  }
  /// "takes 10 % of pay from those who ...", with whatever it takes.
  std::string takes(const std::string& amount, const std::string& whom) const {
    return paid == "esteem" ? "puts pressure worth " + amount + " of pay on " + whom
                            : "takes " + amount + " of pay from " + whom;
  }
  /// "the measured level of prompts": a noun in the singular, whatever the metric is called.
  std::string measured() const { return "the measured level of " + metric; }
  /// " (mean over 4 weeks)"; nothing for a window of one step.
  std::string over(int every) const {
    return every > 1 ? " (mean over " + std::to_string(every) + " " + unit + "s)" : "";
  }
  std::string above() const { return lower ? "below" : "above"; }
  std::string below() const { return lower ? "above" : "below"; }
  static std::string among(const std::string& scope) { return scope == "team" ? " in the team" : ""; }
};

}  // namespace goodhart
