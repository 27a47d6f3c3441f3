/// Known answers from the literature beyond those of known_answers_test.cpp, each with its scenario beside it and its
/// source in the scenario; docs/validation.md has the table.
///
/// Each expected number was found twice: by the closed form written here, and by a numerical calculation that does not
/// know it (said in each test). Tolerance: 1e-6 relative where nothing is random, else 4 standard errors at the
/// scenario's size.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::number_text;
using goodhart::test::Results;
using goodhart::test::scenario_file;
using goodhart::test::Settings;

const double kPi = std::acos(-1.0);

bool near(double value, double expected) {
  return std::fabs(value - expected) <= 1e-6 * std::max(1e-3, std::fabs(expected));
}

Results run(const std::string& name, const Settings& settings = {}) {
  return Results(scenario_file("tests/theory/" + name + ".yaml", settings));
}

}  // namespace

TEST_CASE("two metrics, weighed by congruity and precision (Feltham & Xie 1994)") {
  // Second derivation: maximisation over rates, by Nelder and Mead, of a surplus whose efforts are maximised
  // numerically too.
  const auto surplus = [](double sales, double survey) {
    return run("two_metrics", {{"policies.paid.for_sales.rate", number_text(sales)},
                               {"policies.paid.for_survey.rate", number_text(survey)}})
        .average("paid", "surplus");
  };
  // Loadings (1, .2, .5) and (.1, .9, 0), strains (1, 1, 2), values (1, .8, 0), variances .16 and .64, aversion 1.5.
  const double aa = 1 + 0.2 * 0.2 + 0.5 * 0.5 / 2 + 1.5 * 0.16, ab = 0.1 + 0.2 * 0.9,
               bb = 0.1 * 0.1 + 0.9 * 0.9 + 1.5 * 0.64, a = 1 + 0.2 * 0.8, b = 0.1 + 0.9 * 0.8;
  const double determinant = aa * bb - ab * ab;
  const double sales = (bb * a - ab * b) / determinant, survey = (aa * b - ab * a) / determinant;
  CHECK(near(sales, 0.7575645));
  CHECK(near(survey, 0.3415067));
  const double best = (a * sales + b * survey) / 2;
  CHECK(near(best, 0.5794052));
  CHECK(near(surplus(sales, survey), best));
  for (const auto& [s, v] : {std::pair{0.01, 0.0}, {-0.01, 0.0}, {0.0, 0.01}, {0.0, -0.01}, {0.3, -0.2}}) {
    // The quadratic about its top.
    CHECK(near(surplus(sales + s, survey + v), best - (aa * s * s + 2 * ab * s * v + bb * v * v) / 2));
  }
  // One metric alone reaches a^2 / (2 aa), less than both.
  CHECK(near(surplus(a / aa, 0), a * a / aa / 2));
  CHECK(near(surplus(0, b / bb), b * b / bb / 2));
  CHECK(a * a / aa / 2 < best);
}

