/// Behaviour `fixed`: the efforts given, as far as they fit.
#include "kind.hpp"

namespace goodhart {

template <>
Solved unrewarded_as(const Fixed&, const Terms& terms, std::size_t employee, Decision& decision, PerActivity& efforts);

template <>
void limit_as(const Fixed&, Decision&) {}

template <>
void remember_as(const Fixed&, Outlook&) {}

template <>
Solved choose_as(const Fixed& self, Outlook& outlook, PerActivity& efforts) {
  return unrewarded_as(self, *outlook.terms, outlook.employee, *outlook.decision, efforts);
}

template <>
Solved unrewarded_as(const Fixed&, const Terms& terms, std::size_t employee, Decision& decision, PerActivity& efforts) {
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) efforts[k] = terms[k][employee];
  fit(decision, efforts);
  return Solved::exactly;
}

template <>
std::size_t memory_of(const Fixed&, int) {
  return 0;
}

template <>
bool responds_as(const Fixed&) {
  return false;
}

template <>
bool watches_as(const Fixed&) {
  return false;
}

template <>
double foresees(const Fixed&) {
  return 0;
}

}  // namespace goodhart
