/// Network `team`.
#include "kind.hpp"

namespace goodhart {

template <>
Peers peers_as(const TeamPeers&, const Roster&, Luck) {
  return Peers::team();
}

}  // namespace goodhart
