/// What employees and phases ask of audits that look where readings are suspicious.
#pragma once

#include "simulation_state.hpp"

namespace goodhart {

/// The suspicion of the audits in force as it begins; nothing where audits look at nobody in particular.
std::optional<InForce::Watch> watch_of(const Now& now);

/// What one who games expects to be fined in a step, without what it escapes by a reading that is not suspicious, or,
/// where those are audited less often who are, by one that is (`promise`).
double fine_of(const Now& now, std::size_t employee);

}  // namespace goodhart
