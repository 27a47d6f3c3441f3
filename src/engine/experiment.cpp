/// Policies x replicates, handed out in order.
#include "goodhart/engine/experiment.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>

#include "goodhart/engine/simulation.hpp"
#include "goodhart/model/drawn_value_error.hpp"
#include "goodhart/scenario/read.hpp"
#include "recorder.hpp"

namespace goodhart {

namespace {

/// Thrown through a run to end it when the user has had enough.
struct Interrupted {};

/// What recorders look at.
Simulation::Columns columns_of(const Scenario& scenario) {
  return scenario.record.teams || scenario.record.employees ? Simulation::Columns::all : Simulation::Columns::needed;
}

/// One replicate: the burn-in once, then every policy from the state that it leaves.
class Replicate {
 public:
  Replicate(const Scenario& scenario, const Layout& layout, int number, Mechanisms mechanisms, TaskPool& pool,
            const std::function<void(const StepDone&)>& tick)
      : scenario_(scenario), layout_(layout), number_(number), mechanisms_(mechanisms), pool_(pool), tick_(tick) {}

  std::vector<RunRecord> run() {
    const auto policies = scenario_.policies.size();
    std::vector<RunRecord> records(policies);
    const Luck luck{scenario_.seed, static_cast<std::uint32_t>(number_)};
    std::unique_ptr<Simulation> common;
    std::vector<Recorder> recorders;
    for (std::size_t p = 0; p < policies; ++p) recorders.emplace_back(scenario_, layout_, static_cast<int>(p));
    std::string failure;
    try {
      common = std::make_unique<Simulation>(scenario_, luck, pool_, mechanisms_, columns_of(scenario_));
      if (common->next_step() < 0) start(*common, -1);
      while (common->next_step() < 0) {
        common->step();
        for (Recorder& recorder : recorders) recorder.see(*common);
        done(*common, -1);
      }
      common->settle();
    } catch (const RunError& error) {
      failure = error.what();
    }
    pool_.for_each(policies, [&](std::size_t p) {
      try {
        if (!failure.empty()) throw RunError(failure);
        const Policy& policy = scenario_.policies.entries[p].value;
        const auto simulation = policies == 1 ? std::make_unique<Simulation>(std::move(*common), policy)
                                              : std::make_unique<Simulation>(*common, policy);
        start(*simulation, static_cast<int>(p));
        while (simulation->next_step() < scenario_.time.steps) {
          simulation->step();
          recorders[p].see(*simulation);
          done(*simulation, static_cast<int>(p));
        }
        records[p] = recorders[p].record(number_);
      } catch (const RunError& error) {
        records[p].policy = static_cast<int>(p);
        records[p].replicate = number_;
        records[p].seed = scenario_.seed;
        records[p].failure = error.what();
      }
    });
    return records;
  }

 private:
  void start(const Simulation& run, int policy) const {
    tick_({.policy = policy, .replicate = number_, .starts = true, .step = run.next_step(), .hardest = {}});
  }
  void done(const Simulation& run, int policy) const {
    tick_({.policy = policy,
           .replicate = number_,
           .starts = false,
           .step = run.next_step() - 1,
           .hardest = run.hardest_decision()});
  }

