/// Network `complete`.
#include "kind.hpp"

namespace goodhart {

template <>
Peers peers_as(const CompletePeers&, const Roster&, Luck) {
  return Peers::everybody();
}

}  // namespace goodhart
