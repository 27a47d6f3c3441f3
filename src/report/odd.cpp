/// Puts the elements of the protocol together: sentences by the mechanisms in use, tables from the fields.
#include "goodhart/report/odd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "goodhart/report/diagnostics.hpp"
#include "odd_parameters.hpp"
#include "odd_text.hpp"

namespace goodhart {
namespace {

// ---- Markdown ----

/// A text of the scenario as Markdown shows it, on one line: nothing in it is markup.
std::string escaped(std::string_view text) {
  std::string spaced;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!space) {
      spaced += c;
    } else if (!spaced.empty() && spaced.back() != ' ') {
      spaced += ' ';
    }
  }
  while (!spaced.empty() && spaced.back() == ' ') spaced.pop_back();
  std::string out;
  for (const char c : harmless_line(spaced)) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      default:
        if (std::string_view("\\`*_[]|#~$").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
  }
  // What would begin a list or underline a heading: "- x", "1. x", "===".
  const std::size_t digits = std::min(out.find_first_not_of("0123456789"), out.size());
  const bool ends = digits + 1 >= out.size() || out[digits + 1] == ' ';
  if (digits > 0 && digits < out.size() && ends && (out[digits] == '.' || out[digits] == ')')) {
    out.insert(digits, 1, '\\');
  } else if (!out.empty() && (out[0] == '-' || out[0] == '+' || out[0] == '=')) {
    // A number keeps its sign.
    if (out.size() < 2 || std::string_view("0123456789.").find(out[1]) == std::string_view::npos)
      out.insert(0, 1, '\\');
  }
  return out;
}

/// A name of the scenario, or a path: these are safe by the grammar of names, but for the paths of overrides.
std::string code(const std::string& name) {
  return name.find_first_of("`|<&\n") == name.npos ? "`" + name + "`" : escaped(name);
}

using Row = std::vector<std::string>;

/// A table; columns without anything in them are left out.
std::string table(const Row& head, const std::vector<Row>& rows) {
  std::vector<std::size_t> kept;
  for (std::size_t c = 0; c < head.size(); ++c) {
    const bool any = std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return !row[c].empty(); });
    if (any) kept.push_back(c);
  }
  const auto line = [&](const auto& cell_of) {
    std::string text = "|";
    for (const std::size_t c : kept) text += cell_of(c);
    return text + "\n";
  };
  std::string text = line([&](std::size_t c) { return " " + head[c] + " |"; });
  text += line([](std::size_t) { return std::string("---|"); });
  for (const Row& row : rows) text += line([&](std::size_t c) { return " " + row[c] + " |"; });
  return text + "\n";
}

