/// A search run: its candidates on more and more luck, then the best on luck that the search has not seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "goodhart/analysis/estimates.hpp"
#include "goodhart/core/tasks.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/study/evaluation_log.hpp"
#include "goodhart/study/front.hpp"
#include "goodhart/study/search.hpp"
#include "goodhart/study/search_space.hpp"

namespace goodhart {

/// Replicates from here on are for what is reported of a winner: no search looks at them.
inline constexpr std::uint32_t kFreshLuck = 1U << 22U;
/// Replicates on which candidates that were polished are looked at: those from 0 on have chosen them.
inline constexpr std::uint32_t kSecondLuck = 1U << 21U;

/// Looks for the highest value of a function of numbers from 0 to 1 near a start, with at most so many calls. Whoever
/// calls it keeps what it has seen.
using Climb = std::function<void(const std::vector<double>& start, std::size_t calls,
                                 const std::function<double(const std::vector<double>&)>& height)>;

/// How many values an evaluation of a search has in its log.
std::size_t values_of_evaluation(const SearchSpace& space);

/// A search as it went.
struct SearchResults {
  std::vector<LeverChoice> choices{};  ///< candidates, in the order of the findings
  std::size_t first_looks = 0;         ///< how many looks there were before that
  std::size_t polished = 0;            ///< how many of them, at the end, a climb has found
  SearchFindings found{};
  std::vector<Estimate> outcomes{};  ///< of each candidate, on all its runs
  std::vector<Estimate> gains{};     ///< of each over the comparison policy as it stands, paired by replicate
  std::vector<bool> meets{};         ///< whether the means of all its runs meet what is required
  /// The best candidate on luck that no part of the search has seen, as many replicates as chose it.
  struct Fresh {
    std::uint32_t count = 0;
    Estimate outcome{}, gain{};
    bool meets = true;
  } fresh{};
  std::size_t runs = 0, failed = 0;     ///< of all policies, the comparison's and the fresh ones too
  std::vector<std::string> failures{};  ///< a line each, in the order in which they came
};

/// A search along several outcomes as it went.
struct FrontResults {
  std::vector<LeverChoice> choices{};
  std::vector<std::string> outcomes{};  ///< the formulas
  FrontFindings found{};
  /// [candidate][outcome], over the comparison policy as it stands, paired by replicate: on all runs of the search.
  std::vector<std::vector<Estimate>> gains{};
  /// The same, of those that are left alone, on luck that the search has not seen.
  std::vector<std::vector<Estimate>> fresh{};
  std::uint32_t fresh_count = 0;  ///< replicates of that
  std::vector<bool> meets{};      ///< whether the means of all its runs meet what is required
  std::size_t runs = 0, failed = 0;
  std::vector<std::string> failures{};
};

/// Runs the search of a space. All candidates meet the same replicates, from 0 on, and so does the comparison policy;
/// the numbers do not depend on the pool's threads.
///
/// Where there is somebody to climb, and a lever without a grid, up to 8 of the candidates that are left are polished:
/// a climb from each, in the levers without a grid, on the mean outcome over the replicates from 0 on, 32 at most. What
/// it finds becomes a candidate, and all that are left are looked at again, on replicates from 2^21 on, as those before
/// have chosen them. Each of the two eliminations has half of the error, so what is said holds for both at once.
class SearchRun {
 public:
  /// Hears how far a part of the search is, and what part, now and then and from any thread. What it throws ends the
  /// search.
  using Watch = std::function<void(const Progress&, const std::string& part)>;

  /// The space, the pool and the log must outlive the run. What the log knows is not run again.
  SearchRun(const SearchSpace& space, TaskPool& pool, Watch watch = {}, Climb climb = {}, EvaluationLog* log = nullptr);

  SearchResults run();
  /// The search along the outcomes of `experiment.search.front`; nothing is polished.
  FrontResults run_front();

  /// The points at which it ran, and the units of the first look's replicates, as the file of a sweep has them.
  const SearchPoints& points() const { return at_; }
  std::optional<Unit> read(std::size_t point, std::size_t replicate) const;

  static SearchRules rules_of(const SearchSpace& space);

 private:
  /// What came out in a run of a candidate; nothing for the comparison.
  using See = std::function<void(std::optional<std::size_t> candidate, const Unit& unit, std::size_t policy)>;

  /// Who is run at a point.
  struct Seen {
    std::optional<std::size_t> candidate;  ///< nothing for the comparison
    std::size_t policy;
    std::uint32_t number;  ///< of the choice, for the log
  };
  /// The units of a block from the log; nothing where one is not known.
  std::optional<std::vector<Unit>> known(const Block& block, const std::vector<Seen>& seen) const;
  void run_at(const SearchPoints& at, const std::vector<LeverChoice>& choices,
              const std::vector<std::size_t>& candidates, bool comparison, std::size_t first, std::size_t count,
              const std::string& part, const See& see);
  void begin(std::uint32_t luck);
  SearchFindings eliminate(const std::vector<std::size_t>& candidates, const SearchRules& rules, std::uint32_t luck);
  void take(const SearchFindings& found, const std::vector<std::size_t>& candidates);
  bool can_climb() const;
  std::vector<std::size_t> climbers() const;
  void polish();
  double height(const LeverChoice& choice);
  std::vector<std::vector<std::vector<double>>> run_more(const std::vector<std::size_t>& candidates, std::size_t first,
                                                         std::size_t count);
  void keep(const Unit& unit);
  double outcome_of(const Unit& unit, std::size_t policy, std::size_t outcome = 0) const;
  bool meets(const std::vector<double>& sums, std::size_t runs) const;
  void report_best();
  void report_front(FrontResults& results);

  const SearchSpace& space_;
  TaskPool& pool_;
  Watch watch_;
  Climb climb_;
  EvaluationLog* log_;
  std::map<LeverChoice, std::uint32_t> numbers_;  ///< of choices, in the order in which they were first run
  SearchRules rules_;
  SearchPoints at_;
  std::vector<std::string> formulas_;  ///< of what is looked at
  std::vector<OutcomeFormula> outcomes_;
  std::vector<OutcomeFormula> require_;
  SearchResults results_;
  std::uint32_t luck_ = 0;  ///< the first replicate of the elimination under way
  /// [outcome][replicate], from there on.
  std::vector<std::vector<double>> comparison_;
  std::vector<std::vector<double>> sums_;   ///< of each candidate's results over its runs in it
  std::vector<std::size_t> counts_;         ///< how many these are
  std::map<LeverChoice, double> heights_;   ///< of what has been climbed over
  std::vector<std::optional<Unit>> units_;  ///< point by point
};

}  // namespace goodhart
