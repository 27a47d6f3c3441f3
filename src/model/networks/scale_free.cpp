/// Network `scale_free`: Barabasi & Albert 1999 (doi 10.1126/science.286.5439.509): each newcomer ties itself to
/// degree / 2 others, with a probability proportional to the ties that they have.
#include <algorithm>
#include <numeric>

#include "kind.hpp"

namespace goodhart {

template <>
Peers peers_as(const ScaleFree& self, const Roster& roster, Luck luck) {
  const Draws draws(luck.seed, Purpose::network, ScaleFree::kName);
  const auto below = [](std::size_t count, double u) {
    return std::min(static_cast<std::size_t>(u * static_cast<double>(count)), count - 1);
  };
  const std::size_t n = roster.size, ties = static_cast<std::size_t>(self.degree) / 2, core = 2 * ties + 1;

  // Who joins when is shuffled (Fisher & Yates), so that the well known do not all sit in the first teams.
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  for (std::size_t i = n - 1; i > 0; --i) {
    std::swap(order[i],
              order[below(i + 1, draws.uniform(luck.replicate, static_cast<std::uint32_t>(i), Roster::kFounder))]);
  }

  // One end of a tie that is drawn uniformly belongs to somebody with a probability proportional to their ties
  // (Batagelj & Brandes 2005, doi 10.1103/PhysRevE.71.036113). The first are all tied to each other.
  std::vector<Peers::Pair> pairs;
  pairs.reserve(n * ties);
  for (std::uint32_t i = 0; i < core; ++i) {
    for (std::uint32_t j = 0; j < i; ++j) pairs.push_back({i, j});
  }
  std::vector<std::uint32_t> tied_by(n, 0);  ///< the last newcomer who chose this one; the first newcomer is not 0
  for (auto newcomer = static_cast<std::uint32_t>(core); newcomer < n; ++newcomer) {
    const std::size_t before = pairs.size();
    for (std::size_t tie = 0; tie < ties; ++tie) {
      std::uint32_t other = 0;
      std::uint32_t attempt = 0;
      do {
        const double u = draws.uniform(luck.replicate, newcomer, static_cast<std::int32_t>(tie), attempt++);
        const std::size_t end = below(2 * before, u);
        other = end % 2 == 0 ? pairs[end / 2].from : pairs[end / 2].to;
      } while (tied_by[other] == newcomer);
      tied_by[other] = newcomer;
      pairs.push_back({newcomer, other});
    }
  }
  for (Peers::Pair& pair : pairs) pair = {order[pair.from], order[pair.to]};
  return Peers::of_pairs(n, pairs, true);
}

}  // namespace goodhart
