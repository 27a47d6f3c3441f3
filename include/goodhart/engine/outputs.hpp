/// The output variables of a step: what each is called, what it means, and where its value stands, in one entry each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <variant>
#include <vector>

namespace goodhart {

/// Means over employees of what happened in one step: what results, summaries and leadership are made of. Each member
/// has an entry in `kStepOutputs`, which says what it means; `record` (engine/recording.cpp) sums it up.
struct StepMeans {
  double value = 0, contribution = 0, net_value = 0, surplus = 0, utility = 0, reward = 0, cost = 0, waste = 0,
         hours = 0;
  double measurement_cost = 0, audit_cost = 0, hiring_cost = 0, bonus = 0, net_after_bonuses = 0;
  double gaming_share = 0, gamers = 0, value_sd = 0;
  double headcount = 0, exits = 0, hires = 0, quits = 0;
  double inferred = std::numeric_limits<double>::quiet_NaN(), inferred_sd = inferred, gamed_share = inferred,
         expected = inferred;
  std::vector<double> effort, doing, access, set_up;              ///< by activity
  std::vector<double> dashboard, reading, reading_sd, alignment;  ///< by metric
  std::vector<double> group_value, group_gaming_share;            ///< by group
  std::vector<double> group_effort;                               ///< by group and activity
  std::vector<double> stock;                                      ///< by stock
  std::vector<double> chosen;                                     ///< by lever that leadership commits to
  /// By incentive of the phase in force.
  std::vector<double> target, stakes, rate, attained, rewarded_contribution, rewarded_reading, rewarded_gaming_share;
};

/// What the values of a variable stand for, one by one: its axes beyond those of the runs and of time.
enum class Over : std::uint8_t {
  all,
  activities,
  metrics,
  incentives,
  groups,
  groups_and_activities,
  traits,
  stocks,
  levers
};

/// Which part of a step a variable is summed up from. Each part is made of those before it, so where several variables
/// leave the range of numbers, the one of the earliest part tells what to bound.
enum class From : std::uint8_t { choices, products, readings, dashboards, terms, rewards, accounts, shares };

/// Can NaN stand for what cannot be: a share of nothing, an alignment where nobody differs, what is not in force?
enum class Gaps : std::uint8_t { none, some };

/// In which scenarios is there such a variable?
enum class Where : std::uint8_t { everywhere, with_setups, with_inference, with_commitment };

namespace words {
inline constexpr const char* kOne = "1";
inline constexpr const char* kMoney = "money per employee and step";
inline constexpr const char* kValue = "value per employee and step";
inline constexpr const char* kUtility = "utility per step";
inline constexpr const char* kMetric = "units of the metric";
inline constexpr const char* kLevel = "units of the level";
inline constexpr const char* kRate = "pay per unit of the metric";

inline constexpr const char* kBoundMakings = "what it is made of";
inline constexpr const char* kBoundValue = "value, saturation and team_value of the activities";
inline constexpr const char* kBoundCost = "cost of the activities";
inline constexpr const char* kBoundTime = "later.time and team_load of the activities";
inline constexpr const char* kBoundReading = "what the metric measures, its noise and baseline";
inline constexpr const char* kBoundPaid =
    "rewards, penalties and rates of the incentives, what multiplies them, and organisation.pay";
}  // namespace words

/// An output variable of a step. All are averaged alike: over the steps from 0 on in which they are numbers.
struct StepOutput {
  const char* name;
  Over over;
  const char* units;    ///< "1" for shares and counts
  const char* meaning;  ///< a sentence without full stop
  std::variant<double StepMeans::*, std::vector<double> StepMeans::*> value;
  From from;
  Gaps gaps;
  const char* label = nullptr;               ///< what comparisons of policies call it; null: they do not show it
  const char* what = nullptr;                ///< what a run calls it that ends because it is no number; null: its name
  const char* bound = words::kBoundMakings;  ///< what to bound where it is none
  bool share = false;                        ///< do comparisons show it in per cent?
  Where where = Where::everywhere;

