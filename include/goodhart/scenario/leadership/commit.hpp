/// Move `commit`: before the first step leadership rehearses contracts, takes the best, and keeps it.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "goodhart/scenario/experiment.hpp"
#include "goodhart/scenario/fields.hpp"

namespace goodhart {

struct Commit {
  static constexpr const char* kName = "commit";
  static constexpr const char* kHelp =
      "before the first step chooses numbers of its policy by simulating it on other luck, and keeps to them";
  Named<Range> levers;
  std::string best_by = "net_value";
  std::string metric;
  int rehearsals = 16;

  static constexpr const char* kBestBy[] = {"value", "net_value", "net_after_bonuses", "surplus", "dashboard"};
  /// More contracts than this are not rehearsed.
  static constexpr std::size_t kMostContracts = 1000;

  /// Every contract that can be chosen: a value of each lever, the last lever changing fastest.
  std::vector<std::vector<double>> contracts() const;

  /// What the bounds of single fields cannot say: the field and a sentence, both empty where all is well.
  std::pair<std::string, std::string> fault() const;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("levers", self.levers,
          About{.help = "numbers of this policy that leadership chooses, by path, and the values to choose from",
                .required = true,
                .names = Names::path});
    visit.words("best_by", self.best_by, kBestBy,
                About{.help = "which mean over the run leadership makes as large as it can; of a dashboard the better "
                              "direction of its metric counts"});
    visit("metric", self.metric,
          About{.help = "the metric of the dashboard that it goes by", .names = Names::metric, .default_text = "none"});
    visit("rehearsals", self.rehearsals,
          About{.help = "on how many replicates each contract is simulated, with other people and other luck than the "
                        "run's, the same for all contracts",
                .low = 1,
                .high = 10000});
  }
};

struct Policy;

/// How leadership commits as the policy begins; null where it does not.
const Commit* commit_of(const Policy& policy);

/// Where the policy of that name says how leadership commits, which it must do.
std::string path_of_commit(const std::string& name, const Policy& policy);

/// What leadership committed to, and what it then expected.
struct Commitment {
  std::vector<double> chosen;  ///< the value of each lever, in their order
  double expected = 0;         ///< the mean over rehearsals of what it goes by
  std::string failure{};       ///< why nothing could be chosen; empty where all went well
};

}  // namespace goodhart