TEST_CASE("pay relative to the others filters out what all share (Holmström 1982)") {
  // Second derivation: two million draws of five readings with a shared part: variance 0.0392 against 0.0784.
  const auto at = [](double rate, double common) {
    return run("filtered_luck", {{"policies.absolute.linear.rate", number_text(rate)},
                                 {"policies.relative.relative.rate", number_text(rate)},
                                 {"metrics.output.common", number_text(common)}});
  };
  const double variance = 0.49, strain = 1.25, aversion = 2;
  const auto surplus = [&](double rate, double noise) {
    return rate / strain - rate * rate / strain / 2 - aversion / 2 * rate * rate * noise;
  };
  const double filtered = (1 - 0.6) * variance * 5 / 4, best = 1 / (1 + aversion * strain * filtered);
  CHECK(near(filtered, 0.245));
  CHECK(near(best, 0.6201550));
  for (const double rate : {0.4, best}) {
    const Results results = at(rate, 0.6);
    for (const char* policy : {"absolute", "relative"})
      CHECK(near(results.average(policy, "effort", {"work"}), rate / strain));
    CHECK(near(results.average("absolute", "surplus"), surplus(rate, variance)));
    CHECK(near(results.average("relative", "surplus"), surplus(rate, filtered)));
    // What was paid varies as much as the premium says: 4,000 teams with 4 free deviations each.
    double squares = 0;
    for (const double reward : results.all("relative", "employees", "reward")) squares += reward * reward;
    const double expected = rate * rate * filtered;
    CHECK(std::fabs(squares / 20000 - expected) < 4 * expected * std::sqrt(2.0 / 16000));
  }
  for (const double rate : {best - 0.01, best + 0.01})
    CHECK(at(rate, 0.6).average("relative", "surplus") < surplus(best, filtered));
  // Comparing adds the others' own luck: it pays only if more than an n-th is shared.
  const Results even = at(0.4, 0.2);
  CHECK(near(even.average("relative", "surplus"), even.average("absolute", "surplus")));
  const Results unshared = at(0.4, 0.1);
  CHECK(unshared.average("relative", "surplus") < unshared.average("absolute", "surplus"));
}

TEST_CASE("the prize that makes a contest efficient, for the first or against the last (Lazear & Rosen 1981)") {
  // One of n equals wins with marginal chance (the expected largest of n standard normals) / (n x noise), noise 2.
  // (With noise 1 and five rivals the same holds, but best responses to yesterday circle around it.) Second derivation:
  // quadrature of the chance of winning, differenced numerically, and a search for better efforts over [0, 2.5].
  struct Row {
    int rivals;
    double largest;
  };
  for (const Row& row : {Row{2, 1 / std::sqrt(kPi)}, Row{3, 1.5 / std::sqrt(kPi)}, Row{5, 1.16296447364}}) {
    CAPTURE(row.rivals);
    const double prize = 2 * row.rivals / row.largest;
    const std::string share = number_text(1.0 / row.rivals);
    const Results first = run("first_best_prize", {{"population.size", std::to_string(row.rivals)},
                                                   {"policies.contest.tournament.top", share},
                                                   {"policies.contest.tournament.prize", number_text(prize)}});
    const Results last = run("first_best_prize", {{"population.size", std::to_string(row.rivals)},
                                                  {"policies.contest.tournament.top", "0"},
                                                  {"policies.contest.tournament.bottom", share},
                                                  {"policies.contest.tournament.penalty", number_text(prize)}});
    const Results both = run("first_best_prize", {{"population.size", std::to_string(row.rivals)},
                                                  {"policies.contest.tournament.top", share},
                                                  {"policies.contest.tournament.prize", number_text(0.3 * prize)},
                                                  {"policies.contest.tournament.bottom", share},
                                                  {"policies.contest.tournament.penalty", number_text(0.7 * prize)}});
    for (const Results* results : {&first, &last, &both}) {
      CHECK(near(results->series("contest", "effort", {"work"}).back(), 1));
      CHECK(near(results->series("contest", "surplus").back(), 0.5));
    }
    // What is paid is a transfer: the prize less the penalty, an n-th each.
    CHECK(near(first.average("contest", "reward"), prize / row.rivals));
    CHECK(near(last.average("contest", "reward"), -prize / row.rivals));
  }
  CHECK(near(4 * std::sqrt(kPi), 7.0898154));
}

TEST_CASE("a contest pays for one's own work and not for help (Drago & Garvey 1998)") {
  // Second derivation: best responses iterated by bounded scalar search.
  const Results results = run("contest_help");
  CHECK(near(results.average("none", "effort", {"work"}), 0.3));
  CHECK(near(results.average("none", "effort", {"help"}), 0.3 * 1.5 / 2));
  CHECK(near(results.average("none", "value"), 0.3 + 1.5 * 0.225));
  // What people care for by themselves shrinks by 1 / (1 + crowding x prize); the prize adds its marginal chance.
  const double care = 0.3 / (1 + 0.5 * 1), work = care + 1 / (2 * std::sqrt(kPi));
  CHECK(near(work, 0.4820948));
  CHECK(near(results.series("contest", "effort", {"work"}).back(), work));
  CHECK(near(results.series("contest", "effort", {"help"}).back(), 0.15));
  CHECK(near(results.series("contest", "value").back(), 0.7070948));
  const Results calm = run("contest_help", {{"effort.intrinsic", "0"}});
  CHECK(calm.series("contest", "effort", {"help"}).back() == 0);
}