  /// Its values in a step, one by one.
  std::span<const double> of(const StepMeans& means) const {
    if (const auto* one = std::get_if<double StepMeans::*>(&value)) return {&(means.**one), 1};
    return means.*std::get<std::vector<double> StepMeans::*>(value);
  }
};

/// All output variables of a step, in the order of results files. A variable more is a member above, an entry here, and
/// its sum.
inline constexpr StepOutput kStepOutputs[] = {
    {"value", Over::all, words::kValue, "value produced, mean over employees", &StepMeans::value, From::products,
     Gaps::none, "value", "the mean value", words::kBoundValue},
    {"contribution", Over::all, words::kValue, "what the organisation gets because of an employee, mean over employees",
     &StepMeans::contribution, From::products, Gaps::none, nullptr, "the mean contribution", words::kBoundValue},
    {"net_value", Over::all, words::kMoney,
     "price of the value less the cost of activities, measurement, audits and hiring", &StepMeans::net_value,
     From::accounts, Gaps::none, "net value", "net value",
     "organisation.value_price and the costs of activities, metrics, audits and hires"},
    {"surplus", Over::all, words::kMoney, "net value less the employees' own burden", &StepMeans::surplus,
     From::accounts, Gaps::none, "surplus", "the surplus", "organisation.pay and what effort strains"},
    {"utility", Over::all, words::kUtility, "utility realised, mean over employees", &StepMeans::utility,
     From::accounts, Gaps::none, "utility of employees", "the mean utility",
     "what people are rewarded with, effort.norm, and what effort strains"},
    {"reward", Over::all, words::kMoney, "rewards paid less penalties of incentives (a transfer)", &StepMeans::reward,
     From::rewards, Gaps::none, "rewards, of whatever kind", "the mean reward in money", words::kBoundPaid},
    {"cost", Over::all, words::kMoney, "cost of activities", &StepMeans::cost, From::products, Gaps::none,
     "cost of activities", "the cost of activities", words::kBoundCost},
    {"waste", Over::all, words::kMoney, "cost of gaming activities", &StepMeans::waste, From::products, Gaps::none,
     "waste: cost of gaming", "the cost of gaming", words::kBoundCost},
    {"measurement_cost", Over::all, words::kMoney,
     "cost of measuring the metrics that an incentive or leadership reads", &StepMeans::measurement_cost,
     From::accounts, Gaps::none, "cost of measuring"},
    {"audit_cost", Over::all, words::kMoney, "cost of audits and samples", &StepMeans::audit_cost, From::accounts,
     Gaps::none, "cost of audits"},
    {"hiring_cost", Over::all, words::kMoney, "cost of hires", &StepMeans::hiring_cost, From::accounts, Gaps::none,
     "cost of hiring"},
    {"bonus", Over::all, words::kMoney, "rewards less penalties of incentives that are paid in money on top of pay",
     &StepMeans::bonus, From::rewards, Gaps::none, "bonuses paid in money", "the mean bonus", words::kBoundPaid},
    {"net_after_bonuses", Over::all, words::kMoney, "net value less bonuses", &StepMeans::net_after_bonuses,
     From::accounts, Gaps::none, "net value after bonuses", "net value after bonuses", words::kBoundPaid},
    {"hours", Over::all, words::kOne, "hours worked, mean over employees, as a share of a full step", &StepMeans::hours,
     From::products, Gaps::none, "hours", "the mean of hours", words::kBoundTime},
    {"gaming_share", Over::all, words::kOne, "time in gaming activities over all hours", &StepMeans::gaming_share,
     From::shares, Gaps::some, "gaming", "the share of gaming", words::kBoundTime, true},
    {"gamers", Over::all, words::kOne, "share of employees visibly doing any gaming activity", &StepMeans::gamers,
     From::shares, Gaps::none, "employees who game", nullptr, words::kBoundMakings, true},
    {"value_sd", Over::all, words::kValue, "standard deviation of value across employees", &StepMeans::value_sd,
     From::products, Gaps::none, nullptr, "the spread of value, whose square must be a number too,",
     words::kBoundValue},
    {"effort", Over::activities, words::kOne,
     "time spent on an activity, mean over employees, as a share of a full step", &StepMeans::effort, From::choices,
     Gaps::none, nullptr, "the mean time", "what effort is rewarded with"},
    {"doing", Over::activities, words::kOne, "share of employees visibly doing an activity", &StepMeans::doing,
     From::shares, Gaps::none},
    {"access", Over::activities, words::kOne, "share of employees with access to an activity", &StepMeans::access,
     From::shares, Gaps::none},
    {"dashboard", Over::metrics, words::kMetric, "what leadership sees of a metric", &StepMeans::dashboard,
     From::dashboards, Gaps::none, "dashboard", "the dashboard", words::kBoundReading},
    {"reading", Over::metrics, words::kMetric, "individual reading, mean over employees", &StepMeans::reading,
     From::readings, Gaps::none, nullptr, "the mean reading", words::kBoundReading},
    {"reading_sd", Over::metrics, words::kMetric, "individual reading, standard deviation across employees",
     &StepMeans::reading_sd, From::readings, Gaps::none, nullptr,
     "the spread of readings, whose square must be a number too,", words::kBoundReading},
    {"alignment", Over::metrics, words::kOne,
     "correlation across employees of the reading with the contribution that it reads", &StepMeans::alignment,
     From::dashboards, Gaps::some, "alignment", "the alignment", words::kBoundReading},
    {"target", Over::incentives, words::kMetric, "target in force, mean over employees", &StepMeans::target,
     From::terms, Gaps::some, nullptr, "the target", "targets, and what moves them"},
    {"stakes", Over::incentives, words::kOne, "multiplier of the stakes in force", &StepMeans::stakes, From::terms,
     Gaps::none, nullptr, "the stakes", "them: give escalate a cap"},
    {"rate", Over::incentives, words::kRate, "rate in force of a linear reward, mean over employees", &StepMeans::rate,
     From::terms, Gaps::some, nullptr, "the rate", "rates, and what moves them"},
    {"attained", Over::incentives, words::kOne, "share of employees rewarded at the last closed window",
     &StepMeans::attained, From::shares, Gaps::some},
    {"rewarded_contribution", Over::incentives, words::kValue,
     "contribution over the last closed window of those it rewarded, mean", &StepMeans::rewarded_contribution,
     From::shares, Gaps::some, nullptr, "the contribution of the rewarded", words::kBoundValue},
    {"rewarded_reading", Over::incentives, words::kMetric,
     "reading over the last closed window of those it rewarded, mean", &StepMeans::rewarded_reading, From::shares,
     Gaps::some, nullptr, "the reading of the rewarded", words::kBoundReading},
    {"rewarded_gaming_share", Over::incentives, words::kOne,
     "gaming time over hours in the last closed window of those it rewarded", &StepMeans::rewarded_gaming_share,
     From::shares, Gaps::some},
    {"headcount", Over::all, words::kOne, "employees", &StepMeans::headcount, From::accounts, Gaps::none},
    {"exits", Over::all, words::kOne, "employees who left at the end of the step", &StepMeans::exits, From::accounts,
     Gaps::none},
    {"hires", Over::all, words::kOne, "employees hired for the next step", &StepMeans::hires, From::accounts,
     Gaps::none},
    {"quits", Over::all, words::kOne, "of those who left, those who did for what they would have elsewhere",
     &StepMeans::quits, From::accounts, Gaps::none},
    {"stock", Over::stocks, words::kLevel, "level of a stock while efforts were chosen, mean over employees",
     &StepMeans::stock, From::choices, Gaps::none, nullptr, "the level", "what is added to it, or let it decay"},
    {"set_up", Over::activities, words::kOne,
     "share of employees who have paid an activity's setup: ever, or in this step where it is paid in each",
     &StepMeans::set_up, From::shares, Gaps::some, nullptr, nullptr, words::kBoundMakings, true, Where::with_setups},
    {"inferred", Over::all, words::kOne,
     "the gamed share of the metric, as leadership has inferred it by the time efforts are chosen",
     &StepMeans::inferred, From::shares, Gaps::some, nullptr, "what leadership infers",
     "the signals that leadership infers from", false, Where::with_inference},
    {"inferred_sd", Over::all, words::kOne, "how unsure leadership is of that, a standard deviation",
     &StepMeans::inferred_sd, From::shares, Gaps::some, nullptr, "how unsure leadership is",
     "the signals that leadership infers from", false, Where::with_inference},
    {"gamed_share", Over::all, words::kOne, "the share of that metric's readings that gaming makes, as it is",
     &StepMeans::gamed_share, From::shares, Gaps::some, nullptr, "the gamed share of readings", words::kBoundReading,
     false, Where::with_inference},
    {"chosen", Over::levers, "units of the number", "the value of a number that leadership committed to",
     &StepMeans::chosen, From::terms, Gaps::some, nullptr, nullptr, words::kBoundMakings, false,
     Where::with_commitment},
    {"expected", Over::all, "units of what it goes by",
     "the mean over the run of what leadership goes by, as its rehearsals expected it of what it committed to",
     &StepMeans::expected, From::terms, Gaps::some, nullptr, nullptr, words::kBoundMakings, false,
     Where::with_commitment},
    {"group_value", Over::groups, words::kValue, "value produced, mean over the group", &StepMeans::group_value,
     From::shares, Gaps::some, nullptr, "the mean value", words::kBoundValue},
    {"group_gaming_share", Over::groups, words::kOne, "time in gaming activities over all hours of the group",
     &StepMeans::group_gaming_share, From::shares, Gaps::some},
    {"group_effort", Over::groups_and_activities, words::kOne,
     "time spent on an activity, mean over the group, as a share of a full step", &StepMeans::group_effort,
     From::shares, Gaps::some},
};

/// How many bytes the members take that have an entry, with what makes them a multiple of the alignment.
constexpr std::size_t bytes_of_outputs() {
  std::size_t bytes = 0;
  for (const StepOutput& output : kStepOutputs)
    bytes += output.value.index() == 0 ? sizeof(double) : sizeof(std::vector<double>);
  return (bytes + alignof(StepMeans) - 1) / alignof(StepMeans) * alignof(StepMeans);
}
static_assert(bytes_of_outputs() == sizeof(StepMeans), "each member of StepMeans has one entry in kStepOutputs");

}  // namespace goodhart