std::string sentence_case(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

template <class T>
std::vector<std::string> names_of(const Named<T>& named) {
  std::vector<std::string> names;
  for (const auto& entry : named) names.push_back(code(entry.name));
  return names;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::vector<std::string> those_in_use(const std::vector<odd::When>& all, const Inventory& inventory) {
  std::vector<std::string> texts;
  for (const odd::When& one : all) {
    if (inventory.uses(one.uses)) texts.emplace_back(one.text);
  }
  return texts;
}

std::string bullets(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += "- " + text + "\n";
  return out + "\n";
}

std::string numbers(const std::vector<std::string>& texts) {
  std::string out;
  for (std::size_t i = 0; i < texts.size(); ++i) out += std::to_string(i + 1) + ". " + texts[i] + "\n";
  return out + "\n";
}

// ---- Parameters ----

/// Under which element of the protocol differences of a field stand.
std::string_view element_of(const std::string& path) {
  const std::string head = path.substr(0, path.find('.'));
  if (head == "title" || head == "description" || head == "author" || head == "date" || head == "sources" ||
      head == "compare_with")
    return "Purpose and patterns";
  if (head == "time" || head == "population") return "Entities, state variables and scales";
  if (head == "seed" || head == "replicates" || head == "experiment" || head == "record" || head == "lesson")
    return "The experiment";
  return "Submodels";
}

/// Is the field told of in words elsewhere in the document?
bool is_told(const std::string& path) {
  static constexpr std::string_view kTold[] = {"title",      "description",  "author",     "date",
                                               "sources",    "compare_with", "time",       "seed",
                                               "replicates", "record",       "experiment", "lesson"};
  return std::find(std::begin(kTold), std::end(kTold), path.substr(0, path.find('.'))) != std::end(kTold);
}

/// The table that a field stands in: "effort", "activities.aided", "policies.usage_quota".
std::string table_of(const std::string& path) {
  const std::size_t dot = path.find('.');
  const std::string head = path.substr(0, dot);
  if (dot == path.npos || (head != "activities" && head != "metrics" && head != "policies")) return head;
  return path.substr(0, path.find('.', dot + 1));
}

std::string parameter_tables(const Inventory& inventory, const Scenario& scenario) {
  std::vector<std::string> keys;  // in the order of the format
  const auto add_key = [&](const std::string& key) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  };
  for (const Parameter& parameter : inventory.parameters()) {
    const std::string key = table_of(parameter.path);
    if (parameter.in_use && !is_told(parameter.path) && !key.starts_with("policies.")) add_key(key);
  }
  for (const auto& entry : scenario.policies) add_key("policies." + entry.name);
  std::string text;
  for (const std::string& key : keys) {
    std::vector<Row> rows;
    std::string described;
    for (const Parameter& parameter : inventory.parameters()) {
      if (!parameter.in_use || is_told(parameter.path) || table_of(parameter.path) != key) continue;
      if (parameter.path == key && key.starts_with("policies.")) continue;  // the heading says it
      const std::string name = parameter.path == key ? key : parameter.path.substr(key.size() + 1);
      // What reports call it is no parameter, and what describes it is read as text.
      if (name == "label") continue;
      if (name == "description") {
        described = escaped(parameter.value) + "\n\n";
        continue;
      }
      rows.push_back({code(name), escaped(parameter.value), escaped(parameter.unit),
                      escaped(sentence_case(parameter.meaning)), escaped(parameter.range)});
    }
    text += "#### " + code(key) + "\n\n" + described;
    text += rows.empty() ? "Nothing is in force.\n\n" : table({"parameter", "value", "unit", "meaning", "range"}, rows);
  }
  return text;
}

// ---- The elements ----

std::string purpose(const Scenario& scenario, const Inventory& inventory) {
  std::string text = "## 1. Purpose and patterns\n\n";
  text +=
      "**Purpose.** To show what happens to an organisation when a measure becomes a target: what a policy does to the "
      "readings, and what to the value that they stand for. The model is meant for understanding mechanisms and for "
      "comparing designs, not for forecasting one organisation, and never for judging a person. ";
  const std::vector<std::string> policies = names_of(scenario.policies);
  if (policies.size() > 1) {
    text += fmt::format(
        "This scenario compares the policies {} on the same people and the same luck; differences are taken "
        "against {}.\n\n",
        joined(policies), policies.at(static_cast<std::size_t>(scenario.comparison())));
  } else {
    text += fmt::format("This scenario has one policy, {}.\n\n", policies.front());
  }
  if (!scenario.description.empty())
    text += "In the scenario's own words:\n\n> " + escaped(scenario.description) + "\n\n";
  const std::vector<std::string> patterns = those_in_use(odd::kPatterns, inventory);
  if (patterns.empty()) return text;
  return text + "**Patterns** by which the model is judged, of those that concern what this scenario uses:\n\n" +
         bullets(patterns);
}

std::string entities(const Scenario& scenario, const Inventory& inventory) {
  const Setting& setting = scenario.setting;
  const PopulationSpec& population = setting.population;
  std::string text = "## 2. Entities, state variables and scales\n\n";
  std::vector<Row> rows;
  std::string people = fmt::format("{} of them, each with its coefficients of effort", population.size);
  std::vector<std::string> traits = names_of(population.traits);
  for (const auto& group : population.groups) {
    for (const auto& trait : group.value.traits) {
      if (std::find(traits.begin(), traits.end(), code(trait.name)) == traits.end()) traits.push_back(code(trait.name));
    }
  }
  if (!traits.empty()) people += "; traits: " + joined(traits);
  if (!population.groups.empty()) people += "; a group: " + joined(names_of(population.groups));
  if (inventory.uses("teams")) people += fmt::format("; a team of {}", population.people_per_team());
  rows.push_back({"employee", people});
  rows.push_back({"activity", joined(names_of(setting.activities))});
  rows.push_back({"metric", joined(names_of(setting.metrics))});
  std::vector<std::string> incentives;
  for (const auto& entry : scenario.policies) {
    for (const std::string& name : entry.value.incentive_names()) incentives.push_back(code(entry.name + "/" + name));
  }
  if (!incentives.empty()) rows.push_back({"incentive", joined(incentives)});
  rows.push_back({"policy", joined(names_of(scenario.policies))});
  rows.push_back({"organisation", "the price of value, a step's pay"});
  text += table({"entity", "what there is"}, rows);
  text += "What each of them has stands in the tables of section 7. **State** that is carried from step to step: " +
          joined(those_in_use(odd::kState, inventory)) + ".\n\n";
  const Time& time = scenario.time;
  text += fmt::format("**Scales.** A step is called a {}; a run has {} of them, from 0 to {}", escaped(time.unit),
                      time.steps, time.steps - 1);
  if (time.before > 0) text += fmt::format(", after {} of burn-in that no policy touches yet", time.before);
  text +=
      ". Effort is in units of an activity. One unit of utility is one step's pay. Money is in the scenario's "
      "currency. "
      "Value is in units of which a median employee makes about one in a full step unaided. There is no space";
  text += inventory.uses("peers") ? " but the network of peers.\n\n" : ".\n\n";
  return text;
}

std::string concepts(const Inventory& inventory) {
  std::string text = "## 4. Design concepts\n\n";
  for (const odd::Concept& one : odd::kConcepts) {
    const std::vector<std::string> sentences = those_in_use(one.sentences, inventory);
    text += fmt::format("- **{}.** {}\n", one.name,
                        sentences.empty() ? one.none : fmt::format("{}", fmt::join(sentences, " ")));
  }
  return text + "\n";
}

std::string initialisation(const Scenario& scenario, const Inventory& inventory) {
  return "## 5. Initialisation\n\n" + numbers(those_in_use(odd::kInitialisation, inventory)) +
         fmt::format(
             "The whole is repeated with {} replicate{} of luck from the seed {}. Values and laws stand in the tables "
             "of section 7.\n\n",
             scenario.replicates, scenario.replicates == 1 ? "" : "s", scenario.seed);
}

std::string input_data(const Inventory& inventory) {
  return std::string("## 6. Input data\n\n") + (inventory.uses("peers") && inventory.uses("network.edges")
                                                    ? "Who sees whom, a list of pairs that is read at the start. "
                                                      "Nothing else is read while a run goes on.\n\n"
                                                    : "None: nothing is read while a run goes on.\n\n");
}

std::string submodels(const Scenario& scenario, const Inventory& inventory) {
  std::string text = "## 7. Submodels\n\n";
  int number = 0;
  for (const odd::Submodel& one : odd::kSubmodels) {
    if (!inventory.uses(one.uses)) continue;
    text += fmt::format("### 7.{} {}\n\n", ++number, one.heading);
    if (*one.formulas) text += fmt::format("```text\n{}\n```\n\n", one.formulas);
    const std::vector<std::string> sentences = those_in_use(one.sentences, inventory);
    text += fmt::format("{}{}In full: docs/model.md, section {}.\n\n", fmt::join(sentences, " "),
                        sentences.empty() ? "" : " ", one.section);
  }
  text += fmt::format(
      "### 7.{} Parameters\n\nWhat is not listed is off: zero, without limit, or absent. Where a value is a "
      "distribution, "
      "each employee has its own draw; where it is a formula, its own result.{}\n\n",
      ++number, scenario.experiment ? " A range is what is plausible for a number that is in doubt." : "");
  return text + parameter_tables(inventory, scenario);
}

std::string sources(const Scenario& scenario) {
  if (scenario.sources.empty()) return "";
  std::vector<Row> rows;
  for (const Source& source : scenario.sources) rows.push_back({escaped(source.claim), escaped(source.source)});
  return "## Sources of the parameters\n\nAs the scenario states them.\n\n" + table({"claim", "source"}, rows);
}

}  // namespace

