/// One run, step by step, with what whoever plays leadership may set between steps.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <atomic>
#include <span>
#include <string>
#include <vector>

#include "core.hpp"
#include "goodhart/engine/outputs.hpp"
#include "goodhart/engine/single_run.hpp"
#include "goodhart/report/explanation.hpp"

namespace goodhart::python {
namespace {

/// A run as Python holds it: used by one thread at a time, and no more after an error that left it half done.
class HeldRun {
 public:
  HeldRun(std::shared_ptr<const OpenScenario> scenario, const std::string& policy, std::uint32_t replicate)
      : policy_(policy.empty() ? policy_to_explain(scenario->scenario) : policy),
        replicate_(replicate),
        run_(scenario->scenario, policy_, replicate) {}

  const std::string& policy() const { return policy_; }
  std::uint32_t replicate() const { return replicate_; }

  /// Calls `act` with the run. Throws RuntimeError where another thread is at it, and RunsFailed after an error.
  template <class Act>
  auto with(const Act& act) {
    if (busy_.exchange(true)) throw std::runtime_error("this simulation is being used by another thread");
    const struct Free {
      std::atomic<bool>& busy;
      ~Free() { busy = false; }
    } free{busy_};
    if (!failure_.empty()) throw RunError("this run has ended with an error: " + failure_);
    try {
      return act(run_);
    } catch (const RunError& error) {
      failure_ = error.what();
      throw;
    }
  }

