/// Closed forms that a run must reproduce, each with its scenario beside it and its source in the scenario.
///
/// Where nothing is random the tolerance is 1e-6 relative; where something is, 4 standard errors at the scenario's
/// size, which a sound program exceeds on 6 of 100,000 other seeds per comparison.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::number_text;
using goodhart::test::Results;
using goodhart::test::scenario_file;
using goodhart::test::Settings;

bool near(double value, double expected) {
  return std::fabs(value - expected) <= 1e-6 * std::max(1e-3, std::fabs(expected));
}

Results run(const std::string& name, const Settings& settings = {}) {
  return Results(scenario_file("tests/theory/" + name + ".yaml", settings));
}

}  // namespace

TEST_CASE("multitask contract (Holmström & Milgrom 1991, Baker 2002)") {
  const auto at_rate = [](double rate) {
    return run("multitask_contract", {{"policies.paid.linear.rate", number_text(rate)}});
  };
  // Loadings l, strains s, values p: efforts b l / s, best rate (sum p l / s) / (sum l^2 / s + a sigma^2).
  const double cross = 0.3 * 1 + 1 * 0.6, square = 0.3 * 0.3 + 1 + 1.5 * 1.5 / 2;
  const double best = cross / (square + 2 * 0.25);
  CHECK(near(best, 0.9 / 2.715));
  const Results results = at_rate(best);
  CHECK(near(results.average("paid", "effort", {"main"}), 0.3 * best));
  CHECK(near(results.average("paid", "effort", {"main"}), 0.0994475));
  CHECK(near(results.average("paid", "effort", {"side"}), 0.3314917));
  CHECK(near(results.average("paid", "effort", {"show"}), 0.2486188));
  CHECK(near(results.average("paid", "value"), 0.2983425));
  CHECK(near(results.average("paid", "surplus"), 0.1491713));
  // The mean of 10,000 readings with noise of 0.5.
  CHECK(std::fabs(results.average("paid", "reading", {"measure"}) - 0.734254) < 4 * 0.5 / 100);

  // Surplus over rates: cross b - (square + a sigma^2) b^2 / 2.
  for (const double rate : {0.0, 0.1, 0.25, 0.5, 0.8, 1.2}) {
    CAPTURE(rate);
    CHECK(near(at_rate(rate).average("paid", "surplus"), cross * rate - (square + 0.5) * rate * rate / 2));
  }
  const double peak = results.average("paid", "surplus");
  CHECK(at_rate(best - 0.001).average("paid", "surplus") < peak);
  CHECK(at_rate(best + 0.001).average("paid", "surplus") < peak);
  CHECK(near(at_rate(2 * best).average("paid", "surplus"), 0));
  CHECK(near(at_rate(1.2).average("paid", "value"), 1.08));
  CHECK(near(at_rate(1.2).average("paid", "surplus"), -0.8748));
}

TEST_CASE("time budget: the metric rises, the value falls") {
  struct Row {
    double rate, main, side, show, value;
  };
  // Interior: x = (g - lambda) / s with g = believed value + rate * loading, and sum x = 1.
  for (const Row& row : {Row{0, 0.65, 0.35, 0, 0.86}, Row{0.5, 0.42, 0.47, 0.11, 0.68}, Row{1, 0.16, 0.56, 0.28, 0.44},
                         Row{2, 0, 0.5, 0.5, 0.2}}) {
    CAPTURE(row.rate);
    const Results results = run("time_budget", {{"policies.paid.linear.rate", number_text(row.rate)}});
    CHECK(near(results.average("paid", "effort", {"main"}), row.main));
    CHECK(near(results.average("paid", "effort", {"side"}), row.side));
    CHECK(near(results.average("paid", "effort", {"show"}), row.show));
    CHECK(near(results.average("paid", "value"), row.value));
    CHECK(near(results.average("paid", "dashboard", {"measure"}), 0.3 * row.main + row.side + 1.5 * row.show));
  }
}

