/// Running scenarios, and results as NumPy arrays that need no copy.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstring>

#include "core.hpp"
#include "goodhart/io/provenance.hpp"
#include "goodhart/io/results_writer.hpp"
#include "goodhart/report/summary.hpp"

namespace goodhart::python {
namespace {

/// The attributes of the root of a file.
py::dict root_attributes(const HeldResults& held) {
  py::dict attributes;
  attributes["Conventions"] = kConventions;
  for (const Text& text : attributes_of(held.scenario->scenario)) attributes[py::str(text.name)] = text.content;
  attributes["goodhart_format"] = py::array_t<std::int32_t>(1, &kResultsFormat)[py::int_(0)];
  {
    std::string digest;
    {
      const py::gil_scoped_release unlocked;
      digest = held.results->digest();
    }
    attributes["content_digest"] = digest;
  }
  return attributes;
}

/// A folder of the results as (coordinates, variables): each coordinate is (name, values, attributes), and each
/// variable (name, axes, array, attributes), seed and status in front.
py::tuple folder_of(const HeldResults& held, const std::string& name, bool writeable) {
  const Layout& layout = held.results->layout();
  std::size_t at = 0;
  while (at < layout.folders.size() && layout.folders[at].name != name) ++at;
  if (at == layout.folders.size()) throw py::key_error("the scenario records no " + name + " (see record)");
  const Folder& folder = layout.folders[at];
  py::list coordinates, variables;
  for (const Coordinate& coordinate : folder.coordinates) {
    if (coordinate.size() > 0) coordinates.append(tuple_of(coordinate));
  }
  const std::vector<std::size_t> runs{folder.coordinates[0].size(), folder.coordinates[1].size()};
  const py::tuple axes = py::make_tuple("policy", "replicate");
  variables.append(py::make_tuple("seed", axes, array_over(runs, held.results->seeds().data(), held.results, writeable),
                                  dict_of(meaning_of(seed_of_runs()))));
  variables.append(py::make_tuple("status", axes,
                                  array_over(runs, held.results->statuses().data(), held.results, writeable),
                                  dict_of(meaning_of(status_of_runs()))));
  for (std::size_t v = 0; v < folder.variables.size(); ++v) {
    const std::shared_ptr<ValueBlock> block = held.results->block(at, v);
    if (!block) continue;
    const Variable& variable = folder.variables[v];
    py::list all{2};
    all[0] = "policy";
    all[1] = "replicate";
    for (const std::string& axis : variable.axes) all.append(axis);
    const py::array array = block->flags ? array_over(block->shape, block->flags.get(), block, writeable)
                                         : array_over(block->shape, block->numbers.get(), block, writeable);
    variables.append(py::make_tuple(variable.name, py::tuple(all), array, dict_of(attributes_of(variable))));
  }
  return py::make_tuple(coordinates, variables, folder.title);
}

HeldResults run(std::shared_ptr<const OpenScenario> scenario, const py::object& threads, const py::object& progress) {
  HeldResults held{std::move(scenario), nullptr};
  const int count = thread_count(threads);
  {
    const py::gil_scoped_release unlocked;
    held.results = std::make_shared<ResultsInMemory>(held.scenario->scenario);
  }
  supervise(progress, [&](const KeepGoing& keep_going) {
    TaskPool pool(count);
    run_experiment(
        held.scenario->scenario, held.results->layout(), pool,
        [&](const RunRecord& record) { held.results->take(record); }, keep_going);
  });
  return held;
}

py::list failures_of(const HeldResults& held) {
  py::list list;
  for (const Failure& failure : held.results->failures()) {
    list.append(py::make_tuple(failure.policy, failure.replicate, failure.message));
  }
  return list;
}

std::string summary_of(const HeldResults& held) {
  Means means(held.results->layout(), static_cast<std::size_t>(held.scenario->scenario.comparison()));
  const auto& runs = held.results->layout().folders.front().coordinates;
  for (std::size_t r = 0; r < runs[1].size(); ++r) {
    for (std::size_t p = 0; p < runs[0].size(); ++p) means.add(held.results->record(p, r));
  }
  return to_text(summarise(held.scenario->scenario, means));
}

/// All blocks, one after the other, for pickling.
py::tuple packed(const HeldResults& held) {
  const py::object bytes = py::none();
  py::list blocks;
  const auto add = [&](const void* values, std::size_t size) {
    blocks.append(py::bytes(static_cast<const char*>(values), size));
  };
  const ResultsInMemory& results = *held.results;
  const std::size_t runs = results.seeds().size();
  add(results.seeds().data(), 8 * runs);
  add(results.statuses().data(), runs);
  for (std::size_t f = 0; f < results.layout().folders.size(); ++f) {
    for (std::size_t v = 0; v < results.layout().folders[f].variables.size(); ++v) {
      const auto block = results.block(f, v);
      if (!block) continue;
      if (block->flags) {
        add(block->flags.get(), runs * block->run_size);
      } else {
        add(block->numbers.get(), 8 * runs * block->run_size);
      }
    }
  }
  return py::make_tuple(held.scenario, failures_of(held), blocks);
}

HeldResults unpacked(std::shared_ptr<const OpenScenario> scenario, const py::list& failures, const py::list& blocks) {
  HeldResults held{std::move(scenario), nullptr};
  held.results = std::make_shared<ResultsInMemory>(held.scenario->scenario);
  std::vector<std::string> bytes;
  for (const py::handle& block : blocks) bytes.push_back(block.cast<std::string>());
  std::vector<Failure> list;
  for (const py::handle& one : failures) {
    const auto failure = one.cast<std::tuple<std::string, std::int64_t, std::string>>();
    list.push_back({std::get<0>(failure), std::get<1>(failure), std::get<2>(failure)});
  }
  held.results->restore(bytes, std::move(list));
  return held;
}

}  // namespace

py::dict dict_of(const std::vector<Attribute>& attributes) {
  py::dict dict;
  for (const auto& [name, value] : attributes) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      dict[py::str(name)] = *text;
    } else if (const auto* number = std::get_if<double>(&value)) {
      dict[py::str(name)] = *number;
    } else {
      const auto& flags = std::get<std::vector<std::int8_t>>(value);
      dict[py::str(name)] = py::array(static_cast<py::ssize_t>(flags.size()), flags.data());
    }
  }
  return dict;
}

