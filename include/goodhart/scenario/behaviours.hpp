/// The list of behaviours: how an employee chooses efforts. A new one: a header in scenario/behaviours/, a source in
/// model/behaviours/, and its line here.
#pragma once

#include <array>
#include <variant>

#include "goodhart/scenario/behaviours/best_response.hpp"
#include "goodhart/scenario/behaviours/fixed.hpp"
#include "goodhart/scenario/behaviours/honest.hpp"

namespace goodhart {

using Behaviour = std::variant<BestResponse, Honest, Fixed>;

template <>
struct Family<Behaviour> {
  static constexpr const char* noun = "behaviour";
  static constexpr std::array<const char*, 4> later{"quantal", "learning", "imitation", "trial"};
};

}  // namespace goodhart
