/// Elimination of candidates: what is certainly worse goes, the best stays, and what is said of it holds.
#include "goodhart/study/search.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "goodhart/analysis/estimates.hpp"
#include "support/selection.hpp"

namespace {

using goodhart::Candidate;
using goodhart::search_best;
using goodhart::SearchFindings;
using goodhart::SearchRules;
using goodhart::test::Selection;
using State = Candidate::State;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Candidates whose outcomes are given: one value for each replicate, the last for all that follow.
struct Given {
  std::vector<std::vector<double>> outcomes;
  std::vector<std::vector<std::size_t>> asked{};  ///< candidates, call by call

  SearchFindings search(
      const SearchRules& rules, const goodhart::IsAcceptable& acceptable = [](std::size_t) { return true; }) {
    return search_best(
        outcomes.size(), rules,
        [&](const std::vector<std::size_t>& candidates, std::size_t first, std::size_t count) {
          asked.push_back(candidates);
          std::vector<std::vector<double>> found;
          for (const std::size_t c : candidates) {
            std::vector<double>& values = found.emplace_back();
            for (std::size_t r = first; r < first + count; ++r) {
              values.push_back(outcomes[c][std::min(r, outcomes[c].size() - 1)]);
            }
          }
          return found;
        },
        acceptable);
  }
};

}  // namespace

TEST_CASE("the best of fifty candidates with equal gaps is chosen in at least 95 of 100 searches") {
  int right = 0;
  std::size_t runs = 0;
  constexpr int kSeeds = 100;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    const Selection selection(50, 1.0, Selection::Gaps::equal, seed);
    const SearchFindings found = selection.search({.most = 65536});
    REQUIRE(found.reached);
    right += found.best == selection.best() ? 1 : 0;
    runs += found.runs;
  }
  CHECK(right >= 95);
  CHECK(runs < std::size_t{kSeeds} * 50 * 64);  // all of them on 64 replicates would be twice as many and more
}

TEST_CASE("none is better than the best that a search names by more than it says, in at least 95 of 100") {
  constexpr int kSeeds = 200;
  for (const double spread : {0.05, 0.3}) {
    int holds = 0, kept = 0;
    for (int seed = 1; seed <= kSeeds; ++seed) {
      const Selection selection(30, spread, Selection::Gaps::graded, seed);
      const SearchFindings found = selection.search({.tolerance = 0.4, .most = 64});
      REQUIRE(found.best);
      holds += selection.mean(selection.best()) - selection.mean(*found.best) <= found.at_most ? 1 : 0;
      const State state = found.candidates[selection.best()].state;
      kept += state == State::best || state == State::open ? 1 : 0;
    }
    CHECK(holds >= 0.95 * kSeeds);
    CHECK(kept >= 0.95 * kSeeds);
  }
}

TEST_CASE("of a hundred candidates that are equal, fresh luck tells what the best is worth, and the search's own not") {
  constexpr int kSeeds = 1000;
  int own = 0, fresh = 0;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    const Selection selection(100, 0.0, Selection::Gaps::equal, seed, 0.0);
    const SearchFindings found = selection.search({.most = 8});
    REQUIRE(found.best);
    own += goodhart::estimate(found.candidates[*found.best].outcomes).holds_zero() ? 1 : 0;
    fresh += goodhart::estimate(selection.fresh(*found.best, 8)).holds_zero() ? 1 : 0;
  }
  CHECK(fresh >= 0.93 * kSeeds);
  CHECK(fresh <= 0.97 * kSeeds);
  CHECK(own < 0.5 * kSeeds);
}

TEST_CASE("what is certainly worse is run no more, and differences without noise are certain at once") {
  Given given{{{1}, {3}, {2}}};
  const SearchFindings found = given.search({.most = 64});
  CHECK(found.best == 1U);
  CHECK(found.replicates == std::vector<std::size_t>{8});
  CHECK(found.reached);
  CHECK(found.at_most == 0);
  CHECK(found.runs == 24);
  CHECK(found.candidates[0].state == State::worse);
  CHECK(found.candidates[2].state == State::worse);
  CHECK(found.candidates[2].means == std::vector<double>{2});
}