py::tuple tuple_of(const Coordinate& coordinate) {
  py::object values;
  if (const auto* names = std::get_if<std::vector<std::string>>(&coordinate.values)) {
    values = py::cast(*names);
  } else {
    const auto& numbers = std::get<std::vector<std::int64_t>>(coordinate.values);
    values = py::array(static_cast<py::ssize_t>(numbers.size()), numbers.data());
  }
  return py::make_tuple(coordinate.name, values, dict_of(attributes_of(coordinate)));
}

void define_results(py::module_& module) {
  py::class_<HeldResults, std::shared_ptr<HeldResults>>(module, "Results")
      .def_property_readonly("scenario", [](const HeldResults& held) { return held.scenario; })
      .def_property_readonly("failures", failures_of)
      .def("folders",
           [](const HeldResults& held) {
             std::vector<std::string> names;
             for (const Folder& folder : held.results->layout().folders) names.push_back(folder.name);
             return names;
           })
      .def("folder", folder_of, py::arg("name"), py::arg("writeable"))
      .def("attributes", root_attributes)
      .def(
          "digest", [](const HeldResults& held) { return held.results->digest(); },
          py::call_guard<py::gil_scoped_release>())
      .def("summary", summary_of, py::call_guard<py::gil_scoped_release>())
      // With the interpreter's lock: whoever else uses HDF5 in this process holds it, too.
      .def("save",
           [](const HeldResults& held, const std::string& path) {
             held.results->write(path, held.scenario->text, held.scenario->name, held.scenario->overrides);
           })
      .def("packed", packed);
  module.def("run", run, py::arg("scenario"), py::arg("threads"), py::arg("progress"));
  module.def("unpacked", unpacked);
}

}  // namespace goodhart::python
