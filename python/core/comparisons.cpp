/// Which policy, how much better, how sure, and why; and one employee's decision laid open.
#include <fmt/format.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <stdexcept>
#include <variant>

#include "core.hpp"
#include "goodhart/analysis/comparison.hpp"
#include "goodhart/analysis/counterfactuals.hpp"
#include "goodhart/analysis/run.hpp"
#include "goodhart/engine/single_run.hpp"
#include "goodhart/io/provenance.hpp"
#include "goodhart/io/results_reader.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/comparison.hpp"
#include "goodhart/report/explanation.hpp"
#include "goodhart/report/page.hpp"
#include "goodhart/report/policy_words.hpp"
#include "goodhart/report/search.hpp"
#include "goodhart/scenario/read.hpp"

namespace goodhart::python {
namespace {

constexpr int kLeverReplicates = 8, kWorldReplicates = 2;  // as `goodhart compare`

/// The position of a perspective. Throws ValueError.
std::size_t perspective_of(const std::string& name) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < std::size(kPerspectives); ++k) {
    if (name == kPerspectives[k].key) return k;
    names.push_back(kPerspectives[k].key);
  }
  throw py::value_error("perspective: must be " + listed(names) + ", got '" + name + "'");
}

/// The comparison as a text, as JSON, as CSV and as a page.
py::tuple told(const Comparison& comparison) {
  std::string text, json, csv, page;
  {
    const py::gil_scoped_release unlocked;
    text = to_text(comparison);
    json = to_json(comparison);
    csv = to_csv(comparison);
    page = to_html(comparison);
  }
  return py::make_tuple(text, json, csv, page);
}

/// What is to be found out besides the comparison itself.
struct Depth {
  std::variant<int, std::vector<std::vector<double>>> worlds = 0;  ///< how many, or the values of each number in doubt
  bool causes = false;
  bool levers = false;  ///< and which setting of those of the experiment would be best
};

/// Adds the worlds; false where `keep_going` said no.
bool add_asked_worlds(Comparison& comparison, const Results& results, const Depth& depth, TaskPool& pool,
                      const KeepGoing& keep_going) {
  if (const auto* given = std::get_if<std::vector<std::vector<double>>>(&depth.worlds)) {
    return add_worlds(comparison, results, *given, "a table", kWorldReplicates, pool, keep_going);
  }
  const int count = std::get<int>(depth.worlds);
  return count == 0 || add_worlds(comparison, results, count, kWorldReplicates, pool, keep_going);
}

/// What is compared; where replicates were doubled, with how sure the intervals are and why no more were run.
struct Compared {
  Results results;
  Stopping stopping{.confidence = 0.95, .words = {}};
};

/// Nothing where `keep_going` said no.
std::optional<Comparison> compare(const Compared& what, const Depth& depth, std::size_t perspective, TaskPool& pool,
                                  const KeepGoing& keep_going) {
  const Results& results = what.results;
  Comparison comparison = compared(results, what.stopping.confidence, perspective);
  comparison.stopping = what.stopping.words;
  for (std::size_t p = 0; p < comparison.policies.size(); ++p) {
    comparison.policies[p].words = policy_words(results.scenario, results.scenario.policies.entries[p].value);
  }
  comparison.scenario_text = to_yaml(resolved(results.scenario));
  if (!add_asked_worlds(comparison, results, depth, pool, keep_going)) return {};
  if (depth.causes && !add_causes(comparison, results, pool, keep_going)) return {};
  if (depth.levers && has_settings(results.scenario)) {
    comparison.best_setting = best_setting_in(results.scenario, pool, [&](const Progress& state) {
      // What Python raised is raised by whoever waits.
      if (!keep_going(state)) throw std::runtime_error("the comparison was stopped");
    });
  }
  if (depth.levers && !add_levers(comparison, results, kLeverReplicates, pool, keep_going)) return {};
  put_into_words(comparison);
  return comparison;
}

/// Compares what `results_of` makes, on a thread of its own.
py::tuple compare_under_supervision(
    const std::function<std::optional<Compared>(TaskPool&, const KeepGoing&)>& results_of, const Depth& depth,
    const std::string& perspective, const py::object& threads, const py::object& progress) {
  const std::size_t place = perspective_of(perspective);
  const int count = thread_count(threads);
  std::optional<Comparison> comparison;
  supervise(progress, [&](const KeepGoing& keep_going) {
    TaskPool pool(count);
    const std::optional<Compared> what = results_of(pool, keep_going);
    if (what) comparison = compare(*what, depth, place, pool, keep_going);
  });
  return told(comparison.value());
}