TEST_CASE("candidates that are the same end a search: none is better than another by more than 0") {
  Given given{{{5}, {5}, {4}}};
  const SearchFindings found = given.search({.most = 64});
  CHECK(found.best == 0U);  // the first of equals
  CHECK(found.candidates[1].state == State::open);
  CHECK(found.candidates[2].state == State::worse);
  CHECK(found.reached);
  CHECK(found.replicates.size() == 1);
}

TEST_CASE("one candidate is the best after one look") {
  Given given{{{-1, 2}}};
  const SearchFindings found = given.search({});
  CHECK(found.best == 0U);
  CHECK(found.replicates == std::vector<std::size_t>{8});
  CHECK(found.reached);
}

TEST_CASE("a candidate that fails is left out, and those that were dropped for it come back") {
  // The first leads until it fails on replicate 10; the second was dropped for it and is the best of the rest. The
  // third is too noisy to be dropped.
  std::vector<double> noisy;
  for (int r = 0; r < 64; ++r) noisy.push_back(r % 2 == 0 ? 40 : -40);
  Given given{{{9, 9, 9, 9, 9, 9, 9, 9, 9, 9, kNaN}, {5}, noisy}};
  const SearchFindings found = given.search({.most = 16});
  CHECK(found.best == 1U);
  CHECK(found.candidates[0].state == State::failed);
  CHECK(found.candidates[1].outcomes.size() == 16);
  CHECK(std::isnan(found.candidates[0].means[1]));
  CHECK(found.candidates[1].means == std::vector<double>{5, 5});
  CHECK(found.candidates[2].state == State::open);
  CHECK_FALSE(found.reached);
  CHECK(found.at_most > 20);
  // First all, then those left, then the one that came back from the beginning of what it had missed.
  CHECK(given.asked == std::vector<std::vector<std::size_t>>{{0, 1, 2}, {0, 2}, {1}});
}

TEST_CASE("an infinite outcome is none") {
  Given given{{{std::numeric_limits<double>::infinity()}, {1}}};
  const SearchFindings found = given.search({});
  CHECK(found.best == 1U);
  CHECK(found.candidates[0].state == State::failed);
}

TEST_CASE("what is not acceptable never leads, and does not keep a search going") {
  std::vector<double> noisy;
  for (int r = 0; r < 64; ++r) noisy.push_back(r % 2 == 0 ? 30 : 10);
  Given given{{noisy, {5}, {4}}};
  const SearchFindings found = given.search({}, [](std::size_t c) { return c != 0; });
  CHECK(found.best == 1U);
  CHECK(found.candidates[0].state == State::unacceptable);
  CHECK(found.candidates[2].state == State::worse);
  CHECK(found.reached);
  CHECK(found.replicates.size() == 1);
}

TEST_CASE("a leader that is no longer acceptable gives way to those that were dropped for it") {
  std::vector<double> noisy;
  for (int r = 0; r < 64; ++r) noisy.push_back(r % 2 == 0 ? 40 : -40);
  Given given{{{9}, {5}, noisy}};
  const SearchFindings found =
      given.search({.most = 16}, [&](std::size_t c) { return c != 0 || given.asked.size() < 2; });
  CHECK(found.best == 1U);
  CHECK(found.candidates[0].state == State::unacceptable);
}

TEST_CASE("where nothing is acceptable a search ends after two looks, without a best") {
  Given given{{{1}, {2}}};
  const SearchFindings found = given.search({}, [](std::size_t) { return false; });
  CHECK_FALSE(found.best);
  CHECK(found.replicates == std::vector<std::size_t>{8, 16});
  CHECK_FALSE(found.reached);
  Given failing{{{kNaN}, {kNaN}}};
  CHECK_FALSE(failing.search({}).best);
}
