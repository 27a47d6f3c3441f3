/// Which policy, how much better, how sure, at whose expense, and why: everything that is said of an experiment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "goodhart/analysis/averages.hpp"
#include "goodhart/analysis/estimates.hpp"
#include "goodhart/analysis/results.hpp"

namespace goodhart {

/// A quantity under one policy, and against the comparison policy on the same luck. All are means over steps from 0
/// on: all of them, but for an older file (`Comparison::averaged_steps`).
struct Effect {
  Estimate level;         ///< over replicates
  Change change;          ///< paired, with t intervals
  Interval bootstrap;     ///< of the difference (bootstrap-t)
  Interval simultaneous;  ///< of the difference: holds for all policies of the outcome at once
  Pairing pairing;        ///< what common random numbers bought
};

/// One quantity under every policy.
struct Outcome {
  std::string name;              ///< of the variable: net_value, value, dashboard, ...
  std::string metric;            ///< for `dashboard` and `alignment`; else empty
  std::string metric_label;      ///< what people call the metric; else empty
  std::string metric_words;      ///< what the metric is, in the scenario's words; may be empty
  std::string label;             ///< for people: "net value", "dashboard of prompts"
  std::string units;             ///< "money per step", "1", ...
  bool share = false;            ///< is it a share, to be shown in per cent?
  bool lower_is_better = false;  ///< of a metric
  std::vector<Effect> effects;   ///< by policy
};

/// What of a change the mechanisms of Manheim & Garrabrant (2018) make, each by itself (model.md, 7.11). `left` and the
/// four parts sum to `total`. All are paired estimates in one unit, over the replicates that ended in every world.
struct Causes {
  Estimate total;         ///< the change against the comparison policy, with all mechanisms at work
  Estimate left;          ///< the same with all four off: what the incentive asks for by its weights
  Estimate regressional;  ///< noise in readings is mistaken for what it reads
  Estimate extremal;      ///< the metric bends otherwise than value
  Estimate causal;        ///< readings that no effort moves (baselines)
  Estimate adversarial;   ///< gaming activities
  Estimate honest;        ///< the change where gaming alone is closed, and the rest is at work
  Estimate by_closing;    ///< what that changes: honest - total
};

/// One quantity's change against the comparison policy, split over its causes.
struct Split {
  std::string outcome;    ///< dashboard, gap, value, cost, net_value
  std::string metric;     ///< for `dashboard` and `gap`; else empty
  std::string label;      ///< for people: "dashboard of prompts"
  std::string units;      ///< "%" of the comparison policy's mean in each world, "percentage points" of it, or money
  double comparison = 0;  ///< the comparison policy's mean as things are, in the outcome's own unit
  Causes causes;
};

/// What is smaller than this, in per cent or points of per cent, is not worth a word, however sure it is: it rounds to
/// 0.0.
inline constexpr double kTold = 0.05;

/// How far a metric and the value behind it came apart under a policy.
struct Divergence {
  std::string metric;
  std::string label;      ///< what people call the metric
  Estimate inflation;     ///< change of the dashboard, per cent of the comparison's mean
  Estimate real_change;   ///< change of value, per cent of the comparison's mean
  Estimate gap;           ///< inflation - real change, points of per cent, paired
  Estimate inflation_sd;  ///< the first two in cross-employee standard deviations of the comparison
  Estimate real_change_sd;
  Estimate alignment_decay;   ///< comparison's alignment - the policy's
  std::optional<int> parted;  ///< the first step from which on the gap's interval stays above `kTold`
};

/// Whom an incentive rewarded, at its closed windows.
struct Rewarded {
  std::string incentive;         ///< POLICY/PHASE/NAME or POLICY/NAME
  std::string label;             ///< for people: "quota", "mandate: quota"
  Estimate attained;             ///< share of employees
  Estimate contribution;         ///< of the rewarded, in per cent of everybody's mean under the policy, less 100
  Estimate gaming_share;         ///< of the hours of the rewarded
  Estimate gaming_share_of_all;  ///< of the hours of everybody
};

/// Quantities over time under one policy, for pictures: means over replicates by recorded step, with the 95 % interval
/// and the least and the most of any replicate.
struct Course {
  std::string variable;  ///< value, net_value, gaming_share, cost, dashboard, effort, ...
  std::string item;      ///< metric, activity; else empty
  std::vector<double> mean, low, high, least, most;
};

/// One group under one policy: what it yields and what it bears. Changes are paired, against the comparison policy.
struct GroupShare {
  std::string group;
  Estimate value, hours, gaming_share;  ///< hours: time over all activities, as a share of a full step
  Change value_change, hours_change, gaming_change;
  std::vector<double> effort;  ///< mean time by activity
};

/// Whose account policies are ranked by: a variable of the results, and what it is for people.
struct Perspective {
  const char* key;       ///< as the option names it
  const char* variable;  ///< of the results
  const char* label;     ///< "net value"
  const char* whose;     ///< "the organisation before bonuses"
};
inline constexpr Perspective kPerspectives[] = {
    {"organisation", "net_value", "net value", "the organisation before bonuses"},
    {"after_bonuses", "net_after_bonuses", "net value after bonuses", "the organisation after bonuses"},
    {"employees", "utility", "utility of employees", "the employees"},
    {"everybody", "surplus", "surplus", "the organisation and its employees together"}};

struct PolicyComparison {
  std::string name;
  std::string label;        ///< what people call it
  std::string words;        ///< what it does, in a sentence or more (`policy_words`); filled in by whoever has words
  bool option = true;       ///< can leadership choose it? A reference has no rank, no chance and no lead
  std::size_t rank = 0;     ///< from 1, among the options; the same where the outcome differs by rounding alone
  int failed = 0;           ///< runs without results
  double best_by_luck = 0;  ///< the share of resamples of the replicates in which it is best (`chances_of_best`):
                            ///< certainty about luck alone, in this world; else NaN
  Estimate to_next;         ///< its outcome less that of the option ranked after it, paired
  std::vector<Divergence> divergences;  ///< by headline metric; empty for the comparison policy
  /// Dashboards and gaps of the headline metrics, value, cost, net value; empty for the comparison policy, and where
  /// not asked for.
  std::vector<Split> splits;
  std::string instead;    ///< the activity that most surely takes more time where gaming is closed; empty: none
  Estimate instead_time;  ///< by how much more: a share of a full step
  std::vector<Rewarded> rewarded;  ///< by incentive
  std::vector<double> effort;      ///< mean time by activity
  std::vector<GroupShare> groups;  ///< empty where groups were not recorded
  std::vector<Course> courses;
  std::vector<std::string> sentences;  ///< what a leader should know of it
};

/// How a metric that the best option does not get rewarded for, or any other, fares under it.
struct Harm {
  std::string metric;  ///< its name
  std::string label;   ///< "dashboard of injuries"
  bool lower = false;  ///< is less of it better?
  Change change;       ///< of the dashboard under the best option, against the comparison policy
};

/// The option that another account would choose, where that is not the one which this account chooses.
struct OtherAccount {
  std::size_t perspective = 0;  ///< position in kPerspectives
  std::size_t best = 0;         ///< position in `policies`
  bool surely = false;          ///< is it surely better there than the option that this account chooses?
};

/// A number of the scenario, changed by itself: what that does to the lead of the first policy over the second.
struct Lever {
  std::string path;
  std::string label;                    ///< in words (`number_words`)
  double value = 0, low = 0, high = 0;  ///< as written, and the ends that were tried
  bool stated = false;                  ///< does the scenario state the range, or was it taken for ±20 %?
  Estimate at_low, at_high;             ///< net value of the first less the second, paired
  bool flips() const;                   ///< does the ranking turn at either end, surely (by its interval)?
};

/// A number of the scenario that is not among the levers, because an end of its range could not be run.
struct Untried {
  std::string path;
  std::string label;                    ///< in words
  double value = 0, low = 0, high = 0;  ///< as in `Lever`
  bool stated = false;
  std::string why;  ///< a sentence without a full stop: at which end, and what is wrong there
};

/// Sampled worlds: parameter sets drawn over the ranges in which the scenario's numbers are in doubt.
struct Worlds {
  int tried = 0;                   ///< worlds that ran to their end
  int failed = 0;                  ///< worlds that could not be run
  int replicates = 0;              ///< that each was run on
  std::string from{};              ///< where they are from; empty where they were sampled over the ranges
  std::vector<std::string> paths;  ///< the numbers in doubt
  std::vector<int> value_falls;    ///< by option: in how many its value is below that of the comparison policy
  std::vector<int> best;           ///< by policy: in how many it was the best option, ties counted for the first
  /// The number with which the lead of the first option over the second goes most closely, and how (Spearman's rank
  /// correlation over the worlds); empty where the lead does not vary.
  std::string turns_on;
  std::string turns_on_label;  ///< in words
  double correlation = 0;
};

/// Does a headline follow from an input of the scenario, or from what people chose?
struct Origin {
  std::string headline;  ///< "gaming", "the dashboard's rise", ...
  bool assumed = false;
  std::string why;  ///< a sentence
};

/// The answer in sentences, part by part, as the first page has them; a part with nothing to say is empty.
struct Answer {
  std::string finding;              ///< which option, and what it brings the whole organisation
  std::string figures;              ///< the same for one employee and step, with how sure that is
  std::string harm;                 ///< what gets worse under the best option
  std::vector<std::string> others;  ///< by whose account another option would be chosen
  std::string worlds;               ///< in how many sampled worlds it stays the best
  std::string gap;                  ///< where the dashboard runs furthest ahead of value
  std::string unless;               ///< the strongest reversal of the ranking
  std::string not_counted;          ///< what this account and this scenario leave out
  std::string next;                 ///< what to find out, or to do, next
};

/// How a gain goes along one lever, where the others stand as in the best setting.
struct SettingCurve {
  std::string lever, base, outcome;  ///< `base`: what the gain is over
  double best = 0;                   ///< the lever's value in the best setting
  bool joined = true;                ///< does nothing but this lever differ from point to point?
  bool several = false;              ///< are there other levers?
  struct Point {
    double at = 0;
    Estimate gain{};
    enum class Kind { best, open, other } kind = Kind::other;  ///< open: cannot be told from the best
    std::string text;
  };
  std::vector<Point> points;  ///< rising; two at least
};

/// Which setting of the levers is best, where the scenario has some (`goodhart search`).
struct BestSetting {
  std::string sentence;  ///< what was found, as it stands in reports
  std::size_t candidates = 0;
  std::vector<SettingCurve> curves;
};

struct Comparison {
  std::string title, description;
  std::string author, date;  ///< as the scenario says; else empty
  std::string unit;          ///< what a step is called
  std::vector<Source> sources;
  std::string source_name, digest, program, overrides;
  std::string scenario_text;  ///< resolved, as YAML; filled in by whoever writes YAML
  std::size_t replicates = 0;
  double confidence = 0.95;  ///< of the intervals that hold for all policies at once
  int employees = 0;
  std::vector<std::int64_t> steps;   ///< recorded, from 0 on: those of courses
  std::size_t averaged_steps = 0;    ///< how many steps means are over; fewer than all in a file that has no means
  std::size_t all_steps = 0;         ///< from 0 on
  std::size_t comparison = 0;        ///< position of the policy that differences are taken against
  std::vector<std::string> metrics;  ///< headline metrics, at least one
  std::vector<std::string> activities;
  std::vector<std::string> activity_labels;  ///< what people call them
  std::vector<std::string> activity_words;   ///< what they are, in the scenario's words; each may be empty
  std::vector<bool> gaming;                  ///< by activity
  std::vector<PolicyComparison> policies;    ///< in the scenario's order
  std::size_t perspective = 0;               ///< position in kPerspectives of the account that options are ranked by
  std::string currency;                      ///< what money is counted in; "money" where the scenario does not say
  std::vector<std::size_t> ranking;          ///< positions in `policies` of the options, best first
  std::vector<std::size_t> references;       ///< and of those that nobody can choose, in the scenario's order
  std::vector<Harm> harms;                   ///< metrics that surely worsen under the best option, the worst first
  std::vector<OtherAccount> other_accounts;
  std::vector<Outcome> outcomes;  ///< net_value first
  /// Whose absence would change nothing in this scenario, of: regressional, extremal, causal, adversarial.
  std::vector<std::string> inert;
  std::optional<Worlds> worlds;             ///< where asked for, and the scenario says what is in doubt
  std::vector<Lever> levers;                ///< the strongest first; empty where not asked for
  std::vector<Untried> untried;             ///< what was to be tried and could not be, in the order of the scenario
  int lever_replicates = 0;                 ///< that each of them was tried on
  std::optional<BestSetting> best_setting;  ///< where it was searched for
  std::vector<Origin> origins;
  Answer answer;
  std::vector<std::string> headline;  ///< the parts of the answer that are findings, sentence by sentence
  std::vector<std::string> limits;    ///< what must not be concluded
  std::vector<std::string> left_out;  ///< of what might matter, that which this scenario does not model
  std::string pairing;                ///< what common random numbers bought, in a sentence
  std::string stopping;               ///< how the number of replicates was chosen; empty where it was given

