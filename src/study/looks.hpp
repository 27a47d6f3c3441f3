/// Candidates on more and more luck: what a search for one best and one for a front share.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "goodhart/study/search.hpp"

namespace goodhart {

/// Looks at candidates, each on the same replicates; what is left is looked at again on twice as many.
class Looks {
 public:
  /// All of these must outlive it.
  Looks(std::size_t count, const SearchRules& rules, const RunOutcomes& run, const IsAcceptable& acceptable);

  /// Goes on until `decide`, which is called after each look and may drop candidates, says that it is enough, or until
  /// all are out or replicates are at most.
  void go(const std::function<bool()>& decide);

  /// Drops a candidate, as certainly worse than another. It is among those left until the look is over.
  void drop(std::size_t candidate, std::size_t for_another);

  /// Calls those left that do not meet what is required by their name.
  void name_unacceptable();

  const SearchRules& rules() const { return rules_; }
  bool is_acceptable(std::size_t candidate) const { return acceptable_(candidate); }
  /// So many have gone by without a candidate that is acceptable.
  bool is_in_vain() const { return replicates.size() >= rules_.in_vain; }

  /// The number of standard errors that Student's distribution has a share `tail` above, at this look.
  double errors_of(double tail) const;
  /// What all looks together may err with: the share of this look.
  double share_of_error() const;

  std::vector<Candidate> candidates;
  std::vector<std::size_t> left;        ///< in order
  std::vector<std::size_t> replicates;  ///< after each look
  std::size_t runs = 0;

 private:
  void run_up_to(std::size_t wanted);
  bool take_back();
  void note_means();

  const SearchRules& rules_;
  const RunOutcomes& run_;
  const IsAcceptable& acceptable_;
};

/// The upper end of the mean of a - b at so many standard errors; what is only rounding is no difference.
double upper_end(const std::vector<double>& a, const std::vector<double>& b, double errors);

}  // namespace goodhart
