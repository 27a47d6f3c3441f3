/// What every network must be able to do: one specialisation each (see model/network.hpp).
#pragma once

#include "goodhart/model/network.hpp"

namespace goodhart {

template <class Kind>
Peers peers_as(const Kind& self, const Roster& roster, Luck luck);

}  // namespace goodhart
