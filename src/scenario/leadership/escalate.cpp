/// Move `escalate`: what is wrong with one.
#include "kind.hpp"

namespace goodhart {

template <>
MoveTraits traits_of(const Escalate&) {
  return {};
}

template <>
void check_move(const Escalate& self, const MovePlace& place) {
  place.incentive("incentive", self.incentive);
  if (self.factor == 1 || self.cap == 1) {
    place.findings.warning(place.at + (self.factor == 1 ? ".factor" : ".cap"), "is 1: the stakes never rise");
  }
  place.in_time("every", self.every);
}

}  // namespace goodhart