TEST_CASE("a notch with unequal ability: who bunches, and the hole below") {
  // Without the bonus x = ability. One of ability a < 1 gives up a / 2 - (1 - 1 / (2 a)) to reach 1, and gains b: it
  // does so from a = 1 + b - sqrt((1 + b)^2 - 1) on.
  for (const double bonus : {0.1, 0.02}) {
    CAPTURE(bonus);
    const Results results = run("notch", {{"policies.bonus.quota.reward", number_text(bonus)}});
    const double from = 1 + bonus - std::sqrt((1 + bonus) * (1 + bonus) - 1);
    if (bonus == 0.1) CHECK(std::fabs(from - 0.641742) < 5e-7);
    const std::vector<double>& ability = results.all("bonus", "employees", "trait");
    const std::vector<double>& reading = results.all("bonus", "employees", "reading");
    REQUIRE(reading.size() == 100000);
    double bunchers = 0, wrong = 0, in_hole = 0;
    for (std::size_t i = 0; i < reading.size(); ++i) {
      const bool bunches = ability[i] >= from && ability[i] < 1;
      bunchers += bunches;
      wrong += !near(reading[i], bunches ? 1 : ability[i]);
      in_hole += reading[i] > from && reading[i] < 1 - 1e-9;
    }
    CHECK(wrong == 0);
    CHECK(in_hole == 0);
    const double root_n = std::sqrt(100000.0), share = 1 - from;
    CHECK(std::fabs(bunchers / 1e5 - share) < 4 * std::sqrt(share * (1 - share)) / root_n);
    // Output rises by the integral of 1 - a over the bunchers; spreads are those of U[0.5, 1.5] at most.
    const double spread = std::sqrt(1.0 / 12), rise = (1 - from) * (1 - from) / 2;
    if (bonus == 0.1) CHECK(std::fabs(rise - 0.064174) < 5e-7);
    CHECK(std::fabs(results.average("bonus", "value") - (1 + rise)) < 4 * spread / root_n);
    CHECK(std::fabs(results.average("piece_rate", "value") - 1) < 4 * spread / root_n);
    // Everybody at or above the target is paid, and only they.
    CHECK(std::fabs(results.average("bonus", "attained", {"bonus/quota"}) - (1.5 - from)) < 4 * 0.5 / root_n);
  }
}

TEST_CASE("audits (Becker 1968)") {
  for (const double rate : {0.0, 0.2, 0.5, 1.0}) {
    for (const double penalty : {0.0, 0.7, 1.0, 3.0}) {
      CAPTURE(rate);
      CAPTURE(penalty);
      const Results results = run("audit", {{"policies.audited.audits.rate", number_text(rate)},
                                            {"policies.audited.audits.penalty", number_text(penalty)}});
      CHECK(near(results.average("audited", "effort", {"trick"}), std::max(0.0, (1 - rate * penalty) / 2)));
    }
  }
}

TEST_CASE("causal Goodhart: the reading rises by the inflation, value by nothing") {
  const Results results = run("baseline_loading");
  // Cause of variance 1, value with 0.25 and reading with 1 beside it: 1 / sqrt(1.25 * 2).
  const double rho = 1 / std::sqrt(2.5);
  CHECK(std::fabs(rho - 0.632456) < 5e-7);
  for (const char* policy : {"watched", "acted_upon"}) {
    CHECK(std::fabs(results.average(policy, "alignment", {"measure"}) - rho) < 4 * (1 - rho * rho) / std::sqrt(1e5));
  }
  CHECK(results.average("acted_upon", "value") == results.average("watched", "value"));
  CHECK(near(
      results.average("acted_upon", "dashboard", {"measure"}) - results.average("watched", "dashboard", {"measure"}),
      0.25));
}

