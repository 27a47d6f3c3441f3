/// What the checks of a scenario ask of every move of leadership: a specialisation of each of these.
#pragma once

#include <string>
#include <vector>

#include "../check.hpp"

namespace goodhart {

/// Where a move stands, and what is often asked of one.
struct MovePlace {
  const Policy& policy;
  const Phase& phase;
  std::size_t move;  ///< its place in the phase's list
  int length;        ///< steps that the phase lasts at most
  const Setting& setting;
  std::string at;  ///< the path of the move, its kind included
  const Findings& findings;

  /// What the move stands in, as its author calls it.
  std::string whole() const { return policy.phased ? "the phase" : "the policy"; }
  /// Warns where something that happens every so many steps never happens, or too late.
  void in_time(const std::string& field, int every) const;
  /// Refuses a sample larger than the population. `field` is a path below the move's.
  void in_sample(const std::string& field, int sample) const;
  /// The incentive of that name; nothing where there is none, which is then said.
  const Scheme* incentive(const std::string& field, const std::string& name) const;
  /// Refuses a phase to begin that is not another one of the policy.
  void next_phase(const std::string& to) const;
};

/// What others must know of a move.
struct MoveTraits {
  std::vector<std::string> metrics{};  ///< that it names; some may be empty
  std::string begins{};                ///< the phase that it may begin; empty: none
  bool sets_rates = false;             ///< of linear incentives
  bool moves_targets = false;
  bool infers = false;  ///< how much is gamed
};

template <class Kind>
MoveTraits traits_of(const Kind& self);

/// What is wrong with it, beyond single fields.
template <class Kind>
void check_move(const Kind& self, const MovePlace& place);

}  // namespace goodhart
