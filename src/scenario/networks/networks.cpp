/// Networks: from the list of kinds to the one at hand, and what they have in common.
#include "goodhart/scenario/networks.hpp"

namespace goodhart {

NetworkFault too_few_employees(int needed, int size) {
  return {"", "needs a size of at least " + std::to_string(needed) + ", got " + std::to_string(size)};
}

std::vector<NetworkFault> faults_of_mutual_degree(int degree, int size) {
  const int others = size - 1;
  if (others < 2) return {too_few_employees(3, size)};
  if (degree <= others && degree % 2 == 0) return {};
  return {{"degree", "must be an even number of at most " + std::to_string(others) + ", the number of others; got " +
                         std::to_string(degree)}};
}

Network no_network() {
  return NoPeers{};
}

bool sees_nobody(const Network& network, int size, int team) {
  if (size < 2) return true;
  return std::visit(
      [&]<class Kind>(const Kind&) {
        if constexpr (MaySeeNobody<Kind>) return Kind::sees_nobody(team);
        return false;
      },
      network);
}

std::vector<NetworkFault> faults_of(const Network& network, int size) {
  return std::visit(
      [&]<class Kind>(const Kind& kind) {
        std::vector<NetworkFault> faults;
        if constexpr (MayNotFit<Kind>) faults = kind.faults(size);
        for (NetworkFault& fault : faults) {
          fault.field.insert(0, fault.field.empty() ? "" : ".");
          fault.field.insert(0, Kind::kName);
        }
        return faults;
      },
      network);
}

}  // namespace goodhart
