/// How fast the engine is, stage by stage and as a whole, in employee-steps per second.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "goodhart/engine/experiment.hpp"
#include "goodhart/engine/simulation.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/model/noise.hpp"
#include "goodhart/scenario/read.hpp"

namespace {

using namespace goodhart;

/// The reference work at another size, with other incentives where given.
Scenario reference_work(std::int64_t employees, const std::string& incentives = "") {
  Node root = read_yaml_file(GOODHART_SOURCE_DIR "/bench/reference-work.yaml");
  set_path(root, "population.size", Node::number(static_cast<double>(employees)));
  if (!incentives.empty()) {
    const Node given = parse_yaml("incentives: " + incentives, "benchmark");
    set_path(root, "policies.reward", *given.find("incentives"));
  }
  return read_scenario(root).scenario.value();
}

void count(benchmark::State& state, double employee_steps) {
  state.counters["employee-steps/s"] =
      benchmark::Counter(employee_steps * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

/// Drawing employees and network: employees per second.
void set_up(benchmark::State& state) {
  const Scenario scenario = reference_work(state.range(0));
  TaskPool pool(1);
  for (auto _ : state) benchmark::DoNotOptimize(Simulation(scenario, Luck{}, pool).next_step());
  count(state, static_cast<double>(state.range(0)));
}
BENCHMARK(set_up)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

/// The noise of a block, by law.
void noise(benchmark::State& state) {
  const Noise laws[] = {GaussianNoise{}, StudentNoise{.dof = 5}, LaplaceNoise{}};
  const Draws draws(1, Purpose::noise, "m");
  std::vector<double> block(1024);
  std::int32_t step = 0;
  for (auto _ : state) {
    standard_noise(laws[state.range(0)], draws, 0, step++, 0, block);
    benchmark::DoNotOptimize(block.data());
  }
  count(state, 1024);
}
BENCHMARK(noise)->ArgNames({"law"})->DenseRange(0, 2);

/// Whole steps. Peers settle in the first few, so those come before the clock starts.
void steps(benchmark::State& state, const Scenario& scenario, int threads) {
  TaskPool pool(threads);
  const Simulation common(scenario, Luck{}, pool);
  Simulation run(common, scenario.policies.entries[0].value);
  for (int step = 0; step < 5; ++step) run.step();
  for (auto _ : state) run.step();
  count(state, static_cast<double>(scenario.setting.population.size));
}

/// The reference work itself.
void step(benchmark::State& state) {
  steps(state, reference_work(state.range(0)), static_cast<int>(state.range(1)));
}
BENCHMARK(step)
    ->ArgNames({"employees", "threads"})
    ->Args({10'000, 1})
    ->Args({1'000'000, 1})
    ->Args({1'000'000, 2})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// Where the time of a step goes: the reference work with a part of it switched off. What is missing from the whole is
/// what the part costs.
void step_without(benchmark::State& state, const std::string& path, const std::string& value) {
  Node root = read_yaml_file(GOODHART_SOURCE_DIR "/bench/reference-work.yaml");
  set_path(root, "population.size", Node::number(static_cast<double>(state.range(0))));
  if (!path.empty()) set_path(root, path, *parse_yaml("value: " + value, "benchmark").find("value"));
  steps(state, read_scenario(root).scenario.value(), 1);
}
#define GOODHART_PART(name, path, value)             \
  BENCHMARK_CAPTURE(step_without, name, path, value) \
      ->ArgNames({"employees"})                      \
      ->Arg(10'000)                                  \
      ->Arg(1'000'000)                               \
      ->UseRealTime()                                \
      ->Unit(benchmark::kMillisecond)
GOODHART_PART(nothing, "", "");
GOODHART_PART(deciding, "behaviour", "{fixed: {efforts: {unaided: 0.3, aided: 0.3, fabricated: 0.1}}}");
GOODHART_PART(peers, "activities.fabricated.erosion", "0");
GOODHART_PART(noise, "metrics.reading.noise", "0");

/// Steps in which deciding costs most: a quota on the noisy reading, and one on each of two metrics.
void decide_quota(benchmark::State& state) {
  steps(state, reference_work(10'000, "[{quota: {metric: reading, target: 1.5, reward: 0.3}}]"), 1);
}
void decide_tournament(benchmark::State& state) {
  steps(state,
        reference_work(10'000, "[{tournament: {metric: reading, top: 0.2, prize: 0.3, bottom: 0.1, penalty: 0.2}}]"),
        1);
}
BENCHMARK(decide_tournament)->UseRealTime()->Unit(benchmark::kMillisecond);

BENCHMARK(decide_quota)->UseRealTime()->Unit(benchmark::kMillisecond);

void decide_two_quotas(benchmark::State& state) {
  Node root = read_yaml_file(GOODHART_SOURCE_DIR "/bench/reference-work.yaml");
  const Node more = parse_yaml(
      "size: 1000\nmetric: {measures: value, noise: 0.1}\nincentives: [{quota: {metric: reading, target: 1.5, reward: "
      "0.3}}, {quota: {metric: output, target: 0.8, reward: 0.3}}]",
      "benchmark");
  set_path(root, "population.size", *more.find("size"));
  set_path(root, "metrics.output", *more.find("metric"));
  set_path(root, "policies.reward", *more.find("incentives"));
  steps(state, read_scenario(root).scenario.value(), 1);
}
BENCHMARK(decide_two_quotas)->UseRealTime()->Unit(benchmark::kMillisecond);

/// Many small runs over the threads, records and all.
void ensemble(benchmark::State& state) {
  Scenario scenario = reference_work(200);
  scenario.replicates = 64;
  TaskPool pool(static_cast<int>(state.range(0)));
  const Layout layout = layout_of(scenario);
  for (auto _ : state) {
    run_experiment(
        scenario, layout, pool, [](const RunRecord& record) { benchmark::DoNotOptimize(record.averages.data()); },
        [](const Progress&) { return true; });
  }
  count(state, 200.0 * 64 * scenario.time.steps);
}
BENCHMARK(ensemble)->ArgNames({"threads"})->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