std::string odd_document(const Scenario& scenario, const std::string& program) {
  const Inventory inventory(scenario);
  std::string text = "# " + escaped(scenario.title) + "\n\n";
  text += fmt::format(
      "An ODD description (Grimm et al. 2020, doi 10.18564/jasss.4259) of one scenario of {}, made from the scenario's "
      "own "
      "fields. Mechanisms that it does not use are left out. Formulas are short here; docs/model.md of the program is "
      "the "
      "reference, and has the literature in full.\n\n",
      escaped(program));
  text += purpose(scenario, inventory) + entities(scenario, inventory);
  text +=
      "## 3. Process overview and scheduling\n\nA run is one policy on one replicate. Each step does, for all "
      "employees "
      "at once:\n\n" +
      numbers(those_in_use(odd::kSchedule, inventory));
  text += concepts(inventory) + initialisation(scenario, inventory) + input_data(inventory) +
          submodels(scenario, inventory) + sources(scenario);
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

// ---- What differs ----

namespace {

struct Departure {
  std::string path;
  const Parameter* from;  ///< null where it has none
  const Parameter* to;
};

const Parameter* at(const std::vector<Parameter>& parameters, const std::string& path) {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const Parameter& parameter) { return parameter.path == path; });
  return found == parameters.end() ? nullptr : &*found;
}

