/// Looks at candidates, run.
#include "goodhart/study/search_run.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "goodhart/core/errors.hpp"

namespace goodhart {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

constexpr std::size_t kClimbs = 8;            ///< candidates that are polished, at most
constexpr std::size_t kCalls = 20;            ///< of a climb, for each lever and once more
constexpr std::size_t kClimbed = 32;          ///< replicates of a climb, at most
constexpr std::size_t kFirstOverWorlds = 32;  ///< replicates of the first look, each in a world of its own

/// The share of a range at which a value lies: `Range::at` the other way round.
double share_of(const Range& range, double value) {
  const double from = range.low(), to = range.high();
  const bool log = range.scale && *range.scale == "log";
  const double share =
      log ? (std::log(value) - std::log(from)) / (std::log(to) - std::log(from)) : (value - from) / (to - from);
  return std::clamp(share, 0.0, 1.0);
}

/// What is looked at: the outcomes of the front where there is one.
std::vector<std::string> formulas_of(const Experiment& experiment) {
  if (experiment.search && experiment.search->front) return *experiment.search->front;
  return {experiment.outcome};
}

/// Of a candidate's outcomes over those of the comparison on the same replicates, which may have been run on more.
Estimate gain(const std::vector<double>& outcomes, const std::vector<double>& comparison) {
  return compare(outcomes, std::span(comparison).first(outcomes.size())).difference;
}

}  // namespace

SearchRules SearchRun::rules_of(const SearchSpace& space) {
  const Search search = space.scenario().experiment->search.value_or(Search());
  SearchRules rules;
  rules.tolerance = search.tolerance;
  rules.most = static_cast<std::size_t>(search.replicates);
  // Fewer would too often miss the few worlds in which a candidate fails, and drop others for it.
  if (space.worlds().count() > 0) rules.first = kFirstOverWorlds;
  rules.first = std::min(rules.first, rules.most);
  return rules;
}

std::size_t values_of_evaluation(const SearchSpace& space) {
  return points_of(space, {}, 1).study.width();
}

SearchRun::SearchRun(const SearchSpace& space, TaskPool& pool, Watch watch, Climb climb, EvaluationLog* log)
    : space_(space),
      pool_(pool),
      watch_(std::move(watch)),
      climb_(std::move(climb)),
      log_(log),
      rules_(rules_of(space)),
      at_(points_of(space, space.candidates(), static_cast<int>(rules_.first))),
      formulas_(formulas_of(*space.scenario().experiment)) {
  const Experiment& experiment = *space.scenario().experiment;
  for (const std::string& formula : formulas_) outcomes_.emplace_back(formula, at_.study);
  for (std::size_t i = 0; experiment.require && i < experiment.require->size(); ++i) {
    require_.emplace_back((*experiment.require)[i], at_.study);
  }
  results_.choices = space.candidates();
  results_.found.candidates.resize(results_.choices.size());
  results_.outcomes.resize(results_.choices.size());
  results_.gains.resize(results_.choices.size());
  results_.meets.resize(results_.choices.size());
  units_.resize(at_.study.units());
}

std::optional<Unit> SearchRun::read(std::size_t point, std::size_t replicate) const {
  return units_[point * rules_.first + replicate];
}

// ---- Runs ----

std::optional<std::vector<Unit>> SearchRun::known(const Block& block, const std::vector<Seen>& seen) const {
  if (!log_) return std::nullopt;
  const std::size_t policies = space_.scenario().policies.size(), width = at_.study.width();
  std::vector<Unit> units;
  for (std::uint32_t r = block.first; r < block.first + block.count; ++r) {
    Unit& unit = units.emplace_back();
    unit.point = block.point;
    unit.replicate = r;
    unit.status.assign(policies, RunStatus::not_run);
    unit.values.assign(policies * width, kNaN);
    for (const Seen& one : seen) {
      const Unit* there = log_->find(one.number, r);
      if (!there || there->values.size() != width) return std::nullopt;
      unit.status[one.policy] = RunStatus::ok;
      std::copy(there->values.begin(), there->values.end(),
                unit.values.begin() + static_cast<std::ptrdiff_t>(one.policy * width));
    }
  }
  return units;
}

