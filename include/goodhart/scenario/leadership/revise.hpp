/// Move `revise`: another phase begins once leadership has noticed something.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

/// What leadership must notice: a dashboard beyond a level, a sample whose metric no longer goes with contribution, or
/// a tip-off about gaming.
struct Condition {
  std::string metric;
  std::optional<double> above, below, alignment_below;
  std::optional<int> sample;
  std::optional<double> gaming_above;

  /// What the bounds of single fields cannot say: the field and a sentence, both empty where all is well.
  std::pair<std::string, std::string> fault() const {
    const int tests = above.has_value() + below.has_value() + alignment_below.has_value() + gaming_above.has_value();
    if (tests != 1) {
      return {"",
              "must be one of {metric, above}, {metric, below}, {metric, alignment_below, sample} and {gaming_above}; "
              "several conditions stand in a list, and all must hold"};
    }
    if (gaming_above && !metric.empty())
      return {"metric", "stands beside gaming_above, which reads no metric; remove it"};
    if (!gaming_above && metric.empty()) return {"metric", "is missing; it is needed: the metric to look at"};
    if (alignment_below && !sample)
      return {"sample", "is missing; it is needed: how many employees are audited to see the alignment"};
    if (!alignment_below && sample) return {"sample", "is for alignment_below alone; a dashboard shows everybody"};
    return {};
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("metric", self.metric, About{.help = "the metric to look at", .names = Names::metric});
    visit("above", self.above,
          About{.help = "its dashboard is above this", .finite = true, .default_text = "not asked"});
    visit("below", self.below,
          About{.help = "its dashboard is below this", .finite = true, .default_text = "not asked"});
    visit("alignment_below", self.alignment_below,
          About{.help = "its correlation with contribution, among audited employees, is below this",
                .low = -1,
                .high = 1,
                .default_text = "not asked"});
    visit("sample", self.sample,
          About{.help = "how many employees are audited to see the alignment",
                .low = 2,
                .high = 1e8,
                .default_text = "none"});
    visit("gaming_above", self.gaming_above,
          About{.help = "the share of hours that goes into gaming is above this: a tip-off",
                .low = 0,
                .high = 1,
                .default_text = "not asked"});
  }
};

struct Revise {
  static constexpr const char* kName = "revise";
  static constexpr const char* kHelp = "when all conditions hold, another phase begins with some probability";
  std::vector<Condition> when;
  double chance = 1;
  std::string to;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("when", self.when, About{.help = "conditions that must all hold; none: always"});
    visit("chance", self.chance, About{.help = "probability per step that leadership then acts", .low = 0, .high = 1});
    visit("to", self.to, About{.help = "the phase that begins in the next step", .required = true});
  }
};

}  // namespace goodhart
