/// A decision taken apart, for `Simulation::explain`.
#pragma once

#include "goodhart/engine/explanation.hpp"
#include "sheet.hpp"

namespace goodhart {

/// What an employee is about to decide in the next step, and why. `sheet` has the strip of this employee alone laid
/// before it. Throws RunError as a step.
Explanation explained(const Now& now, Sheet& sheet);

}  // namespace goodhart
