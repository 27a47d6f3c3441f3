/// Whom schemes that compare compare with whom.
#pragma once

namespace goodhart {

/// The rivals of an employee: everybody, or the team mates.
inline constexpr const char* kScopes[] = {"organisation", "team"};

}  // namespace goodhart
