/// Behaviours that choose among a few plans: how often they take which.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::test::Run;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

constexpr int kPeople = 16000;

/// Two linear rewards of 1, one for work and one for a trick, each of which strains x^2 / 2. Best responses are a unit
/// of what is paid. Six plans: none; both; either alone, each with gaming and without.
const std::string kMenu = R"(
goodhart: 1
title: A test
time: {steps: 12}
population: {size: 16000, network: none}
effort: {intrinsic: 0, strain: 0, budget: .inf}
activities: {work: {value: 1, strain: 1}, trick: {gaming: true, strain: 1}}
metrics: {reads_work: {measures: {work: 1}}, reads_trick: {measures: {trick: 1}}}
policies:
  p: [{linear: {metric: reads_work, rate: 1}}, {linear: {metric: reads_trick, rate: 1}}]
)";

/// What an employee did: bit 0 work, bit 1 the trick.
std::size_t plan_of(const Run& run, std::size_t i) {
  std::size_t plan = 0;
  for (int k = 0; k < 2; ++k) {
    const double units = (*run).units(k)[i];
    REQUIRE((units == doctest::Approx(0).epsilon(1e-9) || units == doctest::Approx(1).epsilon(1e-9)));
    if (units > 0.5) plan |= std::size_t{1} << k;
  }
  return plan;
}

std::array<double, 4> shares(const Run& run) {
  std::array<double, 4> count{};
  for (std::size_t i = 0; i < kPeople; ++i) count[plan_of(run, i)] += 1.0 / kPeople;
  return count;
}

/// Are shares of so many people those of a chance, within 4 standard errors?
bool like(double share, double chance, double people = kPeople) {
  return std::fabs(share - chance) <= 4 * std::sqrt(chance * (1 - chance) / people) + 1e-12;
}

void check_shares(const std::array<double, 4>& found, const std::array<double, 4>& weight) {
  const double total = weight[0] + weight[1] + weight[2] + weight[3];
  for (std::size_t p = 0; p < 4; ++p) {
    CAPTURE(p);
    CAPTURE(found[p]);
    CHECK(like(found[p], weight[p] / total));
  }
}

/// Of the six plans two do nothing and two only work.
constexpr std::array<double, 4> kUniform{2, 2, 1, 1};

Settings behaves(const std::string& behaviour) {
  return {{"behaviour", "{" + behaviour + "}"}};
}

}  // namespace

TEST_CASE("quantal: logit over the plans") {
  for (const double rationality : {0.0, 0.7, 3.0}) {
    CAPTURE(rationality);
    Run run(scenario_text(kMenu, behaves("quantal: {rationality: " + goodhart::number_text(rationality) + "}")));
    run->step();
    // U is 0, 1/2, 1/2 and 1.
    const double half = std::exp(0.5 * rationality), one = std::exp(rationality);
    check_shares(shares(run), {2, 2 * half, half, one});
    const auto before = shares(run);
    run->step();
    CHECK(shares(run) != before);  // other draws
  }
  Run sure(scenario_text(kMenu, behaves("quantal: {rationality: 1e6}")));
  sure->step();
  CHECK(shares(sure)[3] == doctest::Approx(1));
}

TEST_CASE("quantal: without gaming there are fewer plans, and with one reward only none and one") {
  Settings closed = behaves("quantal: {rationality: 0}");
  closed.emplace_back("activities.trick.max", "0");
  Run run(scenario_text(kMenu, closed));
  run->step();
  // None, both, work alone, the trick alone (nothing).
  check_shares(shares(run), {2, 2, 0, 0});
  Settings one = behaves("quantal: {rationality: 0}");
  one.emplace_back("policies.p", "[{linear: {metric: reads_trick, rate: 1}}]");
  Run single(scenario_text(kMenu, one));
  single->step();
  check_shares(shares(single), {2, 0, 1, 0});  // none, with gaming, without
}

TEST_CASE("quantal: the penalty that audits threaten counts in the plans and in their weights") {
  Settings audited = behaves("quantal: {rationality: 1.3}");
  audited.emplace_back("policies.p",
                       "{incentives: [{linear: {metric: reads_work, rate: 1}}, {linear: {metric: reads_trick, "
                       "rate: 1}}], audits: {rate: 0.5, penalty: 4}}");
  Run run(scenario_text(kMenu, audited));
  run->step();
  // A unit of the trick would cost 2 and earn 1: nobody has it in a plan.
  check_shares(shares(run), {3, 3 * std::exp(0.65), 0, 0});
}

