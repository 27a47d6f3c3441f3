/// Looks, shared by searches.
#include "looks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include <boost/math/distributions/students_t.hpp>

#include "goodhart/analysis/estimates.hpp"

namespace goodhart {

using State = Candidate::State;

double upper_end(const std::vector<double>& a, const std::vector<double>& b, double errors) {
  const std::vector<double> gaps = differences(a, b);
  const auto n = static_cast<double>(gaps.size());
  const double mean = mean_of(gaps);
  double squares = 0;
  for (const double gap : gaps) squares += (gap - mean) * (gap - mean);
  return squares == 0 ? mean : mean + errors * std::sqrt(squares / (n - 1) / n);
}

Looks::Looks(std::size_t count, const SearchRules& rules, const RunOutcomes& run, const IsAcceptable& acceptable)
    : candidates(count), left(count), rules_(rules), run_(run), acceptable_(acceptable) {
  std::iota(left.begin(), left.end(), std::size_t{0});
}

void Looks::go(const std::function<bool()>& decide) {
  for (std::size_t wanted = std::min(rules_.first, rules_.most); !left.empty();
       wanted = std::min(2 * wanted, rules_.most)) {
    run_up_to(wanted);
    while (take_back()) run_up_to(wanted);
    replicates.push_back(wanted);
    note_means();
    const bool enough = decide();
    std::erase_if(left, [&](std::size_t c) { return candidates[c].state == State::worse; });
    if (enough || wanted == rules_.most) break;
  }
}

/// Those that come back are behind.
void Looks::run_up_to(std::size_t wanted) {
  std::map<std::size_t, std::vector<std::size_t>> by_replicates;
  for (const std::size_t c : left) by_replicates[candidates[c].outcomes.size()].push_back(c);
  for (const auto& [first, some] : by_replicates) {
    if (first >= wanted) continue;
    const std::vector<std::vector<std::vector<double>>> more = run_(some, first, wanted - first);
    runs += some.size() * (wanted - first);
    for (std::size_t i = 0; i < some.size(); ++i) {
      Candidate& candidate = candidates[some[i]];
      candidate.others.resize(more[i].size() - 1);
      for (std::size_t o = 0; o < more[i].size(); ++o) {
        std::vector<double>& known = o == 0 ? candidate.outcomes : candidate.others[o - 1];
        known.insert(known.end(), more[i][o].begin(), more[i][o].end());
        if (!std::all_of(more[i][o].begin(), more[i][o].end(), [](double x) { return std::isfinite(x); })) {
          candidate.state = State::failed;
        }
      }
    }
  }
  std::erase_if(left, [&](std::size_t c) { return candidates[c].state == State::failed; });
}

/// Takes back what was dropped for another that no longer counts; says whether there was any.
bool Looks::take_back() {
  bool any = false;
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    if (candidates[c].state != State::worse) continue;
    const std::size_t other = *candidates[c].worse_than;
    if (candidates[other].state != State::failed && acceptable_(other)) continue;
    candidates[c].state = State::open;
    candidates[c].worse_than.reset();
    left.push_back(c);
    any = true;
  }
  std::sort(left.begin(), left.end());
  return any;
}

void Looks::note_means() {
  for (Candidate& candidate : candidates) {
    const bool looked_at = candidate.outcomes.size() == replicates.back() && candidate.state != State::failed;
    candidate.means.push_back(looked_at ? mean_of(candidate.outcomes) : std::numeric_limits<double>::quiet_NaN());
  }
}

void Looks::drop(std::size_t candidate, std::size_t for_another) {
  candidates[candidate].state = State::worse;
  candidates[candidate].worse_than = for_another;
}

void Looks::name_unacceptable() {
  for (const std::size_t c : left) {
    if (!acceptable_(c)) candidates[c].state = State::unacceptable;
  }
}

double Looks::errors_of(double tail) const {
  const boost::math::students_t_distribution<double> student(static_cast<double>(replicates.back()) - 1);
  return boost::math::quantile(boost::math::complement(student, tail));
}

double Looks::share_of_error() const {
  return 1 - confidence_of_look(static_cast<int>(replicates.size()), rules_.confidence);
}

}  // namespace goodhart
