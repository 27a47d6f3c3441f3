/// The list of networks: who sees what whom does. A new one: a header in scenario/networks/, a source in
/// model/networks/, and its line here. What others ask of it is stated in its description (networks/abilities.hpp)
/// and asked by the functions below.
#pragma once

#include <array>
#include <string>
#include <variant>
#include <vector>

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

/// The network in which nobody sees anybody.
Network no_network();

/// Does nobody see anybody, among so many employees in teams of so many?
bool sees_nobody(const Network& network, int size, int team);

/// What is wrong with a network among so many employees; fields by their paths below `population.network`.
std::vector<NetworkFault> faults_of(const Network& network, int size);

}  // namespace goodhart
