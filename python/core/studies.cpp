/// Sweeps and sensitivities in memory, and their results as NumPy arrays that need no copy.
#include <fmt/format.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <optional>

#include "core.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/io/results_writer.hpp"
#include "goodhart/io/study_writer.hpp"
#include "goodhart/report/robust.hpp"
#include "goodhart/report/study.hpp"
#include "goodhart/report/study_page.hpp"
#include "goodhart/study/blocks.hpp"
#include "goodhart/study/columns.hpp"
#include "goodhart/study/robust.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart::python {
namespace {

constexpr std::size_t kMostTold = 10;  // failures, as on the terminal

/// A study that was run, with all that its file would hold.
struct HeldStudy {
  HeldStudy(std::shared_ptr<const OpenScenario> open, Study::Verb verb)
      : scenario(std::move(open)),
        study(verb, scenario->scenario),
        units(study.units()),
        read([this](std::size_t point, std::size_t replicate) {
          return units[point * study.replicates_of_point() + replicate];
        }),
        columns(study, read) {}

  std::shared_ptr<const OpenScenario> scenario;
  Study study;
  std::vector<std::optional<Unit>> units;  ///< by point and replicate
  ReadUnit read;
  StudyColumns columns;
  SensitivityFindings findings;       ///< of a sensitivity
  std::vector<TableFolder> tables{};  ///< of a sensitivity
  StudyReport report;
};

using Held = std::shared_ptr<HeldStudy>;

/// The study of a scenario. Throws ScenarioRefused, as the terminal shows it.
Held begun(std::shared_ptr<const OpenScenario> scenario, Study::Verb verb) {
  const std::shared_ptr<const OpenScenario> open = scenario;
  try {
    return std::make_shared<HeldStudy>(std::move(scenario), verb);
  } catch (const UserError& error) {
    refuse(error.diagnostics(), open->name);
  }
}

/// Runs all units, and puts what they left together.
void run_all(HeldStudy& held, TaskPool& pool, const KeepGoing& keep_going) {
  const Study& study = held.study;
  const std::vector<Block> blocks = pending_blocks(study, {}, std::vector<bool>(study.units(), false));
  const Ending ending = run_arms(
      blocks.size(), work_of(study, blocks), pool, [&](std::size_t b) { return study.arm(blocks[b]); },
      [&](std::size_t b, const Arm& arm, const std::vector<RunRecord>& records) {
        for (Unit& unit : study.units_of(blocks[b], arm, records)) {
          const std::size_t replicate = unit.replicate - study.first_replicate(unit.point);
          held.units[unit.point * study.replicates_of_point() + replicate] = std::move(unit);
        }
      },
      keep_going);
  if (ending.interrupted) return;

  held.report.scenario = held.scenario->name;
  held.report.runs = study.runs();
  for (std::size_t number = 0; number < held.units.size(); ++number) {
    const Unit& unit = held.units[number].value();
    const auto failed = std::count(unit.status.begin(), unit.status.end(), RunStatus::failed);
    held.report.failed += static_cast<std::size_t>(failed);
    if (failed == 0 || held.report.failures.size() >= kMostTold) continue;
    const std::size_t replicate = number % study.replicates_of_point();
    held.report.failures.push_back(fmt::format("point {}, replicate {}: {}", unit.point, replicate, unit.message));
  }
  for (std::size_t point = 0; point < study.points(); ++point) held.columns.take(point);
  if (study.verb() == Study::Verb::sensitivity) {
    held.findings = sensitivity_of(study, held.read);
    held.tables.push_back(sensitivity_tables(held.findings));
  }
  held.report.digest = digest_of(held.columns, held.tables);
}

Held run(std::shared_ptr<const OpenScenario> scenario, const std::string& verb, const py::object& threads,
         const py::object& progress) {
  const int count = thread_count(threads);
  Held held;
  supervise(progress, [&](const KeepGoing& keep_going) {
    held = begun(std::move(scenario), verb == "sweep" ? Study::Verb::sweep : Study::Verb::sensitivity);
    TaskPool pool(count);
    run_all(*held, pool, keep_going);
  });
  return held;
}

/// The root or a group as (coordinates, variables, title), as of results.
py::tuple folder_of(const Held& held, const std::string& name, bool writeable) {
  py::list coordinates, variables;
  const auto add = [&](const std::string& variable, const std::vector<std::string>& axes, const py::array& values,
                       const std::vector<Attribute>& attributes) {
    variables.append(py::make_tuple(variable, py::tuple(py::cast(axes)), values, dict_of(attributes)));
  };
  const std::vector<StudyGroup>& groups = held->columns.groups();
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (groups[g].name != name) continue;
    for (const Coordinate& axis : groups[g].axes) {
      if (axis.size() > 0) coordinates.append(tuple_of(axis));
    }
    for (const StudyColumn& column : held->columns.columns()) {
      if (column.group != g || column.of_point == 0) continue;
      const py::array values =
          std::visit([&](const auto& numbers) { return array_over(column.shape, numbers.data(), held, writeable); },
                     column.values);
      add(column.variable.name, column.variable.axes, values, column.attributes);
    }
    return py::make_tuple(coordinates, variables, groups[g].title);
  }
  for (const TableFolder& folder : held->tables) {
    if (folder.name != name) continue;
    for (const Coordinate& axis : folder.coordinates) coordinates.append(tuple_of(axis));
    for (const Table& table : folder.tables) {
      add(table.name, table.axes, array_over(shape_of(folder, table), table.values.data(), held, writeable),
          attributes_of(table));
    }
    return py::make_tuple(coordinates, variables, folder.title);
  }
  throw py::key_error("a sweep has no " + name);
}

