/// From a document to a scenario and back: the only place where fields get their values, and where what is wrong is
/// said.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// A scenario as far as it could be understood, and all that is wrong with it, in the order of the text.
struct CheckedScenario {
  std::optional<Scenario> scenario;  ///< only where nothing is wrong
  std::vector<Diagnostic> diagnostics;

  bool sound() const { return scenario.has_value(); }
};

/// Whether the numbers that vary or can be chosen are tried at both ends of their ranges.
enum class Ranges : std::uint8_t { tried, taken_as_they_are };

/// Reads and checks a whole scenario. Every mistake is reported, not just the first.
CheckedScenario read_scenario(const Node& root, Ranges ranges = Ranges::tried);

/// The scenario as a document with every default and override written out: reading it again gives the same scenario.
Node resolved(const Scenario& scenario);

/// The same without what is only said about the model: what is uncertain in it (`experiment`), and a `lesson`.
Node resolved_model(const Scenario& scenario);

/// What the field of a number takes.
struct NumberField {
  double low, high;
  bool above;  ///< the lower bound itself is not allowed
  bool whole;
};

/// The fields of the numbers of a document that is sound, by where they stand; not those below an override, which are
/// read where they lead to.
std::map<const Node*, NumberField> number_fields(const Node& root);

/// Changes one number of a resolved scenario; returns what is wrong where that cannot be done. What the scenario then
/// is must be read and checked. The share of a group is changed together with the others: they keep their proportions,
/// and all still sum to 1.
std::optional<std::string> set_number(Node& document, const std::string& path, double value);

/// Changes the number under a path, and those that always have its value (`Range::also`). Returns as the other.
std::optional<std::string> set_number(Node& document, const std::string& path, const Range& range, double value);

/// "a whole number of at least 1", "a number above 0", ...: what a number's field expects.
std::string expectation(const About& about, bool whole);

}  // namespace goodhart