  /// The outcome that options are ranked by.
  const Outcome& ranked_by() const { return outcome(kPerspectives[perspective].variable); }
  /// Options in their order, then references.
  std::vector<std::size_t> shown() const;
  /// The option or policy by which the dashboard runs furthest ahead of value, and the position of that divergence in
  /// its list; nothing where none surely does.
  struct Widest {
    std::size_t policy = 0, divergence = 0;
  };
  std::optional<Widest> widest_gap() const;
  /// Throws Bug where there is none.
  const Outcome& outcome(const std::string& name, const std::string& metric = "") const;
};

/// The split of an outcome under a policy; null where there is none.
const Split* split_of(const PolicyComparison& policy, const std::string& outcome, const std::string& metric = "");

/// The positions of the metrics that some policy rewards, in the order of the policies.
std::vector<std::size_t> rewarded_metrics(const Scenario& scenario);

/// What is being gamed, as far as one can tell: the volume metrics that some policy rewards; else the first metric that
/// one rewards; else the first metric.
std::vector<std::size_t> headline_metrics(const Scenario& scenario);

/// The size of what net value is summed up from, over all policies: what `differences` takes for its magnitude.
double net_value_magnitude(const Averages& averages, const Scenario& scenario);

/// Everything that follows from the results alone: no causes, no levers, no words. `confidence` is that of the
/// intervals that hold all at once: more than 0.95 where replicates were added by looking (`confidence_of_look`).
/// `perspective` is the position in kPerspectives of the account that options are ranked by. The series of the runs are
/// read once (`Results::each_replicate`) and not kept.
Comparison compared(const Results& results, double confidence = 0.95, std::size_t perspective = 0);

}  // namespace goodhart
