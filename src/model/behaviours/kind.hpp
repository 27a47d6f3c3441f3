/// What every behaviour must be able to do: a specialisation of each (see model/behaviour.hpp).
#pragma once

#include "goodhart/model/behaviour.hpp"

namespace goodhart {

template <class Kind>
void limit_as(const Kind& self, Decision& decision);
template <class Kind>
Solved choose_as(const Kind& self, const Terms& terms, std::size_t employee, Decision& decision, PerActivity& efforts);

}  // namespace goodhart
