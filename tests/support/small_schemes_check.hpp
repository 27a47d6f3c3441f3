/// What is asked of random small decisions of every pair and triple of schemes.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <random>
#include <string>

#include "goodhart/core/errors.hpp"
#include "goodhart/report/slow_steps.hpp"
#include "support/run.hpp"
#include "support/small_schemes.hpp"

namespace goodhart::test {

/// Which decisions: as many of each pair and triple, with seeds from `first` on, of at most so many activities.
struct Sample {
  std::uint64_t first = 1;
  int each = 1;
  int activities = 4;
};

/// What it took to prove what is best.
struct Effort {
  int decisions = 0;
  int refused = 0;  ///< of them: no proof within the parts that a search may take
  int hard = 0;     ///< of them: they took 5,000 parts or more, or were refused
  std::uint64_t most_parts = 0;
  std::uint64_t hardest = 0;  ///< its seed
  int slow = 0;               ///< of them: they took longer than 100 ms of processor time
  double most_seconds = 0;    ///< that any took
  std::uint64_t slowest = 0;  ///< its seed

  std::string text() const {
    return std::to_string(decisions) + " decisions, " + std::to_string(refused) + " refused, " + std::to_string(hard) +
           " hard; the hardest, seed " + std::to_string(hardest) + ", took " + std::to_string(most_parts) + " parts; " +
           std::to_string(slow) + " took longer than 100 ms; the slowest, seed " + std::to_string(slowest) + ", took " +
           std::to_string(std::lround(1000 * most_seconds)) + " ms";
  }
};

/// `ask(problem, seed)` for each decision of a sample.
template <class Ask>
void for_each_small_decision(const Sample& sample, const Ask& ask) {
  std::uint64_t seed = sample.first;
  for (const SchemeKinds& kinds : pairs_and_triples()) {
    for (int i = 0; i < sample.each; ++i, ++seed) {
      INFO("seed ", seed, ": ", names_of(kinds));
      SmallDecision drawn(seed, kinds, sample.activities);
      ask(drawn.problem, seed);
    }
  }
}

/// Seconds of processor time of this thread.
inline double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Decides all of a sample.
inline Effort prove_small_decisions(const Sample& sample) {
  Effort effort;
  for_each_small_decision(sample, [&](Problem& problem, std::uint64_t seed) {
    std::uint64_t parts = 0;
    problem.decision.parts = &parts;
    PerActivity plan{};
    const double start = processor_seconds();
    try {
      const Solved solved = decide(problem.get(), plan);
      CHECK(solved == Solved::exactly);
    } catch (const RunError&) {
      ++effort.refused;
    }
    const double seconds = processor_seconds() - start;
    effort.slow += seconds > 0.1;
    if (seconds > effort.most_seconds) {
      effort.most_seconds = seconds;
      effort.slowest = seed;
    }
    effort.hard += parts >= kHardDecision;
    ++effort.decisions;
    if (parts <= effort.most_parts) return;
    effort.most_parts = parts;
    effort.hardest = seed;
  });
  return effort;
}

/// The same decision, but steps without noise must be attained with a little to spare.
inline Problem with_a_margin(const Problem& problem) {
  Problem strict = problem;
  for (Curve& curve : strict.curves) {
    if (curve.shape != Curve::Shape::step || curve.noise > 0) continue;
    curve.low += (curve.falling ? -1e-12 : 1e-12) * (1 + std::fabs(curve.low));
  }
  return strict;
}

/// No plan that brute force finds may be better than what is decided. Whether a plan next to one that just attains a
/// step attains it as well only rounding knows, so there the two may differ by what rounding is worth.
inline void challenge_small_decisions(const Sample& sample) {
  for_each_small_decision(sample, [&](Problem& problem, std::uint64_t) {
    const Decision& decision = problem.get();
    PerActivity plan{};
    REQUIRE(decide(decision, plan) == Solved::exactly);
    INFO(describe(decision));
    const double u = utility(decision, plan), size = 1 + std::fabs(u);
    CHECK(allowed(decision, plan));
    CHECK(BruteForce(decision).search() <= u + 1e-7 * size);
    Problem strict = with_a_margin(problem);
    CHECK(BruteForce(strict.get()).search() <= u + 1e-9 * size);
  });
}

/// A small organisation under schemes of these kinds, each on a metric of its own as far as there are metrics.
inline std::string small_scenario(std::uint64_t seed, const SchemeKinds& kinds) {
  std::mt19937_64 engine(seed);
  const auto number = [&](double a, double b) {
    const double u = static_cast<double>(engine() >> 11) * 0x1p-53;
    return number_text(std::round((a + (b - a) * u) * 1000) / 1000);
  };
  const auto one_in = [&](std::uint64_t n) { return engine() % n == 0; };
  const auto whole = [&](std::uint64_t a, std::uint64_t b) { return std::to_string(a + engine() % (b - a + 1)); };

  const std::uint64_t people = 2 + engine() % 29, team = std::min<std::uint64_t>(people, 2 + engine() % 5);
  std::string text = "goodhart: 1\ntitle: small\nseed: " + std::to_string(seed) +
                     "\ntime: {steps: 1, before: " + (one_in(2) ? "0" : "1") +
                     "}\npopulation: {size: " + std::to_string(people) + ", team_size: " + std::to_string(team) +
                     ", traits: {skill: " + (one_in(3) ? "1" : "{normal: {mean: 1, sd: 0.2, min: 0.4, max: 1.6}}") +
                     "}}\neffort: {budget: " + number(0.5, 1.5) + ", strain: " + number(0.5, 5) +
                     ", intrinsic: " + number(0, 1) + "}\nactivities:\n";
  const int activities = 1 + static_cast<int>(engine() % 3), metrics = 1 + static_cast<int>(engine() % 3);
  for (int k = 0; k < activities; ++k) {
    text += "  a" + std::to_string(k) + ": {value: " + number(-0.2, 1.5) +
            " * skill, saturation: " + (one_in(2) ? "0" : number(0, 2)) +
            ", time: " + (one_in(2) ? "1" : number(0.3, 2)) + ", max: " + (one_in(3) ? number(0, 1) : ".inf") +
            ", strain: " + (one_in(2) ? "0" : number(0, 2)) + "}\n";
  }
  text += "metrics:\n";
  for (int j = 0; j < metrics; ++j) {
    text += "  m" + std::to_string(j) + ": {measures: {";
    for (int k = 0; k < activities; ++k) {
      text += "a" + std::to_string(k) + ": {loading: " + (one_in(3) ? "0" : number(-0.3, 2)) +
              ", saturation: " + (one_in(3) ? number(0, 1) : "0") + "}, ";
    }
    text += std::string("value: ") + (one_in(2) ? "1" : "0") + "}, noise: " + (one_in(2) ? "0" : number(0.02, 0.6)) +
            ", better: " + (one_in(5) ? "lower" : "higher") + "}\n";
  }
  text += "policies:\n  idle: []\n  p:\n";
  for (std::size_t s = 0; s < kinds.size(); ++s) {
    const std::size_t j = s < static_cast<std::size_t>(metrics) ? s : engine() % static_cast<std::size_t>(metrics);
    const std::string scope = one_in(2) ? ", scope: team" : ", scope: organisation";
    text += "    - " + names_of({kinds[s]}) + ": {metric: m" + std::to_string(j) + ", every: " + whole(1, 3);
    switch (kinds[s]) {
      case SchemeKind::linear:
        text += ", target: " + number(-0.2, 1) + ", rate: " + number(-0.2, 1.5) + ", floor: " + number(-0.5, 0) +
                ", cap: " + number(0.05, 0.5);
        break;
      case SchemeKind::quota:
        text += ", target: " + number(-0.2, 1) + ", reward: " + number(0, 1.5);
        break;
      case SchemeKind::tournament:
        text += scope + ", top: " + number(0.1, 0.6) + ", prize: " + number(0, 1.5) + ", bottom: " + number(0.1, 0.4) +
                ", penalty: " + number(0, 0.6);
        break;
      case SchemeKind::relative:
        text += scope + ", rate: " + number(-0.1, 0.6);
        break;
      case SchemeKind::status:
        text += scope + ", prize: " + number(0, 1.5);
        break;
    }
    text += "}\n";
  }
  return text;
}

/// What was hardest of all steps of some scenarios of every pair and triple of kinds; no run may fail.
inline HardestDecision run_small_scenarios(std::uint64_t first, int each) {
  HardestDecision hardest;
  std::uint64_t seed = first;
  for (const SchemeKinds& kinds : pairs_and_triples()) {
    for (int i = 0; i < each; ++i, ++seed) {
      const std::string text = small_scenario(seed, kinds);
      INFO(text);
      const Scenario scenario = scenario_text(text);
      TaskPool pool(1);
      const Ending ending = run_experiment(
          scenario, layout_of(scenario), pool, [](const RunRecord& record) { CHECK(record.failure == ""); },
          [&](const Progress& progress) {
            if (progress.last.hardest.parts > hardest.parts) hardest = progress.last.hardest;
            return true;
          });
      CHECK(ending.runs == 2);
    }
  }
  return hardest;
}

}  // namespace goodhart::test
