/// One employee's decision in plain words and numbers.
#pragma once

#include <string>

#include "goodhart/engine/explanation.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// Who it is, what is rewarded, what it considers with the worth of each part, what it chooses and why, and what would
/// change its mind; at most 100 columns.
std::string to_text(const Explanation& explanation, const Scenario& scenario, const std::string& policy, int replicate);

/// All of it; what is not known is null.
std::string to_json(const Explanation& explanation, const Scenario& scenario, const std::string& policy, int replicate);

}  // namespace goodhart
