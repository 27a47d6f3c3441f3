/// The list of schemes by which an incentive turns a reading into a reward. A new one: a header in scenario/schemes/, a
/// source in model/schemes/, and its line here.
#pragma once

#include <array>
#include <variant>

#include "goodhart/scenario/schemes/abilities.hpp"
#include "goodhart/scenario/schemes/linear.hpp"
#include "goodhart/scenario/schemes/quota.hpp"
#include "goodhart/scenario/schemes/relative.hpp"
#include "goodhart/scenario/schemes/status.hpp"
#include "goodhart/scenario/schemes/tournament.hpp"

namespace goodhart {

using Scheme = std::variant<Linear, Quota, Tournament, Relative, Status>;

template <class... Kinds>
constexpr bool all_sound(const std::variant<Kinds...>*) {
  return (SoundScheme<Kinds> && ...);
}
static_assert(all_sound(static_cast<const Scheme*>(nullptr)),
              "a scheme that may be straight must say which of its quantities is its rate: kRate");

template <>
struct Family<Scheme> {
  static constexpr const char* noun = "scheme";
  static constexpr std::array<const char*, 0> later{};
};

/// Are the rewards of an incentive money on top of pay? A scheme that does not say what they are pays in money.
inline bool paid_in_money(const Scheme& scheme) {
  return std::visit(
      [](const auto& kind) {
        if constexpr (requires { kind.paid; }) {
          return kind.paid == "money";
        } else {
          return true;
        }
      },
      scheme);
}

}  // namespace goodhart
