/// Schemes: from the list of kinds to the one at hand.
#include "goodhart/model/scheme.hpp"

#include "schemes/kind.hpp"

namespace goodhart {

double reward(const Scheme& scheme, const Terms& terms, std::size_t employee, double mean, bool lower) {
  return std::visit([&](const auto& kind) { return reward_of(kind, terms, employee, mean, lower); }, scheme);
}

void expect(const Scheme& scheme, const Terms& terms, const Prospect& prospect, Hopes& hopes) {
  std::visit([&](const auto& kind) { expect_of(kind, terms, prospect, hopes); }, scheme);
}

double stake(const Scheme& scheme, const Terms& terms, std::size_t employee, double low, double high, bool lower) {
  return std::visit([&](const auto& kind) { return stake_of(kind, terms, employee, low, high, lower); }, scheme);
}

double linear_rate(const Scheme& scheme, const Terms& terms, std::size_t employee) {
  return std::visit([&](const auto& kind) { return linear_rate_of(kind, terms, employee); }, scheme);
}

double target_of(const Scheme& scheme, const Terms& terms, std::size_t employee) {
  return std::visit([&](const auto& kind) { return shown_target_of(kind, terms, employee); }, scheme);
}

double rate_of(const Scheme& scheme, const Terms& terms, std::size_t employee) {
  return std::visit([&](const auto& kind) { return shown_rate_of(kind, terms, employee); }, scheme);
}

}  // namespace goodhart
