/// Candidates with known expectations and Gaussian luck, most of which they share, for searches of the best.
#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

#include "goodhart/study/search.hpp"

namespace goodhart::test {

/// k candidates; the outcome of each on a replicate is its expectation, luck of all (sd `common`) and its own (sd 1).
class Selection {
 public:
  enum class Gaps { equal, graded };

  /// Expectations: the best has 0, the others -gap, or -gap, -2 gap, -3 gap, ... The best stands somewhere among them.
  Selection(std::size_t count, double gap, Gaps gaps, int seed, double common = 10)
      : seed_(static_cast<unsigned>(seed)), common_(common), best_(static_cast<std::size_t>(seed) % count) {
    for (std::size_t c = 0; c < count; ++c) {
      const auto steps = static_cast<double>((c + count - best_) % count);
      means_.push_back(steps == 0 ? 0 : gaps == Gaps::equal ? -gap : -gap * steps);
    }
  }

  std::size_t best() const { return best_; }
  double mean(std::size_t candidate) const { return means_[candidate]; }

  /// What a search asks for outcomes; it must be asked in order.
  RunCandidates source() const {
    std::vector<std::mt19937_64> own;
    for (std::size_t c = 0; c < means_.size(); ++c) own.emplace_back(seed_ * 1000 + c);
    return [this, own, shared = std::vector<double>(), luck = std::mt19937_64(seed_ * 1000 + 999)](
               const std::vector<std::size_t>& candidates, std::size_t first, std::size_t count) mutable {
      while (shared.size() < first + count) shared.push_back(common_ * normal(luck));
      std::vector<std::vector<double>> found;
      for (const std::size_t c : candidates) {
        std::vector<double>& values = found.emplace_back();
        for (std::size_t r = first; r < first + count; ++r) values.push_back(means_[c] + shared[r] + normal(own[c]));
      }
      return found;
    };
  }

  SearchFindings search(const SearchRules& rules) const {
    return search_best(means_.size(), rules, source(), [](std::size_t) { return true; });
  }

  /// Outcomes of a candidate, without the common luck, that no search has seen.
  std::vector<double> fresh(std::size_t candidate, std::size_t count) const {
    std::mt19937_64 luck(seed_ * 1000 + 500'000'000 + candidate);
    std::vector<double> values;
    for (std::size_t r = 0; r < count; ++r) values.push_back(means_[candidate] + normal(luck));
    return values;
  }

 private:
  static double normal(std::mt19937_64& luck) { return std::normal_distribution<double>()(luck); }

  unsigned seed_;
  double common_;
  std::size_t best_;
  std::vector<double> means_;
};

}  // namespace goodhart::test