 private:
  std::string policy_;
  std::uint32_t replicate_;
  SingleRun run_;
  std::atomic<bool> busy_ = false;
  std::string failure_;
};

using Held = std::shared_ptr<HeldRun>;

/// A column of employees, seen and not copied: it shows the last step, whichever that is, and keeps the run alive.
py::array seen(const Held& held, std::span<const double> column) {
  const py::capsule keeps(new Held(held), [](void* kept) { delete static_cast<Held*>(kept); });
  py::array array(py::dtype::of<double>(), std::vector<py::ssize_t>{static_cast<py::ssize_t>(column.size())},
                  column.data(), keeps);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

/// The place of a name, or a KeyError that says which there are.
template <class T>
int place_of(const Named<T>& named, const std::string& name, const char* what) {
  std::vector<std::string> names;
  for (const auto& entry : named) {
    if (entry.name == name) return static_cast<int>(names.size());
    names.push_back(entry.name);
  }
  throw py::key_error(std::string("there is no ") + what + " " + name + "; there is " + listed(names, "and"));
}

py::array units(const Held& held, const std::string& activity) {
  return held->with([&](SingleRun& run) {
    return seen(held, run.simulation().units(place_of(run.scenario().setting.activities, activity, "activity")));
  });
}

py::array reading(const Held& held, const std::string& metric) {
  return held->with([&](SingleRun& run) {
    return seen(held, run.simulation().reading(place_of(run.scenario().setting.metrics, metric, "metric")));
  });
}

py::array column(const Held& held, const std::string& name) {
  return held->with([&](SingleRun& run) {
    const Simulation& now = run.simulation();
    if (name == "value") return seen(held, now.value());
    if (name == "contribution") return seen(held, now.contribution());
    if (name == "hours") return seen(held, now.hours());
    if (name == "gaming_time") return seen(held, now.gaming_time());
    if (name == "reward") return seen(held, now.reward());
    return seen(held, now.utility());
  });
}

/// A copy: traits are drawn anew where a phase changes them.
py::array trait(const Held& held, const std::string& name) {
  return held->with([&](SingleRun& run) -> py::array {
    const Population& people = run.simulation().population();
    for (std::size_t t = 0; t < people.trait_names.size(); ++t) {
      if (people.trait_names[t] != name) continue;
      py::array_t<double> values(static_cast<py::ssize_t>(run.simulation().roster().size));
      for (std::size_t i = 0; i < run.simulation().roster().size; ++i) values.mutable_at(i) = people.traits[t][i];
      return values;
    }
    throw py::key_error("there is no trait " + name + "; there is " + listed(people.trait_names, "and"));
  });
}

/// The means of the last step; what goes by activity, metric, incentive or group is a dict by names.
py::dict means(const Held& held) {
  return held->with([&](SingleRun& run) {
    const Setting& setting = run.scenario().setting;
    const auto names_over = [&](Over over) {
      std::vector<std::string> names;
      const auto add = [&](const auto& named) {
        for (const auto& entry : named) names.push_back(entry.name);
      };
      if (over == Over::activities) add(setting.activities);
      if (over == Over::metrics) add(setting.metrics);
      if (over == Over::groups) add(setting.population.groups);
      if (over == Over::incentives) names = run.incentives();
      if (over == Over::levers) {
        if (const auto* commit = commit_of(*run.scenario().policies.find(held->policy()))) add(commit->levers);
      }
      return names;
    };
    py::dict all;
    for (const StepOutput& output : kStepOutputs) {
      const std::span<const double> values = output.of(run.means());
      if (output.over == Over::all) {
        all[output.name] = values[0];
        continue;
      }
      if (output.over == Over::groups_and_activities) continue;
      const std::vector<std::string> names = names_over(output.over);
      py::dict by_name;
      for (std::size_t i = 0; i < std::min(values.size(), names.size()); ++i) by_name[py::str(names[i])] = values[i];
      all[output.name] = by_name;
    }
    return all;
  });
}

py::tuple explain(const Held& held, std::size_t employee) {
  std::string text, json;
  {
    const py::gil_scoped_release unlocked;
    held->with([&](SingleRun& run) {
      const Explanation told = run.explain(employee);
      text = to_text(told, run.scenario(), held->policy(), static_cast<int>(held->replicate()));
      json = to_json(told, run.scenario(), held->policy(), static_cast<int>(held->replicate()));
    });
  }
  return py::make_tuple(text, json);
}

/// A method that does something with the run, without the interpreter's lock.
template <class... Arguments>
auto doing(void (SingleRun::*act)(Arguments...)) {
  return [act](const Held& held, std::decay_t<Arguments>... arguments) {
    const py::gil_scoped_release unlocked;
    held->with([&](SingleRun& run) { (run.*act)(arguments...); });
  };
}

}  // namespace

void define_simulation(py::module_& module) {
  py::class_<HeldRun, Held>(module, "Simulation")
      .def(py::init([](std::shared_ptr<const OpenScenario> scenario, const std::string& policy,
                       std::uint32_t replicate) {
        Held held;
        supervise(py::none(), [&](const KeepGoing&) { held = std::make_shared<HeldRun>(scenario, policy, replicate); });
        return held;
      }))
      .def_property_readonly("policy", &HeldRun::policy)
      .def_property_readonly("replicate", &HeldRun::replicate)
      .def_property_readonly(
          "next_step", [](const Held& held) { return held->with([](SingleRun& run) { return run.next_step(); }); })
      .def_property_readonly("done",
                             [](const Held& held) { return held->with([](SingleRun& run) { return run.done(); }); })
      .def_property_readonly("phase",
                             [](const Held& held) { return held->with([](SingleRun& run) { return run.phase(); }); })
      .def_property_readonly(
          "incentives", [](const Held& held) { return held->with([](SingleRun& run) { return run.incentives(); }); })
      .def("step", doing(&SingleRun::step))
      .def("means", means)
      .def("units", units)
      .def("reading", reading)
      .def("column", column)
      .def("trait", trait)
      .def("explain", explain)
      .def("set_target", doing(&SingleRun::set_target))
      .def("set_rate", doing(&SingleRun::set_rate))
      .def("set_stakes", doing(&SingleRun::set_stakes))
      .def("set_audit_rate", doing(&SingleRun::set_audit_rate))
      .def("begin_phase", doing(&SingleRun::begin_phase));
}

}  // namespace goodhart::python
