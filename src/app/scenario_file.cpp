/// From names and options to checked scenarios.
#include "scenario_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "goodhart/engine/prepare.hpp"
#include "goodhart/io/points_file.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/scenario/edits.hpp"
#include "goodhart/scenario/read.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

/// Whether a text is YAML for nothing: blank, a comment, null or ~.
bool is_nothing(const std::string& yaml) {
  const std::size_t begin = yaml.find_first_not_of(" \t\n\r");
  if (begin == yaml.npos || yaml[begin] == '#') return true;
  const std::string text = yaml.substr(begin, yaml.find_last_not_of(" \t\n\r") + 1 - begin);
  return text == "~" || text == "null" || text == "Null" || text == "NULL";
}

Edit edit_of(const std::string& option, const std::string& path, const std::string& value) {
  if (is_nothing(value)) throw UserError(option + ": needs a value");
  return {path, parse_yaml(value, option), Place{.source = option}};
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
  refuse_overlaps(list);
  return list;
}

bool is_error(const Diagnostic& diagnostic) {
  return diagnostic.severity == Diagnostic::Severity::error;
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

void read_into(ScenarioFile& file, const std::vector<Edit>& edits, const std::vector<std::string>& policies,
               std::optional<Study::Verb> verb, const CheckMore& more) {
  std::optional<Node> document = parsed(file);
  if (!document) return;
  file.diagnostics = apply_edits(*document, edits);
  if (!file.diagnostics.empty()) return;
  try {
    const std::filesystem::path folder = std::filesystem::path(file.name).parent_path();
    file.edges = read_edge_file(*document, folder);
    file.points = read_points_file(*document, folder);
  } catch (const UserError& error) {
    file.diagnostics = error.diagnostics();
    return;
  }

  CheckedScenario checked = read_scenario(*document);
  file.diagnostics = std::move(checked.diagnostics);
  if (!checked.sound()) return;
  if (!policies.empty()) {
    for (const std::string& name : policies) demand_policy(*checked.scenario, name);
    const std::vector<Diagnostic> idle = idle_words(*checked.scenario, edits, policies);
    keep_policies(*checked.scenario, policies);
    file.diagnostics.insert(file.diagnostics.end(), idle.begin(), idle.end());
    if (std::any_of(idle.begin(), idle.end(), is_error)) return;
  }

  // What only drawn employees show.
  std::vector<Diagnostic> found = rehearsed(*checked.scenario, *document);
  std::vector<Diagnostic> of_studies = check_study(*checked.scenario, verb);
  if (more && of_studies.empty()) of_studies = more(*checked.scenario);
  of_studies = placed(of_studies, *document);
  found.insert(found.end(), of_studies.begin(), of_studies.end());
  file.diagnostics.insert(file.diagnostics.end(), found.begin(), found.end());
  if (std::none_of(found.begin(), found.end(), is_error)) file.scenario = std::move(checked.scenario);
}

/// The file that a name means: itself, or the catalogue's scenario of that name.
std::string file_called(const std::string& name) {
  if (name.find_first_of("/.") != name.npos || std::filesystem::exists(name)) return name;
  const auto folder = catalogue_folder();
  if (!folder) return name;
  const std::filesystem::path listed = *folder / (name + ".yaml");
  return std::filesystem::exists(listed) ? listed.string() : name;
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

std::optional<std::filesystem::path> catalogue_folder() {
  namespace fs = std::filesystem;
  if (fs::is_directory("scenarios")) return "scenarios";
  const fs::path installed =
      (fs::read_symlink("/proc/self/exe").parent_path() / "../share/goodhart/scenarios").lexically_normal();
  if (fs::is_directory(installed)) return installed;
  return std::nullopt;
}

std::vector<ScenarioFile> open_scenarios(const std::vector<std::string>& names, const Edits& edits,
                                         std::optional<Study::Verb> verb, const CheckMore& more) {
  const std::vector<Edit> changes = edits_of(edits);
  std::vector<ScenarioFile> files;
  for (const std::string& name : names) {
    ScenarioFile& file = files.emplace_back();
    file.name = name == "-" ? kStandardInput : file_called(name);
    try {
      file.text = text_of_file(name == "-" ? name : file.name);
    } catch (const MachineError& error) {
      file.diagnostics.push_back({Diagnostic::Severity::error, Place{.source = file.name}, "", error.what()});
      file.unreadable = true;
      continue;
    }
    read_into(file, changes, edits.policies, verb, more);
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
      if (file.points && file.points->name == source) return file.points->text;
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
  std::vector<ScenarioFile> told = files;
  for (ScenarioFile& file : told) {
    if (is_quiet()) {
      std::erase_if(file.diagnostics,
                    [](const Diagnostic& found) { return found.severity == Diagnostic::Severity::warning; });
    }
  }
  say("{}", diagnostics_text(told));
  return status_of(files);
}

std::string path_of_change(const std::string& change) {
  return change.substr(0, change.find('='));
}

void demand_policy(const Scenario& scenario, const std::string& name) {
  if (const auto trouble = no_such_policy(scenario, name)) throw UserError("--policy " + name + ": " + *trouble);
}

CommandOption scenarios_argument(std::vector<std::string>& names) {
  return {"SCENARIO",    "", "Scenario files, or names that goodhart list knows; - is standard input",
          Texts{&names}, "", true};
}

}  // namespace goodhart
