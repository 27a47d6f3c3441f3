/// What every scheme must say of itself: one specialisation each, beside its mathematics (see model/scheme.hpp for the
/// meanings).
#pragma once

#include "goodhart/model/scheme.hpp"

namespace goodhart {

template <class Kind>
double reward_of(const Kind& self, const Terms& terms, std::size_t employee, double mean, bool lower);
template <class Kind>
void expect_of(const Kind& self, const Terms& terms, const Prospect& prospect, Hopes& hopes);
template <class Kind>
double stake_of(const Kind& self, const Terms& terms, std::size_t employee, double low, double high, bool lower);
template <class Kind>
double linear_rate_of(const Kind& self, const Terms& terms, std::size_t employee);
template <class Kind>
double shown_target_of(const Kind& self, const Terms& terms, std::size_t employee);
template <class Kind>
double shown_rate_of(const Kind& self, const Terms& terms, std::size_t employee);

}  // namespace goodhart
