/// What every scheme must say of itself: one specialisation each, beside its mathematics (see model/scheme.hpp for the
/// meanings).
#pragma once

#include "goodhart/model/scheme.hpp"

namespace goodhart {

template <class Kind>
void compare_by(const Kind& self, std::span<const double> means, bool lower, std::span<double> merits);
template <class Kind>
double reward_of(const Kind& self, const Terms& terms, std::size_t employee, double merit, bool lower);
template <class Kind>
void rewards_of(const Kind& self, const Terms& terms, std::size_t first, std::span<const double> merits, bool lower,
                std::span<double> out);
template <class Kind>
bool straight_of(const Kind& self);
template <class Kind>
void expect_of(const Kind& self, const Terms& terms, const Prospect& prospect, Hopes& hopes);
template <class Kind>
double stake_of(const Kind& self, const Terms& terms, std::size_t employee, double low, double high, bool lower);
template <class Kind>
double linear_rate_of(const Kind& self, const Terms& terms, std::size_t employee);
template <class Kind>
std::optional<std::size_t> target_term_of(const Kind& self);
template <class Kind>
std::optional<std::size_t> rate_term_of(const Kind& self);
template <class Kind>
void move_readings_of(const Kind& self, Terms& terms, std::size_t employee, const std::function<double(double)>& moved);

/// `rewards_of` for kinds that have nothing faster: one after another. To be called where `reward_of` is at hand.
template <class Kind>
void reward_each(const Kind& self, const Terms& terms, std::size_t first, std::span<const double> merits, bool lower,
                 std::span<double> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = reward_of(self, terms, first + i, merits[i], lower);
}

}  // namespace goodhart