TEST_CASE("pay enough or don't pay at all (Gneezy & Rustichini 2000)") {
  // Second derivation: scalar search for the best effort at each rate.
  // At rate b up to 2 b is at stake: effort 1 / (1 + 2 * 2 b) + b, least at b = 1/4, and back at 1 at b = 3/4.
  const auto effort = [](double rate) {
    return run("pay_enough", {{"policies.paid.linear.rate", number_text(rate)}}).average("paid", "effort", {"work"});
  };
  CHECK(near(effort(0), 1));
  CHECK(near(effort(0.25), 0.75));
  CHECK(near(effort(0.75), 1));
  CHECK(near(effort(1), 1.2));
  for (const double rate : {0.05, 0.1, 0.24, 0.26, 0.5}) {
    CAPTURE(rate);
    CHECK(near(effort(rate), 1 / (1 + 4 * rate) + rate));
    CHECK(effort(rate) > effort(0.25));
  }
}

TEST_CASE("effort and sales rise to the year's end and dip after it (Oyer 1998)") {
  // With n months left a unit now is worth 0.9 x 0.8^(n - 1): one plans as if the rest of the year went on like this.
  // Sales signed a month early are missed then; three quarters of that is foreseen. Second derivation: each month's
  // utility maximised by Nelder and Mead.
  const Results results = run("fiscal_year");
  const std::vector<double> sell = results.series("bonus", "effort", {"sell"}),
                            pull = results.series("bonus", "effort", {"pull"}),
                            sales = results.series("bonus", "dashboard", {"sales"});
  REQUIRE(sell.size() == 12);
  for (std::size_t month = 0; month < 12; ++month) {
    CAPTURE(month);
    const double worth = 0.9 * std::pow(0.8, 3 - static_cast<double>(month % 4));
    CHECK(near(sell[month], worth));
    CHECK(near(pull[month], worth * (1 - 0.75 * 0.8) / 0.5));
    CHECK(near(sales[month], sell[month] + pull[month] - (month > 0 ? pull[month - 1] : 0)));
  }
  CHECK(near(sales[3], 1.044));
  CHECK(near(sales[4], 0.10944));
}

TEST_CASE("what spreads by contact lasts only if passed on fast enough (Kermack & McKendrick 1932)") {
  // Second derivation: a simulation of 50,000 who carry or not, in numpy.
  constexpr double kLeave = 0.1, kArrive = 0.01, kPeople = 20000;
  for (const double contact : {0.4, 0.05}) {
    CAPTURE(contact);
    const std::vector<double> access = run("endemic", {{"activities.trick.spread.imitation", number_text(contact)}})
                                           .series("paid", "access", {"trick"});
    // F = (1 - leave) (F + contact F (1 - F)) + leave x arrive, solved for F.
    const double stay = 1 - kLeave, half = (stay * (1 + contact) - 1) / (2 * stay * contact);
    const double lasting = half + std::sqrt(half * half + kLeave * kArrive / (stay * contact));
    if (contact == 0.4) {
      CHECK(near(lasting, 0.7260481));
      // Without newcomers who bring it along: 1 - leave / (stay x contact).
      CHECK(near(2 * half, 1 - kLeave / (stay * contact)));
    } else {
      CHECK(half < 0);
      CHECK(near(lasting, 0.0179191));
    }
    double expected = kArrive, sum_expected = 0, sum = 0;
    for (std::size_t t = 0; t < access.size(); ++t) {
      if (t >= 40) sum_expected += expected, sum += access[t];
      expected = stay * (expected + contact * expected * (1 - expected)) + kLeave * kArrive;
    }
    CHECK(std::fabs(expected - lasting) < 1e-4);
    // Chance of one step, passed on with the slope of the map at its fixed point and averaged over the steps.
    const double keep = stay + kLeave * kArrive, gain = stay * contact * lasting + kLeave * kArrive;
    const double chance = lasting * keep * (1 - keep) + (1 - lasting) * gain * (1 - gain);
    const double slope = stay * (1 + contact - 2 * contact * lasting), steps = static_cast<double>(access.size() - 40);
    CHECK(std::fabs(sum - sum_expected) / steps < 4 * std::sqrt(chance / kPeople / steps) / (1 - slope));
  }
}