/// Replicates are doubled until half of each difference's interval is `until` of the comparison policy's mean, where
/// that is given.
py::tuple compare_scenario(const std::shared_ptr<const OpenScenario>& open, const Depth& depth,
                           const std::string& perspective, const py::object& threads, const py::object& progress,
                           const std::optional<double>& until, const std::string& outcome) {
  if (until) {
    if (const auto trouble = outcome_trouble(open->scenario, outcome)) {
      throw py::value_error(fmt::format("outcome {}: {}", outcome, *trouble));
    }
    if (open->scenario.policies.size() < 2) throw py::value_error("until: needs at least two policies to compare");
  }
  return compare_under_supervision(
      [&](TaskPool& pool, const KeepGoing& keep_going) -> std::optional<Compared> {
        Compared what;
        std::string overrides = open->overrides;
        if (until) {
          auto found = run_until(open->scenario, {outcome, *until}, pool, keep_going, open->name);
          if (!found) return {};
          what = {std::move(found->results), found->stopping};
          overrides += fmt::format("replicates={}\n", what.results.scenario.replicates);
        } else {
          auto found = run_in_memory(open->scenario, pool, keep_going, open->name);
          if (!found) return {};
          what.results = std::move(*found);
        }
        what.results.program = program_text();
        what.results.overrides = overrides;
        return what;
      },
      depth, perspective, threads, progress);
}

py::tuple compare_held(const HeldResults& held, const Depth& depth, const std::string& perspective,
                       const py::object& threads, const py::object& progress) {
  return compare_under_supervision(
      [&](TaskPool&, const KeepGoing&) {
        Compared what{held.results->root(held.scenario->name)};
        what.results.overrides = held.scenario->overrides;
        return std::optional(std::move(what));
      },
      depth, perspective, threads, progress);
}

/// Of results files; why is left out where another build made them, and then the second value is false.
py::tuple compare_files(const std::vector<std::string>& names, const std::vector<std::string>& policies,
                        const Depth& depth, const std::string& perspective, const py::object& threads,
                        const py::object& progress) {
  std::vector<Results> all;
  bool ours = true;
  // With the interpreter's lock: whoever else uses HDF5 in this process holds it, too.
  for (const std::string& name : names) {
    std::optional<Results> results = read_results(name, [] { return PyErr_CheckSignals() == 0; });
    if (!results) throw py::error_already_set();
    ours = ours && results->program == program_text();
    all.push_back(std::move(*results));
  }
  const Depth found = ours ? depth : Depth{};
  const Results results = joined(all, policies);
  return py::make_tuple(
      compare_under_supervision([&](TaskPool&, const KeepGoing&) { return std::optional(Compared{results}); }, found,
                                perspective, threads, progress),
      ours);
}

py::tuple explain(const OpenScenario& open, const std::string& policy, const std::optional<std::size_t>& employee,
                  const std::optional<int>& step, std::uint32_t replicate) {
  Question question{.policy = policy, .employee = employee, .step = step, .replicate = replicate};
  if (policy.empty()) question.policy = policy_to_explain(open.scenario);
  Explanation explanation;
  supervise(py::none(), [&](const KeepGoing&) { explanation = explained(open.scenario, question); });
  return py::make_tuple(to_text(explanation, open.scenario, question.policy, static_cast<int>(replicate)),
                        to_json(explanation, open.scenario, question.policy, static_cast<int>(replicate)));
}

}  // namespace

void define_comparisons(py::module_& module) {
  py::class_<Depth>(module, "Depth")
      .def(py::init([](decltype(Depth::worlds) worlds, bool causes, bool levers) {
             return Depth{std::move(worlds), causes, levers};
           }),
           py::arg("worlds"), py::arg("causes"), py::arg("levers"));
  module.def("compare_scenario", compare_scenario);
  module.def("compare_results", compare_held);
  module.def("compare_files", compare_files);
  module.def("explain", explain);
}

}  // namespace goodhart::python
