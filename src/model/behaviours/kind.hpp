/// What a behaviour's source says of it: a specialisation of each function that its description asks for
/// (scenario/behaviours/abilities.hpp; model/behaviour.hpp has the meanings). One that its description does not ask for
/// does not compile; one that is missing does not link.
#pragma once

#include "goodhart/model/behaviour.hpp"

namespace goodhart {

/// One who optimises decides; one who does not respond does what it does unrewarded.
template <class Kind>
requires(!Optimises<Kind> && !Unresponsive<Kind>) Solved
    choose_as(const Kind& self, Outlook& outlook, PerActivity& efforts);

/// By default what is best.
template <class Kind>
requires Unresponsive<Kind> Solved unrewarded_as(const Kind& self, const Terms& terms, std::size_t employee,
                                                 Decision& decision, PerActivity& efforts);

template <class Kind>
requires Remembers<Kind>
void remember_as(const Kind& self, Outlook& outlook);
template <class Kind>
requires Remembers<Kind> std::size_t memory_of(const Kind& self, int incentives);

}  // namespace goodhart