TEST_CASE("learning: equal at first, then in proportion to what was paid") {
  // Both pay 2; nothing pays nothing. With forgetting 0.5 and rate 3 the propensities of six plans are 0.5, and that of
  // the one taken 0.5 + 3 x its pay.
  Run run(scenario_text(kMenu, behaves("learning: {rate: 3, forgetting: 0.5}")));
  run->step();
  check_shares(shares(run), kUniform);
  std::vector<std::size_t> first(kPeople);
  for (std::size_t i = 0; i < kPeople; ++i) first[i] = plan_of(run, i);
  run->step();
  std::array<std::array<double, 4>, 4> moved{};
  std::array<double, 4> people{};
  for (std::size_t i = 0; i < kPeople; ++i) {
    moved[first[i]][plan_of(run, i)] += 1;
    people[first[i]] += 1;
  }
  CHECK(like(moved[3][3] / people[3], 6.5 / 9, people[3]));    // 0.5 + 6 of 3 + 6
  CHECK(like(moved[2][2] / people[2], 3.5 / 6, people[2]));    // 0.5 + 3 of 3 + 3
  CHECK(like(moved[1][1] / people[1], 4.0 / 6, people[1]));    // one of the two plans that work has 3.5, the other 0.5
  CHECK(like(moved[0][0] / people[0], 1.0 / 3.0, people[0]));  // still equal
  CHECK(like(moved[3][0] / people[3], 1.0 / 9.0, people[3]));
}

TEST_CASE("learning: what costs teaches nothing, exploration takes any plan, all forgotten is equal again") {
  Settings punished = behaves("learning: {rate: 1000}");
  punished.emplace_back(
      "policies.p",
      "[{linear: {metric: reads_work, rate: 1, floor: -.inf, target: 9}}, {linear: {metric: reads_trick, rate: 1}}]");
  Run hurt(scenario_text(kMenu, punished));
  Run curious(scenario_text(kMenu, behaves("learning: {rate: 1000, exploration: 1}")));
  Settings lost = punished;
  lost[0].second = "{learning: {rate: 1000, forgetting: 1}}";
  Run forgetful(scenario_text(kMenu, lost));
  for (int step = 0; step < 3; ++step) {
    hurt->step();
    curious->step();
    forgetful->step();
    check_shares(shares(hurt), kUniform);
    check_shares(shares(curious), kUniform);
    check_shares(shares(forgetful), kUniform);
  }
}

TEST_CASE("learning: pay is learnt from even in steps in which nothing is decided") {
  // Windows of two steps, paid at their close; who was paid for a plan never leaves it, whenever it next decides.
  Settings slow = behaves("learning: {rate: 1e12, inertia: 0.5}");
  slow.emplace_back(
      "policies.p",
      "[{linear: {metric: reads_work, rate: 1, every: 2}}, {linear: {metric: reads_trick, rate: 1, every: 2}}]");
  Run run(scenario_text(kMenu, slow));
  run->step();
  run->step();
  std::vector<std::size_t> paid(kPeople);
  std::vector<bool> stayed(kPeople);
  for (std::size_t i = 0; i < kPeople; ++i) {
    paid[i] = plan_of(run, i);
    stayed[i] = run->reward()[i] > 1.999 && paid[i] == 3;
  }
  for (int step = 2; step < 10; ++step) {
    run->step();
    for (std::size_t i = 0; i < kPeople; ++i) {
      if (stayed[i]) REQUIRE(plan_of(run, i) == paid[i]);
    }
  }
}

TEST_CASE("inertia keeps the last efforts under every behaviour that would change them") {
  for (const std::string behaviour :
       {"quantal: {rationality: 0, ", "learning: {", "imitation: {rate: 1, mutation: 1, "}) {
    CAPTURE(behaviour);
    Run still(scenario_text(kMenu, behaves(behaviour + "inertia: 1}")));
    still->step();
    const auto first = shares(still);
    check_shares(first, kUniform);
    still->step();
    CHECK(shares(still) == first);
  }
  // Kept with probability 0.7, or chosen again: of those with both, 1 in 6.
  Run run(scenario_text(kMenu, behaves("quantal: {rationality: 0, inertia: 0.7}")));
  run->step();
  std::vector<std::size_t> first(kPeople);
  for (std::size_t i = 0; i < kPeople; ++i) first[i] = plan_of(run, i);
  run->step();
  double people = 0, same = 0;
  for (std::size_t i = 0; i < kPeople; ++i) {
    if (first[i] != 3) continue;
    people += 1;
    same += plan_of(run, i) == 3;
  }
  CHECK(like(same / people, 0.7 + 0.3 / 6, people));
}

