/// The list of networks: who sees what whom does. A new one: a header in scenario/networks/, a source in
/// model/networks/, and its line here.
#pragma once

#include <array>
#include <variant>

#include "goodhart/scenario/networks/complete.hpp"
#include "goodhart/scenario/networks/edges.hpp"
#include "goodhart/scenario/networks/none.hpp"
#include "goodhart/scenario/networks/random.hpp"
#include "goodhart/scenario/networks/scale_free.hpp"
#include "goodhart/scenario/networks/small_world.hpp"
#include "goodhart/scenario/networks/team.hpp"

namespace goodhart {

using Network = std::variant<TeamPeers, NoPeers, CompletePeers, SmallWorld, RandomPeers, ScaleFree, Edges>;

template <>
struct Family<Network> {
  static constexpr const char* noun = "network";
  static constexpr std::array<const char*, 0> later{};
};

}  // namespace goodhart
