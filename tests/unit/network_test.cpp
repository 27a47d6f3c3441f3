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

TEST_CASE(
    "scale-free: symmetric, simple, of exactly the mean degree, everybody with its own ties, and a few with many") {
  for (const auto& pair : {std::pair{3, 2}, {7, 6}, {8, 6}, {4000, 2}, {4000, 8}}) {
    const int size = pair.first, degree = pair.second;
    CAPTURE(size);
    CAPTURE(degree);
    const Roster roster = roster_of(size, 10);
    const Peers peers = peers_of(ScaleFree{.degree = degree}, roster, Luck{9, 2});
    std::size_t ties = 0, most = 0, least = roster.size, at_most_twice = 0;
    double most_in_first_half = 0;
    for (std::size_t i = 0; i < roster.size; ++i) {
      const auto seen = peers.of(i);
      CHECK(std::set<std::uint32_t>(seen.begin(), seen.end()).size() == seen.size());
      CHECK_FALSE(sees(peers, i, i));
      for (const std::uint32_t other : seen) REQUIRE(sees(peers, other, i));
      ties += seen.size();
      most = std::max(most, seen.size());
      least = std::min(least, seen.size());
      at_most_twice += seen.size() <= static_cast<std::size_t>(degree);
      if (i < roster.size / 2) most_in_first_half += static_cast<double>(seen.size());
    }
    CHECK(ties == static_cast<std::size_t>(size * degree));
    CHECK(least == static_cast<std::size_t>(size == degree + 1 ? degree : degree / 2));
    if (size < 4000) continue;
    // P(k) = 2 m (m + 1) / (k (k + 1) (k + 2)) for k >= m = degree / 2 (Dorogovtsev, Mendes & Samukhin 2000,
    // doi 10.1103/PhysRevLett.85.4633), so that P(degree > 2 m) = m (m + 1) / ((2 m + 1) (2 m + 2)), within 4 standard
    // errors of independent draws, and the largest degree is of the order m sqrt(size): a random graph has none near.
    const double m = degree / 2.0, above = m * (m + 1) / ((2 * m + 1) * (2 * m + 2));
    CHECK(std::fabs(1 - static_cast<double>(at_most_twice) / size - above) < 4 * std::sqrt(above * (1 - above) / size));
    CHECK(static_cast<double>(most) > 0.3 * m * std::sqrt(size));
    // The well known are not all in the first teams: a half of the slots has about a half of the ties. Its standard
    // deviation is that of degrees, below 3 times the mean, times sqrt(size) / 2; 4 of them.
    CHECK(std::fabs(most_in_first_half - size * degree / 2.0) < 4 * 3 * degree * std::sqrt(size) / 2);
  }
  // Another replicate, another network.
  const Roster roster = roster_of(50, 50);
  const Peers one = peers_of(ScaleFree{.degree = 4}, roster, Luck{5, 0});
  const Peers other = peers_of(ScaleFree{.degree = 4}, roster, Luck{5, 1});
  bool differ = false;
  for (std::size_t i = 0; i < 50; ++i) {
    for (std::size_t j = 0; j < 50; ++j) differ = differ || sees(one, i, j) != sees(other, i, j);
  }
  CHECK(differ);
}

TEST_CASE("edges: those listed see whom they are listed with, and one who is not listed sees nobody") {
  const Roster roster = roster_of(5, 5);
  const Edges listed{.file = "", .pairs = {{{3, 1}, {0, 4}, {0, 2}}}};
  const std::vector<std::vector<std::uint32_t>> one_way{{4, 2}, {}, {}, {1}, {}}, both{{4, 2}, {3}, {0}, {1}, {0}};
  for (const bool mutual : {false, true}) {
    Edges edges = listed;
    edges.mutual = mutual;
    const Peers peers = peers_of(edges, roster, Luck{});
    for (std::size_t i = 0; i < 5; ++i) {
      const auto seen = peers.of(i);
      CHECK(std::vector<std::uint32_t>(seen.begin(), seen.end()) == (mutual ? both : one_way)[i]);
    }
  }
  Sightings busy(5, 1);
  for (std::size_t i = 0; i < 5; ++i) busy.note(i, 0);
  const Peers peers = peers_of(listed, roster, Luck{});
  CHECK(peers.share(0, 0, busy, peers.counts(busy, roster, 1), roster, 1) == 1);
  CHECK(peers.share(1, 0, busy, peers.counts(busy, roster, 1), roster, 1) == 0);
}

TEST_CASE("shares are what counting by hand gives") {
  const Roster roster = roster_of(23, 5);  // the last team has 3
  Sightings doing(23, 3);
  for (std::size_t i = 0; i < 23; ++i) {
    for (int k = 0; k < 3; ++k) {
      if ((i * 2654435761u >> 7) >> k & 1u) doing.note(i, k);
    }
  }
  for (const Network& network :
       {Network(NoPeers{}), Network(TeamPeers{}), Network(CompletePeers{}), Network(RandomPeers{.degree = 4}),
        Network(SmallWorld{.degree = 4, .rewire = 0.3}), Network(ScaleFree{.degree = 4})}) {
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
          did += doing(j, k);
        }
        CHECK(peers.share(i, k, doing, counts, roster, 3) == doctest::Approx(of == 0 ? 0 : did / of).epsilon(1e-15));
      }
    }
  }
  // A team of one has no peers.
  const Roster alone = roster_of(3, 1);
  Sightings busy(3, 3);
  for (std::size_t i = 0; i < 3; ++i) busy.note(i, 0);
  const Peers mates = peers_of(TeamPeers{}, alone, Luck{});
  CHECK(mates.share(1, 0, busy, mates.counts(busy, alone, 3), alone, 3) == 0);
}
