/// Move `commit`: its contracts, and what is wrong with one.
#include <fmt/format.h>

#include <algorithm>

#include "goodhart/scenario/edits.hpp"
#include "kind.hpp"

namespace goodhart {

namespace {

/// What is refused of a lever, and below which field; both empty where all is well.
std::pair<std::string, std::string> fault_of(const std::string& path, const Range& range, const std::string& policy) {
  if (policy_of_path(path) != policy) {
    return {"", "is no number of this policy; leadership commits to what stands in it, as policies." + policy +
                    ".quota.target"};
  }
  if (path.find(".commit.") != std::string::npos)
    return {"", "is a number of a commitment itself; leadership commits to numbers of the contract"};
  if (!range.is_grid())
    return {"", "has no list of values to choose from; give it values, or from and to with points or step"};
  if (range.as) return {".as", "is for studies; here results name the number by its path. Remove it"};
  return {};
}

}  // namespace

template <>
MoveTraits traits_of(const Commit& self) {
  return {.metrics = {self.metric}, .sets_rates = true};
}

template <>
void check_move(const Commit& self, const MovePlace& place) {
  if (&place.phase != &place.policy.phases.front()) {
    place.findings.error(
        place.at, "stands in a later phase, but leadership commits before the first step; put it into the first");
    return;
  }
  const auto first = place.phase.leadership.begin();
  if (std::any_of(first, first + static_cast<std::ptrdiff_t>(place.move),
                  [](const Move& move) { return std::holds_alternative<Commit>(move); })) {
    place.findings.error(place.at, "stands twice; put all levers into one commit");
    return;
  }
  const std::string policy = policy_of_path(place.at);
  for (const auto& [path, range] : self.levers) {
    if (const auto [field, sentence] = fault_of(path, range, policy); !sentence.empty())
      place.findings.error(place.at + ".levers." + path + field, sentence);
  }
  if (const auto [field, sentence] = self.fault(); !sentence.empty())
    place.findings.error(place.at + "." + field, sentence);
}

const Commit* commit_of(const Policy& policy) {
  for (const Move& move : policy.phases.front().leadership) {
    if (const auto* commit = std::get_if<Commit>(&move)) return commit;
  }
  return nullptr;
}

std::string path_of_commit(const std::string& name, const Policy& policy) {
  const Phase& first = policy.phases.front();
  std::size_t move = 0;
  while (!std::holds_alternative<Commit>(first.leadership[move])) ++move;
  return fmt::format("policies.{}{}{}.leadership.{}.commit", name, policy.phased ? "." : "",
                     policy.phased ? first.name : "", move);
}

std::vector<std::vector<double>> Commit::contracts() const {
  std::vector<std::vector<double>> all{{}};
  for (const auto& [path, range] : levers) {
    std::vector<std::vector<double>> longer;
    for (const std::vector<double>& contract : all) {
      for (const double value : range.grid()) {
        longer.push_back(contract);
        longer.back().push_back(value);
      }
    }
    all = std::move(longer);
  }
  return all;
}

std::pair<std::string, std::string> Commit::fault() const {
  if (levers.empty()) return {"levers", "must hold at least one: the numbers that leadership chooses"};
  if (best_by == "dashboard" && metric.empty())
    return {"metric", "is missing; it is needed for best_by: dashboard: the metric whose dashboard leadership goes by"};
  if (best_by != "dashboard" && !metric.empty()) return {"metric", "is for best_by: dashboard alone; remove it"};
  double count = 1;
  for (const auto& [path, range] : levers) {
    if (!range.is_grid() || !range.fault().empty()) return {};  // which is said elsewhere
    count *= static_cast<double>(range.grid().size());
  }
  if (count <= static_cast<double>(kMostContracts)) return {};
  return {"levers",
          fmt::format("make {:.0f} contracts, each of which is simulated; give fewer values, {} contracts at most",
                      count, kMostContracts)};
}

std::vector<std::string> committed_levers(const Scenario& scenario) {
  std::vector<std::string> paths;
  for (const auto& [name, policy] : scenario.policies) {
    const Commit* commit = commit_of(policy);
    if (!commit) continue;
    for (const auto& lever : commit->levers) paths.push_back(lever.name);
  }
  return paths;
}

}  // namespace goodhart
