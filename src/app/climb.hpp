/// Climbing a function of a few numbers without its derivatives.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace goodhart {

/// Looks for the highest value of a function of numbers from 0 to 1 near a start, with at most so many calls. Whoever
/// calls it keeps what it has seen. A value that is not finite counts as very low.
///
/// Rowan 1990, "Functional stability analysis of numerical algorithms" (Subplex), as rewritten in NLopt (Sbplx).
void climb(const std::vector<double>& start, std::size_t calls,
           const std::function<double(const std::vector<double>&)>& height);

}  // namespace goodhart
