/// Networks have the ties they should have, and shares count them right.
#include "goodhart/model/network.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace {

using namespace goodhart;

Roster roster_of(int size, int team_size) {
  PopulationSpec spec;
  spec.size = size;
  spec.team_size = team_size;
  return Roster(spec, Luck{});
}

/// Does i see j?
bool sees(const Peers& peers, std::size_t i, std::size_t j) {
  const auto seen = peers.of(i);
  return std::find(seen.begin(), seen.end(), j) != seen.end();
}

}  // namespace

TEST_CASE("random: everybody sees as many others as told, none twice, never oneself, all equally often") {
  for (const auto& [size, degree] : {std::pair{2, 1}, {7, 6}, {50, 6}, {3000, 12}}) {
    const Roster roster = roster_of(size, size);
    const Peers peers = peers_of(RandomPeers{.degree = degree}, roster, Luck{5, 3});
    std::vector<double> seen_by(roster.size);
    for (std::size_t i = 0; i < roster.size; ++i) {
      const auto seen = peers.of(i);
      CHECK(std::set<std::uint32_t>(seen.begin(), seen.end()).size() == static_cast<std::size_t>(degree));
      CHECK(seen.size() == static_cast<std::size_t>(degree));
      CHECK_FALSE(sees(peers, i, i));
      for (const std::uint32_t other : seen) {
        REQUIRE(other < roster.size);
        seen_by[other] += 1;
      }
    }
    // In-degrees are binomial: the sum of squared deviations over the variance is about chi-squared with size - 1
    // degrees of freedom, sd sqrt(2 size). 4 of them.
    if (size < 3000) continue;
    const double p = static_cast<double>(degree) / (size - 1);
    double squares = 0;
    for (const double count : seen_by) squares += (count - degree) * (count - degree);
    CHECK(std::fabs(squares / ((size - 1) * p * (1 - p)) - size) < 4 * std::sqrt(2.0 * size));
  }
  // Another replicate, another network.
  const Roster roster = roster_of(50, 50);
  const Peers one = peers_of(RandomPeers{.degree = 6}, roster, Luck{5, 0});
  const Peers other = peers_of(RandomPeers{.degree = 6}, roster, Luck{5, 1});
  bool differ = false;
  for (std::size_t i = 0; i < 50; ++i) {
    for (std::size_t j = 0; j < 50; ++j) differ = differ || sees(one, i, j) != sees(other, i, j);
  }
  CHECK(differ);
}

TEST_CASE("small world: symmetric, simple, with its number of ties, and rewired at its rate") {
  for (const double rewire : {0.0, 0.1, 1.0}) {
    CAPTURE(rewire);
    const int size = 2000, degree = 6;
    const Roster roster = roster_of(size, size);
    const Peers peers = peers_of(SmallWorld{.degree = degree, .rewire = rewire}, roster, Luck{9, 0});
    std::size_t ties = 0;
    double on_ring = 0;
    for (std::size_t i = 0; i < roster.size; ++i) {
      const auto seen = peers.of(i);
      CHECK(std::set<std::uint32_t>(seen.begin(), seen.end()).size() == seen.size());
      CHECK_FALSE(sees(peers, i, i));
      ties += seen.size();
      for (const std::uint32_t other : seen) {
        REQUIRE(sees(peers, other, i));
        const std::size_t gap = (other + roster.size - i) % roster.size;
        on_ring += gap <= 3 || gap >= roster.size - 3;
      }
    }
    CHECK(ties == static_cast<std::size_t>(size * degree));
    // Of size x degree / 2 ties a share `rewire` leaves the ring; hardly any comes back by chance.
    const double stay = on_ring / static_cast<double>(ties), expected = 1 - rewire + rewire * 6 / size;
    CHECK(std::fabs(stay - expected) <= 4 * std::sqrt(expected * (1 - expected) / (size * degree / 2)) + 1e-12);
  }
  // So small that everybody is tied to everybody: nothing to rewire to.
  const Roster tiny = roster_of(5, 5);
  const Peers all = peers_of(SmallWorld{.degree = 4, .rewire = 1}, tiny, Luck{});
  for (std::size_t i = 0; i < 5; ++i) CHECK(all.of(i).size() == 4);
}

TEST_CASE("shares are what counting by hand gives") {
  const Roster roster = roster_of(23, 5);  // the last team has 3
  std::vector<Doing> doing(23);
  for (std::size_t i = 0; i < 23; ++i) doing[i] = static_cast<Doing>((i * 2654435761u >> 7) & 7u);
  for (const Network& network : {Network(NoPeers{}), Network(TeamPeers{}), Network(CompletePeers{}),
                                 Network(RandomPeers{.degree = 4}), Network(SmallWorld{.degree = 4, .rewire = 0.3})}) {
    const Peers peers = peers_of(network, roster, Luck{});
    const auto counts = peers.counts(doing, roster, 3);
    for (std::size_t i = 0; i < 23; ++i) {
      for (int k = 0; k < 3; ++k) {
        double did = 0, of = 0;
        for (std::size_t j = 0; j < 23; ++j) {
          bool peer = false;
          switch (peers.form()) {
            case Peers::Form::nobody:
              break;
            case Peers::Form::team:
              peer = i / 5 == j / 5;
              break;
            case Peers::Form::everybody:
              peer = true;
              break;
            case Peers::Form::listed:
              peer = sees(peers, i, j);
              break;
          }
          if (!peer || i == j) continue;
          of += 1;
          did += doing[j] >> k & 1;
        }
        CHECK(peers.share(i, k, doing, counts, roster, 3) == doctest::Approx(of == 0 ? 0 : did / of).epsilon(1e-15));
      }
    }
  }
  // A team of one has no peers.
  const Roster alone = roster_of(3, 1);
  const std::vector<Doing> busy(3, 7);
  const Peers mates = peers_of(TeamPeers{}, alone, Luck{});
  CHECK(mates.share(1, 0, busy, mates.counts(busy, alone, 3), alone, 3) == 0);
}
