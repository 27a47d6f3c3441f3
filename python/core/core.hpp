/// What the sources of the extension share: a scenario and results as Python holds them, values between the two
/// languages, and work that Python waits for.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "goodhart/core/document.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/core/tasks.hpp"
#include "goodhart/engine/attributes.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/io/results_in_memory.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart::python {

namespace py = pybind11;

/// A scenario that can be run, with what is needed to say where it is from.
struct OpenScenario {
  std::string text;                  ///< as it was read
  std::string name;                  ///< what messages call it
  std::string overrides;             ///< its changes, PATH=VALUE, a line each
  Scenario scenario;                 ///< as it is run
  std::vector<Diagnostic> warnings;  ///< what is odd about it
  std::string warnings_text;         ///< the same as the terminal shows it
};

/// The results of a scenario.
struct HeldResults {
  std::shared_ptr<const OpenScenario> scenario;
  std::shared_ptr<ResultsInMemory> results;
};

/// What is wrong with a scenario: the list, and the same as the terminal shows it.
struct ScenarioRefused : std::exception {
  ScenarioRefused(std::string shown, std::vector<Diagnostic> list)
      : text(std::move(shown)), diagnostics(std::move(list)) {}
  const char* what() const noexcept override { return text.c_str(); }
  std::string text;
  std::vector<Diagnostic> diagnostics;
};

/// Throws that, of what was found; `name` is what a finding without a place is of.
[[noreturn]] void refuse(std::vector<Diagnostic> found, const std::string& name = {});

/// A value of Python as part of a scenario: None, bool, numbers, str, lists and maps (numpy's, too). `where` names it
/// in messages. Throws TypeError and ValueError with a sentence.
Node node_of(const py::handle& value, const std::string& where);

/// The other way round: maps as dict, lists as list, plain scalars as the numbers, truth values or texts they stand
/// for.
py::object value_of(const Node& node);

/// Asked now and then whether to go on; may be called from any thread.
using KeepGoing = std::function<bool(const Progress&)>;

/// Does `work` on a thread of its own, without the interpreter's lock, and waits for it. While it waits, Python's
/// signals are looked after and `progress(done, total)` is called, where it is not None, twenty times a second. What
/// either raises makes `keep_going` say no, and is raised here once the work has ended.
void supervise(const py::object& progress, const std::function<void(const KeepGoing&)>& work);

/// An array over memory that `owner` keeps alive for as long as the array lives.
template <class Number>
py::array array_over(const std::vector<std::size_t>& shape, const Number* values,
                     const std::shared_ptr<const void>& owner, bool writeable) {
  const py::capsule keeps(new std::shared_ptr<const void>(owner),
                          [](void* kept) { delete static_cast<std::shared_ptr<const void>*>(kept); });
  py::array array(py::dtype::of<Number>(), std::vector<py::ssize_t>(shape.begin(), shape.end()), values, keeps);
  if (!writeable) array.attr("setflags")(py::arg("write") = false);
  return array;
}

/// What is said of an axis or a variable, as a dict.
py::dict dict_of(const std::vector<Attribute>& attributes);

/// A coordinate as (name, values, attributes).
py::tuple tuple_of(const Coordinate& coordinate);

/// `threads`, or as many as this process may use where it is None. Throws ValueError.
int thread_count(const py::object& threads);

// The parts of the module.
void define_scenarios(py::module_& module);
void define_results(py::module_& module);
void define_studies(py::module_& module);
void define_searches(py::module_& module);
void define_fits(py::module_& module);
void define_comparisons(py::module_& module);
void define_simulation(py::module_& module);

}  // namespace goodhart::python