void SearchRun::run_at(const SearchPoints& points, const std::vector<LeverChoice>& choices,
                       const std::vector<std::size_t>& candidates, bool comparison, std::size_t first,
                       std::size_t count, const std::string& part, const See& see) {
  const auto choice_of = [&](const std::optional<std::size_t>& candidate) {
    return candidate ? choices[*candidate] : space_.comparison();
  };
  // What is run at one point shares its arm, and so its burn-in.
  std::map<std::size_t, std::vector<Seen>> at;
  const auto add = [&](std::size_t point, const std::optional<std::size_t>& candidate) {
    const LeverChoice choice = choice_of(candidate);
    const auto number = numbers_.emplace(choice, static_cast<std::uint32_t>(numbers_.size())).first->second;
    at[point].push_back({candidate, choice.policy, number});
  };
  if (comparison) add(0, std::nullopt);
  for (const std::size_t c : candidates) add(points.points[c], c);

  struct Piece {
    Block block{};
    const std::vector<Seen>* seen = nullptr;
    bool is_known = false;
  };
  std::vector<Piece> pieces;
  std::vector<std::size_t> to_run;
  Progress total;
  const auto steps = static_cast<std::uint64_t>(space_.scenario().time.steps),
             before = static_cast<std::uint64_t>(space_.scenario().time.before);
  // With worlds, each replicate has a scenario of its own.
  const std::size_t most = space_.worlds().count() > 0 ? 1 : Study::kRound;
  for (std::size_t done = 0; done < count; done += most) {
    const auto together = std::min<std::size_t>(most, count - done);
    for (const auto& [point, seen] : at) {
      Piece& piece = pieces.emplace_back();
      piece.block = {static_cast<std::uint32_t>(point), static_cast<std::uint32_t>(first + done),
                     static_cast<std::uint32_t>(together)};
      piece.seen = &seen;
      piece.is_known = known(piece.block, seen).has_value();
      if (piece.is_known) continue;
      to_run.push_back(pieces.size() - 1);
      total.runs_total += static_cast<int>(together * seen.size());
      total.steps_total += together * (before + seen.size() * steps);
    }
  }

  const auto take = [&](const Piece& piece, const std::vector<Unit>& units, bool is_new) {
    for (const Unit& unit : units) {
      for (const Seen& seen : *piece.seen) {
        ++results_.runs;
        if (unit.status[seen.policy] != RunStatus::ok) {
          ++results_.failed;
          results_.failures.push_back(fmt::format("{}, replicate {}: {}", space_.named(choice_of(seen.candidate)).name,
                                                  unit.replicate, unit.message));
        } else if (is_new && log_) {
          const auto begin = unit.values.begin() + static_cast<std::ptrdiff_t>(seen.policy * at_.study.width());
          Unit kept;
          kept.point = seen.number;
          kept.replicate = unit.replicate;
          kept.status.push_back(RunStatus::ok);
          kept.values.assign(begin, begin + static_cast<std::ptrdiff_t>(at_.study.width()));
          log_->keep(kept);
        }
        see(seen.candidate, unit, seen.policy);
      }
      if (&points == &at_) keep(unit);
    }
  };
  // In the order of all pieces, whether they are known or not.
  std::size_t next = 0;
  const auto take_known_before = [&](std::size_t end) {
    for (; next < end; ++next) {
      const Piece& piece = pieces[next];
      if (piece.is_known) take(piece, known(piece.block, *piece.seen).value(), false);
    }
  };
  run_arms(
      to_run.size(), total, pool_,
      [&](std::size_t p) {
        const Piece& piece = pieces[to_run[p]];
        Arm arm = points.study.arm(piece.block, space_.settings_of(piece.block.first));
        arm.policies.assign(space_.scenario().policies.size(), false);
        for (const Seen& seen : *piece.seen) arm.policies[seen.policy] = true;
        return arm;
      },
      [&](std::size_t p, const Arm& arm, const std::vector<RunRecord>& records) {
        const Piece& piece = pieces[to_run[p]];
        take_known_before(to_run[p]);
        take(piece, points.study.units_of(piece.block, arm, records), true);
      },
      [&](const Progress& state) {
        if (watch_) watch_(state, part);
        return true;
      });
  take_known_before(pieces.size());
}

