/// Looks, and who is dropped at them.
#include "goodhart/study/search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include <boost/math/distributions/students_t.hpp>

#include "goodhart/analysis/estimates.hpp"

namespace goodhart {
namespace {

using State = Candidate::State;

/// The upper end of the mean of a - b at so many standard errors; what is only rounding is no difference.
double upper_end(const std::vector<double>& a, const std::vector<double>& b, double errors) {
  const std::vector<double> gaps = differences(a, b);
  const auto n = static_cast<double>(gaps.size());
  const double mean = mean_of(gaps);
  double squares = 0;
  for (const double gap : gaps) squares += (gap - mean) * (gap - mean);
  return squares == 0 ? mean : mean + errors * std::sqrt(squares / (n - 1) / n);
}

/// A search under way.
class Looking {
 public:
  Looking(std::size_t count, const SearchRules& rules, const RunCandidates& run, const IsAcceptable& acceptable)
      : rules_(rules), run_(run), acceptable_(acceptable), left_(count) {
    found_.candidates.resize(count);
    std::iota(left_.begin(), left_.end(), std::size_t{0});
  }

  SearchFindings look() {
    for (std::size_t wanted = std::min(rules_.first, rules_.most); !left_.empty();
         wanted = std::min(2 * wanted, rules_.most)) {
      run_up_to(wanted);
      while (take_back()) run_up_to(wanted);
      found_.replicates.push_back(wanted);
      note_means();
      find_leader();
      if (found_.best) {
        drop();
      } else if (found_.replicates.size() >= rules_.in_vain) {
        break;
      }
      if (found_.reached || wanted == rules_.most) break;
    }
    name_states();
    return std::move(found_);
  }

 private:
  Candidate& at(std::size_t candidate) { return found_.candidates[candidate]; }

  /// Those that come back are behind.
  void run_up_to(std::size_t wanted) {
    std::map<std::size_t, std::vector<std::size_t>> by_replicates;
    for (const std::size_t c : left_) by_replicates[at(c).outcomes.size()].push_back(c);
    for (const auto& [first, candidates] : by_replicates) {
      if (first >= wanted) continue;
      const std::vector<std::vector<double>> more = run_(candidates, first, wanted - first);
      found_.runs += candidates.size() * (wanted - first);
      for (std::size_t i = 0; i < candidates.size(); ++i) {
        Candidate& candidate = at(candidates[i]);
        candidate.outcomes.insert(candidate.outcomes.end(), more[i].begin(), more[i].end());
        const bool all = std::all_of(more[i].begin(), more[i].end(), [](double x) { return std::isfinite(x); });
        if (!all) candidate.state = State::failed;
      }
    }
    std::erase_if(left_, [&](std::size_t c) { return at(c).state == State::failed; });
  }

  /// Takes back what was dropped for a leader that no longer counts; says whether there was any.
  bool take_back() {
    bool any = false;
    for (std::size_t c = 0; c < found_.candidates.size(); ++c) {
      if (at(c).state != State::worse) continue;
      const std::size_t leader = *at(c).worse_than;
      if (at(leader).state != State::failed && acceptable_(leader)) continue;
      at(c).state = State::open;
      at(c).worse_than.reset();
      left_.push_back(c);
      any = true;
    }
    std::sort(left_.begin(), left_.end());
    return any;
  }

  void note_means() {
    for (Candidate& candidate : found_.candidates) {
      const bool looked_at = candidate.outcomes.size() == found_.replicates.back() && candidate.state != State::failed;
      candidate.means.push_back(looked_at ? mean_of(candidate.outcomes) : std::numeric_limits<double>::quiet_NaN());
    }
  }

  /// The acceptable one with the highest mean, the first of equals.
  void find_leader() {
    found_.best.reset();
    for (const std::size_t c : left_) {
      if (found_.best && !(at(c).means.back() > at(*found_.best).means.back())) continue;
      if (acceptable_(c)) found_.best = c;
    }
  }

  void drop() {
    const auto others = static_cast<double>(std::max<std::size_t>(found_.candidates.size(), 2) - 1);
    const double alpha = 1 - confidence_of_look(static_cast<int>(found_.replicates.size()), rules_.confidence);
    const boost::math::students_t_distribution<double> student(static_cast<double>(found_.replicates.back()) - 1);
    const double errors = boost::math::quantile(boost::math::complement(student, alpha / others));
    found_.at_most = 0;
    bool alone = true;
    for (const std::size_t c : left_) {
      if (c == *found_.best) continue;
      const double end = upper_end(at(c).outcomes, at(*found_.best).outcomes, errors);
      if (end < 0) {
        at(c).state = State::worse;
        at(c).worse_than = found_.best;
      } else if (acceptable_(c)) {
        found_.at_most = std::max(found_.at_most, end);
        alone = false;
      }
    }
    std::erase_if(left_, [&](std::size_t c) { return at(c).state == State::worse; });
    found_.reached = alone || found_.at_most <= rules_.tolerance.value_or(0);
  }

  void name_states() {
    for (const std::size_t c : left_) {
      if (found_.best && c == *found_.best) {
        at(c).state = State::best;
      } else if (!acceptable_(c)) {
        at(c).state = State::unacceptable;
      }
    }
  }

  const SearchRules& rules_;
  const RunCandidates& run_;
  const IsAcceptable& acceptable_;
  std::vector<std::size_t> left_;
  SearchFindings found_;
};

}  // namespace

SearchFindings search_best(std::size_t count, const SearchRules& rules, const RunCandidates& run,
                           const IsAcceptable& acceptable) {
  return Looking(count, rules, run, acceptable).look();
}

}  // namespace goodhart
