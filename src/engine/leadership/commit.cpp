/// Rehearsals: each contract of a family is simulated on the same people and luck, which are not the run's.
#include "commit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "goodhart/core/random.hpp"
#include "goodhart/scenario/edits.hpp"
#include "goodhart/scenario/read.hpp"

namespace goodhart {

namespace {

/// Another seed than the run's, and the same for every policy: what is rehearsed is not what will happen.
std::uint64_t seed_of_rehearsals(std::uint64_t seed) {
  const auto word = Draws(seed, Purpose::rehearsal).bits(0, 0, 0);
  return std::uint64_t{word[1]} << 32 | word[0];
}

/// The scenario under one policy alone, as it is rehearsed.
Scenario rehearsal_of(const Scenario& scenario, const std::string& policy, int replicates) {
  Scenario alone = scenario;
  alone.experiment.reset();
  alone.lesson.reset();
  keep_policies(alone, {policy});
  alone.replicates = replicates;
  alone.seed = seed_of_rehearsals(scenario.seed);
  alone.record = Record{};
  alone.record.every = scenario.time.steps;
  alone.record.groups = false;
  return alone;
}

/// The policy with the levers set; nothing where the scenario is not sound so, and then `why` says what is wrong.
std::optional<Policy> policy_with(const Node& document, const Commit& how, const std::vector<double>& contract,
                                  std::string& why) {
  Node changed = document;
  for (std::size_t l = 0; l < contract.size(); ++l) {
    const auto& [path, range] = how.levers.entries[l];
    if (const auto trouble = set_number(changed, path, range, contract[l])) {
      why = path + ": " + *trouble;
      return std::nullopt;
    }
  }
  CheckedScenario checked = read_scenario(changed, Ranges::taken_as_they_are);
  if (!checked.sound()) {
    const auto error = std::find_if(checked.diagnostics.begin(), checked.diagnostics.end(), [](const auto& finding) {
      return finding.severity == Diagnostic::Severity::error;
    });
    why = error->path + ": " + error->message;
    return std::nullopt;
  }
  return std::move(checked.scenario->policies.entries.front().value);
}

/// What is recorded of a rehearsal: the one variable that leadership goes by.
std::shared_ptr<const Layout> layout_of_rehearsal(const Scenario& rehearsal, const std::string& variable) {
  Folder root = layout_of(rehearsal).folders.front();
  std::erase_if(root.variables, [&](const Variable& one) { return one.name != variable; });
  return std::make_shared<const Layout>(Layout{{std::move(root)}});
}

/// The sum over rehearsals of what leadership goes by, for each contract; NaN where one of them failed, and then `why`
/// says how.
std::vector<double> sums_of(const Scenario& rehearsal, const Commit& how, const RunsOf& runs_of, std::string& why) {
  const auto layout = layout_of_rehearsal(rehearsal, how.best_by);
  // Ours for as long as the call lasts.
  const std::shared_ptr<const Scenario> shared(&rehearsal, [](const Scenario*) {});
  const std::size_t at = how.metric.empty() ? 0 : static_cast<std::size_t>(rehearsal.setting.metrics.index(how.metric));
  std::vector<double> sums(rehearsal.policies.size(), 0.0);
  for (const RunRecord& record :
       runs_of(Arm{.scenario = shared, .layout = layout, .replicates = rehearsal.replicates})) {
    double& sum = sums[static_cast<std::size_t>(record.policy)];
    if (!record.failure.empty()) {
      why = record.failure;
      sum = std::numeric_limits<double>::quiet_NaN();
    } else {
      sum += record.averages.at(0).at(at);
    }
  }
  return sums;
}

/// Puts into the policy the contract whose rehearsals came out best; of equal ones the first.
void choose(Policy& policy, const Scenario& scenario, const std::string& name, const RunsOf& runs_of) {
  const Commit how = *commit_of(policy);
  Scenario rehearsal = rehearsal_of(scenario, name, how.rehearsals);
  const Node document = resolved_model(rehearsal);
  std::string why;
  Named<Policy> contracts;
  for (const std::vector<double>& contract : how.contracts()) {
    std::optional<Policy> candidate = policy_with(document, how, contract, why);
    if (!candidate) continue;
    candidate->committed = Commitment{.chosen = contract};
    contracts.entries.push_back({std::to_string(contracts.size()), std::move(*candidate)});
  }
  policy.committed = Commitment{};
  if (contracts.size() > 0) {
    rehearsal.policies = std::move(contracts);
    const Metric* metric = scenario.setting.metrics.find(how.metric);
    const double sign = metric && metric->better == "lower" ? -1 : 1;
    const std::vector<double> sums = sums_of(rehearsal, how, runs_of, why);
    std::optional<std::size_t> best;
    for (std::size_t c = 0; c < sums.size(); ++c) {
      if (!std::isnan(sums[c]) && (!best || sign * sums[c] > sign * sums[*best])) best = c;
    }
    if (best) {
      Policy& chosen = rehearsal.policies.entries[*best].value;
      chosen.committed->expected = sums[*best] / how.rehearsals;
      policy.phases = std::move(chosen.phases);
      policy.committed = std::move(chosen.committed);
      return;
    }
  }
  policy.committed->failure = "leadership could rehearse none of the contracts that it may commit to: " + why;
}

}  // namespace

bool awaits_commitment(const Scenario& scenario) {
  return std::any_of(scenario.policies.begin(), scenario.policies.end(),
                     [](const auto& entry) { return commit_of(entry.value) && !entry.value.committed; });
}

void commit(Scenario& scenario, const RunsOf& runs_of, const std::string& only) {
  for (std::size_t p = 0; p < scenario.policies.size(); ++p) {
    const std::string name = scenario.policies.entries[p].name;
    Policy& policy = scenario.policies.entries[p].value;
    if (!commit_of(policy) || policy.committed || (!only.empty() && name != only)) continue;
    choose(policy, scenario, name, runs_of);
  }
}

}  // namespace goodhart
