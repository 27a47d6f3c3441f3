/// Arms over all cores, handed out in order.
#include "goodhart/engine/experiment.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>

#include "goodhart/engine/simulation.hpp"
#include "goodhart/model/drawn_value_error.hpp"
#include "goodhart/scenario/read.hpp"
#include "leadership/commit.hpp"
#include "recorder.hpp"

namespace goodhart {

namespace {

/// Thrown through a run to end it when the user has had enough.
struct Interrupted {};

/// What recorders look at.
Simulation::Columns columns_of(const Scenario& scenario) {
  return scenario.record.teams || scenario.record.employees ? Simulation::Columns::all : Simulation::Columns::needed;
}

using Tick = std::function<void(const StepDone&)>;

/// One replicate of an arm: the burn-in once, then every policy from the state that it leaves.
class Replicate {
 public:
  Replicate(const Arm& arm, int number, TaskPool& pool, const Tick& tick)
      : arm_(arm), scenario_(*arm.scenario), number_(number), pool_(pool), tick_(tick) {
    for (std::size_t p = 0; p < scenario_.policies.size(); ++p) {
      if (arm.policies.empty() || arm.policies[p]) policies_.push_back(p);
    }
  }

  /// The records of its policies, in their order.
  std::vector<RunRecord> run() {
    std::vector<RunRecord> records(policies_.size());
    std::vector<Recorder> recorders;
    for (const std::size_t p : policies_) recorders.emplace_back(scenario_, *arm_.layout, static_cast<int>(p));
    std::unique_ptr<Simulation> common;
    std::string failure;
    try {
      common = burn_in(recorders);
    } catch (const RunError& error) {
      failure = error.what();
    }
    pool_.for_each(policies_.size(), [&](std::size_t i) {
      const auto p = static_cast<int>(policies_[i]);
      try {
        if (!failure.empty()) throw RunError(failure);
        const Policy& policy = scenario_.policies.entries[policies_[i]].value;
        if (policy.committed && !policy.committed->failure.empty()) throw RunError(policy.committed->failure);
        const auto simulation = policies_.size() == 1 ? std::make_unique<Simulation>(std::move(*common), policy)
                                                      : std::make_unique<Simulation>(*common, policy);
        start(*simulation, p);
        while (simulation->next_step() < scenario_.time.steps) {
          simulation->step();
          recorders[i].see(*simulation);
          done(*simulation, p);
        }
        records[i] = recorders[i].record(number_);
      } catch (const RunError& error) {
        records[i].policy = p;
        records[i].replicate = number_;
        records[i].seed = scenario_.seed;
        records[i].failure = error.what();
      }
    });
    return records;
  }

 private:
  std::unique_ptr<Simulation> burn_in(std::vector<Recorder>& recorders) {
    const Luck luck{scenario_.seed, static_cast<std::uint32_t>(number_)};
    auto common = std::make_unique<Simulation>(scenario_, luck, pool_, arm_.mechanisms, columns_of(scenario_));
    if (common->next_step() < 0) start(*common, -1);
    while (common->next_step() < 0) {
      common->step();
      for (Recorder& recorder : recorders) recorder.see(*common);
      done(*common, -1);
    }
    common->settle();
    return common;
  }
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

