/// Behaviour `imitation`: the efforts of a peer are copied with Fermi probability.
#include <cmath>

#include "kind.hpp"
#include "menu.hpp"

namespace goodhart {

template <>
void limit_as(const Imitation&, Decision&) {}

template <>
void remember_as(const Imitation&, Outlook&) {}

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

template <>
Solved unrewarded_as(const Imitation&, const Terms&, std::size_t, Decision& decision, PerActivity& efforts) {
  return decide(decision, efforts);
}

template <>
std::size_t memory_of(const Imitation&, int) {
  return 0;
}

template <>
bool responds_as(const Imitation&) {
  return true;
}

template <>
bool watches_as(const Imitation&) {
  return true;
}

template <>
double foresees(const Imitation&) {
  return 0;
}

}  // namespace goodhart
