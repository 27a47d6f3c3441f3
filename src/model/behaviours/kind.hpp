/// What every behaviour must be able to do: a specialisation of each (see model/behaviour.hpp).
#pragma once

#include "goodhart/model/behaviour.hpp"

namespace goodhart {

template <class Kind>
void limit_as(const Kind& self, Decision& decision);
template <class Kind>
void remember_as(const Kind& self, Outlook& outlook);
template <class Kind>
Solved choose_as(const Kind& self, Outlook& outlook, PerActivity& efforts);
template <class Kind>
Solved unrewarded_as(const Kind& self, const Terms& terms, std::size_t employee, Decision& decision,
                     PerActivity& efforts);
template <class Kind>
std::size_t memory_of(const Kind& self, int incentives);
template <class Kind>
bool responds_as(const Kind& self);
template <class Kind>
bool watches_as(const Kind& self);
/// The discount per review of one who foresees ratchets, else 0.
template <class Kind>
double foresees(const Kind& self);

}  // namespace goodhart
