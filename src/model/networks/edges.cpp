/// Network `edges`: the pairs as they are listed.
#include "kind.hpp"

namespace goodhart {

template <>
Peers peers_as(const Edges& self, const Roster& roster, Luck) {
  std::vector<Peers::Pair> pairs;
  pairs.reserve(self.pairs->size());
  for (const std::vector<int>& pair : *self.pairs)
    pairs.push_back({static_cast<std::uint32_t>(pair[0]), static_cast<std::uint32_t>(pair[1])});
  return Peers::of_pairs(roster.size, pairs, self.mutual);
}

}  // namespace goodhart
