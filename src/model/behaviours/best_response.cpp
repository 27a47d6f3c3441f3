/// Behaviour `best_response`: the global maximiser of utility.
#include "kind.hpp"

namespace goodhart {

template <>
void limit_as(const BestResponse&, Decision&) {}

template <>
void remember_as(const BestResponse&, Outlook&) {}

template <>
Solved choose_as(const BestResponse&, Outlook& outlook, PerActivity& efforts) {
  return decide(*outlook.decision, efforts);
}

template <>
Solved unrewarded_as(const BestResponse&, const Terms&, std::size_t, Decision& decision, PerActivity& efforts) {
  return decide(decision, efforts);
}

template <>
std::size_t memory_of(const BestResponse&, int) {
  return 0;
}

template <>
bool responds_as(const BestResponse&) {
  return true;
}

template <>
bool watches_as(const BestResponse&) {
  return false;
}

template <>
double foresees(const BestResponse& self) {
  return self.farsighted ? self.farsighted->discount : 0;
}

}  // namespace goodhart
