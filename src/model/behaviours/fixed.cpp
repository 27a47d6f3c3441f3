/// Behaviour `fixed`: the efforts given, as far as they fit.
#include "kind.hpp"

namespace goodhart {

template <>
Solved unrewarded_as(const Fixed&, const Terms& terms, std::size_t employee, Decision& decision, PerActivity& efforts) {
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) efforts[k] = terms[k][employee];
  fit(decision, efforts);
  return Solved::exactly;
}

}  // namespace goodhart
