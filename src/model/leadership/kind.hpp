/// What every move of leadership must be able to do: a specialisation of each (see model/leadership.hpp).
#pragma once

#include "goodhart/model/leadership.hpp"

namespace goodhart {

template <class Kind>
void act_as(const Kind& self, Office& office, std::size_t move);
template <class Kind>
int audited_by(const Kind& self, int since);
template <class Kind>
std::vector<std::string> metrics_read_by(const Kind& self);
template <class Kind>
std::string moves_target_as(const Kind& self);
template <class Kind>
bool moves_rates_as(const Kind& self);

}  // namespace goodhart
