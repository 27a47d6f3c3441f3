/// What a policy does, in words that need no knowledge of scenario files.
#pragma once

#include <string>

#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// A sentence for each phase: what is paid for what, audits, moves of leadership, and what is changed besides. It says
/// what the resolved policy does and nothing else; a description that the scenario gives comes first.
std::string policy_words(const Scenario& scenario, const Policy& policy);

}  // namespace goodhart
