/// Results in memory are those of a file: the same digest, the same bytes when they are written.
#include "goodhart/io/results_in_memory.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "goodhart/core/errors.hpp"
#include "goodhart/io/results_writer.hpp"
#include "support/run.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

// About one employee in a hundred draws a skill of above 2, and then a time of 0, which cannot be: some runs fail.
constexpr const char* kText = R"yaml(goodhart: 1
title: A small quota
time: {steps: 5, before: 1}
replicates: 6
population:
  size: 40
  team_size: 5
  groups: {young: {share: 0.5}, old: {share: 0.5}}
  traits: {skill: {lognormal: {median: 1, sigma: 0.3}}}
activities:
  work: {value: skill, time: "if(skill > 2, 0, 1)"}
  tick: {gaming: true, aversion: {lognormal: {median: 0.5, sigma: 1}}}
metrics:
  tickets: {measures: {work: 10, tick: 40}, noise: 1}
policies:
  trust: []
  quota: [{quota: {metric: tickets, target: 14, reward: 0.2}}]
record: {employees: {every: 2, sample: 7}, teams: true}
)yaml";

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("results in memory have the digest of a file, and write the same bytes") {
  const Scenario scenario = test::scenario_text(kText);
  const fs::path folder = fs::temp_directory_path() / ("goodhart-memory-" + std::to_string(::getpid()));
  fs::create_directory(folder);
  ResultsInMemory memory(scenario);
  ResultsWriter writer(folder / "file.h5", memory.layout(), attributes_of(scenario));
  std::vector<Failure> failures;
  TaskPool pool(2);
  run_experiment(
      scenario, memory.layout(), pool,
      [&](const RunRecord& record) {
        memory.take(record);
        writer.write(record);
        const auto policy = static_cast<std::size_t>(record.policy);
        if (!record.failure.empty()) {
          failures.push_back({scenario.policies.entries[policy].name, record.replicate, record.failure});
        }
      },
      [](const Progress&) { return true; });
  REQUIRE(!failures.empty());
  REQUIRE(failures.size() < 12);
  const std::string digest = writer.finish(provenance_of(scenario, kText, "small.yaml", "", failures));
  CHECK(memory.digest() == digest);
  memory.write(folder / "memory.h5", kText, "small.yaml", "");
  CHECK(bytes_of(folder / "memory.h5") == bytes_of(folder / "file.h5"));
  fs::remove_all(folder);

  // The root alone is what comparisons take: failed runs have no numbers, the others those that were taken.
  const Results root = memory.root("small.yaml");
  CHECK(root.held.size() == 12);
  for (const RunRecord& run : root.held) CHECK(run.data.size() == 1);
  CHECK(root.digest == digest);

  CHECK_THROWS_AS(memory.restore({"too", "few"}, {}), UserError);
}

TEST_CASE("a run that was never taken looks like one that failed") {
  const Scenario scenario = test::scenario_text(kText);
  const ResultsInMemory memory(scenario);
  CHECK(memory.statuses() == std::vector<std::int8_t>(12, 1));
  CHECK(std::isnan(memory.block(0, 0)->numbers[0]));
  CHECK(memory.record(0, 0).failure == "this run has no results");
}

}  // namespace goodhart