TEST_CASE("two norms under the same stakes, and no way back (Lindbeck, Nyberg & Weibull 1999)") {
  // Those whose aversion, uniform on [0, 1], is below rate / (1 - 0.8 q) do it where a share q did. Second derivation:
  // the map iterated over 400,000 evenly spaced aversions.
  const auto low = [](double rate) { return (1 - std::sqrt(1 - 4 * 0.8 * rate)) / (2 * 0.8); };
  const auto within = [](double share, double rate) {
    const double slope = 0.8 * rate / ((1 - 0.8 * share) * (1 - 0.8 * share));
    return 4 * std::sqrt(share * (1 - share) / 100000) / (1 - slope);
  };
  CHECK(near(low(0.25), 0.3454915));
  CHECK(near(low(0.15), 0.1743061));
  const Results results = run("two_norms");
  const std::vector<double> steady = results.series("steady", "effort", {"trick"}),
                            raised = results.series("raised_for_a_while", "effort", {"trick"});
  REQUIRE(steady.size() == 90);
  CHECK(std::fabs(steady[0] - 0.25) < within(0.25, 0));
  CHECK(std::fabs(steady[1] - 0.3125) < within(0.3125, 0.25));
  for (const std::size_t step : {29u, 89u}) CHECK(std::fabs(steady[step] - low(0.25)) < within(low(0.25), 0.25));
  CHECK(raised[29] == steady[29]);
  CHECK(raised[59] == 1);
  CHECK(raised[89] == 1);
  // At 0.15 even those among whom all do it stop: 0.15 / (1 - 0.8) < 1.
  const Results undone =
      run("two_norms", {{"policies.raised_for_a_while.phases.low_again.incentives.0.linear.rate", "0.15"}});
  CHECK(std::fabs(undone.series("raised_for_a_while", "effort", {"trick"}).back() - low(0.15)) <
        within(low(0.15), 0.15));
}

TEST_CASE("choice with error is logit (McFadden 1974)") {
  // Plans: nothing, U = 0; work .8, U = .32; work .8 and trick .5, U = .57. Second derivation: the utilities by
  // numerical maximisation, the shares by a million choices with Gumbel errors.
  for (const double rationality : {0.0, 2.0, 6.0}) {
    CAPTURE(rationality);
    const Results results = run("logit", {{"behaviour.quantal.rationality", number_text(rationality)}});
    const std::array<double, 3> weight{1, std::exp(0.32 * rationality), std::exp(0.57 * rationality)};
    const double total = weight[0] + weight[1] + weight[2];
    std::array<double, 3> count{};
    const std::vector<double>& efforts = results.all("paid", "employees", "effort");
    REQUIRE(efforts.size() == 2 * 100000);
    for (std::size_t i = 0; i < efforts.size(); i += 2) {
      const bool works = near(efforts[i], 0.8), tricks = near(efforts[i + 1], 0.5);
      CHECK_UNARY((works || efforts[i] == 0) && (tricks || efforts[i + 1] == 0));
      count[works ? (tricks ? 2 : 1) : 0] += 1;
    }
    for (std::size_t p = 0; p < 3; ++p) {
      CAPTURE(p);
      const double share = weight[p] / total;
      CHECK(std::fabs(count[p] / 1e5 - share) < 4 * std::sqrt(share * (1 - share) / 1e5));
    }
    if (rationality == 2) CHECK(std::fabs(weight[2] / total - 0.5189) < 5e-4);
  }
}

