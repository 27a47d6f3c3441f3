/// What a scheme's source says of it, beside its mathematics: a specialisation of each function that its description
/// asks for (scenario/schemes/abilities.hpp; model/scheme.hpp has the meanings). One that its description does not ask
/// for does not compile; one that is missing does not link.
#pragma once

#include "goodhart/model/scheme.hpp"

namespace goodhart {

template <class Kind>
double reward_of(const Kind& self, const Terms& terms, std::size_t employee, double merit, bool lower);

/// By default merits are the means themselves.
template <class Kind>
requires Compares<Kind>
void compare_by(const Kind& self, std::span<const double> means, bool lower, std::span<double> merits);

/// By default one after another.
template <class Kind>
requires ManyAtOnce<Kind>
void rewards_of(const Kind& self, const Terms& terms, std::size_t first, std::span<const double> merits, bool lower,
                std::span<double> out);

/// A straight reward needs none: its slope is its rate.
template <class Kind>
requires(!AlwaysStraight<Kind>) void expect_of(const Kind& self, const Terms& terms, const Prospect& prospect,
                                               Hopes& hopes);

/// By default what the ends differ by: where the reward is monotone in M.
template <class Kind>
requires(Compares<Kind> || !Monotone<Kind>) double stake_of(const Kind& self, const Terms& terms, std::size_t employee,
                                                            double low, double high, bool lower);

/// By default the target moves alone. Nothing hangs on readings where they are compared.
template <class Kind>
requires(!Compares<Kind> && !OnlyTarget<Kind>) void move_readings_of(const Kind& self, Terms& terms,
                                                                     std::size_t employee,
                                                                     const std::function<double(double)>& moved);

}  // namespace goodhart
