/// Behaviour `honest`: the best response with gaming activities closed.
#include "kind.hpp"

namespace goodhart {

template <>
void limit_as(const Honest&, Decision& decision) {
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
    if (decision.gaming >> k & 1u) decision.most[k] = 0;
  }
}

template <>
Solved choose_as(const Honest&, const Terms&, std::size_t, Decision& decision, PerActivity& efforts) {
  return decide(decision, efforts);
}

}  // namespace goodhart
