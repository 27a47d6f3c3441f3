/// Behaviour `imitation`: the efforts of a peer are copied with Fermi probability.
#include <cmath>

#include "kind.hpp"
#include "menu.hpp"

namespace goodhart {

template <>
Solved choose_as(const Imitation& self, Outlook& outlook, PerActivity& efforts) {
  if (!outlook.past || outlook.draw(Purpose::exploration, 0) < self.mutation) {
    const auto plans = static_cast<std::size_t>(menu_size(outlook));
    return menu_plan(outlook, static_cast<int>(any(plans, outlook.draw(Purpose::exploration, 1))), efforts);
  }
  efforts = outlook.last;
  if (const std::optional<PeerView> peer = outlook.meet(outlook.draw(Purpose::meeting, 0))) {
    const double copies = 1 / (1 + std::exp(-self.rate * (peer->utility - outlook.utility)));
    if (outlook.draw(Purpose::meeting, 1) < copies) efforts = peer->efforts;
  }
  fit(*outlook.decision, efforts);
  return Solved::exactly;
}

}  // namespace goodhart
