/// What a scenario is made of, flat: each field with its path, value and meaning, and the mechanisms that are in use.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// A field that has a value.
struct Parameter {
  std::string path;   ///< as messages and --set have it
  std::string value;  ///< in words, on one line; not escaped
  std::string unit;   ///< empty where there is none
  std::string meaning;
  std::string range;   ///< from experiment.vary; empty where it has none
  bool in_use = true;  ///< false: as without it - zero by default, unlimited, absent
  std::string exact;   ///< the value with all items of long lists, for comparisons
};

class Inventory {
 public:
  explicit Inventory(const Scenario& scenario);

  /// In the order of the format: title to record, then the ranges.
  const std::vector<Parameter>& parameters() const { return parameters_; }

  /// Is any of these mechanisms in use, under any policy? "a|b" asks for a or b, "!a|b" for neither, and "x&y" for
  /// both terms; nothing is always in use. Mechanisms are named by fields, with NAME in place of names and the kind
  /// behind its family: "effort.crowding", "activities.NAME.spread", "scheme.quota", "scheme.quota.penalty",
  /// "behaviour.honest", "metrics.NAME.level.team". Besides: "peers" (somebody's doing matters to those who see it),
  /// "teams", "leavers", "compares" (rewards by comparison), "moves" (leadership does anything), "mates" (team mates
  /// give or put on load), "inertia", "distribution", "expression", "per_team".
  bool uses(std::string_view mechanisms) const;

 private:
  friend class Walk;
  void conclude();
  /// Leaves out of a field's meaning what it says of mechanisms that are not in use.
  void say_what_is_here(Parameter& parameter) const;

  std::vector<Parameter> parameters_;
  std::set<std::string, std::less<>> marks_;
};

}  // namespace goodhart
