/// The people: who is in which team and group, and all that varies between them, one contiguous column per quantity.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "goodhart/core/random.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// Where the draws of one run come from.
struct Luck {
  std::uint64_t seed = 1;
  std::uint32_t replicate = 0;
};

/// A number for each employee, or one number for all. Copies share their numbers until one of them changes.
class Column {
 public:
  /// As many numbers at least stand one after another, also where there is one number for all.
  static constexpr std::size_t kRun = 512;

  Column(double constant = 0) : Column(std::make_shared<Numbers>(kRun, constant), kRun - 1) {}
  explicit Column(std::vector<double> values) : Column(std::make_shared<Numbers>(std::move(values)), ~std::size_t{0}) {}

  double operator[](std::size_t employee) const { return first_[employee & mask_]; }
  bool constant() const { return mask_ != ~std::size_t{0}; }
  /// Is it one number for all, this one?
  bool always(double value) const { return constant() && first_[0] == value; }
  /// The numbers of `first` and those after it, one after another; where there is one number for all, kRun of them.
  const double* from(std::size_t first) const { return constant() ? first_ : first_ + first; }
  /// Changes one employee's number; only where the column is not constant.
  void set(std::size_t employee, double value) {
    if (numbers_.use_count() > 1) *this = Column(Numbers(*numbers_));
    (*numbers_)[employee] = value;
  }
  /// Gives each employee a number of its own, the same for all so far; only where the column is constant.
  void spread(std::size_t size) { *this = Column(Numbers(size, first_[0])); }
  /// Is every number zero?
  bool zero() const;

 private:
  using Numbers = std::vector<double>;
  Column(std::shared_ptr<Numbers> numbers, std::size_t mask)
      : numbers_(std::move(numbers)), first_(numbers_->data()), mask_(mask) {}

  std::shared_ptr<Numbers> numbers_;
  const double* first_;
  std::size_t mask_;  ///< all ones, or such that every index reads one of the copies of the one value
};

/// Who is where: teams, groups, and since when. An override changes none of it.
struct Roster {
  /// `arrival` of those who are present from the start.
  static constexpr std::int32_t kFounder = -2'000'000'000;

  std::size_t size = 0;
  std::size_t team_size = 1;          ///< the last team may be smaller
  std::vector<std::string> groups;    ///< names
  std::vector<std::int16_t> group;    ///< index into groups           (employees; empty without groups)
  std::vector<std::int32_t> arrival;  ///< step of hiring or kFounder  (employees)

  Roster(const PopulationSpec& spec, Luck luck);

  std::size_t teams() const { return (size + team_size - 1) / team_size; }
  std::size_t team_of(std::size_t employee) const { return employee / team_size; }
  std::size_t members(std::size_t team) const { return std::min(team_size, size - team * team_size); }
  int group_of(std::size_t employee) const { return group.empty() ? -1 : group[employee]; }
};

struct ActivityColumns {
  Column value, perceived_value, saturation;  ///< per unit, per unit, per unit squared
  Column time, max, strain, aversion, cost;
  Column team_value, team_saturation, team_load;  ///< per unit, per unit squared, steps per unit
  double erosion = 0, visible = 0.01;
  bool gaming = false;
  int after = 0;  ///< 0 where nothing falls due later
  Column later_time, later_value, foreseen;
  std::vector<std::pair<int, Column>> later_amounts;  ///< metric, units of it per unit
  Column setup_time, setup_aversion, setup_cost;      ///< 0 where it has no setup
};

struct MetricColumns {
  Column baseline, scale;             ///< scale of the noise's law
  std::vector<Column> loading, bend;  ///< by activity, without what comes through value
  double value_weight = 0, contribution_weight = 0;
  double deviations = 1;  ///< standard deviation of the noise, in units of scale, as employees believe it

  /// The weight of both, where they are the same.
  double value_weights() const { return value_weight + contribution_weight; }
};

struct EffortColumns {
  Column budget, norm, strain, intrinsic, risk_aversion, solidarity;
  Column horizon = Column(1);  ///< steps; 1 where the scenario has none
  struct Pair {
    int first, second;
    Column strain;
  };
  std::vector<Pair> interactions;
};

