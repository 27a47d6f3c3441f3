/// Documents to scenarios that can be run.
#include "goodhart/engine/prepare.hpp"

#include <algorithm>
#include <utility>

#include "goodhart/engine/experiment.hpp"
#include "goodhart/scenario/read.hpp"

namespace goodhart {
namespace {

bool is_error(const Diagnostic& diagnostic) {
  return diagnostic.severity == Diagnostic::Severity::error;
}

/// Throws where there is an error among the diagnostics.
void demand_sound(const std::vector<Diagnostic>& found) {
  if (std::any_of(found.begin(), found.end(), is_error)) throw UserError(found);
}

}  // namespace

std::vector<Diagnostic> rehearsed(const Scenario& scenario, const Node& document) {
  return placed(rehearse(scenario), document);
}

std::vector<Diagnostic> placed(std::vector<Diagnostic> found, const Node& document) {
  for (Diagnostic& diagnostic : found) {
    if (!diagnostic.place.source.empty()) continue;
    const Node* written = find_path(document, diagnostic.path);
    diagnostic.place = written ? written->place : Place{.source = document.place.source};
  }
  return found;
}

Scenario prepared(Node document, const std::vector<Edit>& edits, const std::vector<std::string>& policies,
                  std::vector<Diagnostic>* warnings) {
  refuse_overlaps(edits);
  demand_sound(apply_edits(document, edits));
  CheckedScenario checked = read_scenario(document);
  demand_sound(checked.diagnostics);
  Scenario scenario = std::move(checked.scenario).value();
  if (!policies.empty()) keep_policies(scenario, policies);
  const std::vector<Diagnostic> found = rehearsed(scenario, document);
  demand_sound(found);
  if (warnings) {
    warnings->insert(warnings->end(), checked.diagnostics.begin(), checked.diagnostics.end());
    warnings->insert(warnings->end(), found.begin(), found.end());
  }
  return scenario;
}

}  // namespace goodhart
