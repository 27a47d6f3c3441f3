/// Searches in memory.
#include <fmt/format.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <stdexcept>
#include <variant>

#include "../../src/app/climb.hpp"
#include "core.hpp"
#include "goodhart/report/front.hpp"
#include "goodhart/report/search.hpp"
#include "goodhart/study/search_run.hpp"

namespace goodhart::python {
namespace {

/// A search that was run.
struct HeldSearch {
  std::shared_ptr<const OpenScenario> scenario;
  std::unique_ptr<SearchSpace> space;
  std::variant<SearchResults, FrontResults> found;  ///< by one outcome, or by several

  template <class Get>
  auto of(const Get& get) const {
    return std::visit(get, found);
  }
};

using Held = std::shared_ptr<HeldSearch>;

/// Worlds as Python gives them: how many, or the values of each number in doubt.
using GivenWorlds = std::variant<std::monostate, int, std::vector<std::vector<double>>>;

SearchWorlds worlds_of(const Scenario& scenario, const GivenWorlds& given) {
  if (const int* count = std::get_if<int>(&given)) return sampled_worlds(scenario, *count);
  if (const auto* values = std::get_if<std::vector<std::vector<double>>>(&given)) {
    SearchWorlds worlds{.from = "", .values = *values};
    worlds.from = fmt::format("{} {}", worlds.count(), worlds.count() == 1 ? "world" : "worlds");
    return worlds;
  }
  return {};
}

/// What is to be looked at. Throws ScenarioRefused, as the terminal shows it.
std::unique_ptr<SearchSpace> space_of(const OpenScenario& open, const GivenWorlds& given) {
  try {
    if (const auto found = check_search(open.scenario); !found.empty()) throw UserError(found);
    return std::make_unique<SearchSpace>(open.scenario, worlds_of(open.scenario, given));
  } catch (const UserError& error) {
    if (error.diagnostics().empty()) throw;
    refuse(error.diagnostics(), open.name);
  }
}

Held search(std::shared_ptr<const OpenScenario> open, const GivenWorlds& worlds, const py::object& threads,
            const py::object& progress) {
  const int count = thread_count(threads);
  const auto held = std::make_shared<HeldSearch>();
  held->scenario = std::move(open);
  supervise(progress, [&](const KeepGoing& keep_going) {
    held->space = space_of(*held->scenario, worlds);
    TaskPool pool(count);
    SearchRun run(
        *held->space, pool,
        [&](const Progress& state, const std::string&) {
          // What Python raised is raised by whoever waits.
          if (!keep_going(state)) throw std::runtime_error("the search was stopped");
        },
        climb);
    if (held->space->scenario().experiment->search.value_or(Search()).front) {
      held->found = run.run_front();
    } else {
      held->found = run.run();
    }
  });
  return held;
}

/// As a text, as JSON, as CSV and as a page.
py::tuple told(const Held& held) {
  std::string text, json, csv, page;
  {
    const py::gil_scoped_release unlocked;
    const SearchReport report{
        .title = held->scenario->scenario.title, .scenario = held->scenario->name, .results = "", .digest = ""};
    held->of([&](const auto& found) {
      text = to_text(report, *held->space, found);
      json = to_json(report, *held->space, found);
      csv = to_csv(*held->space, found);
      page = to_html(report, *held->space, found);
    });
  }
  return py::make_tuple(text, json, csv, page);
}

/// A policy, and the values of the levers that reach it by their names.
py::tuple setting_of(const SearchSpace& space, const LeverChoice& choice) {
  py::dict levers;
  for (const std::size_t lever : space.levers_of(choice.policy)) {
    const Varied& varied = space.levers()[lever];
    levers[py::str(varied.range.name(varied.path))] = choice.values[lever];
  }
  return py::make_tuple(space.scenario().policies.entries[choice.policy].name, levers);
}

/// The best; None where nothing is acceptable, or where several outcomes count.
py::object best_of(const Held& held) {
  const auto* results = std::get_if<SearchResults>(&held->found);
  if (!results || !results->found.best) return py::none();
  return setting_of(*held->space, results->choices[*results->found.best]);
}

/// The settings that are left along several outcomes; empty for one.
py::list front_of(const Held& held) {
  py::list list;
  if (const auto* results = std::get_if<FrontResults>(&held->found)) {
    for (const std::size_t c : results->found.left()) list.append(setting_of(*held->space, results->choices[c]));
  }
  return list;
}

}  // namespace

void define_searches(py::module_& module) {
  py::class_<HeldSearch, Held>(module, "Search")
      .def_property_readonly("runs",
                             [](const Held& held) { return held->of([](const auto& found) { return found.runs; }); })
      .def_property_readonly("failed",
                             [](const Held& held) { return held->of([](const auto& found) { return found.failed; }); })
      .def_property_readonly(
          "failures", [](const Held& held) { return held->of([](const auto& found) { return found.failures; }); })
      .def_property_readonly("best", best_of)
      .def_property_readonly("front", front_of)
      .def("told", told);
  module.def("search", search, py::arg("scenario"), py::arg("worlds"), py::arg("threads"), py::arg("progress"));
}

}  // namespace goodhart::python
