/// The extension goodhart._core: its parts, and how errors come through.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <new>
#include <system_error>

#include "core.hpp"
#include "goodhart/io/provenance.hpp"

namespace goodhart::python {
namespace {

/// A class of goodhart.errors.
py::object error_class(const char* name) {
  return py::module_::import("goodhart.errors").attr(name);
}

void raise(const char* name, const std::string& text) {
  PyErr_SetString(error_class(name).ptr(), text.c_str());
}

/// A diagnostic as goodhart.errors.Diagnostic.
py::object diagnostic_of(const Diagnostic& diagnostic) {
  const Place& place = diagnostic.place;
  return error_class("Diagnostic")(diagnostic.severity == Diagnostic::Severity::error ? "error" : "warning",
                                   place.source,
                                   place.line > 0 ? py::object(py::int_(place.line)) : py::object(py::none()),
                                   place.line > 0 ? py::object(py::int_(place.column)) : py::object(py::none()),
                                   diagnostic.path, diagnostic.message);
}

py::tuple diagnostics_of(const std::vector<Diagnostic>& diagnostics) {
  py::tuple list(diagnostics.size());
  for (std::size_t i = 0; i < diagnostics.size(); ++i) list[i] = diagnostic_of(diagnostics[i]);
  return list;
}

void raise_refused(const std::string& text, const std::vector<Diagnostic>& diagnostics) {
  const py::object type = error_class("ScenarioError");
  PyErr_SetObject(type.ptr(), type(text, diagnostics_of(diagnostics)).ptr());
}

void translate(std::exception_ptr fault) {
  try {
    std::rethrow_exception(std::move(fault));
  } catch (const ScenarioRefused& error) {
    raise_refused(error.text, error.diagnostics);
  } catch (const UserError& error) {
    raise_refused(error.what(), error.diagnostics());
  } catch (const MachineError& error) {
    raise("MachineError", error.what());
  } catch (const RunError& error) {
    raise("RunsFailed", error.what());
  } catch (const Bug& error) {
    PyErr_SetString(PyExc_RuntimeError,
                    (std::string("this is a bug of goodhart, not of yours: ") + error.what()).c_str());
  } catch (const std::system_error& error) {
    raise("MachineError", std::string("the machine refused: ") + error.what());
  } catch (const std::bad_alloc&) {
    raise("MachineError", "there is not enough memory; a smaller population, or fewer employees in record, needs less");
  }
}

}  // namespace
}  // namespace goodhart::python

PYBIND11_MODULE(_core, module) {
  namespace gp = goodhart::python;
  module.doc() = "The engine of goodhart; private: use the package goodhart.";
  pybind11::register_exception_translator(gp::translate);
  module.def("program_name", goodhart::program_name);
  module.def("program_text", goodhart::program_text);
  module.def("diagnostics", [](const gp::OpenScenario& open) { return gp::diagnostics_of(open.warnings); });
  gp::define_scenarios(module);
  gp::define_results(module);
  gp::define_studies(module);
  gp::define_searches(module);
  gp::define_fits(module);
  gp::define_comparisons(module);
  gp::define_simulation(module);
}
