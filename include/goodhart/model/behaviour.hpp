/// How an employee chooses, given its own coefficients and the reward curves it believes in.
#pragma once

#include <cstddef>

#include "goodhart/model/decision.hpp"
#include "goodhart/model/population.hpp"
#include "goodhart/scenario/behaviours.hpp"

namespace goodhart {

/// Closes what the behaviour never does, whatever it pays: `most` of those activities becomes 0. Comes before anything
/// else, so that efforts kept out of inertia are bound by it too.
void limit(const Behaviour& behaviour, Decision& decision);

/// Chooses one employee's efforts. `decision` is the employee's own to change. `terms` are the behaviour's quantities.
Solved choose(const Behaviour& behaviour, const Terms& terms, std::size_t employee, Decision& decision,
              PerActivity& efforts);

/// The probability of keeping the last step's efforts.
double inertia(const Behaviour& behaviour);

/// Makes efforts fit what is possible: none above its bound or in a closed activity, and all scaled down together where
/// they take more time than there is.
void fit(const Decision& decision, PerActivity& efforts);

}  // namespace goodhart
