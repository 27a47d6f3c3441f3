/// The output variables of single employees and of teams: what each means, and how a run shows it, in one entry each.
#pragma once

#include <cstddef>
#include <span>

#include "goodhart/engine/outputs.hpp"
#include "goodhart/engine/simulation.hpp"

namespace goodhart {

/// A variable of whoever is recorded one by one: employees or teams.
struct PanelOutput {
  const char* name;
  Over over;
  const char* units;    ///< "1" for shares and counts
  const char* meaning;  ///< a sentence without full stop
  /// The value of `who` (number of the employee or the team) at a place of the axis `over` (0 where there is none).
  double (*of)(const Simulation& run, std::size_t place, std::size_t who);
  bool once = false;  ///< is it recorded once a run, because it does not change?
};

/// In the order of results files.
std::span<const PanelOutput> employee_outputs();
std::span<const PanelOutput> team_outputs();

}  // namespace goodhart