  const Scenario& scenario_;
  const Layout& layout_;
  int number_;
  Mechanisms mechanisms_;
  TaskPool& pool_;
  const std::function<void(const StepDone&)>& tick_;
};

/// How many steps the longest of what is to come later waits, in any setting; as many as the run has at most.
int longest_wait(const Scenario& scenario) {
  int longest = 0;
  const auto look = [&](const Setting& setting) {
    for (const auto& [name, activity] : setting.activities) {
      if (activity.later) longest = std::max(longest, activity.later->after);
    }
    for (const auto& [name, metric] : setting.metrics) longest = std::max(longest, metric.delay);
  };
  look(scenario.setting);
  for (const auto& [name, policy] : scenario.policies) {
    for (const Phase& phase : policy.phases) {
      if (phase.setting) look(*phase.setting);
    }
  }
  return std::min(longest, scenario.time.before + scenario.time.steps);
}

}  // namespace

Ending run_experiment(const Scenario& scenario, const Layout& layout, TaskPool& pool,
                      const std::function<void(const RunRecord&)>& take,
                      const std::function<bool(const Progress&)>& keep_going, const Part& part) {
  const auto replicates = static_cast<std::size_t>(std::max(0, scenario.replicates - part.first_replicate));
  const auto policies = scenario.policies.size();
  Ending outcome;
  Progress progress;
  progress.runs_total = static_cast<int>(replicates * policies);
  progress.steps_total = replicates * (static_cast<std::uint64_t>(scenario.time.before) +
                                       policies * static_cast<std::uint64_t>(scenario.time.steps));
  std::mutex mutex;
  bool stopped = false;
  const std::function<void(const StepDone&)> tick = [&](const StepDone& step) {
    const std::lock_guard lock(mutex);
    progress.last = step;
    progress.steps_done += step.starts ? 0 : 1;
    stopped = stopped || !keep_going(progress);
    if (stopped) throw Interrupted();
  };
  std::vector<std::vector<RunRecord>> finished(replicates);
  try {
    pool.in_order(
        replicates, 2 * static_cast<std::size_t>(pool.threads()),
        [&](std::size_t r) {
          const int number = part.first_replicate + static_cast<int>(r);
          finished[r] = Replicate(scenario, layout, number, part.mechanisms, pool, tick).run();
        },
        [&](std::size_t r) {
          for (const RunRecord& record : finished[r]) {
            take(record);
            ++outcome.runs;
            outcome.failed += !record.failure.empty();
            const std::lock_guard lock(mutex);
            ++progress.runs_done;
          }
          std::vector<RunRecord>().swap(finished[r]);
        });
  } catch (const Interrupted&) {
    outcome.interrupted = true;
  }
  return outcome;
}

namespace {

/// What only drawn employees show, of one scenario as it stands.
std::vector<Diagnostic> rehearse_alone(const Scenario& scenario) {
  // A few hundred people show most of what can be wrong with anybody; the rest is found when it is drawn. There are
  // fewer where each has to remember a great many steps.
  constexpr int kPeople = 256, kRemembered = 4'000'000;
  Scenario small = scenario;
  small.setting.population.size = std::min(
      {scenario.setting.population.size, kPeople, std::max(1, kRemembered / std::max(1, longest_wait(scenario)))});
  small.setting.population.team_size =
      std::min(scenario.setting.population.people_per_team(), small.setting.population.size);
  // A network needs nobody here: what peers do only changes how much is gamed, not whether the problem has an answer.
  small.setting.population.network = NoPeers{};
  small.time.before = 0;
  std::vector<Diagnostic> found;
  const auto report = [&](const Diagnostic& diagnostic) {
    const bool known = std::any_of(found.begin(), found.end(),
                                   [&](const Diagnostic& other) { return other.message == diagnostic.message; });
    if (!known) found.push_back(diagnostic);
  };
  TaskPool alone(1);
  for (auto& [name, policy] : small.policies.entries) {
    for (std::size_t p = 0; p < policy.phases.size(); ++p) {
      // Each phase by itself, from the start, for one step: what its setting draws is the same whenever it begins.
      Policy only;
      only.phased = policy.phased;
      only.phases = {policy.phases[p]};
      only.phases[0].from = 0;
      if (only.phases[0].setting) {
        auto setting = std::make_shared<Setting>(*only.phases[0].setting);
        setting->population.size = small.setting.population.size;
        setting->population.team_size = small.setting.population.team_size;
        setting->population.network = NoPeers{};
        only.phases[0].setting = setting;
      }
      try {
        const Simulation common(small, Luck{small.seed, 0}, alone);
        Simulation run(common, only);
        run.step();
      } catch (const DrawnValueError& error) {
        report(error.diagnostic);
      } catch (const RunError& error) {
        Diagnostic diagnostic;
        diagnostic.path = "policies." + name + (policy.phased ? "." + policy.phases[p].name : "");
        diagnostic.message = error.what();
        report(diagnostic);
      }
    }
  }
  return found;
}

}  // namespace

std::vector<Diagnostic> rehearse(const Scenario& scenario) {
  std::vector<Diagnostic> found = rehearse_alone(scenario);
  if (!found.empty() || !scenario.experiment) return found;
  // Both ends of what is uncertain will be run, too.
  Node document = resolved(scenario);
  std::erase_if(document.members, [](const Member& member) { return member.key == "experiment"; });
  for (const auto& [path, range] : scenario.experiment->vary) {
    for (const auto& [key, end] : {std::pair("from", range.from), std::pair("to", range.to)}) {
      Node changed = document;
      if (set_number(changed, path, end)) continue;
      const CheckedScenario there = read_scenario(changed);
      if (!there.sound()) continue;
      for (const Diagnostic& fault : rehearse_alone(*there.scenario)) {
        Diagnostic diagnostic;
        diagnostic.path = "experiment.vary." + path + "." + key;
        diagnostic.message = "the scenario cannot be run with " + number_text(end) + " there: " + fault.message;
        found.push_back(diagnostic);
      }
    }
  }
  return found;
}

}  // namespace goodhart
