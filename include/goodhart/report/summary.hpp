/// What an experiment showed, policy by policy: a table and sentences for people, JSON for programs.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "goodhart/analysis/courses.hpp"
#include "goodhart/analysis/estimates.hpp"
#include "goodhart/analysis/means.hpp"
#include "goodhart/report/drawings.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// One quantity under one policy, and how it differs from the comparison policy.
struct Figure {
  Estimate level;
  Change change;
};

/// What a group of employees does under a policy.
struct GroupSummary {
  std::string name;
  Figure value;
  Figure gaming_share;
  std::vector<Figure> effort;  ///< by activity
};

/// How a quantity went over time under each policy.
struct CourseSummary {
  std::string name;                        ///< of a metric, or value
  std::vector<std::vector<double>> lines;  ///< [policy][recorded step from 0 on]: means over replicates
};

struct PolicySummary {
  std::string name;
  int failed = 0;                 ///< runs without results
  std::vector<Figure> dashboard;  ///< by metric
  Figure value;
  Figure gaming_share;
  Figure gamers;  ///< share of employees visibly gaming
  Figure waste;   ///< cost of gaming activities
  Figure cost;
  Figure net_value;
  std::vector<Figure> alignment;  ///< by metric
  Figure hours;                   ///< worked, as a share of a full step
  Figure reward;                  ///< paid less penalties
  std::vector<Figure> effort;     ///< hours by activity
  std::vector<GroupSummary> groups;
  /// What leadership committed to before the first step: path and value of each number; empty where it did not.
  std::vector<std::pair<std::string, double>> committed;
  std::string sentence;  ///< the change in plain words, without a line's end
};

struct Summary {
  std::string title;
  std::string unit;      ///< what a step is called
  std::string currency;  ///< what money is counted in; "money" where the scenario does not say
  std::size_t replicates = 0;
  std::size_t comparison = 0;         ///< position of the policy that the others are compared with
  std::vector<std::string> metrics;   ///< all of them
  std::vector<std::size_t> headline;  ///< positions of those that the table shows, at least one
  std::vector<PolicySummary> policies;
  std::vector<std::string> activities;
  int steps = 0;
  std::vector<CourseSummary> courses;  ///< of the headline metrics and of value; empty where they are not known
  std::string scenario;                ///< the file that was run; filled in by whoever knows it
  std::string results;                 ///< the file that was written; likewise
  std::string digest;                  ///< its content digest; likewise
};

/// Sums an experiment up. All figures are means over the steps from 0 on.
///
/// The headline metrics are what is being gamed, as far as one can tell: the volume metrics that some policy rewards;
/// else the first metric that one rewards; else the first metric.
///
/// A sentence takes a change for one where the interval of the paired difference leaves 0 out, or where there is no
/// interval (one replicate). Else it says "about the same" if the interval lies within 2 % of the comparison on either
/// side, and "cannot be told apart from 0" if it is wider.
Summary summarise(const Scenario& scenario, const Means& means);

/// The variables of results whose course a summary shows.
std::vector<std::string> course_variables();

/// Adds how the headline metrics and value went over time; `courses` keeps `course_variables`.
void add_courses(Summary& summary, const Courses& courses);

/// The table and the sentences. First line of a policy: the mean over replicates ± half of its 95 % interval; second
/// line: the paired difference to the comparison policy, in per cent where that says something, else in the unit of the
/// column (alignment; gaming share in percentage points). "–" is what cannot be, as alignment where nobody differs.
///
/// With signs for pictures, lines over time follow, where courses are known and there are at least two steps. With
/// `details`, tables follow of the hours by activity and the rewards, and of groups where there are any.
std::string to_text(const Summary& summary, Signs signs = Signs::none, bool details = false);

/// {"experiments": [one of these for each scenario]}, where what is not known is null:
///
///   scenario, results, content_digest, title, replicates, compare_with, metrics: the headline metrics
///   policies: a list of
///     policy, failed_runs, sentence; committed: {PATH: number that leadership chose before the first step}
///     value, gaming_share, gamers, cost, waste, net_value: FIGURE
///     dashboard, alignment: {METRIC: FIGURE}
///     hours, reward: FIGURE; effort: {ACTIVITY: FIGURE}
///     groups: {GROUP: {value, gaming_share: FIGURE, effort: {ACTIVITY: FIGURE}}}
///
///   FIGURE: {mean, low, high, n, difference: {mean, low, high, n}, percent: {mean, low, high, n}}
///
/// low and high are the ends of 95 % intervals (see Estimate and Change in goodhart/analysis/estimates.hpp). A share is
/// from 0 to 1; percent is in per cent of the comparison policy's mean.
std::string to_json(const std::vector<Summary>& summaries);

}  // namespace goodhart
