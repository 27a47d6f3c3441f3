/// From names and options to checked scenarios.
#include "scenario_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "goodhart/engine/experiment.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/scenario/read.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

/// One change of a document, understood.
struct Edit {
  Place place;
  std::string path;
  Node value;
};

/// Gives a value the place of the option it is from, so that messages point there.
void put_at(Node& node, const Place& place) {
  node.place = place;
  for (Node& item : node.items) put_at(item, place);
  for (Member& member : node.members) {
    member.place = place;
    put_at(member.value, place);
  }
}

/// Whether a text is YAML for nothing: blank, a comment, null or ~.
bool is_nothing(const std::string& yaml) {
  const std::size_t begin = yaml.find_first_not_of(" \t\n\r");
  if (begin == yaml.npos || yaml[begin] == '#') return true;
  const std::string text = yaml.substr(begin, yaml.find_last_not_of(" \t\n\r") + 1 - begin);
  return text == "~" || text == "null" || text == "Null" || text == "NULL";
}

Edit edit_of(const std::string& option, const std::string& path, const std::string& value) {
  Edit edit;
  if (is_nothing(value)) throw UserError(option + ": needs a value");
  edit.place.source = option;
  edit.path = path;
  edit.value = parse_yaml(value, option);
  put_at(edit.value, edit.place);
  return edit;
}

/// The changes in the order in which they are made: the short options last.
std::vector<Edit> edits_of(const Edits& edits) {
  std::vector<Edit> list;
  for (const std::string& text : edits.set) {
    const std::size_t equals = text.find('=');
    if (equals == text.npos || equals == 0) {
      throw UserError("--set " + text + ": must be PATH=VALUE, as in --set population.size=500");
    }
    list.push_back(edit_of("--set " + text, text.substr(0, equals), text.substr(equals + 1)));
  }
  if (!edits.replicates.empty())
    list.push_back(edit_of("--replicates " + edits.replicates, "replicates", edits.replicates));
  if (!edits.steps.empty()) list.push_back(edit_of("--steps " + edits.steps, "time.steps", edits.steps));
  if (!edits.seed.empty()) list.push_back(edit_of("--seed " + edits.seed, "seed", edits.seed));
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (std::size_t later = i + 1; later < list.size(); ++later) {
      if (list[i].path != list[later].path && !list[i].path.starts_with(list[later].path + ".")) continue;
      throw UserError(list[i].place.source + ": changes nothing, as " + list[later].place.source + " comes after it");
    }
  }
  return list;
}

bool is_error(const Diagnostic& diagnostic) {
  return diagnostic.severity == Diagnostic::Severity::error;
}

/// Keeps the named policies, in the order of the scenario, and what varies in them. If the one that differences are
/// taken against is not among them, the first takes its place.
void keep_policies(Scenario& scenario, const std::vector<std::string>& kept) {
  std::vector<std::string> names;
  for (const auto& [name, policy] : scenario.policies) names.push_back(name);
  for (const std::string& name : kept) {
    if (scenario.policies.find(name)) continue;
    const auto near = nearest_name(name, names);
    throw UserError("--policy " + name + ": there is no such policy; " +
                    (near ? "did you mean '" + *near + "'?" : "the scenario has " + listed(names, "and")));
  }
  std::erase_if(scenario.policies.entries,
                [&](const auto& entry) { return std::find(kept.begin(), kept.end(), entry.name) == kept.end(); });
  if (scenario.compare_with && !scenario.policies.find(*scenario.compare_with)) scenario.compare_with.reset();
  if (!scenario.experiment) return;
  // What is uncertain in a policy that is not run is of no interest.
  std::erase_if(scenario.experiment->vary.entries, [&](const auto& entry) {
    const std::string all = "policies.";
    return entry.name.starts_with(all) &&
           !scenario.policies.find(entry.name.substr(all.size(), entry.name.find('.', all.size()) - all.size()));
  });
  if (scenario.experiment->vary.empty()) scenario.experiment.reset();
}

/// A warning where all policies are kept, and an error for each change of a policy that is not.
std::vector<Diagnostic> idle_words(const Scenario& scenario, const std::vector<Edit>& edits,
                                   const std::vector<std::string>& kept) {
  std::vector<Diagnostic> diagnostics;
  if (kept.size() == scenario.policies.size()) {
    diagnostics.push_back({Diagnostic::Severity::warning, Place{.source = "--policy"}, "",
                           "names all policies of the scenario, so it changes nothing"});
  }
  for (const Edit& edit : edits) {
    const std::string policy = policy_of_path(edit.path);
    if (policy.empty() || std::find(kept.begin(), kept.end(), policy) != kept.end()) continue;
    diagnostics.push_back({Diagnostic::Severity::error, edit.place, "",
                           "changes nothing, as " + policy + " is not among the policies that --policy keeps"});
  }
  return diagnostics;
}

