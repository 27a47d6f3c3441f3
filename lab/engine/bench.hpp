/// A scenario on the bench: opened from its text, run replicate by replicate, asked about. Knows no JSON and no
/// browser.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "goodhart/analysis/comparison.hpp"
#include "goodhart/analysis/courses.hpp"
#include "goodhart/analysis/lesson.hpp"
#include "goodhart/analysis/means.hpp"
#include "goodhart/core/tasks.hpp"
#include "goodhart/engine/layout.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart_lab {

/// The most that the lab runs, so that a tab is never full: employees, and employees times steps times policies of one
/// replicate. The program has no such bounds.
inline constexpr double kMostEmployees = 20'000;
inline constexpr double kMostWork = 2e7;

/// A scenario from its text, or what is wrong with it.
struct Opened {
  std::optional<goodhart::Scenario> scenario;     ///< only where it can be run here
  std::vector<goodhart::Diagnostic> diagnostics;  ///< errors, or warnings
};

/// Parses, checks and rehearses as `goodhart check` does; what is too large for a tab is an error, too.
Opened open(const std::string& text, const std::string& name);

/// A number that can be moved.
struct Lever {
  std::string path;   ///< as --set takes it
  std::string label;  ///< in words
  double value = 0;   ///< as the scenario has it
  double low = 0, high = 0;
  bool stated = false;  ///< does the scenario state the range? Else 0 to three times the value, or to 1 where that is 0
  bool whole = false;
  std::string policy;  ///< whose number it is; empty where it is the world's
};

/// The numbers that can be moved: targets, rewards, rates and penalties of the policies, then what `experiment` says
/// can be chosen or is uncertain, in that order.
std::vector<Lever> levers_of(const goodhart::Scenario& scenario);

/// A text with one number changed.
struct Rewritten {
  std::string text;
  bool whole = false;  ///< was the document written anew, so that comments are lost?
};

/// Changes a number where it stands in the text, and those that go with it (`Range::also`, the shares of other groups).
/// Where it stands nowhere, as a default does, the document is written anew. Throws UserError where the text cannot be
/// read or the path leads nowhere.
Rewritten rewritten(const std::string& text, const goodhart::Scenario& scenario, const std::string& path, double value);

/// A scenario with numbers changed, checked. Throws UserError where that is not sound.
struct Setting {
  std::string path;
  double value = 0;
};
goodhart::Scenario changed(const goodhart::Scenario& scenario, const std::vector<Setting>& settings);

/// One employee at the last step of the first replicate.
struct Dot {
  std::int64_t employee = 0;  ///< its number, as `explain` takes it
  std::string group;
  double contribution = 0;
  double gaming = 0;             ///< time in gaming activities, as a share of a full step
  std::vector<double> readings;  ///< by metric
};

/// A scenario that is run a few replicates at a time. The numbers of the first n replicates are those of any run of
/// them.
class Bench {
 public:
  explicit Bench(goodhart::Scenario scenario);

  const goodhart::Scenario& scenario() const { return scenario_; }
  int done() const { return done_; }      ///< replicates
  int failed() const { return failed_; }  ///< runs

  /// Runs the next replicates, at most as many as the scenario still has.
  void run(int count);

  const goodhart::Means& means() const { return means_; }
  const goodhart::Courses& courses() const { return courses_; }
  /// By policy; at most 400 employees, none where the run failed.
  const std::vector<std::vector<Dot>>& crowd() const { return crowd_; }

  /// The whole comparison, in words; runs everything anew with what a comparison needs.
  goodhart::Comparison compared(bool causes);

 private:
  void take_crowd(const goodhart::Layout& layout, const goodhart::RunRecord& record);

  goodhart::Scenario scenario_;
  goodhart::TaskPool pool_{1};
  goodhart::Means means_;  ///< of the replicates that are done
  goodhart::Courses courses_;
  std::vector<goodhart::RunRecord> records_;  ///< what means are made of: averages, without data
  std::vector<std::vector<Dot>> crowd_;
  int done_ = 0, failed_ = 0;
};

/// The outcomes of one setting under one policy, replicate by replicate, and of the comparison policy.
struct Point {
  std::vector<double> value, net_value, dashboard;          ///< of the policy, by replicate
  double value_base = 0, net_base = 0, dashboard_base = 0;  ///< means of the comparison policy
};

/// Runs a setting on the first replicates. `metric` is a position among the metrics.
Point point_of(const goodhart::Scenario& scenario, const std::vector<Setting>& settings, const std::string& policy,
               std::size_t metric, int replicates);

}  // namespace goodhart_lab
