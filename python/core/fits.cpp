/// Fits in memory.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>

#include "core.hpp"
#include "goodhart/engine/prepare.hpp"
#include "goodhart/io/observed_files.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/fit.hpp"
#include "goodhart/study/fit_run.hpp"

namespace goodhart::python {
namespace {

/// A fit that was run. The run, which says what the numbers in doubt are, works on the pool no more.
struct HeldFit {
  std::shared_ptr<const OpenScenario> scenario;
  std::unique_ptr<TaskPool> pool;
  std::unique_ptr<FitRun> run;
  std::vector<std::size_t> readings;
  FitFindings found;
};

using Held = std::shared_ptr<HeldFit>;

Held fit(std::shared_ptr<const OpenScenario> open, const py::object& threads, const py::object& progress) {
  const int count = thread_count(threads);
  const auto held = std::make_shared<HeldFit>();
  held->scenario = std::move(open);
  supervise(progress, [&](const KeepGoing& keep_going) {
    const OpenScenario& from = *held->scenario;
    if (std::vector<Diagnostic> found = check_fit(from.scenario); !found.empty()) refuse(std::move(found), from.name);
    Scenario scenario = from.scenario;
    held->readings = read_observed(scenario, std::filesystem::path(from.name).parent_path(), [](const std::string&) {});
    if (std::vector<Diagnostic> found = check_observed(scenario); !found.empty()) refuse(std::move(found), from.name);
    held->pool = std::make_unique<TaskPool>(count);
    held->run = std::make_unique<FitRun>(scenario, *held->pool, [&](const Progress& state, const std::string&) {
      // What Python raised is raised by whoever waits.
      if (!keep_going(state)) throw std::runtime_error("the fit was stopped");
    });
    held->found = held->run->run();
  });
  return held;
}

/// As a text, as JSON, as CSV and as a page.
py::tuple told(const Held& held) {
  std::string text, json, csv, page;
  {
    const py::gil_scoped_release unlocked;
    const FitReport report{.title = held->scenario->scenario.title,
                           .scenario = held->scenario->name,
                           .results = "",
                           .digest = "",
                           .readings = held->readings};
    text = to_text(report, *held->run, held->found);
    json = to_json(report, *held->run, held->found);
    csv = to_csv(*held->run, held->found);
    page = to_html(report, *held->run, held->found);
  }
  return py::make_tuple(text, json, csv, page);
}

}  // namespace

void define_fits(py::module_& module) {
  py::class_<HeldFit, Held>(module, "Fit")
      .def_property_readonly("runs", [](const Held& held) { return held->run->runs(); })
      .def_property_readonly("failed", [](const Held& held) { return held->run->failed(); })
      .def_property_readonly("possible", [](const Held& held) { return held->found.has_posterior(); })
      .def("told", told);
  module.def("fit", fit, py::arg("scenario"), py::arg("threads"), py::arg("progress"));
}

}  // namespace goodhart::python
