/// The strain of efforts must be convex for every employee; here is where that is made sure.
#pragma once

#include <cstddef>

#include "goodhart/model/population.hpp"

namespace goodhart {

/// Throws RunError where the quadratic form  sum_k s_k x_k^2 + 2 sum_{k<l} s_kl x_k x_l + C (sum_k time_k x_k)^2  of an
/// employee is not positive semidefinite. Without interactions it always is.
void require_convex_strain(const Population& population, std::size_t employees);
void require_convex_strain_of(const Population& population, std::size_t employee);

}  // namespace goodhart
