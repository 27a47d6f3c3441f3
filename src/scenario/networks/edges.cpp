/// Network `edges`: what is wrong with it.
#include "goodhart/scenario/networks/edges.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace goodhart {

/// Pairs of two different employees that exist, each once.
std::vector<NetworkFault> Edges::faults(int size) const {
  if (file.empty() != pairs.has_value()) {
    return {{"", pairs ? "has both file and pairs; give one of them" : "needs a file or pairs"}};
  }
  if (!pairs) return {{"", "names a file, which must be read before the scenario is (read_edge_file)"}};
  std::vector<NetworkFault> faults;
  std::set<std::pair<int, int>> seen;
  for (std::size_t p = 0; p < pairs->size(); ++p) {
    const std::vector<int>& pair = (*pairs)[p];
    const auto refuse = [&](const std::string& sentence) {
      faults.push_back({"pairs." + std::to_string(p), sentence});
    };
    if (pair.size() != 2) {
      refuse("must be two numbers of employees, of whom the first sees the second; got " + std::to_string(pair.size()));
      continue;
    }
    const auto [low, high] = std::minmax(pair[0], pair[1]);
    if (high >= size) {
      refuse("there is no employee " + std::to_string(high) + "; they are numbered from 0 to " +
             std::to_string(size - 1));
    } else if (low == high) {
      refuse("employee " + std::to_string(low) + " cannot be its own peer; remove the pair");
    } else if (!seen.insert(mutual ? std::pair(low, high) : std::pair(pair[0], pair[1])).second) {
      refuse("employees " + std::to_string(pair[0]) + " and " + std::to_string(pair[1]) + " stand twice" +
             (mutual ? ", and pairs are mutual here" : "") + "; remove one of the pairs");
    }
  }
  return faults;
}

}  // namespace goodhart
