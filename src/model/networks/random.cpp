/// Network `random`: each employee draws its own peers, so an employee more changes nobody else's numbers.
#include <algorithm>
#include <span>

#include "kind.hpp"

namespace goodhart {

template <>
Peers peers_as(const RandomPeers& self, const Roster& roster, Luck luck) {
  const Draws draws(luck.seed, Purpose::network, RandomPeers::kName);
  const auto degree = static_cast<std::size_t>(self.degree);
  std::vector<std::uint32_t> first(roster.size + 1), seen;
  seen.reserve(roster.size * degree);
  constexpr std::size_t kAtOnce = 256;
  std::vector<double> u(degree * kAtOnce);  // (degree x kAtOnce)
  std::vector<std::uint32_t> own;
  for (std::size_t i = 0; i < roster.size; ++i) {
    const std::size_t at = i % kAtOnce;
    for (std::size_t d = 0; d < degree && at == 0; ++d) {
      draws.uniforms(luck.replicate, static_cast<std::uint32_t>(i), Roster::kFounder, static_cast<std::uint32_t>(d),
                     std::span(u).subspan(d * kAtOnce, std::min(kAtOnce, roster.size - i)));
    }
    first[i] = static_cast<std::uint32_t>(seen.size());
    own.clear();
    // Floyd's sampling without replacement (Bentley & Floyd 1987, doi 10.1145/30401.315746): degree draws, whatever the
    // size.
    const std::size_t others = roster.size - 1;
    for (std::size_t d = 0; d < degree; ++d) {
      const std::size_t range = others - degree + d + 1;
      const auto drawn = static_cast<std::uint32_t>(
          std::min(static_cast<std::size_t>(u[d * kAtOnce + at] * static_cast<double>(range)), range - 1));
      const bool taken = std::find(own.begin(), own.end(), drawn) != own.end();
      own.push_back(taken ? static_cast<std::uint32_t>(range - 1) : drawn);
    }
    // Numbers count the others: from its own place on, everybody is one further.
    for (const std::uint32_t other : own) seen.push_back(other >= i ? other + 1 : other);
  }
  first[roster.size] = static_cast<std::uint32_t>(seen.size());
  return Peers::listed(std::move(first), std::move(seen));
}

}  // namespace goodhart
