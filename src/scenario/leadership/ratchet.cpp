/// Move `ratchet`: what is wrong with one.
#include "kind.hpp"

namespace goodhart {

template <>
MoveTraits traits_of(const Ratchet&) {
  return {.moves_targets = true};
}

template <>
void check_move(const Ratchet& self, const MovePlace& place) {
  const Scheme* scheme = place.incentive("incentive", self.incentive);
  if (scheme && !std::visit([]<class Kind>(const Kind&) { return HasTarget<Kind>; }, *scheme)) {
    place.findings.error(place.at + ".incentive", "'" + self.incentive +
                                                      "' has no target that could move: its scheme is " +
                                                      std::visit([](const auto& kind) { return kind.kName; }, *scheme));
  }
  const int window = scheme ? std::visit([](const auto& kind) { return kind.every; }, *scheme) : 0;
  if (scheme && window == place.length && window > 1) {
    place.findings.warning(place.at, "the target moves where a window closes, and the one window of " +
                                         std::to_string(window) + " steps closes as " + place.whole() +
                                         " ends, so nothing comes of it");
  }
  if (self.speed == 0) place.findings.warning(place.at + ".speed", "is 0: the target never moves");
}

}  // namespace goodhart