void SearchRun::keep(const Unit& unit) {
  if (unit.replicate >= rules_.first) return;
  std::optional<Unit>& kept = units_[unit.point * rules_.first + unit.replicate];
  if (!kept) {
    kept = unit;
    return;
  }
  const auto width = static_cast<std::ptrdiff_t>(at_.study.width());
  for (std::size_t p = 0; p < unit.status.size(); ++p) {
    if (unit.status[p] == RunStatus::not_run) continue;
    kept->status[p] = unit.status[p];
    const auto from = static_cast<std::ptrdiff_t>(p) * width;
    std::copy_n(unit.values.begin() + from, width, kept->values.begin() + from);
  }
  if (kept->message.empty()) kept->message = unit.message;
}

double SearchRun::outcome_of(const Unit& unit, std::size_t policy, std::size_t outcome) const {
  if (unit.status[policy] != RunStatus::ok) return kNaN;
  return outcomes_[outcome](unit.values.data() + policy * at_.study.width());
}

std::vector<std::vector<std::vector<double>>> SearchRun::run_more(const std::vector<std::size_t>& candidates,
                                                                  std::size_t first, std::size_t count) {
  std::map<std::size_t, std::size_t> place;
  for (std::size_t i = 0; i < candidates.size(); ++i) place[candidates[i]] = i;
  std::vector outcomes(candidates.size(), std::vector(outcomes_.size(), std::vector<double>(count, kNaN)));
  const std::string part = fmt::format("{} candidates, {} replicates", candidates.size(), first + count);
  if (const std::size_t had = comparison_.front().size(); had < first + count) {
    run_at(at_, results_.choices, {}, true, luck_ + had, first + count - had, part,
           [&](std::optional<std::size_t>, const Unit& unit, std::size_t policy) {
             for (std::size_t o = 0; o < outcomes_.size(); ++o) comparison_[o].push_back(outcome_of(unit, policy, o));
           });
  }
  run_at(at_, results_.choices, candidates, false, luck_ + first, count, part,
         [&](std::optional<std::size_t> candidate, const Unit& unit, std::size_t policy) {
           for (std::size_t o = 0; o < outcomes_.size(); ++o) {
             outcomes[place.at(*candidate)][o][unit.replicate - luck_ - first] = outcome_of(unit, policy, o);
           }
           const double* values = unit.values.data() + policy * at_.study.width();
           for (std::size_t w = 0; w < at_.study.width(); ++w) sums_[*candidate][w] += values[w];
           ++counts_[*candidate];
         });
  return outcomes;
}

bool SearchRun::meets(const std::vector<double>& sums, std::size_t runs) const {
  std::vector<double> means = sums;
  for (double& mean : means) mean /= static_cast<double>(runs);
  return std::all_of(require_.begin(), require_.end(),
                     [&](const OutcomeFormula& condition) { return condition(means.data()) > 0; });
}

// ---- The search ----

SearchResults SearchRun::run() {
  SearchRules rules = rules_;
  const bool climbs = can_climb();
  if (climbs) rules.confidence = 1 - (1 - rules_.confidence) / 2;
  std::vector<std::size_t> candidates(results_.choices.size());
  std::iota(candidates.begin(), candidates.end(), std::size_t{0});
  take(eliminate(candidates, rules, 0), candidates);
  results_.first_looks = results_.found.replicates.size();
  if (climbs && results_.found.best) {
    polish();
    candidates.clear();
    for (std::size_t c = 0; c < results_.choices.size(); ++c) {
      const Candidate::State state = results_.found.candidates[c].state;
      if (state != Candidate::State::worse && state != Candidate::State::failed) candidates.push_back(c);
    }
    take(eliminate(candidates, rules, kSecondLuck), candidates);
  }
  if (results_.found.best) report_best();
  return results_;
}

void SearchRun::begin(std::uint32_t luck) {
  luck_ = luck;
  comparison_.assign(outcomes_.size(), {});
  sums_.assign(results_.choices.size(), std::vector<double>(at_.study.width(), 0.0));
  counts_.assign(results_.choices.size(), 0);
}

SearchFindings SearchRun::eliminate(const std::vector<std::size_t>& candidates, const SearchRules& rules,
                                    std::uint32_t luck) {
  begin(luck);
  return search_best(
      candidates.size(), rules,
      [&](const std::vector<std::size_t>& some, std::size_t first, std::size_t count) {
        std::vector<std::size_t> numbers;
        for (const std::size_t c : some) numbers.push_back(candidates[c]);
        std::vector<std::vector<double>> outcomes;
        for (auto& of_candidate : run_more(numbers, first, count)) outcomes.push_back(std::move(of_candidate.front()));
        return outcomes;
      },
      [&](std::size_t c) { return meets(sums_[candidates[c]], counts_[candidates[c]]); });
}