/// In the order of the format as far as `from` has them, then what only `to` has.
std::vector<Departure> differences(const Inventory& from, const Inventory& to) {
  std::vector<Departure> found;
  for (const Parameter& one : from.parameters()) {
    const Parameter* other = at(to.parameters(), one.path);
    if (other ? other->exact != one.exact : one.in_use) found.push_back({one.path, &one, other});
  }
  for (const Parameter& one : to.parameters()) {
    if (one.in_use && !at(from.parameters(), one.path)) found.push_back({one.path, nullptr, &one});
  }
  return found;
}

std::vector<std::string> only_in(const Inventory& one, const Inventory& other) {
  std::vector<std::string> names;
  for (const odd::Submodel& submodel : odd::kSubmodels) {
    if (one.uses(submodel.uses) && !other.uses(submodel.uses)) names.emplace_back(submodel.heading);
  }
  return names;
}

}  // namespace

std::string odd_delta(const Scenario& from, const Scenario& to) {
  const Inventory one(from), other(to);
  std::string text = "# What differs: " + escaped(to.title) + "\n\n";
  text += fmt::format("ODD delta (Grimm et al. 2020, doi 10.18564/jasss.4259) against \"{}\". ", escaped(from.title));
  const std::vector<Departure> all = differences(one, other);
  if (all.empty()) return text + "The two scenarios do not differ.\n";
  text += "What is not listed is the same in both; – is what a scenario does not have.\n\n";
  const std::vector<std::string> gone = only_in(one, other), added = only_in(other, one);
  if (!added.empty()) text += "Submodels that are new: " + joined(added) + ".\n\n";
  if (!gone.empty()) text += "Submodels that are gone: " + joined(gone) + ".\n\n";
  for (const std::string_view element :
       {"Purpose and patterns", "Entities, state variables and scales", "The experiment", "Submodels"}) {
    std::vector<Row> rows;
    for (const Departure& difference : all) {
      if (element_of(difference.path) != element) continue;
      const Parameter& said = difference.to ? *difference.to : *difference.from;
      rows.push_back({code(difference.path), difference.from ? escaped(difference.from->value) : "–",
                      difference.to ? escaped(difference.to->value) : "–", escaped(said.unit),
                      escaped(sentence_case(said.meaning))});
    }
    if (!rows.empty())
      text += fmt::format("## {}\n\n", element) + table({"path", "was", "is", "unit", "meaning"}, rows);
  }
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace goodhart
