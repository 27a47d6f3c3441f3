/// What a network may state of itself, in its description.
///
/// | stated as                                          | means                                                      |
/// |----------------------------------------------------|------------------------------------------------------------|
/// | `std::vector<NetworkFault> faults(int size) const` | what is wrong with it among so many employees              |
/// | `static bool sees_nobody(int team)`                | nobody sees anybody, where so many are in a team           |
#pragma once

#include <concepts>
#include <string>
#include <vector>

namespace goodhart {

struct NetworkFault {
  std::string field;  ///< of the network; empty for all of it
  std::string sentence;
};

template <class Kind>
concept MayNotFit = requires(const Kind& kind, int size) {
  { kind.faults(size) } -> std::same_as<std::vector<NetworkFault>>;
};
template <class Kind>
concept MaySeeNobody = requires(int team) {
  { Kind::sees_nobody(team) } -> std::same_as<bool>;
};

/// A network that takes more employees than there are.
NetworkFault too_few_employees(int needed, int size);

/// What is wrong with a mean number of mutual ties among so many: it must be even, and at most the number of others.
std::vector<NetworkFault> faults_of_mutual_degree(int degree, int size);

}  // namespace goodhart
