/// Schemes: from the list of kinds to the one at hand.
#include "goodhart/model/scheme.hpp"

#include <algorithm>
#include <cmath>

#include "goodhart/core/errors.hpp"
#include "schemes/kind.hpp"

namespace goodhart {

namespace {

/// Where a kind's rate and target stand among its terms.
template <HasRate Kind>
std::size_t rate_place() {
  static const std::size_t place = place_of(Kind::kRate);
  return place;
}
template <HasTarget Kind>
std::size_t target_place() {
  static const std::size_t place = place_of(Kind::kTarget);
  return place;
}

}  // namespace

bool compares(const Scheme& scheme) {
  return std::visit([]<class Kind>(const Kind&) { return Compares<Kind>; }, scheme);
}

void compare(const Scheme& scheme, std::span<const double> means, bool lower, std::span<double> merits) {
  std::visit(
      [&]<class Kind>(const Kind& kind) {
        if constexpr (Compares<Kind>) {
          compare_by(kind, means, lower, merits);
        } else {
          std::copy(means.begin(), means.end(), merits.begin());
        }
      },
      scheme);
}

bool dismisses(const Scheme& scheme, double merit) {
  return merit < 0 && std::visit([](const auto& kind) { return dismisses(kind); }, scheme);
}

double reward(const Scheme& scheme, const Terms& terms, std::size_t employee, double merit, bool lower) {
  return std::visit([&](const auto& kind) { return reward_of(kind, terms, employee, merit, lower); }, scheme);
}

void rewards(const Scheme& scheme, const Terms& terms, std::size_t first, std::span<const double> merits, bool lower,
             std::span<double> out) {
  std::visit(
      [&]<class Kind>(const Kind& kind) {
        if constexpr (ManyAtOnce<Kind>) {
          rewards_of(kind, terms, first, merits, lower, out);
        } else {
          for (std::size_t i = 0; i < out.size(); ++i) out[i] = reward_of(kind, terms, first + i, merits[i], lower);
        }
      },
      scheme);
}

bool straight(const Scheme& scheme) {
  return std::visit([](const auto& kind) { return is_straight(kind); }, scheme);
}

void expect(const Scheme& scheme, const Terms& terms, const Prospect& prospect, Hopes& hopes) {
  std::visit(
      [&]<class Kind>(const Kind& kind) {
        if (is_straight(kind)) throw Bug("expect: a straight reward has no curves; its slope is its rate");
        if constexpr (!AlwaysStraight<Kind>) expect_of(kind, terms, prospect, hopes);
      },
      scheme);
}

double stake(const Scheme& scheme, const Terms& terms, std::size_t employee, double low, double high, bool lower) {
  return std::visit(
      [&]<class Kind>(const Kind& kind) {
        if constexpr (HasRate<Kind>) {
          if (terms[rate_place<Kind>()][employee] == 0) return 0.0;  // and not 0 x infinity
        }
        if constexpr (Compares<Kind> || !Monotone<Kind>) {
          return stake_of(kind, terms, employee, low, high, lower);
        } else {
          return std::fabs(reward_of(kind, terms, employee, high, lower) -
                           reward_of(kind, terms, employee, low, lower));
        }
      },
      scheme);
}

double linear_rate(const Scheme& scheme, const Terms& terms, std::size_t employee) {
  return std::visit(
      [&]<class Kind>(const Kind&) {
        if constexpr (HasRate<Kind>) return terms[rate_place<Kind>()][employee];
        return 0.0;
      },
      scheme);
}

bool retrainable(const Scheme& scheme) {
  return std::visit([]<class Kind>(const Kind&) { return Retrainable<Kind>; }, scheme);
}

std::optional<std::size_t> target_term(const Scheme& scheme) {
  return std::visit(
      []<class Kind>(const Kind&) -> std::optional<std::size_t> {
        if constexpr (HasTarget<Kind>) return target_place<Kind>();
        return std::nullopt;
      },
      scheme);
}

std::optional<std::size_t> rate_term(const Scheme& scheme) {
  return std::visit(
      []<class Kind>(const Kind&) -> std::optional<std::size_t> {
        if constexpr (HasRate<Kind>) return rate_place<Kind>();
        return std::nullopt;
      },
      scheme);
}

void move_readings(const Scheme& scheme, Terms& terms, std::size_t employee,
                   const std::function<double(double)>& moved) {
  std::visit(
      [&]<class Kind>(const Kind& kind) {
        if constexpr (OnlyTarget<Kind>) {
          Column& target = terms[target_place<Kind>()];
          target.set(employee, moved(target[employee]));
        } else if constexpr (!Compares<Kind>) {
          move_readings_of(kind, terms, employee, moved);
        }
      },
      scheme);
}

}  // namespace goodhart