/// Puts what an elimination among some candidates has found behind what was found before.
void SearchRun::take(const SearchFindings& found, const std::vector<std::size_t>& candidates) {
  SearchFindings& all = results_.found;
  all.replicates.insert(all.replicates.end(), found.replicates.begin(), found.replicates.end());
  all.runs += found.runs;
  all.at_most = found.at_most;
  all.reached = found.reached;
  all.best.reset();
  if (found.best) all.best = candidates[*found.best];
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::size_t c = candidates[i];
    Candidate& candidate = all.candidates[c];
    candidate.state = found.candidates[i].state;
    candidate.outcomes = found.candidates[i].outcomes;
    candidate.worse_than.reset();
    if (found.candidates[i].worse_than) candidate.worse_than = candidates[*found.candidates[i].worse_than];
    const std::vector<double>& means = found.candidates[i].means;
    candidate.means.resize(all.replicates.size() - means.size(), kNaN);
    candidate.means.insert(candidate.means.end(), means.begin(), means.end());
    results_.outcomes[c] = estimate(candidate.outcomes);
    results_.gains[c] = gain(candidate.outcomes, comparison_.front());
    results_.meets[c] = counts_[c] > 0 && meets(sums_[c], counts_[c]);
  }
  for (Candidate& candidate : all.candidates) candidate.means.resize(all.replicates.size(), kNaN);
}

// ---- A front ----

FrontResults SearchRun::run_front() {
  begin(0);
  FrontResults results{.choices = results_.choices, .outcomes = formulas_};
  results.found = search_front(
      results.choices.size(), rules_,
      [&](const std::vector<std::size_t>& some, std::size_t first, std::size_t count) {
        return run_more(some, first, count);
      },
      [&](std::size_t c) { return meets(sums_[c], counts_[c]); });
  for (std::size_t c = 0; c < results.choices.size(); ++c) {
    const Candidate& candidate = results.found.candidates[c];
    std::vector<Estimate>& gains = results.gains.emplace_back();
    for (std::size_t o = 0; o < outcomes_.size(); ++o) {
      gains.push_back(gain(o == 0 ? candidate.outcomes : candidate.others[o - 1], comparison_[o]));
    }
    results.meets.push_back(counts_[c] > 0 && meets(sums_[c], counts_[c]));
  }
  report_front(results);
  results.runs = results_.runs;
  results.failed = results_.failed;
  results.failures = results_.failures;
  return results;
}

void SearchRun::report_front(FrontResults& results) {
  results.fresh.assign(results.choices.size(), std::vector<Estimate>(outcomes_.size()));
  const std::vector<std::size_t> left = results.found.left();
  if (left.empty()) return;
  results.fresh_count = static_cast<std::uint32_t>(results.found.replicates.back());
  const std::vector nothing(outcomes_.size(), std::vector<double>(results.fresh_count, kNaN));
  std::map<std::optional<std::size_t>, std::vector<std::vector<double>>> runs{{std::nullopt, nothing}};
  for (const std::size_t c : left) runs.emplace(c, nothing);
  run_at(at_, results.choices, left, true, kFreshLuck, results.fresh_count, "those that are left on fresh luck",
         [&](std::optional<std::size_t> candidate, const Unit& unit, std::size_t policy) {
           for (std::size_t o = 0; o < outcomes_.size(); ++o) {
             runs.at(candidate)[o][unit.replicate - kFreshLuck] = outcome_of(unit, policy, o);
           }
         });
  for (const std::size_t c : left) {
    for (std::size_t o = 0; o < outcomes_.size(); ++o) {
      results.fresh[c][o] = gain(runs.at(c)[o], runs.at(std::nullopt)[o]);
    }
  }
}

// ---- Polishing ----

bool SearchRun::can_climb() const {
  if (!climb_) return false;
  return std::any_of(results_.choices.begin(), results_.choices.end(),
                     [&](const LeverChoice& choice) { return !space_.free_levers_of(choice.policy).empty(); });
}

