/// A lesson: what a reader is asked to predict before a scenario is run. Answers stand nowhere; they are computed.
#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

/// A question whose answer is computed when the lesson is run.
struct LessonQuestion {
  std::string ask;
  std::string kind = "direction";
  std::string of = "value";
  std::optional<std::string> metric, activity, group;
  std::vector<std::string> policies;
  std::vector<std::string> groups;
  std::optional<std::string> than;
  std::string as = "level";
  std::string when = "run";
  std::optional<double> within;
  std::string picture = "bars";
  std::string because;

  static constexpr const char* kKinds[] = {"direction", "order", "number"};
  static constexpr const char* kOf[] = {
      "value",  "net_value", "net_after_bonuses", "dashboard", "effort", "hours",   "gaming_share",
      "gamers", "reward",    "utility",           "cost",      "target", "attained"};
  static constexpr const char* kAs[] = {"level", "change", "percent"};
  static constexpr const char* kWhen[] = {"run", "end"};
  static constexpr const char* kPictures[] = {"bars", "course", "histogram"};

  /// Is it recorded for each metric, activity or incentive?
  bool of_metric() const { return of == "dashboard"; }
  bool of_activity() const { return of == "effort"; }
  bool of_incentive() const { return of == "target" || of == "attained"; }
  /// Is it recorded for each group, too?
  bool of_groups() const { return of == "value" || of == "gaming_share" || of == "effort"; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("ask", self.ask, About{.help = "the question", .required = true});
    visit.words("kind", self.kind, kKinds,
                About{.help = "what the answer is. direction: does it rise, fall or stay the same? order: which is "
                              "highest, which next? number: how much is it?",
                      .required = true});
    visit.words("of", self.of, kOf, About{.help = "what is asked about: a variable of the results", .required = true});
    visit("metric", self.metric,
          About{.help = "the metric, for `dashboard` and for a histogram of readings",
                .names = Names::metric,
                .default_text = "none"});
    visit("activity", self.activity,
          About{.help = "the activity, for `effort`", .names = Names::activity, .default_text = "none"});
    visit("group", self.group,
          About{.help = "the group that is asked about, for `value`, `effort` and `gaming_share`",
                .default_text = "all employees"});
    visit("policies", self.policies,
          About{.help = "the policy that is asked about, or those that are to be put in order",
                .required = true,
                .names = Names::policy});
    visit("groups", self.groups,
          About{.help = "the groups that are to be put in order, under the one policy",
                .default_text = "the policies are put in order"});
    visit("than", self.than,
          About{.help = "the policy that it is compared with",
                .names = Names::policy,
                .default_text = "the scenario's comparison policy"});
    visit.words("as", self.as, kAs,
                About{.help = "how it is counted: as it is, as its change from the policy that it is compared with, or "
                              "as that change in per cent"});
    visit.words("when", self.when, kWhen, About{.help = "run: the mean over all steps from 0 on; end: the last step"});
    visit("within", self.within,
          About{.help = "how far apart two numbers may be and still count as the same, in the units of the answer",
                .low = 0,
                .finite = true,
                .default_text = "a tenth of the result; for a direction and for an order a hundredth"});
    visit.words("picture", self.picture, kPictures,
                About{.help = "what is drawn beside the result. bars: of what is asked; course: of it over time; "
                              "histogram: of the readings of all employees in the last step"});
    visit("because", self.because, About{.help = "why it is so, told after the result", .required = true});
  }
};

/// What to change next, and what to look for then.
struct LessonNext {
  Named<double> set;
  std::string look;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("set", self.set,
          About{.help = "numbers to change, by path as --set takes it", .required = true, .names = Names::path});
    visit("look", self.look, About{.help = "what to predict and to look for then", .required = true});
  }
};

/// Questions to answer before the scenario is run: `goodhart lesson` asks them.
struct Lesson {
  int number = 1;
  std::string story;
  std::vector<LessonQuestion> questions;
  LessonNext next;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("number", self.number,
          About{.help = "its place among the lessons of a folder", .low = 1, .high = 1000, .required = true});
    visit("story", self.story,
          About{.help = "what must be known to answer the questions, without their answers", .required = true});
    visit("questions", self.questions, About{.help = "what is asked before the run", .required = true});
    visit("next", self.next, About{.help = "what to change next", .required = true});
  }
};

}  // namespace goodhart
