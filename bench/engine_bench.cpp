/// How fast the engine is, stage by stage and as a whole, in employee-steps per second; small runs in runs per second.
#include <benchmark/benchmark.h>

#include <chrono>
#include <initializer_list>
#include <string>
#include <utility>

#include "goodhart/engine/experiment.hpp"
#include "goodhart/engine/simulation.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/model/noise.hpp"
#include "goodhart/scenario/read.hpp"

namespace {

using namespace goodhart;

using Changes = std::initializer_list<std::pair<const char*, const char*>>;

/// A scenario of the repository with some of its values changed: path and new value, as --set has them. It never ends,
/// so that no step is one of the last, whose windows are not worth working for.
Scenario scenario_of(const std::string& file, std::int64_t employees, Changes changes = {}) {
  Node root = read_yaml_file(GOODHART_SOURCE_DIR "/" + file);
  if (employees > 0) set_path(root, "population.size", Node::number(static_cast<double>(employees)));
  for (const auto& [path, value] : changes) {
    set_path(root, path, *parse_yaml("value: " + std::string(value), "benchmark").find("value"));
  }
  Scenario scenario = read_scenario(root).scenario.value();
  scenario.time.before = 0;
  scenario.time.steps = 1'000'000;
  return scenario;
}

Scenario reference_work(std::int64_t employees, Changes changes = {}) {
  return scenario_of("bench/reference-work.yaml", employees, changes);
}

void count(benchmark::State& state, double employee_steps) {
  state.counters["employee-steps/s"] =
      benchmark::Counter(employee_steps * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

/// Whole steps. What peers do settles in the first few, so those come before the clock starts: from then on strips are
/// at rest, where nothing else moves them.
void steps(benchmark::State& state, const Scenario& scenario, const std::string& policy = "", int threads = 1) {
  TaskPool pool(threads);
  const Simulation common(scenario, Luck{}, pool, {}, Simulation::Columns::needed);
  Simulation run(common, policy.empty() ? scenario.policies.entries[0].value : *scenario.policies.find(policy));
  for (int step = 0; step < 10; ++step) run.step();
  for (auto _ : state) run.step();
  count(state, static_cast<double>(scenario.setting.population.size));
}

/// The second to the fifth step of a run, while peers are seen doing something new in every step, so that everybody
/// decides anew.
void moving_steps(benchmark::State& state, const Scenario& scenario) {
  constexpr int kSteps = 4;
  TaskPool pool(1);
  const Simulation common(scenario, Luck{}, pool, {}, Simulation::Columns::needed);
  for (auto _ : state) {
    Simulation run(common, scenario.policies.entries[0].value);
    run.step();
    const auto begin = std::chrono::steady_clock::now();
    for (int step = 0; step < kSteps; ++step) run.step();
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / kSteps);
  }
  count(state, static_cast<double>(scenario.setting.population.size));
}

// ---- The reference work, whole and by stage ----

/// Drawing the network, and the employees as the policy has them: employees per second.
void set_up(benchmark::State& state) {
  const Scenario scenario = reference_work(state.range(0));
  TaskPool pool(1);
  for (auto _ : state) {
    const Simulation common(scenario, Luck{}, pool, {}, Simulation::Columns::needed);
    const Simulation run(common, scenario.policies.entries[0].value);
    benchmark::DoNotOptimize(run.next_step());
  }
  count(state, static_cast<double>(state.range(0)));
}
BENCHMARK(set_up)->ArgNames({"employees"})->Arg(10'000)->Arg(1'000'000)->UseRealTime()->Unit(benchmark::kMillisecond);

void reference(benchmark::State& state) {
  steps(state, reference_work(state.range(0)), "", static_cast<int>(state.range(1)));
}
BENCHMARK(reference)
    ->ArgNames({"employees", "threads"})
    ->Args({10'000, 1})
    ->Args({1'000'000, 1})
    ->Args({1'000'000, 2})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void reference_moving(benchmark::State& state) {
  moving_steps(state, reference_work(state.range(0)));
}
/// The same without noise. What is missing from the whole is what noise costs.
void reference_without_noise(benchmark::State& state) {
  moving_steps(state, reference_work(state.range(0), {{"metrics.reading.noise", "0"}}));
}
#define GOODHART_MOVING(name) \
  BENCHMARK(name)->ArgNames({"employees"})->Arg(10'000)->Arg(1'000'000)->UseManualTime()->Unit(benchmark::kMillisecond)
GOODHART_MOVING(reference_moving);
GOODHART_MOVING(reference_without_noise);

/// The noise of a block, by law: readings per second.
void noise(benchmark::State& state, const Noise& law) {
  const Draws draws(1, Purpose::noise, "m");
  std::vector<double> block(1024);
  std::int32_t step = 0;
  for (auto _ : state) {
    standard_noise(law, draws, 0, step++, 0, block);
    benchmark::DoNotOptimize(block.data());
  }
  count(state, 1024);
}
BENCHMARK_CAPTURE(noise, gaussian, GaussianNoise{});
BENCHMARK_CAPTURE(noise, student_t, StudentNoise{.dof = 5});
BENCHMARK_CAPTURE(noise, laplace, LaplaceNoise{});

// ---- Incentives that are not linear, on the same work: to compare with `reference` ----

void incentives(benchmark::State& state, const char* list, std::int64_t employees) {
  moving_steps(state, reference_work(employees,
                                     {{"metrics.output", "{measures: value, noise: 0.1}"}, {"policies.reward", list}}));
}
#define GOODHART_INCENTIVES(name, list, employees) \
  BENCHMARK_CAPTURE(incentives, name, list, employees)->UseManualTime()->Unit(benchmark::kMillisecond)
GOODHART_INCENTIVES(linear, "[{linear: {metric: reading, rate: 0.6}}]", 10'000);
GOODHART_INCENTIVES(quota, "[{quota: {metric: reading, target: 1.5, reward: 0.3}}]", 10'000);
GOODHART_INCENTIVES(tournament, "[{tournament: {metric: reading, top: 0.2, prize: 0.3, bottom: 0.1, penalty: 0.2}}]",
                    10'000);
GOODHART_INCENTIVES(two_quotas,
                    "[{quota: {metric: reading, target: 1.5, reward: 0.3}}, {quota: {metric: output, target: 0.8, "
                    "reward: 0.3}}]",
                    1'000);

// ---- Scenarios as people write them ----

void mandate(benchmark::State& state, const char* policy) {
  steps(state, scenario_of("scenarios/ai-usage-mandate.yaml", 0), policy);
}
BENCHMARK_CAPTURE(mandate, voluntary, "voluntary")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(mandate, usage_quota, "usage_quota")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(mandate, outcome_bonus, "outcome_bonus")->UseRealTime()->Unit(benchmark::kMillisecond);

/// A quota, a tournament, a tool that spreads and a skill that is learnt; with everybody deciding anew in each step,
/// and with 15 % of them.
void rich(benchmark::State& state, const char* inertia) {
  steps(state, scenario_of("bench/rich.yaml", 0, {{"behaviour.best_response.inertia", inertia}}));
}
BENCHMARK_CAPTURE(rich, inertia_0, "0")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(rich, inertia_85, "0.85")->UseRealTime()->Unit(benchmark::kMillisecond);

/// Many small runs over the threads, set-up and records and all.
void ensemble(benchmark::State& state) {
  constexpr int kSteps = 100;
  const int runs = state.range(0) > 1000 ? 8 : 64;
  Scenario scenario = reference_work(state.range(0));
  scenario.replicates = runs;
  scenario.time.steps = kSteps;
  TaskPool pool(static_cast<int>(state.range(1)));
  const Layout layout = layout_of(scenario);
  for (auto _ : state) {
    run_experiment(
        scenario, layout, pool, [](const RunRecord& record) { benchmark::DoNotOptimize(record.averages.data()); },
        [](const Progress&) { return true; });
  }
  count(state, static_cast<double>(state.range(0)) * runs * kSteps);
  state.counters["runs/s"] =
      benchmark::Counter(runs * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(ensemble)
    ->ArgNames({"employees", "threads"})
    ->Args({200, 1})
    ->Args({200, 2})
    ->Args({10'000, 1})
    ->Args({10'000, 2})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
