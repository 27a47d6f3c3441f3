/// From a document to a scenario and back: the only place where fields get their values, and where what is wrong is
/// said.
#pragma once

#include <optional>
#include <vector>

#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// A scenario as far as it could be understood, and all that is wrong with it, in the order of the text.
struct CheckedScenario {
  std::optional<Scenario> scenario;  ///< only where nothing is wrong
  std::vector<Diagnostic> diagnostics;

  bool sound() const { return scenario.has_value(); }
};

/// Reads and checks a whole scenario. Every mistake is reported, not just the first.
CheckedScenario read_scenario(const Node& root);

/// The scenario as a document with every default and override written out: reading it again gives the same scenario.
Node resolved(const Scenario& scenario);

/// "a whole number of at least 1", "a number above 0", ...: what a number's field expects.
std::string expectation(const About& about, bool whole);

}  // namespace goodhart
