/// The parts of adapting that stand in sources of their own.
#pragma once

#include "simulation_state.hpp"

namespace goodhart {

/// Brings the terms that leadership moves up to date with what was drawn of the others.
void follow(const Run& run, std::size_t employee);

/// Newcomers take the places of those who leave (hiring.cpp). Is there any?
bool replace_leavers(const Run& run);

/// What leadership does after a step (leading.cpp).
void lead(const Run& run);

/// What gaming activities make of an employee's reading of a metric by their loadings, without noise or delay.
double gamed_reading(const Now& now, std::size_t metric, std::size_t employee);

}  // namespace goodhart
