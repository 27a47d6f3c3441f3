/// Network `random`: what is wrong with it.
#include "goodhart/scenario/networks/random.hpp"

namespace goodhart {

std::vector<NetworkFault> RandomPeers::faults(int size) const {
  const int others = size - 1;
  if (others < 1) return {too_few_employees(2, size)};
  if (degree <= others) return {};
  return {{"degree",
           "must be at most " + std::to_string(others) + ", the number of others; got " + std::to_string(degree)}};
}

}  // namespace goodhart
