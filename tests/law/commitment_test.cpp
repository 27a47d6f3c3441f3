/// What leadership commits to is the best of all contracts by runs of one's own, on luck that is not the run's.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "goodhart/core/random.hpp"
#include "goodhart/engine/single_run.hpp"
#include "support/run.hpp"

namespace {

using namespace goodhart;
using goodhart::test::Results;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

/// People who differ, see each other and game; a policy whose rate and audits leadership chooses, and one by hand.
const std::string kCompany = R"(
goodhart: 1
title: A test
time: {before: 2, steps: 8}
replicates: 2
population: {size: 24, team_size: 6, traits: {skill: {lognormal: {median: 1, sigma: 0.4}}, scruple: {lognormal: {median: 0.05, sigma: 1}}}, network: complete}
activities:
  work: {value: skill, saturation: 0.2}
  claim: {gaming: true, time: 0.02, visible: 0.001, max: 2, aversion: scruple, erosion: 0.8, cost: 0.05}
metrics: {output: {measures: {work: skill, claim: 0.5}, noise: 0.3}}
behaviour: {best_response: {inertia: 0.5}}
organisation: {value_price: 1.5}
policies:
  by_hand: &pay
    incentives: [{linear: {metric: output, target: 1, rate: 0.1, floor: -.inf}}]
    audits: {rate: 0.1, penalty: 0.4, cost: 0.1}
  chosen:
    incentives: [{linear: {metric: output, target: 1, rate: 0.1, floor: -.inf}}]
    audits: {rate: 0.1, penalty: 0.4, cost: 0.1}
    leadership:
      - commit:
          levers: {policies.chosen.linear.rate: {values: [0.05, 0.1, 0.2, 0.4]}, policies.chosen.audits.rate: {from: 0, to: 0.4, points: 3}}
          best_by: BEST
          rehearsals: 3
)";

Scenario company(const std::string& best = "net_after_bonuses", const Settings& settings = {}) {
  std::string text = kCompany;
  text.replace(text.find("BEST"), 4, best);
  return scenario_text(text, settings);
}

/// The same with the contract written by hand, on another seed: what leadership simulates.
Results by_hand(double rate, double audits, std::uint64_t seed, int replicates) {
  Scenario scenario = company("value", {{"policies.by_hand.incentives.0.linear.rate", number_text(rate)},
                                        {"policies.by_hand.audits.rate", number_text(audits)},
                                        {"replicates", std::to_string(replicates)}});
  scenario.policies.entries.pop_back();
  scenario.seed = seed;
  return Results(scenario);
}

std::vector<double> contract_of(const Results& results, int replicate = 0) {
  return {results.series("chosen", "chosen", {"policies.chosen.linear.rate"}, replicate).back(),
          results.series("chosen", "chosen", {"policies.chosen.audits.rate"}, replicate).back()};
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("leadership commits to the best of all contracts by brute force, and expects what these runs show") {
  const auto word = Draws(1, Purpose::rehearsal).bits(0, 0, 0);
  const std::uint64_t seed = std::uint64_t{word[1]} << 32 | word[0];
  for (const std::string best_by : {"net_after_bonuses", "surplus", "value", "dashboard\n          metric: output"}) {
    CAPTURE(best_by);
    const std::string variable = best_by.substr(0, best_by.find('\n'));
    const std::vector<std::string> labels =
        variable == "dashboard" ? std::vector<std::string>{"output"} : std::vector<std::string>{};
    double most = -1e300;
    std::vector<double> best;
    for (const double rate : {0.05, 0.1, 0.2, 0.4}) {
      for (const double audits : {0.0, 0.2, 0.4}) {
        const Results runs = by_hand(rate, audits, seed, 3);
        double sum = 0;
        for (int r = 0; r < 3; ++r) sum += runs.average("by_hand", variable, labels, r);
        if (sum / 3 > most) {
          most = sum / 3;
          best = {rate, audits};
        }
      }
    }
    const Results results(company(best_by));
    CHECK(contract_of(results)[0] == doctest::Approx(best[0]).epsilon(1e-12));
    CHECK(contract_of(results)[1] == doctest::Approx(best[1]).epsilon(1e-12));
    CHECK(results.average("chosen", "expected") == doctest::Approx(most).epsilon(1e-12));
  }
}

TEST_CASE("a run under a commitment is the run with the contract written by hand, whatever the threads") {
  const Results results(company()), threads(company(), 3);
  const std::vector<double> contract = contract_of(results);
  CHECK(contract_of(results, 1) == contract);
  const Results plain = by_hand(contract[0], contract[1], 1, 2);
  for (int r = 0; r < 2; ++r) {
    for (const std::string variable : {"value", "net_value", "reward", "gamers"}) {
      CHECK(same(results.all("chosen", "", variable, r), plain.all("by_hand", "", variable, r)));
      CHECK(same(results.all("chosen", "", variable, r), threads.all("chosen", "", variable, r)));
    }
    CHECK(std::isnan(results.average("by_hand", "expected", {}, r)));
    CHECK(std::isnan(results.average("by_hand", "chosen", {"policies.chosen.linear.rate"}, r)));
  }
  // Nothing was chosen before step 0.
  CHECK(std::isnan(results.series("chosen", "expected").front()));
  // It has not seen what will happen: what it expects is not what comes out in any replicate.
  CHECK(results.average("chosen", "expected") != results.average("chosen", "net_after_bonuses", {}, 0));
  // Another seed is other people in the rehearsal, too.
  const Results other(company("net_after_bonuses", {{"seed", "2"}}));
  CHECK(other.average("chosen", "expected") != results.average("chosen", "expected"));
}

TEST_CASE("a run that is stepped by hand commits to the same contract") {
  const Results results(company());
  SingleRun run(company(), "chosen");
  run.run_to(1);
  CHECK(run.means().chosen[0] == doctest::Approx(contract_of(results)[0]).epsilon(1e-12));
  CHECK(run.means().chosen[1] == doctest::Approx(contract_of(results)[1]).epsilon(1e-12));
  CHECK(run.means().value == results.series("chosen", "value")[2]);
}

TEST_CASE("contracts that cannot be computed are not chosen, and a run without any that can be fails") {
  const std::string rates = "policies.chosen.leadership.0.commit.levers.policies.chosen.linear.rate";
  const auto with = [&](const std::string& values) {
    std::string text = kCompany;
    text.replace(text.find("BEST"), 4, "dashboard\n          metric: output");
    text.replace(text.find("[0.05, 0.1, 0.2, 0.4]"), 21, values);
    return scenario_text(text);
  };
  const Results some(with("[0.1, 1e300]"));
  CHECK(contract_of(some)[0] == doctest::Approx(0.1).epsilon(1e-12));
  const Results none(with("[1e300, 1e301]"));
  CHECK(none.record("by_hand").failure.empty());
  std::string failure;
  for (const RunRecord& record : none.records()) failure += record.policy == 1 ? record.failure : "";
  CHECK(failure.starts_with("leadership could rehearse none of the contracts that it may commit to: "));
}
