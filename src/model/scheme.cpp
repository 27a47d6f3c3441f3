/// Schemes: from the list of kinds to the one at hand.
#include "goodhart/model/scheme.hpp"

#include "schemes/kind.hpp"

namespace goodhart {

bool compares(const Scheme& scheme) {
  return std::visit([](const auto& kind) { return std::decay_t<decltype(kind)>::kCompares; }, scheme);
}

void compare(const Scheme& scheme, std::span<const double> means, bool lower, std::span<double> merits) {
  std::visit([&](const auto& kind) { compare_by(kind, means, lower, merits); }, scheme);
}

bool dismisses(const Scheme& scheme, double merit) {
  return merit < 0 && std::visit([](const auto& kind) { return kind.dismisses(); }, scheme);
}

double reward(const Scheme& scheme, const Terms& terms, std::size_t employee, double merit, bool lower) {
  return std::visit([&](const auto& kind) { return reward_of(kind, terms, employee, merit, lower); }, scheme);
}

void rewards(const Scheme& scheme, const Terms& terms, std::size_t first, std::span<const double> merits, bool lower,
             std::span<double> out) {
  std::visit([&](const auto& kind) { rewards_of(kind, terms, first, merits, lower, out); }, scheme);
}

bool straight(const Scheme& scheme) {
  return std::visit([](const auto& kind) { return straight_of(kind); }, scheme);
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

std::optional<std::size_t> target_term(const Scheme& scheme) {
  return std::visit([](const auto& kind) { return target_term_of(kind); }, scheme);
}

std::optional<std::size_t> rate_term(const Scheme& scheme) {
  return std::visit([](const auto& kind) { return rate_term_of(kind); }, scheme);
}

void move_readings(const Scheme& scheme, Terms& terms, std::size_t employee,
                   const std::function<double(double)>& moved) {
  std::visit([&](const auto& kind) { move_readings_of(kind, terms, employee, moved); }, scheme);
}

}  // namespace goodhart