TEST_CASE("sorting: what pay makes people do, and whom it makes stay (Lazear 2000)") {
  const Results results = run("sorting");
  // Hours are 1 + rate skill / strain. Utility is what is paid less the strain of hours.
  const auto output = [](double rate, int able) { return (1 + able) * (1 + rate * (1 + able) / 4); };
  const auto leaves = [&](double rate, int able) {
    const double hours = rate * (1 + able) / 4, paid = rate == 0 ? 0.0 : rate * (output(rate, able) - 1);
    return 0.4 / (1 + std::exp((paid - 2 * hours * hours - 0.4 * able) / 0.25));
  };
  // In the long run each kind is there in proportion to f / P.
  const auto able_share = [&](double rate) { return 1 / (1 + leaves(rate, 1) / leaves(rate, 0)); };
  const auto mean = [&](double rate, double share) { return share * output(rate, 1) + (1 - share) * output(rate, 0); };
  const auto long_run = [&](const char* policy, const char* variable) {
    const auto series = results.series(policy, variable);
    double sum = 0;
    for (std::size_t t = 150; t < series.size(); ++t) sum += series[t];
    return sum / 250;
  };
  // The share's standard deviation in a step is at most 1 / (2 sqrt(4000)); it forgets at the rate P, so 250 steps are
  // worth 250 P / 2 that are independent.
  for (const auto& [policy, rate] : {std::pair("salary", 0.0), std::pair("pieces", 0.4)}) {
    CAPTURE(policy);
    const double share = able_share(rate), slowest = std::min(leaves(rate, 0), leaves(rate, 1));
    const double error = 0.5 / std::sqrt(4000.0) / std::sqrt(250 * slowest / 2);
    const double apart = output(rate, 1) - output(rate, 0);
    CHECK(std::fabs(long_run(policy, "value") - mean(rate, share)) < 4 * error * apart);
    const double quits = 4000 * (share * leaves(rate, 1) + (1 - share) * leaves(rate, 0));
    CHECK(std::fabs(long_run(policy, "quits") - quits) < 0.03 * quits);
  }
  // The able leave a salary that the less able stay for; pieces turn that round.
  CHECK(able_share(0) < 0.4);
  CHECK(able_share(0.4) > 0.5);
  // The same people: incentive alone, on the founders, to the digit.
  const auto same = results.series("pieces_same_people", "value"), first = results.series("pieces", "value"),
             before = results.series("salary", "value");
  CHECK(results.average("pieces_same_people", "quits") == 0);
  CHECK(same.front() == first.front());
  CHECK(near(same.back(), same.front()));
  const double founders = before.front() - 1;  // the share of the able
  CHECK(near(same.front(), mean(0.4, founders)));
}

TEST_CASE("the norm: hours under no incentive") {
  CHECK(near(run("norm").average("none", "hours"), 1.075));
  // norm + intrinsic * value / strain, up to the budget.
  for (const double strain : {0.5, 2.0, 10.0}) {
    for (const double norm : {0.8, 1.0}) {
      const Results results =
          run("norm", {{"effort", "{strain: " + number_text(strain) + ", norm: " + number_text(norm) + "}"}});
      CHECK(near(results.average("none", "hours"), std::min(1.25, norm + 0.3 / strain)));
    }
  }
}

TEST_CASE("a contest among equals (Lazear & Rosen 1981)") {
  struct Row {
    int rivals, prizes;
    double effort;
  };
  for (const Row& row : {Row{2, 1, 0.564190}, Row{10, 1, 0.307751}, Row{10, 2, 0.508022}, Row{100, 10, 0.345958}}) {
    CAPTURE(row.rivals);
    CAPTURE(row.prizes);
    const Results results = run(
        "tournament", {{"population.size", std::to_string(row.rivals)},
                       {"policies.contest.tournament.top", number_text(static_cast<double>(row.prizes) / row.rivals)}});
    CHECK(std::fabs(results.series("contest", "effort", {"work"}).back() - row.effort) < 1e-6);
  }
}

TEST_CASE("a leaderboard arms race: most of the reading is fabricated, and too high a prize never settles") {
  const Results results = run("arms_race");
  const double work = results.series("contest", "effort", {"work"}).back();
  const double fabrication = results.series("contest", "effort", {"fabrication"}).back();
  CHECK(std::fabs(work - 0.101604) < 1e-6);
  CHECK(std::fabs(fabrication - 0.304813) < 1e-6);
  CHECK(near(1.5 * fabrication / (work + 1.5 * fabrication), 4.5 / 5.5));

  const Results cycle = run("arms_race", {{"policies.contest.tournament.prize", "2"}});
  const std::vector<double> efforts = cycle.series("contest", "effort", {"work"});
  double largest = 0;
  for (std::size_t t = 50; t < efforts.size(); ++t) largest = std::max(largest, std::fabs(efforts[t] - efforts[t - 1]));
  CHECK(largest > 0.05);
}