/// The candidates from which to climb: the best of those left.
std::vector<std::size_t> SearchRun::climbers() const {
  std::vector<std::size_t> list;
  for (std::size_t c = 0; c < results_.choices.size(); ++c) {
    const Candidate::State state = results_.found.candidates[c].state;
    const bool is_left = state == Candidate::State::best || state == Candidate::State::open;
    if (is_left && !space_.free_levers_of(results_.choices[c].policy).empty()) list.push_back(c);
  }
  std::stable_sort(list.begin(), list.end(),
                   [&](std::size_t a, std::size_t b) { return results_.outcomes[a].mean > results_.outcomes[b].mean; });
  if (list.size() > kClimbs) list.resize(kClimbs);
  return list;
}

void SearchRun::polish() {
  std::set<LeverChoice> known(results_.choices.begin(), results_.choices.end());
  std::vector<LeverChoice> found;
  for (const std::size_t c : climbers()) {
    const LeverChoice start = results_.choices[c];
    const std::vector<std::size_t>& free = space_.free_levers_of(start.policy);
    LeverChoice best = start;
    double highest = -std::numeric_limits<double>::infinity();
    const auto at = [&](const std::vector<double>& shares) {
      LeverChoice choice = start;
      for (std::size_t d = 0; d < free.size(); ++d) {
        choice.values[free[d]] = space_.value_at(free[d], shares[d]);
      }
      const double value = height(choice);
      if (value > highest) {
        highest = value;
        best = choice;
      }
      return value;
    };
    std::vector<double> shares;
    for (const std::size_t l : free) {
      const Range& range = space_.levers()[l].range;
      shares.push_back(share_of(range, start.values[l]));
    }
    climb_(shares, kCalls * (free.size() + 1), at);
    if (known.insert(best).second) found.push_back(best);
  }
  results_.polished = found.size();
  results_.choices.insert(results_.choices.end(), found.begin(), found.end());
  results_.found.candidates.resize(results_.choices.size());
  results_.outcomes.resize(results_.choices.size());
  results_.gains.resize(results_.choices.size());
  results_.meets.resize(results_.choices.size());
  at_ = points_of(space_, results_.choices, static_cast<int>(rules_.first));
  units_.resize(at_.study.units());
  // The file has the first look of all candidates.
  std::vector<std::size_t> polished(found.size());
  std::iota(polished.begin(), polished.end(), results_.choices.size() - found.size());
  run_at(at_, results_.choices, polished, false, 0, rules_.first, "polished",
         [](std::optional<std::size_t>, const Unit&, std::size_t) {});
}
/// The mean outcome of a choice on the luck of the first elimination; far down where it may not be chosen.
double SearchRun::height(const LeverChoice& choice) {
  const auto [known, is_new] = heights_.emplace(choice, -std::numeric_limits<double>::infinity());
  if (!is_new || !space_.allowed()(choice)) return known->second;
  const SearchPoints there = points_of(space_, {choice}, static_cast<int>(rules_.first));
  const std::size_t count = std::min(results_.found.replicates.back(), kClimbed);
  std::vector<double> sums(at_.study.width(), 0.0);
  double sum = 0;
  run_at(there, {choice}, {0}, false, 0, count, "polishing",
         [&](std::optional<std::size_t>, const Unit& unit, std::size_t policy) {
           sum += outcome_of(unit, policy);
           const double* values = unit.values.data() + policy * at_.study.width();
           for (std::size_t w = 0; w < sums.size(); ++w) sums[w] += values[w];
         });
  if (std::isfinite(sum) && meets(sums, count)) known->second = sum / static_cast<double>(count);
  return known->second;
}

void SearchRun::report_best() {
  SearchResults::Fresh& fresh = results_.fresh;
  fresh.count = static_cast<std::uint32_t>(results_.found.replicates.back());
  std::vector<double> best(fresh.count, kNaN), comparison(fresh.count, kNaN), sums(at_.study.width(), 0.0);
  std::size_t good = 0;
  run_at(at_, results_.choices, {*results_.found.best}, true, kFreshLuck, fresh.count, "the best on fresh luck",
         [&](std::optional<std::size_t> candidate, const Unit& unit, std::size_t policy) {
           (candidate ? best : comparison)[unit.replicate - kFreshLuck] = outcome_of(unit, policy);
           if (!candidate || unit.status[policy] != RunStatus::ok) return;
           const double* values = unit.values.data() + policy * at_.study.width();
           for (std::size_t w = 0; w < sums.size(); ++w) sums[w] += values[w];
           ++good;
         });
  fresh.outcome = estimate(best);
  fresh.gain = compare(best, comparison).difference;
  fresh.meets = good > 0 && meets(sums, good);
}

}  // namespace goodhart
