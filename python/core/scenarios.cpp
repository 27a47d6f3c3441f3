/// Scenarios from texts and from values of Python, with their changes, checked.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>

#include "core.hpp"
#include "goodhart/engine/prepare.hpp"
#include "goodhart/io/edges.hpp"
#include "goodhart/io/points_file.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/scenario/edits.hpp"
#include "goodhart/scenario/read.hpp"
#include "goodhart/scenario/schema.hpp"
#include "goodhart/study/robust.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart::python {

void refuse(std::vector<Diagnostic> found, const std::string& name) {
  for (Diagnostic& diagnostic : found) {
    if (diagnostic.place.source.empty()) diagnostic.place.source = name;
  }
  throw ScenarioRefused(rendered(found, [](const std::string&) { return std::string(); }), found);
}

namespace {

using Changes = std::vector<std::pair<std::string, py::object>>;

/// A value on one line of YAML.
std::string on_one_line(const Node& node) {
  std::string text;
  switch (node.kind) {
    case Node::Kind::null:
      return "null";
    case Node::Kind::scalar:
      text = to_yaml(node);
      return text.substr(0, text.find('\n'));
    case Node::Kind::list:
      for (const Node& item : node.items) text += (text.empty() ? "" : ", ") + on_one_line(item);
      return "[" + text + "]";
    case Node::Kind::map:
      for (const Member& member : node.members) {
        text += (text.empty() ? "" : ", ") + member.key + ": " + on_one_line(member.value);
      }
      return "{" + text + "}";
  }
  return text;
}

/// Puts a place where there is none yet.
void place(Node& node, const Place& where) {
  node.place = where;
  for (Node& item : node.items) place(item, where);
  for (Member& member : node.members) {
    member.place = where;
    place(member.value, where);
  }
}

std::vector<Edit> edits_of(const Changes& changes) {
  std::vector<Edit> edits;
  for (const auto& [path, value] : changes) {
    const Place where{.source = "set " + path};
    if (path.empty()) throw UserError("set: a path is empty; it names a field, as in {'population.size': 500}");
    if (value.is_none()) throw UserError("set " + path + ": needs a value, and there is None");
    Edit edit{path, node_of(value, "set " + path), where};
    place(edit.value, where);
    edits.push_back(std::move(edit));
  }
  return edits;
}

/// Throws UserError where a scenario's experiment makes no sense to any study.
void demand_experiment(const Scenario& scenario, const Node& document) {
  const std::vector<Diagnostic> found = placed(check_study(scenario, std::nullopt), document);
  if (!found.empty()) throw UserError(found);
}

/// A scenario that can be run. `folder` is where it looks for files of edges and points.
std::shared_ptr<OpenScenario> opened(const std::string& text, const std::string& name, const std::string& folder,
                                     const Changes& changes, const std::vector<std::string>& policies) {
  auto open = std::make_shared<OpenScenario>();
  open->text = text;
  open->name = name;
  const std::vector<Edit> edits = edits_of(changes);
  for (const Edit& edit : edits) open->overrides += edit.path + "=" + on_one_line(edit.value) + "\n";

  const py::gil_scoped_release unlocked;
  std::optional<EdgeFile> edges, points;
  const auto shown = [&](const std::vector<Diagnostic>& diagnostics) {
    std::string lines = rendered(diagnostics, [&](const std::string& source) {
      if (source == name) return text;
      if (edges && source == edges->name) return edges->text;
      return points && source == points->name ? points->text : std::string();
    });
    if (!lines.empty() && lines.back() == '\n') lines.pop_back();
    return lines;
  };
  try {
    refuse_overlaps(edits);
    Node document = parse_yaml(text, name);
    if (std::vector<Diagnostic> wrong = apply_edits(document, edits); !wrong.empty()) throw UserError(wrong);
    edges = read_edge_file(document, folder);
    points = read_points_file(document, folder);
    open->scenario = prepared(document, {}, policies, &open->warnings);
    demand_experiment(open->scenario, document);
  } catch (const UserError& error) {
    if (error.diagnostics().empty()) {
      throw ScenarioRefused(error.what(), {{Diagnostic::Severity::error, Place{.source = name}, "", error.what()}});
    }
    throw ScenarioRefused(shown(error.diagnostics()), error.diagnostics());
  }
  open->warnings_text = shown(open->warnings);
  return open;
}

/// The same scenario with other numbers at some paths, set as worlds and levers of a comparison set them: the share of
/// a group together with those of the others.
std::shared_ptr<OpenScenario> varied(const OpenScenario& open,
                                     const std::vector<std::pair<std::string, double>>& numbers) {
  const py::gil_scoped_release unlocked;
  auto other = std::make_shared<OpenScenario>();
  Node document = resolved(open.scenario);
  // Its ranges need not hold around these numbers.
  std::erase_if(document.members, [](const Member& member) { return member.key == "experiment"; });
  for (const auto& [path, value] : numbers) {
    if (const auto trouble = set_number(document, path, value)) {
      throw UserError({{Diagnostic::Severity::error, Place{.source = "set " + path}, path, *trouble}});
    }
    other->overrides += path + "=" + number_text(value) + "\n";
  }
  other->name = open.name;
  other->text = to_yaml(document);
  try {
    other->scenario = prepared(std::move(document));
  } catch (const UserError& error) {
    refuse(error.diagnostics());
  }
  return other;
}

/// The same scenario with its worlds as its points, as `goodhart robust` runs it.
std::shared_ptr<OpenScenario> over_worlds(const OpenScenario& open, std::optional<std::int64_t> worlds) {
  const py::gil_scoped_release unlocked;
  auto other = std::make_shared<OpenScenario>();
  other->name = open.name;
  other->overrides = open.overrides;
  const std::vector<std::string> changes = changes_for_worlds(open.scenario, open.name, worlds);
  std::vector<Edit> edits;
  for (const std::string& change : changes) {
    const std::size_t equals = change.find('=');
    const std::string path = change.substr(0, equals);
    edits.push_back({path, parse_yaml(change.substr(equals + 1), "worlds"), Place{.source = "worlds"}});
    other->overrides += change + "\n";
  }
  Node document = resolved(open.scenario);
  try {
    if (std::vector<Diagnostic> wrong = apply_edits(document, edits); !wrong.empty()) throw UserError(wrong);
    other->text = to_yaml(document);
    other->scenario = prepared(std::move(document));
  } catch (const UserError& error) {
    refuse(error.diagnostics());
  }
  return other;
}

std::vector<std::string> policy_names(const OpenScenario& open) {
  std::vector<std::string> names;
  for (const auto& [name, policy] : open.scenario.policies) names.push_back(name);
  return names;
}

}  // namespace

