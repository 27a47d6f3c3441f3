/// What a search looks at: policies, each with settings of the levers that reach it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "goodhart/scenario/scenario.hpp"
#include "goodhart/study/robust.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart {

/// A policy with a value of each lever. Levers that do not reach the policy stand as in the scenario.
struct LeverChoice {
  std::size_t policy = 0;
  std::vector<double> values;

  bool operator<(const LeverChoice& other) const {
    return std::pair(policy, values) < std::pair(other.policy, other.values);
  }
};

/// The worlds over which a search takes means.
struct SearchWorlds {
  std::string from{};                         ///< what names them to a reader: "64 worlds of fitted-fit.h5"
  std::vector<std::vector<double>> values{};  ///< of each number of `experiment.vary`, number by number; empty for none

  std::size_t count() const { return values.empty() ? 0 : values.front().size(); }
};

/// So many worlds of a scenario, by a Latin hypercube over the ranges of `experiment.vary`.
SearchWorlds sampled_worlds(const Scenario& scenario, int count);

/// The candidates of a search, a function of the scenario.
///
/// Each policy that is an option and that a lever reaches is a candidate with every combination of the values of the
/// levers that reach it: all values of those with a grid, with each of 256 Sobol' points of the others. `where` leaves
/// candidates out. Where these are more than 20,000, the levers of each policy are sampled by Sobol' points instead,
/// grids too.
///
/// What is in `experiment.vary` stands as the scenario has it. With worlds, each replicate has the values of one of
/// them, drawn with equal chances and the same for all candidates. So a mean over replicates is one over worlds and
/// luck, and replicates are independent, as the intervals need it.
class SearchSpace {
 public:
  static constexpr std::size_t kMost = 20'000;
  static constexpr std::size_t kPoints = 256;  ///< Sobol' points of levers that have no grid

  /// Throws UserError with what `check_search` finds, or where a number takes whole numbers alone and a world has
  /// another.
  explicit SearchSpace(const Scenario& scenario, SearchWorlds worlds = {});

  /// The scenario with the policies that are run alone: those that levers reach, and the comparison policy.
  const Scenario& scenario() const { return scenario_; }
  const std::vector<Varied>& levers() const { return levers_; }
  const std::vector<LeverChoice>& candidates() const { return candidates_; }
  /// How many there are in all: more than those that are looked at where they are too many.
  double in_all() const { return in_all_; }
  /// The comparison policy, with all levers as in the scenario.
  LeverChoice comparison() const { return {static_cast<std::size_t>(scenario_.comparison()), standing_}; }
  bool is_reached(std::size_t policy) const { return !by_policy_[policy].empty(); }
  /// The levers that reach a policy, by their places.
  const std::vector<std::size_t>& levers_of(std::size_t policy) const { return by_policy_[policy]; }
  /// Those of them that have no grid.
  const std::vector<std::size_t>& free_levers_of(std::size_t policy) const { return free_by_policy_[policy]; }
  /// A lever's value at a share of its range, to six digits: nobody sets a target to sixteen.
  double value_at(std::size_t lever, double share) const;
  /// Says of a choice whether `where` allows it.
  std::function<bool(const LeverChoice&)> allowed() const;
  const SearchWorlds& worlds() const { return worlds_; }
  /// The numbers that have a value in each world.
  const std::vector<Varied>& doubted() const { return doubted_; }
  /// Which world a replicate is in.
  std::size_t world_of(std::uint32_t replicate) const;
  /// What is set there; nothing without worlds.
  std::vector<VariedValue> settings_of(std::uint32_t replicate) const;
  /// What it is called: the policy, with the levers that reach it.
  WorldOutcomes::Option named(const LeverChoice& choice) const;

 private:
  std::vector<LeverChoice> choices_of(std::size_t policy, std::size_t sampled_points, bool all_sampled) const;

  Scenario scenario_;
  SearchWorlds worlds_;
  std::vector<Varied> doubted_, varying_, levers_;
  std::vector<double> as_it_is_, standing_;  ///< values in the scenario of what varies, and of levers
  std::vector<std::vector<std::size_t>> by_policy_, free_by_policy_;
  std::vector<LeverChoice> candidates_;
  double in_all_ = 0;
};

/// What is wrong with a scenario for a search, with paths: no levers, none that reaches an option, whole numbers
/// without a grid.
std::vector<Diagnostic> check_search(const Scenario& scenario);

/// The points at which choices are run: the first is as the scenario stands, then each setting of all levers once.
struct SearchPoints {
  Study study;                      ///< a sweep, whose points are given one by one
  std::vector<std::size_t> points;  ///< of each choice
};

/// `replicates`: of each point in the study.
SearchPoints points_of(const SearchSpace& space, const std::vector<LeverChoice>& choices, int replicates);

/// A lever at the end of what was looked at.
struct LeverEnd {
  std::size_t lever;
  bool upper;
};

/// The levers of a choice whose value is the lowest, or the highest, among all candidates of its policy.
std::vector<LeverEnd> ends_of(const SearchSpace& space, const std::vector<LeverChoice>& choices,
                              const LeverChoice& choice);

}  // namespace goodhart
