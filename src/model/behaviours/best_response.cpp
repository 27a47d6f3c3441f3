/// Behaviour `best_response`: the global maximiser of utility.
#include "kind.hpp"

namespace goodhart {

template <>
void limit_as(const BestResponse&, Decision&) {}

template <>
Solved choose_as(const BestResponse&, const Terms&, std::size_t, Decision& decision, PerActivity& efforts) {
  return decide(decision, efforts);
}

}  // namespace goodhart