  const Arm& arm_;
  const Scenario& scenario_;
  int number_;
  TaskPool& pool_;
  const Tick& tick_;
  std::vector<std::size_t> policies_;
};

/// The records of all replicates of an arm.
std::vector<RunRecord> runs_of(const Arm& arm, TaskPool& pool, const Tick& tick) {
  const auto replicates = static_cast<std::size_t>(arm.replicates);
  std::vector<std::vector<RunRecord>> of_replicate(replicates);
  pool.for_each(replicates, [&](std::size_t r) {
    of_replicate[r] = Replicate(arm, arm.first_replicate + static_cast<int>(r), pool, tick).run();
  });
  std::vector<RunRecord> all;
  for (std::vector<RunRecord>& records : of_replicate)
    std::move(records.begin(), records.end(), std::back_inserter(all));
  return all;
}

/// The scenario with what leadership commits to; the same where there is nothing to choose. `tick` is told of each step
/// of a rehearsal.
std::shared_ptr<const Scenario> with_commitments(const std::shared_ptr<const Scenario>& scenario, TaskPool& pool,
                                                 const Tick& tick) {
  if (!awaits_commitment(*scenario)) return scenario;
  auto chosen = std::make_shared<Scenario>(*scenario);
  commit(*chosen, [&](const Arm& arm) { return runs_of(arm, pool, tick); });
  return chosen;
}

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

Progress work_of(const Scenario& scenario, int replicates) {
  const auto policies = static_cast<std::uint64_t>(scenario.policies.size());
  Progress work;
  work.runs_total = replicates * static_cast<int>(policies);
  work.steps_total =
      static_cast<std::uint64_t>(replicates) *
      (static_cast<std::uint64_t>(scenario.time.before) + policies * static_cast<std::uint64_t>(scenario.time.steps));
  return work;
}

Ending run_arms(std::size_t count, const Progress& total, TaskPool& pool, const std::function<Arm(std::size_t)>& arm,
                const std::function<void(std::size_t, const Arm&, const std::vector<RunRecord>&)>& take,
                const std::function<bool(const Progress&)>& keep_going) {
  Ending outcome;
  Progress progress = total;
  std::mutex mutex;
  bool stopped = false;
  // Rehearsals are no part of what is to be done; they can be interrupted all the same.
  const auto go_on = [&] {
    stopped = stopped || !keep_going(progress);
    if (stopped) throw Interrupted();
  };
  const Tick watch = [&](const StepDone&) {
    const std::lock_guard lock(mutex);
    go_on();
  };
  const Tick tick = [&](const StepDone& step) {
    const std::lock_guard lock(mutex);
    progress.last = step;
    progress.steps_done += step.starts ? 0 : 1;
    go_on();
  };
  struct Done {
    Arm arm;
    std::vector<RunRecord> records;
  };
  const std::size_t ahead = 2 * static_cast<std::size_t>(pool.threads());
  std::mutex waiting;
  std::map<std::size_t, Done> finished;
  const auto produce = [&](std::size_t a) {
    Done done{arm(a), {}};
    if (done.arm.failure.empty()) {
      done.arm.scenario = with_commitments(done.arm.scenario, pool, watch);
      done.records = runs_of(done.arm, pool, tick);
    }
    const std::lock_guard lock(waiting);
    finished.emplace(a, std::move(done));
  };
  const auto commit = [&](std::size_t a) {
    std::unique_lock lock(waiting);
    const auto node = finished.extract(a);
    lock.unlock();
    const Done& done = node.mapped();
    take(a, done.arm, done.records);
    outcome.runs += static_cast<int>(done.records.size());
    for (const RunRecord& record : done.records) outcome.failed += !record.failure.empty();
    const std::lock_guard counting(mutex);
    progress.runs_done += static_cast<int>(done.records.size());
  };
  try {
    pool.in_order(count, ahead, produce, commit);
  } catch (const Interrupted&) {
    outcome.interrupted = true;
  }
  return outcome;
}

Scenario committed(Scenario scenario, TaskPool& pool, const std::string& policy) {
  commit(
      scenario, [&](const Arm& arm) { return runs_of(arm, pool, [](const StepDone&) {}); }, policy);
  return scenario;
}

std::shared_ptr<const Scenario> committed(const std::shared_ptr<const Scenario>& scenario, TaskPool& pool,
                                          const Progress& total,
                                          const std::function<bool(const Progress&)>& keep_going) {
  std::mutex mutex;
  try {
    return with_commitments(scenario, pool, [&](const StepDone&) {
      const std::lock_guard lock(mutex);
      if (!keep_going(total)) throw Interrupted();
    });
  } catch (const Interrupted&) {
    return nullptr;
  }
}

Ending run_experiment(const Scenario& scenario, const Layout& layout, TaskPool& pool,
                      const std::function<void(const RunRecord&)>& take,
                      const std::function<bool(const Progress&)>& keep_going, const Part& part) {
  const auto replicates = static_cast<std::size_t>(std::max(0, scenario.replicates - part.first_replicate));
  // Ours for as long as the call lasts.
  const std::shared_ptr<const Scenario> written(&scenario, [](const Scenario*) {});
  const std::shared_ptr<const Layout> kept(&layout, [](const Layout*) {});
  const Progress total = work_of(scenario, static_cast<int>(replicates));
  const std::shared_ptr<const Scenario> whole = committed(written, pool, total, keep_going);
  if (!whole) return Ending{.interrupted = true};
  const auto arm = [&](std::size_t r) {
    return Arm{.scenario = whole,
               .layout = kept,
               .mechanisms = part.mechanisms,
               .first_replicate = part.first_replicate + static_cast<int>(r)};
  };
  const auto take_all = [&](std::size_t, const Arm&, const std::vector<RunRecord>& records) {
    for (const RunRecord& record : records) take(record);
  };
  return run_arms(replicates, total, pool, arm, take_all, keep_going);
}

std::string far_reward(double pays) {
  return "in a step, an employee is paid rewards of " + number_text(std::round(10 * pays) / 10) +
         " times a step's pay on average, far more than anybody is known to have been paid so; give the incentives a "
         "cap or lower stakes, or do not trust what comes of it";
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
  small.setting.population.network = no_network();
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
        setting->population.network = no_network();
        only.phases[0].setting = setting;
      }
      try {
        const Simulation common(small, Luck{small.seed, 0}, alone);
        Simulation run(common, only);
        run.step();
        const double pays = run.means().reward / run.pay();
        if (pays > kMostPay) {
          Diagnostic diagnostic;
          diagnostic.severity = Diagnostic::Severity::warning;
          diagnostic.path = "policies." + name + (policy.phased ? "." + policy.phases[p].name : "");
          diagnostic.message = far_reward(pays);
          report(diagnostic);
        }
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
  const auto is_error = [](const Diagnostic& diagnostic) { return diagnostic.severity == Diagnostic::Severity::error; };
  if (std::any_of(found.begin(), found.end(), is_error) || !scenario.experiment) return found;
  // Both ends of what is uncertain will be run, too.
  const Node document = resolved_model(scenario);
  for (const auto& [path, range] : scenario.experiment->vary) {
    for (const auto& [key, end] : {std::pair("from", range.low()), std::pair("to", range.high())}) {
      Node changed = document;
      if (set_number(changed, path, range, end)) continue;
      const CheckedScenario there = read_scenario(changed);
      if (!there.sound()) continue;
      for (const Diagnostic& fault : rehearse_alone(*there.scenario)) {
        if (!is_error(fault)) continue;
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
