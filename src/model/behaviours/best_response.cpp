/// Behaviour `best_response`: the global maximiser of utility.
#include "kind.hpp"

namespace goodhart {

template <>
Solved choose_as(const BestResponse&, const Terms&, std::size_t, Decision& decision, PerActivity& efforts) {
  return decide(decision, efforts);
}

}  // namespace goodhart
