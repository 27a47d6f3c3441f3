/// Looks at the means of a step, and says what has left the range of numbers and what would bound it.
#include "in_range.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <numeric>
#include <span>

namespace goodhart {
namespace {

/// What the values of a quantity stand for, one by one.
enum class Over { all, activities, metrics, incentives, groups };

/// A quantity of a step.
struct Shown {
  std::span<const double> values;
  const char* what;
  Over over;
  bool may_be_none;   ///< does NaN stand for what cannot be?
  const char* bound;  ///< what to bound where it leaves the range
};

std::span<const double> one(const double& value) {
  return {&value, 1};
}

template <class T>
std::string name_in(const Named<T>& named, const char* list, std::size_t at) {
  return fmt::format(" of {}.{}", list, named.entries[at].name);
}

/// " of activities.work" and the like.
std::string owner(const Shown& shown, std::size_t at, const Setting& setting, const std::vector<Scheme>& incentives) {
  switch (shown.over) {
    case Over::all:
      return "";
    case Over::activities:
      return name_in(setting.activities, "activities", at);
    case Over::metrics:
      return name_in(setting.metrics, "metrics", at);
    case Over::incentives:
      return " of the incentive " + incentive_names(incentives)[at];
    case Over::groups:
      return name_in(setting.population.groups, "population.groups", at % setting.population.groups.size());
  }
  return "";
}

std::string sentence(int step, const std::string& what, double value, const char* bound) {
  return fmt::format("at step {} {} came out {} beyond the largest number that can be computed with, {:.2g}; bound {}",
                     step, what, std::isnan(value) ? "as no number: something in it is" : "infinite,",
                     std::numeric_limits<double>::max(), bound);
}

constexpr const char* kValue = "value, saturation and team_value of the activities";
constexpr const char* kReading = "what the metric measures, its noise and baseline";
constexpr const char* kPaid =
    "rewards, penalties and rates of the incentives, what multiplies them, and organisation.pay";
constexpr const char* kFelt = "what people are rewarded with, effort.norm, and what effort strains";

}  // namespace

void require_in_range(const StepMeans& m, const Setting& setting, const std::vector<Scheme>& incentives, int step,
                      double budget) {
  const std::array shown{
      Shown{m.effort, "the mean time", Over::activities, false, "what effort is rewarded with"},
      Shown{one(m.value), "the mean value", Over::all, false, kValue},
      Shown{one(m.contribution), "the mean contribution", Over::all, false, kValue},
      Shown{one(m.value_sd), "the spread of value, whose square must be a number too,", Over::all, false, kValue},
      Shown{one(m.waste), "the cost of gaming", Over::all, false, "cost of the activities"},
      Shown{one(m.cost), "the cost of activities", Over::all, false, "cost of the activities"},
      Shown{one(m.hours), "the mean of hours", Over::all, false, "later.time and team_load of the activities"},
      Shown{m.reading, "the mean reading", Over::metrics, false, kReading},
      Shown{m.reading_sd, "the spread of readings, whose square must be a number too,", Over::metrics, false, kReading},
      Shown{m.dashboard, "the dashboard", Over::metrics, false, kReading},
      Shown{m.alignment, "the alignment", Over::metrics, true, kReading},
      Shown{m.target, "the target", Over::incentives, true, "targets, and what moves them"},
      Shown{m.stakes, "the stakes", Over::incentives, false, "them: give escalate a cap"},
      Shown{m.rate, "the rate", Over::incentives, true, "rates, and what moves them"},
      Shown{one(m.reward), "the mean reward in money", Over::all, false, kPaid},
      Shown{one(m.bonus), "the mean bonus", Over::all, false, kPaid},
      Shown{one(m.utility), "the mean utility", Over::all, false, kFelt},
      Shown{one(m.net_value), "net value", Over::all, false,
            "organisation.value_price and the costs of activities, metrics, audits and hires"},
      Shown{one(m.net_after_bonuses), "net value after bonuses", Over::all, false, kPaid},
      Shown{one(m.surplus), "the surplus", Over::all, false, "organisation.pay and what effort strains"},
      Shown{one(m.gaming_share), "the share of gaming", Over::all, true, "later.time and team_load of the activities"},
      Shown{m.rewarded_contribution, "the contribution of the rewarded", Over::incentives, true, kValue},
      Shown{m.rewarded_reading, "the reading of the rewarded", Over::incentives, true, kReading},
      Shown{m.group_value, "the mean value", Over::groups, true, kValue},
  };
  for (const Shown& quantity : shown) {
    for (std::size_t at = 0; at < quantity.values.size(); ++at) {
      const double value = quantity.values[at];
      if (std::isfinite(value) || (quantity.may_be_none && std::isnan(value))) continue;
      throw RunError(sentence(step, quantity.what + owner(quantity, at, setting, incentives), value, quantity.bound));
    }
  }
  for (std::size_t k = 0; k < m.effort.size(); ++k) {
    if (m.effort[k] >= -kEffortSlack) continue;
    throw RunError(
        fmt::format("at step {} the mean time in activities.{} came out as {:.3g}, below 0: rewards or "
                    "values are too large for what is best to be computed; bound them",
                    step, setting.activities.entries[k].name, m.effort[k]));
  }
  const double time = std::accumulate(m.effort.begin(), m.effort.end(), 0.0);
  if (!within(time, budget)) {
    throw RunError(
        fmt::format("at step {} the mean time of all activities came out as {:.3g}, above effort.budget, "
                    "{:.3g}: rewards or values are too large for what is best to be computed; bound them",
                    step, time, budget));
  }
}

void require_in_range(double moved, const std::string& incentive, const char* what, const char* bound, int step) {
  if (!std::isfinite(moved)) throw RunError(sentence(step, what + (" of the incentive " + incentive), moved, bound));
}

}  // namespace goodhart
