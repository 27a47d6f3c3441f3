/// Looks, and who is dropped at them.
#include "goodhart/study/search.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/math/distributions/students_t.hpp>

namespace goodhart {
namespace {

/// The upper end of the mean of a - b with a one-sided error of alpha; what is only rounding is none.
double upper_end(const std::vector<double>& a, const std::vector<double>& b, double alpha) {
  const std::vector<double> gaps = differences(a, b);
  const auto n = static_cast<double>(gaps.size());
  const double mean = mean_of(gaps);
  double squares = 0;
  for (const double gap : gaps) squares += (gap - mean) * (gap - mean);
  if (squares == 0) return mean;
  const boost::math::students_t_distribution<double> student(n - 1);
  return mean + boost::math::quantile(boost::math::complement(student, alpha)) * std::sqrt(squares / (n - 1) / n);
}

bool has_failed(const Candidate& candidate) {
  return std::any_of(candidate.outcomes.begin(), candidate.outcomes.end(), [](double x) { return !std::isfinite(x); });
}

/// The acceptable one with the highest mean, the first of equals.
std::optional<std::size_t> leader_of(const std::vector<Candidate>& candidates, const std::vector<std::size_t>& left,
                                     const IsAcceptable& acceptable) {
  std::optional<std::size_t> leader;
  double highest = 0;
  for (const std::size_t c : left) {
    const double mean = mean_of(candidates[c].outcomes);
    if ((leader && !(mean > highest)) || !acceptable(c)) continue;
    leader = c;
    highest = mean;
  }
  return leader;
}

}  // namespace

SearchFindings search_best(std::size_t count, const SearchRules& rules, const RunCandidates& run,
                           const IsAcceptable& acceptable) {
  SearchFindings found;
  found.candidates.resize(count);
  std::vector<std::size_t> left(count);
  std::iota(left.begin(), left.end(), std::size_t{0});
  for (std::size_t wanted = std::min(rules.first, rules.most); !left.empty();
       wanted = std::min(2 * wanted, rules.most)) {
    const std::vector<std::vector<double>> more = run(left, found.replicates, wanted - found.replicates);
    found.runs += left.size() * (wanted - found.replicates);
    found.replicates = wanted;
    ++found.looks;
    for (std::size_t i = 0; i < left.size(); ++i) {
      Candidate& candidate = found.candidates[left[i]];
      candidate.outcomes.insert(candidate.outcomes.end(), more[i].begin(), more[i].end());
      ++candidate.looks;
      if (has_failed(candidate)) candidate.state = Candidate::State::failed;
    }
    std::erase_if(left, [&](std::size_t c) { return found.candidates[c].state == Candidate::State::failed; });
    found.best = leader_of(found.candidates, left, acceptable);
    if (found.best) {
      const double alpha = (1 - confidence_of_look(static_cast<int>(found.looks), rules.confidence)) /
                           static_cast<double>(std::max<std::size_t>(count, 2) - 1);
      found.at_most = 0;
      bool others = false;
      for (const std::size_t c : left) {
        if (c == *found.best) continue;
        const double end = upper_end(found.candidates[c].outcomes, found.candidates[*found.best].outcomes, alpha);
        if (end < 0) {
          found.candidates[c].state = Candidate::State::worse;
        } else if (acceptable(c)) {
          found.at_most = std::max(found.at_most, end);
          others = true;
        }
      }
      std::erase_if(left, [&](std::size_t c) { return found.candidates[c].state == Candidate::State::worse; });
      found.reached = !others || (rules.tolerance && found.at_most <= *rules.tolerance);
      if (found.reached) break;
    }
    if (wanted == rules.most) break;
  }
  for (const std::size_t c : left) {
    if (found.best && c == *found.best) {
      found.candidates[c].state = Candidate::State::best;
    } else if (!acceptable(c)) {
      found.candidates[c].state = Candidate::State::unacceptable;
    }
  }
  return found;
}

}  // namespace goodhart
