/// What is wrong with a scenario whose fields are all well formed: names, sums, combinations without meaning.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// Where findings go: path, sentence.
struct Findings {
  std::function<void(const std::string& path, const std::string& message)> error;
  std::function<void(const std::string& path, const std::string& message)> warning;
};

/// Checks of the parts that an override can change, with `path` prefixes as in the file.
void check_setting(const Setting& setting, const Findings& findings);

/// Checks of a phase's incentives against the setting in force: the scenario's, or what the phase's overrides make of
/// it.
void check_incentives(const Phase& phase, const Setting& setting, const std::string& path, const Findings& findings);

/// Checks of a lesson's questions; what it says to change next is checked where paths are known (read.cpp).
void check_lesson(const Scenario& scenario, const Findings& findings);

/// Checks of everything else.
void check_scenario(const Scenario& scenario, const Findings& findings);

}  // namespace goodhart
