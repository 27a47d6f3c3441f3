/// Who leads at a look, and who is dropped for it.
#include "goodhart/study/search.hpp"

#include <algorithm>

#include "looks.hpp"

namespace goodhart {
namespace {

using State = Candidate::State;

/// A search for one best, under way.
class BestSearch {
 public:
  BestSearch(std::size_t count, const SearchRules& rules, const RunOutcomes& run, const IsAcceptable& acceptable)
      : looks_(count, rules, run, acceptable) {}

  SearchFindings run() {
    looks_.go([&] {
      find_leader();
      if (!found_.best) return looks_.is_in_vain();
      drop();
      return found_.reached;
    });
    looks_.name_unacceptable();
    if (found_.best) looks_.candidates[*found_.best].state = State::best;
    found_.candidates = std::move(looks_.candidates);
    found_.replicates = std::move(looks_.replicates);
    found_.runs = looks_.runs;
    return std::move(found_);
  }

 private:
  const Candidate& at(std::size_t candidate) const { return looks_.candidates[candidate]; }

  /// The acceptable one with the highest mean, the first of equals.
  void find_leader() {
    found_.best.reset();
    for (const std::size_t c : looks_.left) {
      if (found_.best && !(at(c).means.back() > at(*found_.best).means.back())) continue;
      if (looks_.is_acceptable(c)) found_.best = c;
    }
  }

  void drop() {
    const auto others = static_cast<double>(std::max<std::size_t>(looks_.candidates.size(), 2) - 1);
    const double errors = looks_.errors_of(looks_.share_of_error() / others);
    found_.at_most = 0;
    bool alone = true;
    for (const std::size_t c : looks_.left) {
      if (c == *found_.best) continue;
      const double end = upper_end(at(c).outcomes, at(*found_.best).outcomes, errors);
      if (end < 0) {
        looks_.drop(c, *found_.best);
      } else if (looks_.is_acceptable(c)) {
        found_.at_most = std::max(found_.at_most, end);
        alone = false;
      }
    }
    found_.reached = alone || found_.at_most <= looks_.rules().tolerance.value_or(0);
  }

  Looks looks_;
  SearchFindings found_;
};

}  // namespace

SearchFindings search_best(std::size_t count, const SearchRules& rules, const RunCandidates& run,
                           const IsAcceptable& acceptable) {
  const RunOutcomes run_one = [&](const std::vector<std::size_t>& candidates, std::size_t first, std::size_t more) {
    std::vector<std::vector<std::vector<double>>> outcomes;
    for (std::vector<double>& outcome : run(candidates, first, more)) outcomes.push_back({std::move(outcome)});
    return outcomes;
  };
  return BestSearch(count, rules, run_one, acceptable).run();
}

}  // namespace goodhart
