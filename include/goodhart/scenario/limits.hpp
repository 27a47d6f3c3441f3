/// How large a scenario may be.
#pragma once

namespace goodhart {

/// The most activities, and the most metrics, of a scenario: what one decision can hold.
inline constexpr int kMostActivities = 16;
inline constexpr int kMostReadings = 16;

/// The most incentives of a phase.
inline constexpr int kMostIncentives = 32;

/// The most activities that have a setup: an employee looks at every set of those that it has not set up.
inline constexpr int kMostSetUps = 6;

}  // namespace goodhart