/// The document of a file. Broken syntax is no reason to leave the other files unread, so it becomes diagnostics like
/// any other mistake.
std::optional<Node> parsed(ScenarioFile& file) {
  try {
    return parse_yaml(file.text, file.name);
  } catch (const UserError& error) {
    file.diagnostics = error.diagnostics();
    return std::nullopt;
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
  std::optional<std::string> trouble = set_path(document, edit.path, edit.value);
  if (trouble && write_out(document, edit.path)) trouble = set_path(document, edit.path, edit.value);
  return trouble;
}

void read_into(ScenarioFile& file, const std::vector<Edit>& edits, const std::vector<std::string>& policies) {
  std::optional<Node> document = parsed(file);
  if (!document) return;
  for (const Edit& edit : edits) {
    if (const auto trouble = make(*document, edit)) {
      file.diagnostics.push_back({Diagnostic::Severity::error, edit.place, edit.path, *trouble});
    }
  }
  if (!file.diagnostics.empty()) return;
  try {
    file.edges = read_edge_file(*document, std::filesystem::path(file.name).parent_path());
  } catch (const UserError& error) {
    file.diagnostics = error.diagnostics();
    return;
  }

  CheckedScenario checked = read_scenario(*document);
  file.diagnostics = std::move(checked.diagnostics);
  if (!checked.sound()) return;
  if (!policies.empty()) {
    const std::vector<Diagnostic> idle = idle_words(*checked.scenario, edits, policies);
    keep_policies(*checked.scenario, policies);
    file.diagnostics.insert(file.diagnostics.end(), idle.begin(), idle.end());
    if (std::any_of(idle.begin(), idle.end(), is_error)) return;
  }

  // What only drawn employees show.
  std::vector<Diagnostic> rehearsed = rehearse(*checked.scenario);
  for (Diagnostic& diagnostic : rehearsed) {
    if (!diagnostic.place.source.empty()) continue;
    const Node* written = find_path(*document, diagnostic.path);
    diagnostic.place = written ? written->place : Place{.source = file.name};
  }
  file.diagnostics.insert(file.diagnostics.end(), rehearsed.begin(), rehearsed.end());
  if (std::none_of(rehearsed.begin(), rehearsed.end(), is_error)) file.scenario = std::move(checked.scenario);
}

std::string text_of_file(const std::string& name) {
  return name == "-" || name == "/dev/stdin" ? read_standard_input() : read_text_file(name);
}

}  // namespace

CommandOption Edits::set_option() {
  return {"--set", "PATH=VALUE", "Put a value, any YAML, where PATH points; may be repeated", Texts{&set, false}};
}

CommandOption Edits::policy_option() {
  return {"--policy", "NAME", "Keep this policy only; may be repeated", Texts{&policies}};
}

CommandOption Edits::replicates_option() {
  return {"--replicates", "N", "Short for --set replicates=N", OneText{&replicates}};
}

CommandOption Edits::steps_option() {
  return {"--steps", "N", "Short for --set time.steps=N", OneText{&steps}};
}

CommandOption Edits::seed_option() {
  return {"--seed", "N", "Short for --set seed=N", OneText{&seed}};
}

std::vector<CommandOption> Edits::options() {
  return {set_option(), policy_option(), replicates_option(), steps_option(), seed_option()};
}

std::string Edits::text() const {
  std::string text;
  for (const std::string& change : set) text += change + "\n";
  if (!replicates.empty()) text += "replicates=" + replicates + "\n";
  if (!steps.empty()) text += "time.steps=" + steps + "\n";
  if (!seed.empty()) text += "seed=" + seed + "\n";
  return text;
}

std::vector<ScenarioFile> open_scenarios(const std::vector<std::string>& names, const Edits& edits) {
  const std::vector<Edit> changes = edits_of(edits);
  std::vector<ScenarioFile> files;
  for (const std::string& name : names) {
    ScenarioFile& file = files.emplace_back();
    file.name = name == "-" ? kStandardInput : name;
    try {
      file.text = text_of_file(name);
    } catch (const MachineError& error) {
      file.diagnostics.push_back({Diagnostic::Severity::error, Place{.source = file.name}, "", error.what()});
      file.unreadable = true;
      continue;
    }
    read_into(file, changes, edits.policies);
  }
  return files;
}

std::string diagnostics_text(const std::vector<ScenarioFile>& files) {
  std::vector<Diagnostic> all;
  for (const ScenarioFile& file : files) all.insert(all.end(), file.diagnostics.begin(), file.diagnostics.end());
  return rendered(all, [&](const std::string& source) {
    for (const ScenarioFile& file : files) {
      if (file.name == source) return file.text;
      if (file.edges && file.edges->name == source) return file.edges->text;
    }
    return std::string();
  });
}

Exit status_of(const std::vector<ScenarioFile>& files) {
  if (std::any_of(files.begin(), files.end(), [](const ScenarioFile& file) { return file.unreadable; })) {
    return Exit::machine_refused;
  }
  const bool sound =
      std::all_of(files.begin(), files.end(), [](const ScenarioFile& file) { return file.scenario.has_value(); });
  return sound ? Exit::done : Exit::wrong_usage;
}

Exit report_findings(const std::vector<ScenarioFile>& files) {
  say("{}", diagnostics_text(files));
  return status_of(files);
}

std::string path_of_change(const std::string& change) {
  return change.substr(0, change.find('='));
}

std::string policy_of_path(const std::string& path) {
  constexpr std::string_view kPolicies = "policies.";
  if (!path.starts_with(kPolicies)) return "";
  return path.substr(kPolicies.size(), path.find('.', kPolicies.size()) - kPolicies.size());
}

CommandOption scenarios_argument(std::vector<std::string>& names) {
  return {"SCENARIO", "", "Scenario files; - is standard input", Texts{&names}, "", true};
}

}  // namespace goodhart
