/// Who beats whom at a look, and who cannot be beaten.
#include "goodhart/study/front.hpp"

#include <algorithm>
#include <cmath>

#include "goodhart/analysis/estimates.hpp"
#include "looks.hpp"

namespace goodhart {
namespace {

using State = Candidate::State;

/// A search for a front, under way.
class FrontSearch {
 public:
  FrontSearch(std::size_t count, const SearchRules& rules, const RunOutcomes& run, const IsAcceptable& acceptable)
      : looks_(count, rules, run, acceptable) {}

  FrontFindings run() {
    looks_.go([&] {
      find_highest();
      if (highest_.empty()) return looks_.is_in_vain();
      drop();
      find_certain();
      return found_.reached;
    });
    looks_.name_unacceptable();
    for (const std::size_t c : certain_) looks_.candidates[c].state = State::best;
    found_.candidates = std::move(looks_.candidates);
    found_.replicates = std::move(looks_.replicates);
    found_.runs = looks_.runs;
    return std::move(found_);
  }

 private:
  const std::vector<double>& outcome(std::size_t candidate, std::size_t o) const {
    const Candidate& at = looks_.candidates[candidate];
    return o == 0 ? at.outcomes : at.others[o - 1];
  }
  std::size_t outcomes() const { return looks_.candidates[looks_.left.front()].others.size() + 1; }

  /// The front of the means, among those that are acceptable: what may beat another.
  void find_highest() {
    highest_.clear();
    acceptable_.clear();
    if (looks_.left.empty()) return;
    std::vector<std::vector<double>> means(looks_.candidates.size());
    for (const std::size_t c : looks_.left) {
      if (!looks_.is_acceptable(c)) continue;
      acceptable_.push_back(c);
      for (std::size_t o = 0; o < outcomes(); ++o) means[c].push_back(mean_of(outcome(c, o)));
    }
    std::vector<std::size_t> falling = acceptable_;
    // Whoever beats another comes before it.
    std::stable_sort(falling.begin(), falling.end(), [&](std::size_t a, std::size_t b) { return means[a] > means[b]; });
    for (const std::size_t c : falling) {
      const bool beaten = std::any_of(highest_.begin(), highest_.end(), [&](std::size_t d) {
        return means[d] != means[c] && std::equal(means[d].begin(), means[d].end(), means[c].begin(),
                                                  [](double high, double low) { return high >= low; });
      });
      if (!beaten) highest_.push_back(c);
    }
  }

  double pairs() const {
    const auto k = static_cast<double>(std::max<std::size_t>(looks_.candidates.size(), 2));
    return k * (k - 1);
  }

  void drop() {
    const double errors = looks_.errors_of(looks_.share_of_error() / (2 * pairs()));
    for (const std::size_t c : looks_.left) {
      for (const std::size_t d : highest_) {
        if (d == c || looks_.candidates[d].state == State::worse || !is_beaten(c, d, errors)) continue;
        looks_.drop(c, d);
        break;
      }
    }
    for (std::vector<std::size_t>* list : {&highest_, &acceptable_}) {
      std::erase_if(*list, [&](std::size_t c) { return looks_.candidates[c].state == State::worse; });
    }
  }

  bool is_beaten(std::size_t c, std::size_t d, double errors) const {
    bool somewhere = false;
    for (std::size_t o = 0; o < outcomes(); ++o) {
      const double end = upper_end(outcome(c, o), outcome(d, o), errors);
      if (end > 0 || (end == 0 && !have_never_differed(c, d, o))) return false;
      somewhere = somewhere || end < 0;
    }
    return somewhere;
  }

  bool have_never_differed(std::size_t c, std::size_t d, std::size_t o) const {
    const std::vector<double> gaps = differences(outcome(c, o), outcome(d, o));
    return std::all_of(gaps.begin(), gaps.end(), [](double gap) { return gap == 0; });
  }

  void find_certain() {
    certain_.clear();
    const double errors = looks_.errors_of(looks_.share_of_error() / (2 * pairs() * static_cast<double>(outcomes())));
    for (const std::size_t c : highest_) {
      const bool certain = std::all_of(acceptable_.begin(), acceptable_.end(),
                                       [&](std::size_t d) { return d == c || cannot_be_beaten(c, d, errors); });
      if (certain) certain_.push_back(c);
    }
    found_.reached = certain_.size() == acceptable_.size();
  }

  bool cannot_be_beaten(std::size_t c, std::size_t d, double errors) const {
    bool equal = true;
    for (std::size_t o = 0; o < outcomes(); ++o) {
      if (upper_end(outcome(d, o), outcome(c, o), errors) < 0) return true;
      equal = equal && have_never_differed(c, d, o);
    }
    return equal;
  }

  Looks looks_;
  std::vector<std::size_t> highest_, acceptable_, certain_;  ///< of those left, at this look
  FrontFindings found_;
};

}  // namespace

std::vector<std::size_t> FrontFindings::left() const {
  std::vector<std::size_t> list;
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    if (candidates[c].state == State::best || candidates[c].state == State::open) list.push_back(c);
  }
  return list;
}

FrontFindings search_front(std::size_t count, const SearchRules& rules, const RunOutcomes& run,
                           const IsAcceptable& acceptable) {
  return FrontSearch(count, rules, run, acceptable).run();
}

}  // namespace goodhart
