/// The list of what leadership does in a phase. A new one: a header in scenario/leadership/, a source in
/// model/leadership/, and its line here.
#pragma once

#include <array>
#include <variant>

#include "goodhart/scenario/leadership/commit.hpp"
#include "goodhart/scenario/leadership/escalate.hpp"
#include "goodhart/scenario/leadership/infer.hpp"
#include "goodhart/scenario/leadership/ratchet.hpp"
#include "goodhart/scenario/leadership/retrain.hpp"
#include "goodhart/scenario/leadership/revise.hpp"

namespace goodhart {

using Move = std::variant<Ratchet, Escalate, Retrain, Revise, Infer, Commit>;

template <>
struct Family<Move> {
  static constexpr const char* noun = "move of leadership";
  static constexpr std::array<const char*, 0> later{};
};

}  // namespace goodhart
