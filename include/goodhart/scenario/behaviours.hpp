/// The list of behaviours: how an employee chooses efforts. A new one: a header in scenario/behaviours/, a source in
/// model/behaviours/, and its line here.
#pragma once

#include <array>
#include <variant>

#include "goodhart/scenario/behaviours/abilities.hpp"
#include "goodhart/scenario/behaviours/best_response.hpp"
#include "goodhart/scenario/behaviours/fixed.hpp"
#include "goodhart/scenario/behaviours/honest.hpp"
#include "goodhart/scenario/behaviours/imitation.hpp"
#include "goodhart/scenario/behaviours/quantal.hpp"
#include "goodhart/scenario/behaviours/reinforcement.hpp"
#include "goodhart/scenario/behaviours/trial.hpp"

namespace goodhart {

using Behaviour = std::variant<BestResponse, Honest, Fixed, Quantal, Reinforcement, Imitation, Trial>;

template <class... Kinds>
constexpr bool all_sound_behaviours(const std::variant<Kinds...>*) {
  return (SoundBehaviour<Kinds> && ...);
}
static_assert(all_sound_behaviours(static_cast<const Behaviour*>(nullptr)),
              "a behaviour that optimises must respond to incentives");

template <>
struct Family<Behaviour> {
  static constexpr const char* noun = "behaviour";
  static constexpr std::array<const char*, 0> later{};
};

}  // namespace goodhart