TEST_CASE("the ratchet (Weitzman 1980)") {
  struct Row {
    double speed, share;
  };
  for (const double rate : {2.0, 0.7}) {
    for (const Row& row : {Row{0.1, 0.5}, Row{0.3, 0.25}, Row{0.5, 1.0 / 6}, Row{1, 1.0 / 11}}) {
      CAPTURE(row.speed);
      const Results results =
          run("ratchet", {{"policies.piece_rate.linear.rate", number_text(rate)},
                          {"policies.piece_rate.leadership.0.ratchet.speed", number_text(row.speed)}});
      for (const double effort : results.series("piece_rate", "effort", {"work"}))
        CHECK(near(effort, rate * row.share));
      // The target moves all the same: from 0 to speed x M, and on.
      const std::vector<double> target = results.series("piece_rate", "target", {"piece_rate/linear"});
      const double made = rate * row.share;
      CHECK(target[0] == 0);
      CHECK(near(target[1], row.speed * made));
      CHECK(near(target[2], target[1] + row.speed * (made - target[1])));
    }
  }
  // A target that follows the mean of n moves an n-th as much; who does not look ahead holds nothing back.
  const double d = 1 / 1.1;
  const auto effort = [](const Settings& settings) {
    return run("ratchet", settings).average("piece_rate", "effort", {"work"});
  };
  CHECK(
      near(effort({{"policies.piece_rate.leadership.0.ratchet.of", "team"}}), 2 * (1 - d * 0.5 / (2 * (1 - d * 0.5)))));
  CHECK(near(effort({{"policies.piece_rate.leadership.0.ratchet.of", "organisation"}}),
             2 * (1 - d * 0.5 / (4 * (1 - d * 0.5)))));
  CHECK(near(effort({{"behaviour", "best_response"}}), 2));
}

TEST_CASE("regressional Goodhart: those chosen by a noisy measure are worse than they look") {
  const Results results = run("regressional");
  // Chosen above the quantile z of N(0, 2): mean reading sqrt(2) h, h = phi(z) / s, and half of it is talent. The
  // spread of a chosen one's reading is below 0.6, that of its talent below 0.9.
  CHECK(std::fabs(results.average("best_tenth", "rewarded_reading", {"best_tenth/tournament"}) - 2.481921) <
        4 * 0.6 / std::sqrt(1e5));
  CHECK(std::fabs(results.average("best_tenth", "rewarded_contribution", {"best_tenth/tournament"}) - 1.240961) <
        4 * 0.9 / std::sqrt(1e5));
  CHECK(std::fabs(results.average("best_hundredth", "rewarded_reading", {"best_hundredth/tournament"}) - 3.769182) <
        4 * 0.6 / std::sqrt(1e4));
  CHECK(std::fabs(results.average("best_hundredth", "rewarded_contribution", {"best_hundredth/tournament"}) -
                  1.884591) < 4 * 0.9 / std::sqrt(1e4));
  CHECK(near(results.average("best_tenth", "attained", {"best_tenth/tournament"}), 0.1));
  CHECK(std::fabs(results.average("best_tenth", "alignment", {"rating"}) - 0.707107) < 4 * 0.5 / 1e3);
}

TEST_CASE("adversarial Goodhart: who can inflate the measure is chosen") {
  struct Row {
    double share, gamers, contribution;
  };
  for (const Row& row : {Row{0.2, 0.7066, 0.979776}, Row{0.5, 0.9457, 1.057995}}) {
    CAPTURE(row.share);
    const Results results = run("adversarial", {{"population.traits.cheats.bernoulli.p", number_text(row.share)}});
    // All work one unit and gamers one more: of 1 + g hours of a chosen one, g are gaming.
    const double hours = results.average("best_tenth", "rewarded_gaming_share", {"best_tenth/tournament"});
    CHECK(std::fabs(hours / (1 - hours) - row.gamers) < 5e-5 + 4 * 0.5 / std::sqrt(1e5));
    CHECK(std::fabs(results.average("best_tenth", "rewarded_contribution", {"best_tenth/tournament"}) -
                    row.contribution) < 4 * 0.9 / std::sqrt(1e5));
  }
}

TEST_CASE("free riding (Holmström 1982)") {
  for (const int team : {1, 3, 4, 12}) {
    for (const double solidarity : {0.0, 0.5, 1.0}) {
      CAPTURE(team);
      CAPTURE(solidarity);
      const Results results = run("free_riding", {{"population.team_size", std::to_string(team)},
                                                  {"effort.solidarity", number_text(solidarity)}});
      CHECK(near(results.average("shared", "effort", {"work"}), 1.5 * (1 + solidarity * (team - 1)) / team));
    }
  }
  const Results all = run("free_riding", {{"metrics.output.level", "organisation"}});
  CHECK(near(all.average("shared", "effort", {"work"}), 1.5 / 12));
}