/// The quantities of one incentive or behaviour, in the order in which its description declares them.
using Terms = std::vector<Column>;

/// Everything about the employees that a setting says, drawn. A setting's quantities have the same luck whatever the
/// policy: the draws are named by the quantity's path.
class Population {
 public:
  /// Draws all columns. Throws RunError where a drawn value is out of its declared bounds. The roster must outlive it.
  Population(const Setting& setting, const Roster& roster, Luck luck);
  Population(const Population&) = delete;
  Population& operator=(const Population&) = delete;
  ~Population();

  std::vector<std::string> trait_names;
  std::vector<Column> traits;  ///< by trait
  EffortColumns effort;
  std::vector<ActivityColumns> activities;
  std::vector<MetricColumns> metrics;
  std::vector<Terms>
      behaviours;  ///< one for the scenario's behaviour, then one for each group's (empty where it has none)

  /// The numbers of all columns that stages read in each step and that differ between employees; shared ones once.
  std::vector<const double*> read_in_each_step() const;

  /// Draws the quantities of an incentive, of audits and the like for the same people. They stay where they are as long
  /// as the population does.
  const Terms& add_terms(const Scheme& scheme, const std::string& path);
  const Terms& add_terms(const Audits& audits, const std::string& path);
  const Terms& add_terms(const Workforce& workforce, const std::string& path);
  const Terms& add_terms(const TraitLearning& learning, const std::string& path);
  const Terms& add_terms(const Outside& outside, const std::string& path);
  /// What a unit of each activity adds to a stock (activities).
  const Terms& add_terms(const Stock& stock, const Named<Activity>& activities, const std::string& path);

  // --- People change. Nothing here may be called by several threads at once.

  /// Says of each population anew, before the first `set_trait`, that a trait will be set. It and what is made of it
  /// then have a number for each employee, even where one number was enough for all.
  void will_change(int trait);

  /// Sets a trait that an employee has learnt or copied, to a finite value. What is made of it follows with `refresh`.
  /// Not for traits that are made of others: those follow by themselves.
  void set_trait(std::size_t employee, int trait, double value);

  /// Evaluates anew, for one employee, all expressions that depend on traits that change, directly or through other
  /// traits; nothing is drawn. Allocates nothing. Throws RunError where a value is out of its declared bounds.
  void refresh(std::size_t employee);

  /// Takes over the traits that everybody has by now (learnt, copied, chosen among applicants), and what founders were
  /// like, from the same people under another setting. Traits that the two settings define differently, in general or
  /// for a group, stay as drawn. Then expressions follow. Does next to nothing where nobody has changed, and only looks
  /// at `before`, so that many may be made from one at once. Throws RunError as `refresh`.
  void carry_over(const Population& before);

  /// Draws everything anew for the newcomer in a slot whose `arrival` the roster has just changed.
  void redraw(std::size_t employee) { hire(employee, 0); }

  /// The same, with the traits of one of those who applied for the slot: 0, 1, ... Each has draws of its own; `redraw`
  /// takes number 0.
  void hire(std::size_t employee, std::uint32_t applicant);

  /// A trait of one who applies for a slot whose `arrival` the roster has just changed. What a team shares is the
  /// team's.
  double applicant_trait(std::size_t employee, std::uint32_t applicant, int trait);

  /// Mean and standard deviation (dividing by their number) of a trait over the founders as they were drawn, whatever
  /// has become of them. Computed when first asked for.
  double founders_mean(int trait);
  double founders_sd(int trait);

  /// As `redraw`, but each trait that is a distribution is that of `model` now, plus mutate times `founders_sd` times a
  /// standard normal draw of its own, held within what the distribution can give. Bernoulli and discrete traits are
  /// copied as they are; those that a team shares are the slot's team's.
  void copy_traits(std::size_t employee, std::size_t model, double mutate);

 private:
  struct Drawing;
  std::unique_ptr<Drawing> drawing_;
};

}  // namespace goodhart