TEST_CASE("response to selection (Lush 1937), and how it narrows what it selects (Bulmer 1971)") {
  // Half are dismissed and replaced by copies of the upper half. Second derivation: a million draws.
  const double intensity = std::sqrt(2 / kPi);  // of the upper half
  for (const double noise : {1.0, 0.5}) {
    for (const double mutate : {0.0, 0.4}) {
      CAPTURE(noise);
      CAPTURE(mutate);
      const Results results = run("breeder", {{"metrics.rating.noise", number_text(noise)},
                                              {"workforce.hiring.copy.mutate", number_text(mutate)}});
      const double heritability = 1 / (1 + noise * noise), differential = intensity * std::sqrt(1 + noise * noise);
      const double response = heritability * differential;
      if (noise == 1) CHECK(near(response, 0.5641896));
      const double kept = 1 - heritability * intensity * intensity;
      if (noise == 1) CHECK(near(kept, 0.6816901));
      const std::vector<double> value = results.series("truncation", "value"),
                                spread = results.series("truncation", "value_sd");
      // The mean of an upper half, each of it counted once and as often as it is copied.
      const double variance = (2.5 * kept + response * response + mutate * mutate / 2) / 200000;
      CHECK(std::fabs(value[1] - response) < 4 * std::sqrt(variance));
      const double expected = std::sqrt(kept + mutate * mutate / 2);
      CHECK(std::fabs(spread[1] - expected) < 4 * expected * std::sqrt(1.25 / 200000));
    }
  }
}

TEST_CASE("a noisy reading agrees with what it reads by the root of its reliability (Spearman 1904)") {
  // Luck that all share does not count. Second derivation: correlations of a million draws.
  struct Row {
    const char* metric;
    double variance, kurtosis, alignment;
  };
  const Results results = run("attenuation");
  for (const Row& row : {Row{"gaussian", 0.25, 0, 0.8944272}, Row{"shared", 0.25, 0, 0.8944272},
                         Row{"student", 0.25 * 8 / 6, 1.5, 0.8660254}, Row{"laplace", 0.5, 3, 0.8164966}}) {
    CAPTURE(row.metric);
    const double rho = 1 / std::sqrt(1 + row.variance);
    CHECK(near(rho, row.alignment));
    const double error = (1 - rho * rho) * std::sqrt((1 + rho * rho * row.kurtosis / 4) / 200000);
    CHECK(std::fabs(results.average("watched", "alignment", {row.metric}) - rho) < 4 * error);
  }
}

TEST_CASE("a quota moves most where it is met half the time (Oyer 2000)") {
  // Effort solves x = density((x - target) / sigma) / sigma, most where the target is the effort itself:
  // 1 / (sigma sqrt(2 pi)). Second derivation: scalar search at each target, and a grid for the global maximum.
  const auto at = [](double target) {
    return run("quota_at_the_mode", {{"policies.bonus.quota.target", number_text(target)}});
  };
  const double best = 1 / (0.5 * std::sqrt(2 * kPi));
  CHECK(near(best, 0.7978846));
  const Results results = at(best);
  CHECK(near(results.average("bonus", "effort", {"work"}), best));
  CHECK(std::fabs(results.average("bonus", "attained", {"bonus/quota"}) - 0.5) < 4 * 0.5 / std::sqrt(1e5));
  for (const double target : {0.4, 0.6, 0.75, 0.85, 1.0}) {
    CAPTURE(target);
    const double effort = at(target).average("bonus", "effort", {"work"}), z = (effort - target) / 0.5;
    CHECK(near(effort, std::exp(-z * z / 2) / std::sqrt(2 * kPi) / 0.5));
    CHECK(effort < best);
  }
}