void define_scenarios(py::module_& module) {
  py::class_<OpenScenario, std::shared_ptr<OpenScenario>>(module, "Scenario")
      .def_readonly("text", &OpenScenario::text)
      .def_readonly("name", &OpenScenario::name)
      .def_readonly("overrides", &OpenScenario::overrides)
      .def_readonly("warnings_text", &OpenScenario::warnings_text)
      .def_property_readonly("title", [](const OpenScenario& open) { return open.scenario.title; })
      .def_property_readonly("policies", policy_names)
      .def_property_readonly("compare_with",
                             [](const OpenScenario& open) {
                               return policy_names(open)[static_cast<std::size_t>(open.scenario.comparison())];
                             })
      .def_property_readonly("replicates", [](const OpenScenario& open) { return open.scenario.replicates; })
      .def_property_readonly("steps", [](const OpenScenario& open) { return open.scenario.time.steps; })
      .def_property_readonly("employees",
                             [](const OpenScenario& open) { return open.scenario.setting.population.size; })
      .def("resolved", [](const OpenScenario& open) { return value_of(resolved(open.scenario)); })
      .def("resolved_text", [](const OpenScenario& open) { return to_yaml(resolved(open.scenario)); });
  module.def("open", opened, py::arg("text"), py::arg("name"), py::arg("folder"), py::arg("changes"),
             py::arg("policies"));
  module.def("varied", varied);
  module.def("over_worlds", over_worlds, py::arg("scenario"), py::arg("worlds"));
  module.def("read_text", [](const std::string& path) { return py::bytes(read_text_file(path)); });
  module.def("text_of", [](const py::object& value) { return to_yaml(node_of(value, "scenario")); });
  module.def("schema_text", [] { return json_schema(); });
}

}  // namespace goodhart::python
