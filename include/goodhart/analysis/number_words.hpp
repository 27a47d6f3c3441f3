/// What people call a number of a scenario that has only a path.
#pragma once

#include <string>

#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// A number, or a part, of the scenario in words that fit into a sentence as a noun, with its article where it has one:
/// "the typical aversion of “aided”" for `activities.aided.aversion.lognormal.median`, "what a unit of value is worth"
/// for `organisation.value_price`; where `experiment.vary` names it (`as`), that name. Policies, activities and metrics
/// go by their labels. A path that leads nowhere is put into words all the same.
std::string number_words(const Scenario& scenario, const std::string& path);

}  // namespace goodhart
