/// Decisions with fixed charges, held against the problem written a second time and searched by brute force.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "goodhart/model/charges.hpp"

namespace {

using namespace goodhart;

constexpr std::size_t kActivities = 3;
using Plan = std::array<double, kActivities>;

/// A small problem: three activities, of which each may need a setup and some count as gaming, whose fine depends on
/// whether the reading is suspicious.
struct World {
  Plan linear{}, curvature{}, time{}, most{}, loading{};
  double budget = 0, strain = 0, slack = 0;
  struct Lump {
    std::uint32_t opens = 0;
    double utility = 0, time = 0;
    bool lasts = false;
  };
  std::vector<Lump> lumps;
  bool fined = false, suspicion = false;
  double fine = 0, more = 0, level = 0, blur = 1;  ///< what suspicion adds to the fine, from which reading on
  double reward = 0, target = 0;                   ///< a quota, to have a curve besides
  double horizon = 1;
  std::uint32_t gaming = 0;

  double reading(const Plan& x) const {
    double sum = 0;
    for (std::size_t k = 0; k < kActivities; ++k) sum += loading[k] * x[k];
    return sum;
  }
  static double phi(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

  /// What a plan is worth in a step in which the lumps `due` fall due; what opens nothing that is done is not checked.
  double worth(const Plan& x, std::uint32_t due, bool pays_fine) const {
    double u = 0, felt = -slack;
    for (std::size_t k = 0; k < kActivities; ++k) {
      u += linear[k] * x[k] - 0.5 * curvature[k] * x[k] * x[k];
      felt += time[k] * x[k];
    }
    for (std::size_t c = 0; c < lumps.size(); ++c) {
      if (!(due >> c & 1u)) continue;
      u -= lumps[c].utility;
      felt += lumps[c].time;
    }
    u -= 0.5 * strain * felt * felt;
    u += reward * phi((reading(x) - target) / blur);
    if (pays_fine) u -= fine + (suspicion ? more * phi((reading(x) - level) / blur) : 0.0);
    return u;
  }
};

/// The best plan of a step by a grid and then a search around its best points, with only what is open.
double best_of(const World& world, std::uint32_t open, std::uint32_t due, bool fined, Plan* where = nullptr) {
  Plan most = world.most;
  double budget = world.budget;
  for (std::size_t c = 0; c < world.lumps.size(); ++c) {
    if (due >> c & 1u) budget -= world.lumps[c].time;
    if (open >> c & 1u) continue;
    for (std::size_t k = 0; k < kActivities; ++k) {
      if (world.lumps[c].opens >> k & 1u) most[k] = 0;
    }
  }
  if (world.fined && !fined) {
    for (std::size_t k = 0; k < kActivities; ++k) {
      if (world.gaming >> k & 1u) most[k] = 0;
    }
  }
  if (budget < 0) return -1e300;
  const auto takes = [&](const Plan& x) {
    double time = 0;
    for (std::size_t k = 0; k < kActivities; ++k) time += world.time[k] * x[k];
    return time;
  };
  constexpr int kGrid = 8;
  std::vector<std::pair<double, Plan>> points;
  for (int a = 0; a <= kGrid; ++a) {
    for (int b = 0; b <= kGrid; ++b) {
      for (int c = 0; c <= kGrid; ++c) {
        Plan x{most[0] * a / kGrid, most[1] * b / kGrid, most[2] * c / kGrid};
        if (const double time = takes(x); time > budget) {
          for (double& one : x) one *= budget / time;
        }
        points.emplace_back(world.worth(x, due, fined), x);
      }
    }
  }
  std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  double best = -1e300;
  for (std::size_t p = 0; p < 6; ++p) {
    auto [value, x] = points[p * 3];
    // Along single efforts, and along trades of time between two.
    for (double step = 0.25; step > 1e-9; step *= 0.5) {
      for (bool moved = true; moved;) {
        moved = false;
        for (std::size_t k = 0; k < kActivities; ++k) {
          for (std::size_t l = 0; l <= kActivities; ++l) {
            for (const double sign : {1.0, -1.0}) {
              Plan y = x;
              y[k] += sign * step / world.time[k];
              if (l < kActivities && l != k) y[l] -= sign * step / world.time[l];
              bool allowed = takes(y) <= budget + 1e-13;
              for (std::size_t m = 0; m < kActivities; ++m) allowed = allowed && y[m] >= 0 && y[m] <= most[m];
              if (!allowed) continue;
              const double better = world.worth(y, due, fined);
              if (better <= value + 1e-15) continue;
              value = better;
              x = y;
              moved = true;
            }
          }
        }
      }
    }
    if (value <= best) continue;
    best = value;
    if (where) *where = x;
  }
  return best;
}

World random_world(unsigned seed) {
  std::mt19937 engine(seed);
  const auto between = [&](double low, double high) { return std::uniform_real_distribution<>(low, high)(engine); };
  const auto chance = [&](double p) { return between(0, 1) < p; };
  World world;
  for (std::size_t k = 0; k < kActivities; ++k) {
    world.linear[k] = between(-0.2, 1);
    world.curvature[k] = between(0.1, 1.5);
    world.time[k] = between(0.2, 1.2);
    world.most[k] = between(0.5, 2);
    world.loading[k] = between(-0.3, 1);
  }
  world.budget = between(0.6, 2);
  world.strain = between(0, 3);
  world.slack = between(0.4, 1.2);
  world.reward = chance(0.5) ? between(0, 0.5) : 0;
  world.target = between(0.2, 1.5);
  world.blur = between(0.05, 0.4);
  world.horizon = chance(0.3) ? 1 : between(1, 30);
  for (std::size_t k = 0; k < kActivities; ++k) {
    if (!chance(0.7)) continue;
    World::Lump lump;
    lump.opens = 1u << k;
    if (chance(0.2)) lump.opens |= 1u << ((k + 1) % kActivities);
    lump.lasts = chance(0.7);
    lump.utility = chance(0.8) ? between(0, lump.lasts ? 0.15 * world.horizon : 0.15) : 0;
    lump.time = chance(0.5) ? between(0, 0.9) : 0;
    world.lumps.push_back(lump);
  }
  world.fined = chance(0.6);
  world.gaming = world.fined ? 1u + (chance(0.5) ? 2u : 0u) : 0u;
  world.fine = between(0, 0.1);
  world.suspicion = world.fined && chance(0.7);
  world.more = between(0, 0.4);
  world.level = between(0.2, 1.2);
  return world;
}

/// The same as the engine has it.
PerActivity decided(const World& world, std::uint32_t& paid) {
  Decision decision;
  std::vector<Curve> curves;
  std::vector<Charge> charges;
  decision.activities = static_cast<int>(kActivities);
  for (std::size_t k = 0; k < kActivities; ++k) {
    decision.linear[k] = world.linear[k];
    decision.curvature[k] = world.curvature[k];
    decision.time[k] = decision.felt_time[k] = world.time[k];
    decision.most[k] = world.most[k];
    decision.reading[0].loading[k] = world.loading[k];
  }
  decision.gaming = world.gaming;
  decision.budget = world.budget;
  decision.strain = world.strain;
  decision.slack = world.slack;
  decision.readings = 1;
  decision.horizon = world.horizon;
  for (const World::Lump& lump : world.lumps) {
    charges.push_back({.opens = lump.opens, .utility = lump.utility, .time = lump.time, .lasts = lump.lasts});
  }
  if (world.reward > 0) {
    curves.push_back({.weight = world.reward, .low = world.target, .noise = world.blur});
  }
  if (world.suspicion) {
    curves.push_back({.falling = true, .weight = world.more, .low = world.level, .noise = world.blur});
  }
  if (world.fined) {
    charges.push_back({.opens = world.gaming,
                       .utility = world.fine + (world.suspicion ? world.more : 0),
                       .curves = world.suspicion ? 1u : 0u});
  }
  decision.curves = curves;
  decision.charges = charges;
  PerActivity efforts{};
  decision.paid = &paid;
  REQUIRE(decide(decision, efforts) == Solved::exactly);
  // What is done is paid for; and what the engine says of its own plan is what it is worth.
  Plan plan{efforts[0], efforts[1], efforts[2]};
  const std::uint32_t least = charges_of(decision, efforts);
  CHECK((least & ~paid) == 0);
  const std::uint32_t lumps = least & ((1u << world.lumps.size()) - 1);
  const bool games = world.fined && (least >> world.lumps.size() & 1u);
  CHECK(utility(decision, efforts) == doctest::Approx(world.worth(plan, lumps, games)).epsilon(1e-10));
  return efforts;
}

}  // namespace

TEST_CASE("charges are chosen for the most that this step and later ones are worth, by brute force") {
  int set_up = 0, none = 0, invested = 0;
  for (unsigned seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    const World world = random_world(seed);
    const auto lumps = static_cast<std::uint32_t>(world.lumps.size());
    std::uint32_t lasting = 0;
    for (std::uint32_t c = 0; c < lumps; ++c) lasting |= std::uint32_t{world.lumps[c].lasts} << c;
    // The best of a step with the lasting set S open: over all sets of the others, and fined or not.
    const auto step = [&](std::uint32_t set, bool now) {
      double best = -1e300;
      for (std::uint32_t others = 0; others < 1u << lumps; ++others) {
        if (others & lasting) continue;
        for (const bool fined : {false, true}) {
          if (fined && !world.fined) continue;
          best = std::max(best, best_of(world, set | others, others | (now ? set : 0), fined));
        }
      }
      return best;
    };
    double best = -1e300, nothing = 0;
    for (std::uint32_t set = 0; set < 1u << lumps; ++set) {
      if (set & ~lasting) continue;
      const double worth = step(set, true) + (world.horizon - 1) * step(set, false);
      if (set == 0) nothing = worth;
      best = std::max(best, worth);
    }
    std::uint32_t paid = 0;
    const PerActivity efforts = decided(world, paid);
    const Plan plan{efforts[0], efforts[1], efforts[2]};
    const bool games = world.fined && (paid >> lumps & 1u);
    paid &= (1u << lumps) - 1;
    const double worth = world.worth(plan, paid, games) + (world.horizon - 1) * step(paid & lasting, false);
    CHECK(worth >= best - 1e-6 * (1 + std::fabs(best)));
    (paid & lasting ? set_up : none) += 1;
    // Something is paid for that this step alone does not pay back.
    invested += (paid & lasting) != 0 && world.worth(plan, paid, games) < nothing / world.horizon - 1e-6;
  }
  MESSAGE(set_up, " set something up, ", none, " nothing; ", invested, " at a loss in this step");
  CHECK(set_up > 50);
  CHECK(none > 50);
  CHECK(invested > 20);
}

TEST_CASE("a charge is paid where the gain over the horizon exceeds it, to the last digit") {
  // One activity that brings 0.1 a step: ten steps bring 1.
  Decision decision;
  decision.activities = 1;
  decision.linear[0] = 0.1;
  decision.time[0] = decision.felt_time[0] = 0.01;
  decision.most[0] = 1;
  decision.budget = 1;
  decision.horizon = 10;
  const auto does = [&](double utility, bool lasts) {
    const std::vector<Charge> charges{{.opens = 1, .utility = utility, .lasts = lasts}};
    decision.charges = charges;
    PerActivity efforts{};
    CHECK(decide(decision, efforts) == Solved::exactly);
    decision.charges = {};
    return efforts[0];
  };
  CHECK(does(1 - 1e-6, true) == 1);
  CHECK(does(1 + 1e-6, true) == 0);
  CHECK(does(1, true) == 0);  // a tie: nothing is set up
  CHECK(does(0.1 - 1e-6, false) == 1);
  CHECK(does(0.1 + 1e-6, false) == 0);
}

TEST_CASE("what there is no time to set up is not set up") {
  Decision decision;
  decision.activities = 2;
  decision.linear = {1, 0.5};
  decision.time[0] = decision.time[1] = decision.felt_time[0] = decision.felt_time[1] = 0.1;
  decision.most[0] = decision.most[1] = 100;
  decision.budget = 1;
  decision.horizon = 1000;
  for (const double time : {0.4, 1.0, 1.0001}) {
    CAPTURE(time);
    const std::vector<Charge> charges{{.opens = 1, .time = time, .lasts = true}};
    std::uint32_t paid = 0;
    decision.charges = charges;
    decision.paid = &paid;
    PerActivity efforts{};
    CHECK(decide(decision, efforts) == Solved::exactly);
    // A setup that takes the whole step is paid all the same: its use comes later.
    CHECK(paid == (time <= 1 ? 1u : 0u));
    CHECK(efforts[0] == doctest::Approx(time <= 1 ? (1 - time) / 0.1 : 0));
    CHECK(efforts[1] == doctest::Approx(time <= 1 ? 0 : 10));
  }
}