TEST_CASE("each group behaves as it is said to") {
  Run run(scenario_text(kMenu, {{"population.groups", R"({one: {share: 0.5, behaviour: {quantal: {rationality: 1e6}}},
       two: {share: 0.25, behaviour: honest}, three: {share: 0.25, behaviour: {fixed: {efforts: {trick: 1}}}}})"}}));
  run->step();
  for (std::size_t i = 0; i < kPeople; ++i) {
    const std::size_t plans[] = {3, 1, 2};
    REQUIRE(plan_of(run, i) == plans[run->roster().group_of(i)]);
  }
}

namespace {

/// Half are models who do what they are told, half copy those they meet. Work is a burden of `pain` to the models.
std::string imitators(const std::string& rate, const std::string& pain, const std::string& told = "1") {
  return R"(
goodhart: 1
title: A test
time: {steps: 4}
population:
  size: 16000
  network: complete
  groups: {model: {share: 0.5, behaviour: {fixed: {efforts: {work: )" +
         told + R"(}}}}, copier: {share: 0.5}}
effort: {intrinsic: 0, strain: 0, budget: .inf}
activities: {work: {value: 1, max: 1, aversion: )" +
         pain + R"( * model + 5 * copier}}
metrics: {output: {measures: value}}
behaviour: {imitation: {rate: )" +
         rate + R"(}}
policies: {p: []}
)";
}

/// The share of copiers that work.
double working(const Run& run) {
  double working = 0;
  for (std::size_t i = 0; i < kPeople; ++i) {
    if ((*run).roster().group_of(i) == 1) working += (*run).units(0)[i] > 0.5;
  }
  return working / (kPeople / 2);
}

}  // namespace

TEST_CASE("imitation: a peer is copied with Fermi probability") {
  // Copiers begin with the best they can do, nothing, at a utility of 0; half of whom they meet are models.
  const double meets = 8000.0 / 15999.0;
  struct Case {
    const char *rate, *pain;
    double copies;
  };
  for (const Case& one : {Case{"0", "-1", 0.5}, Case{"2", "-0.4", 1 / (1 + std::exp(-0.8))},
                          Case{"2", "0.4", 1 / (1 + std::exp(0.8))}, Case{"1e9", "-0.1", 1}, Case{"1e9", "0.1", 0}}) {
    CAPTURE(one.rate);
    CAPTURE(one.pain);
    Run run(scenario_text(imitators(one.rate, one.pain)));
    run->step();
    CHECK(working(run) == 0);
    run->step();
    CHECK(like(working(run), meets * one.copies, kPeople / 2));
  }
}

TEST_CASE("imitation: alone, or among those who have just come, there is nobody to copy") {
  Run alone(scenario_text(imitators("0", "-1"), {{"population.network", "none"}}));
  for (int step = 0; step < 4; ++step) {
    alone->step();
    CHECK(working(alone) == 0);
  }
  // Models are replaced in every step; copiers like to work and see nobody who does not.
  Run fresh(scenario_text(imitators("0", "-1", "0"),
                          {{"activities.work.aversion", "-1"}, {"workforce", "{attrition: model}"}}));
  for (int step = 0; step < 4; ++step) {
    fresh->step();
    CHECK(working(fresh) == 1);
  }
}

TEST_CASE("imitation: mutation takes up any plan") {
  Run run(scenario_text(kMenu, behaves("imitation: {rate: 1, mutation: 1}")));
  for (int step = 0; step < 3; ++step) {
    run->step();
    check_shares(shares(run), kUniform);
  }
  Run some(scenario_text(kMenu, behaves("imitation: {rate: 1, mutation: 0.4}")));
  some->step();
  std::vector<std::size_t> first(kPeople);
  for (std::size_t i = 0; i < kPeople; ++i) first[i] = plan_of(some, i);
  some->step();
  double people = 0, same = 0;
  for (std::size_t i = 0; i < kPeople; ++i) {
    if (first[i] != 2) continue;
    people += 1;
    same += plan_of(some, i) == 2;
  }
  CHECK(like(same / people, 0.6 + 0.4 / 6, people));
}

TEST_CASE("farsighted: what is left of a linear reward once the ratchet is foreseen") {
  // Work strains x^2 / 2, so effort is the slope acted on: 1 - d s / (n (1 - d (1 - s))).
  for (const std::string of : {"individual", "team", "organisation"}) {
    for (const bool capped : {false, true}) {
      CAPTURE(of);
      const std::string text = R"(
goodhart: 1
title: A test
time: {steps: 4}
population: {size: 7, team_size: 3, groups: {near: {share: 0.5, behaviour: best_response}, far: {share: 0.5}}}
effort: {intrinsic: 0, strain: 0, budget: .inf}
activities: {work: {strain: 1}}
metrics: {output: {measures: {work: 1}}}
behaviour: {best_response: {farsighted: {discount: 0.8}}}
policies:
  p:
    incentives: [{linear: {metric: output, rate: 1, every: 2)" +
                               std::string(capped ? ", cap: 50, floor: -50" : "") +
                               R"(}}]
    leadership: [{ratchet: {incentive: linear, speed: 0.5, of: )" +
                               of + "}}]";
      Run run(scenario_text(text));
      run->step();
      for (std::size_t i = 0; i < 7; ++i) {
        const double people = of == "individual" ? 1 : of == "organisation" ? 7 : i < 6 ? 3 : 1;
        const double left = run->roster().group_of(i) == 0 ? 1 : 1 - 0.8 * 0.5 / (people * (1 - 0.8 * 0.5));
        CHECK(run->units(0)[i] == doctest::Approx(left).epsilon(1e-7));
      }
    }
  }
}
