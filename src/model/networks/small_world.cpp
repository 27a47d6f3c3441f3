/// Network `small_world`: Watts & Strogatz 1998 (doi 10.1038/30918): ties to the next degree / 2 on a ring, each
/// rewired with some probability.
#include <algorithm>
#include <unordered_set>

#include "kind.hpp"

namespace goodhart {

template <>
Peers peers_as(const SmallWorld& self, const Roster& roster, Luck luck) {
  const Draws draws(luck.seed, Purpose::network, SmallWorld::kName);
  const std::size_t n = roster.size, half = static_cast<std::size_t>(self.degree) / 2;
  const auto key = [n](std::size_t a, std::size_t b) { return std::uint64_t{std::min(a, b)} * n + std::max(a, b); };
  std::unordered_set<std::uint64_t> ties;
  std::vector<Peers::Pair> edges;
  edges.reserve(n * half);
  for (std::size_t d = 1; d <= half; ++d) {
    for (std::size_t i = 0; i < n; ++i) {
      edges.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>((i + d) % n)});
      ties.insert(key(i, (i + d) % n));
    }
  }
  std::vector<std::size_t> degree(n, 2 * half);
  for (std::size_t e = 0; e < edges.size(); ++e) {
    const std::size_t i = edges[e].from;
    const auto lap = static_cast<std::uint32_t>(e / n);
    const auto uniform = [&](std::uint32_t attempt) {
      return draws.uniform(luck.replicate, static_cast<std::uint32_t>(i), static_cast<std::int32_t>(lap), attempt);
    };
    // One who is tied to everybody keeps the tie: there is nowhere else to lead it.
    if (uniform(0) >= self.rewire || degree[i] + 1 >= n) continue;
    for (std::uint32_t attempt = 1;; ++attempt) {
      const auto other = std::min(static_cast<std::size_t>(uniform(attempt) * static_cast<double>(n)), n - 1);
      if (other == i || ties.count(key(i, other))) continue;
      ties.erase(key(i, edges[e].to));
      ties.insert(key(i, other));
      --degree[edges[e].to];
      ++degree[other];
      edges[e].to = static_cast<std::uint32_t>(other);
      break;
    }
  }
  return Peers::of_pairs(n, edges, true);
}

}  // namespace goodhart
