/// A front: what nothing beats stays, what is beaten goes, and what is said of both holds.
#include "goodhart/study/front.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <vector>

namespace {

using goodhart::Candidate;
using goodhart::FrontFindings;
using goodhart::search_front;
using goodhart::SearchRules;
using State = Candidate::State;
using Means = std::vector<std::vector<double>>;  ///< [candidate][outcome]

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool beats(const std::vector<double>& d, const std::vector<double>& c) {
  bool somewhere = false;
  for (std::size_t o = 0; o < c.size(); ++o) {
    if (d[o] < c[o]) return false;
    somewhere = somewhere || d[o] > c[o];
  }
  return somewhere;
}

std::set<std::size_t> front_of(const Means& means) {
  std::set<std::size_t> front;
  for (std::size_t c = 0; c < means.size(); ++c) {
    if (std::none_of(means.begin(), means.end(), [&](const auto& other) { return beats(other, means[c]); })) {
      front.insert(c);
    }
  }
  return front;
}

/// Candidates whose outcomes are their means, luck that all share, and luck of their own.
struct Noisy {
  Means means;
  double common = 10, own = 1;
  unsigned seed = 1;

  FrontFindings search(const SearchRules& rules) const {
    return search_front(
        means.size(), rules,
        [&](const std::vector<std::size_t>& candidates, std::size_t first, std::size_t count) {
          std::vector found(candidates.size(), std::vector(means.front().size(), std::vector<double>(count)));
          for (std::size_t r = first; r < first + count; ++r) {
            std::mt19937_64 luck(seed * 1'000'003ULL + r);
            std::normal_distribution<double> normal;
            std::vector<double> shared;
            for (std::size_t o = 0; o < means.front().size(); ++o) shared.push_back(common * normal(luck));
            for (std::size_t i = 0; i < candidates.size(); ++i) {
              std::mt19937_64 of_candidate((seed * 1'000'003ULL + r) * 4096 + candidates[i]);
              std::normal_distribution<double> draw;
              for (std::size_t o = 0; o < means.front().size(); ++o) {
                found[i][o][r - first] = means[candidates[i]][o] + shared[o] + own * draw(of_candidate);
              }
            }
          }
          return found;
        },
        [](std::size_t) { return true; });
  }
};

std::set<std::size_t> in_state(const FrontFindings& found, State state) {
  std::set<std::size_t> list;
  for (std::size_t c = 0; c < found.candidates.size(); ++c) {
    if (found.candidates[c].state == state) list.insert(c);
  }
  return list;
}

Means random_means(std::size_t count, std::size_t outcomes, unsigned seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, 4);
  Means means(count, std::vector<double>(outcomes));
  for (auto& candidate : means) {
    for (double& mean : candidate) mean = uniform(random);
  }
  return means;
}

/// Outcomes that are given: the last replicate stands for all that follow.
using Given = std::vector<std::vector<std::vector<double>>>;  ///< [candidate][outcome][replicate]
FrontFindings front_in(
    const Given& given, const SearchRules& rules,
    const goodhart::IsAcceptable& acceptable = [](std::size_t) { return true; }) {
  return search_front(
      given.size(), rules,
      [&](const std::vector<std::size_t>& candidates, std::size_t first, std::size_t count) {
        Given found;
        for (const std::size_t c : candidates) {
          auto& outcomes = found.emplace_back();
          for (const std::vector<double>& values : given[c]) {
            auto& some = outcomes.emplace_back();
            for (std::size_t r = first; r < first + count; ++r) some.push_back(values[std::min(r, values.size() - 1)]);
          }
        }
        return found;
      },
      acceptable);
}

}  // namespace

TEST_CASE("without luck the front is known at the first look, as brute force finds it") {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    const Noisy noisy{.means = random_means(30, 1 + seed % 3, seed), .common = 3, .own = 0, .seed = seed};
    const FrontFindings found = noisy.search({});
    CHECK(in_state(found, State::best) == front_of(noisy.means));
    CHECK(in_state(found, State::open).empty());
    CHECK(found.replicates == std::vector<std::size_t>{8});
    CHECK(found.reached);
    for (const Candidate& candidate : found.candidates) {
      if (candidate.state != State::worse) continue;
      const auto number = static_cast<std::size_t>(&candidate - found.candidates.data());
      CHECK(beats(noisy.means[*candidate.worse_than], noisy.means[number]));
    }
  }
}

TEST_CASE("nothing on the front is dropped and nothing beaten is called certain, in at least 95 of 100 searches") {
  constexpr unsigned kSeeds = 200;
  unsigned kept = 0, right = 0;
  std::size_t certain = 0, dropped = 0;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    const Noisy noisy{.means = random_means(12, 2, seed), .seed = seed};
    const std::set<std::size_t> front = front_of(noisy.means);
    const FrontFindings found = noisy.search({.most = 256});
    const std::set<std::size_t> worse = in_state(found, State::worse), best = in_state(found, State::best);
    kept += std::none_of(front.begin(), front.end(), [&](std::size_t c) { return worse.count(c) > 0; }) ? 1 : 0;
    right += std::includes(front.begin(), front.end(), best.begin(), best.end()) ? 1 : 0;
    certain += best.size();
    dropped += worse.size();
  }
  CHECK(kept >= 190);
  CHECK(right >= 190);
  // Most is told: of 12 candidates some three are on the front.
  CHECK(dropped > 6 * kSeeds);
  CHECK(certain > kSeeds);
}

TEST_CASE("more luck tells more of the front") {
  const Noisy noisy{.means = random_means(20, 3, 5), .seed = 5};
  const auto open = [&](std::size_t most) { return in_state(noisy.search({.most = most}), State::open).size(); };
  CHECK(open(8) > open(1024));
}

TEST_CASE("candidates that never differ do not beat each other, and are both certain") {
  const FrontFindings found = front_in({{{1}, {5}}, {{1}, {5}}, {{1}, {4}}}, {});
  CHECK(in_state(found, State::best) == std::set<std::size_t>{0, 1});
  CHECK(in_state(found, State::worse) == std::set<std::size_t>{2});  // no better in one outcome, worse in the other
  CHECK(found.reached);
}

TEST_CASE("what is not acceptable beats nobody, and what fails gives back what was dropped for it") {
  const Given given{{{9}, {9}}, {{5}, {5}}, {{1}, {6}}};
  const FrontFindings found = front_in(given, {.most = 16}, [](std::size_t c) { return c != 0; });
  CHECK(in_state(found, State::unacceptable) == std::set<std::size_t>{0});
  CHECK(in_state(found, State::best) == std::set<std::size_t>{1, 2});

  std::vector<double> noisy;
  for (int r = 0; r < 64; ++r) noisy.push_back(r % 2 == 0 ? 40 : -40);
  const FrontFindings failed =
      front_in({{{9, 9, 9, 9, 9, 9, 9, 9, 9, kNaN}, {9}}, {{5}, {5}}, {noisy, noisy}}, {.most = 16});
  CHECK(in_state(failed, State::failed) == std::set<std::size_t>{0});
  CHECK(in_state(failed, State::worse).empty());
  CHECK(failed.candidates[1].outcomes.size() == 16);
  CHECK_FALSE(failed.reached);

  const FrontFindings none = front_in(given, {.most = 256}, [](std::size_t) { return false; });
  CHECK(none.left().empty());
  CHECK(none.replicates.size() == 2);  // in vain
}