/// The attributes of the root of a file.
py::dict root_attributes(const Held& held) {
  py::dict attributes;
  attributes["Conventions"] = kConventions;
  for (const Text& text : attributes_of(held->study.scenario())) attributes[py::str(text.name)] = text.content;
  attributes["goodhart_study_format"] = py::array_t<std::int32_t>(1, &kStudyFormat)[py::int_(0)];
  attributes["goodhart_study"] = held->study.verb() == Study::Verb::sweep ? "sweep" : "sensitivity";
  attributes["content_digest"] = held->report.digest;
  return attributes;
}

/// A sensitivity's findings as a text, as JSON, as CSV and as a page.
py::tuple told(const Held& held) {
  std::string text, json, csv, page;
  {
    const py::gil_scoped_release unlocked;
    text = to_text(held->report, held->study, held->findings);
    json = to_json(held->report, held->study, held->findings);
    csv = to_csv(held->findings);
    page = to_html(held->report, held->study, held->findings);
  }
  return py::make_tuple(text, json, csv, page);
}

/// The column of that name. Throws Bug where there is none.
template <class Value>
const std::vector<Value>& values_of(const StudyColumns& columns, const std::string& name) {
  for (const StudyColumn& column : columns.columns()) {
    if (column.variable.name == name) return std::get<std::vector<Value>>(column.values);
  }
  throw Bug("study: there is no column " + name);
}

/// How options do over the worlds of a sweep, as a text, as JSON, as CSV and as a page.
py::tuple told_of_worlds(const Held& held, std::optional<double> regret) {
  std::string text, json, csv, page;
  {
    const py::gil_scoped_release unlocked;
    const Study& study = held->study;
    const Scenario& scenario = study.scenario();
    const std::size_t policies = scenario.policies.size(), replicates = study.replicates_of_point();
    const std::vector<double>& outcome = values_of<double>(held->columns, "outcome");
    const bool required = scenario.experiment->require && !scenario.experiment->require->empty();
    const WorldOutcomes worlds = worlds_of(
        study,
        [&](std::size_t point, std::size_t policy, std::size_t replicate) {
          return outcome[(point * policies + policy) * replicates + replicate];
        },
        [&](std::size_t point, std::size_t policy) -> std::optional<bool> {
          if (!required) return std::nullopt;
          const std::int8_t meets = values_of<std::int8_t>(held->columns, "meets")[point * policies + policy];
          return meets < 0 ? std::nullopt : std::optional<bool>(meets > 0);
        });
    const RobustnessFindings findings = robustness_of(worlds, regret);
    const RobustReport report{.title = scenario.title,
                              .source = held->scenario->name,
                              .digest = held->report.digest,
                              .require = scenario.experiment->require.value_or(std::vector<std::string>())};
    text = to_text(report, worlds, findings);
    json = to_json(report, worlds, findings);
    csv = to_csv(worlds, findings);
    page = to_html(report, worlds, findings);
  }
  return py::make_tuple(text, json, csv, page);
}

}  // namespace

void define_studies(py::module_& module) {
  py::class_<HeldStudy, Held>(module, "Study")
      .def_property_readonly("runs", [](const Held& held) { return held->report.runs; })
      .def_property_readonly("failed", [](const Held& held) { return held->report.failed; })
      .def_property_readonly("failures", [](const Held& held) { return held->report.failures; })
      .def_property_readonly("keeps_series", [](const Held& held) { return held->study.series() != nullptr; })
      .def("folder", folder_of, py::arg("name"), py::arg("writeable"))
      .def("attributes", root_attributes)
      .def("told", told)
      .def("told_of_worlds", told_of_worlds, py::arg("regret"));
  module.def("study", run, py::arg("scenario"), py::arg("verb"), py::arg("threads"), py::arg("progress"));
}

}  // namespace goodhart::python
