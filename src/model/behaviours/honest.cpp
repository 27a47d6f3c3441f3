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
void remember_as(const Honest&, Outlook&) {}

template <>
Solved choose_as(const Honest&, Outlook& outlook, PerActivity& efforts) {
  return decide(*outlook.decision, efforts);
}

template <>
Solved unrewarded_as(const Honest&, const Terms&, std::size_t, Decision& decision, PerActivity& efforts) {
  return decide(decision, efforts);
}

template <>
std::size_t memory_of(const Honest&, int) {
  return 0;
}

template <>
bool responds_as(const Honest&) {
  return true;
}

template <>
bool watches_as(const Honest&) {
  return false;
}

template <>
double foresees(const Honest&) {
  return 0;
}

}  // namespace goodhart