TEST_CASE("helping under a team reading, under one's own, and under one's own part") {
  const Results results = run("helping");
  CHECK(near(results.average("team", "effort", {"work"}), 0.25));
  CHECK(near(results.average("team", "effort", {"help"}), 0.375));
  CHECK(near(results.average("team", "value"), 0.8125));
  CHECK(near(results.average("team", "contribution"), 0.8125));
  CHECK(near(results.average("team", "dashboard", {"team_output"}), 0.8125));
  CHECK(results.average("desk", "effort", {"help"}) == 0);
  CHECK(near(results.average("desk", "effort", {"work"}), 1));
  CHECK(near(results.average("part", "effort", {"help"}), 1.5));
}

TEST_CASE("diffusion (Bass 1969): in a crowd, and among ten, where chance slows it") {
  const std::vector<double> access = run("diffusion").series("free", "access", {"tool"});
  // The chance of each step, and that of the steps before passed on with the slope of the map.
  double mean = 0, variance = 0;
  for (int step = 0; step <= 20; ++step) {
    CAPTURE(step);
    CHECK(std::fabs(access[static_cast<std::size_t>(step)] - mean) <= 4 * std::sqrt(variance) + 1e-12);
    for (const auto& [at, share] : {std::pair{1, 0.03}, {5, 0.272907}, {10, 0.782643}, {20, 0.998388}}) {
      if (at == step) CHECK(std::fabs(mean - share) < 5e-7);
    }
    const double p = 0.03 + 0.38 * mean, slope = 1 - p + 0.38 * (1 - mean);
    variance = slope * slope * variance + (1 - mean) * p * (1 - p) / 1e5;
    mean += (1 - mean) * p;
  }

  // Ten people: the exact chain over how many have it.
  constexpr int kPeople = 10, kReplicates = 4000;
  const Results few = run("diffusion", {{"population.size", "10"}, {"replicates", std::to_string(kReplicates)}});
  std::vector<double> chance(kPeople + 1, 0.0);
  chance[0] = 1;
  double crowd = 0;
  for (int step = 0; step <= 20; ++step) {
    CAPTURE(step);
    double expected = 0, square = 0, seen = 0;
    for (int k = 0; k <= kPeople; ++k) {
      const double share = static_cast<double>(k) / kPeople;
      expected += chance[static_cast<std::size_t>(k)] * share;
      square += chance[static_cast<std::size_t>(k)] * share * share;
    }
    for (int r = 0; r < kReplicates; ++r)
      seen += few.series("free", "access", {"tool"}, r)[static_cast<std::size_t>(step)];
    const double spread = std::sqrt(std::max(0.0, square - expected * expected));
    CHECK(std::fabs(seen / kReplicates - expected) <= 4 * spread / std::sqrt(kReplicates) + 1e-12);
    if (step == 5) CHECK(expected < crowd - 0.005);
    std::vector<double> next(kPeople + 1, 0.0);
    for (int k = 0; k <= kPeople; ++k) {
      const double p = 0.03 + 0.38 * k / (kPeople - 1);
      double ways = 1;  // binomial coefficient
      for (int gain = 0; gain <= kPeople - k; ++gain) {
        next[static_cast<std::size_t>(k + gain)] +=
            chance[static_cast<std::size_t>(k)] * ways * std::pow(p, gain) * std::pow(1 - p, kPeople - k - gain);
        ways *= static_cast<double>(kPeople - k - gain) / (gain + 1);
      }
    }
    chance = next;
    crowd += (1 - crowd) * (0.03 + 0.38 * crowd);
  }
}

TEST_CASE("forced ranking, the first year (after Scullen et al. 2005)") {
  const Results results = run("forced_ranking");
  const std::vector<double> value = results.series("ranking", "value");
  // Only a tenth changes: potential lost has a spread below 1, potential hired below 1.
  CHECK(std::fabs(value[1] - value[0] - 0.153716) < 4 * std::sqrt(2 * 0.1 / 2e5));
  CHECK(results.series("ranking", "exits")[0] == 20000);
  CHECK(results.series("ranking", "hires")[0] == 20000);
  CHECK(results.series("ranking", "headcount")[1] == 200000);
}

TEST_CASE("shared luck cancels in a contest") {
  for (const double common : {0.0, 0.5, 0.75}) {
    CAPTURE(common);
    const Results results = run("tournament", {{"metrics.score.common", number_text(common)}});
    CHECK(std::fabs(results.series("contest", "effort", {"work"}).back() - 0.5641896 / std::sqrt(1 - common)) < 1e-6);
  }
}
