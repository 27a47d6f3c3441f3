/// Edits: values put where paths point, also into what a document has in short.
#include "goodhart/scenario/edits.hpp"

#include <algorithm>
#include <string_view>

#include "goodhart/scenario/expression.hpp"
#include "goodhart/scenario/read.hpp"

namespace goodhart {
namespace {

/// What messages call an edit.
const std::string& name_of(const Edit& edit) {
  return edit.place.source.empty() ? edit.path : edit.place.source;
}

/// Gives a value the place of the option it is from, so that messages point there.
void put_at(Node& node, const Place& place) {
  node.place = place;
  for (Node& item : node.items) put_at(item, place);
  for (Member& member : node.members) {
    member.place = place;
    put_at(member.value, place);
  }
}

/// Where a path leads into what stands in short, writes that out as the resolved scenario has it: `noise: 0.3` becomes
/// `noise: {normal: {scale: 0.3}}`. Returns whether there was such a thing.
bool write_out(Node& document, const std::string& path) {
  std::string way;
  const Node* brief = nullptr;
  for (std::size_t end = path.find('.'); end != path.npos && !brief; end = path.find('.', end + 1)) {
    way = path.substr(0, end);
    const Node* node = find_path(document, way);
    if (!node) return false;
    if (node->kind == Node::Kind::scalar) brief = node;
  }
  if (!brief) return false;
  const CheckedScenario so_far = read_scenario(document);
  if (!so_far.sound()) return false;
  const Node whole = resolved(*so_far.scenario);
  const Node* found = find_path(whole, way);
  if (!found || found->kind == Node::Kind::scalar) return false;
  Node full = *found;
  put_at(full, brief->place);
  return !set_path(document, way, full);
}

/// Makes a change; returns what is wrong with it.
std::optional<std::string> make(Node& document, const Edit& edit) {
  Node value = edit.value;
  put_at(value, edit.place);
  std::optional<std::string> trouble = set_path(document, edit.path, value);
  if (trouble && write_out(document, edit.path)) trouble = set_path(document, edit.path, value);
  return trouble;
}

}  // namespace

void refuse_overlaps(const std::vector<Edit>& edits) {
  for (std::size_t i = 0; i < edits.size(); ++i) {
    for (std::size_t later = i + 1; later < edits.size(); ++later) {
      if (edits[i].path != edits[later].path && !edits[i].path.starts_with(edits[later].path + ".")) continue;
      throw UserError(name_of(edits[i]) + ": changes nothing, as " + name_of(edits[later]) + " comes after it");
    }
  }
}

std::vector<Diagnostic> apply_edits(Node& document, const std::vector<Edit>& edits) {
  std::vector<Diagnostic> wrong;
  for (const Edit& edit : edits) {
    if (const auto trouble = make(document, edit)) {
      wrong.push_back({Diagnostic::Severity::error, edit.place, edit.path, *trouble});
    }
  }
  return wrong;
}

std::string policy_of_path(const std::string& path) {
  constexpr std::string_view kPolicies = "policies.";
  if (!path.starts_with(kPolicies)) return "";
  return path.substr(kPolicies.size(), path.find('.', kPolicies.size()) - kPolicies.size());
}

std::optional<std::string> no_such_policy(const Scenario& scenario, const std::string& name) {
  if (scenario.policies.find(name)) return std::nullopt;
  std::vector<std::string> names;
  for (const auto& [known, policy] : scenario.policies) names.push_back(known);
  const auto near = nearest_name(name, names);
  return "there is no such policy; " +
         (near ? "did you mean '" + *near + "'?" : "the scenario has " + listed(names, "and"));
}

void keep_policies(Scenario& scenario, const std::vector<std::string>& kept) {
  for (const std::string& name : kept) {
    if (const auto trouble = no_such_policy(scenario, name)) throw UserError("policy " + name + ": " + *trouble);
  }
  std::erase_if(scenario.policies.entries,
                [&](const auto& entry) { return std::find(kept.begin(), kept.end(), entry.name) == kept.end(); });
  if (scenario.compare_with && !scenario.policies.find(*scenario.compare_with)) scenario.compare_with.reset();
  if (scenario.experiment && scenario.experiment->fit && !scenario.policies.find(scenario.experiment->fit->policy)) {
    scenario.experiment->fit.reset();
  }
  scenario.lesson.reset();  // it asks about policies that may be gone
  if (!scenario.experiment) return;
  // What is uncertain or can be chosen in a policy that is not run is of no interest.
  const auto is_gone = [&](const std::string& path) {
    const std::string policy = policy_of_path(path);
    return !policy.empty() && !scenario.policies.find(policy);
  };
  Experiment& experiment = *scenario.experiment;
  std::vector<std::string> gone, left;
  for (Named<Range>* ranges : {&experiment.vary, &experiment.levers}) {
    for (auto& [path, range] : ranges->entries) {
      if (!range.also) continue;
      std::erase_if(*range.also, is_gone);
      // Another policy may have the number still.
      if (is_gone(path) && !range.also->empty()) {
        if (!range.as) range.as = path;
        path = range.also->front();
        range.also->erase(range.also->begin());
      }
      if (range.also->empty()) range.also.reset();
    }
    for (const auto& [path, range] : ranges->entries) (is_gone(path) ? gone : left).push_back(range.name(path));
    std::erase_if(ranges->entries, [&](const auto& entry) { return is_gone(entry.name); });
  }
  if (experiment.where) {
    std::erase_if(*experiment.where, [&](const std::string& condition) {
      const auto trouble = check_expression(condition, left);
      return trouble && std::find(gone.begin(), gone.end(), trouble->unknown_name) != gone.end();
    });
    if (experiment.where->empty()) experiment.where.reset();
  }
  if (experiment.vary.empty() && experiment.levers.empty()) scenario.experiment.reset();
}

}  // namespace goodhart
