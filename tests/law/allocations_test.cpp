/// A step takes no memory: what it needs is there after the first few. Counted by an operator new of our own.
#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

/// Is somebody counting, and how many calls of operator new there were meanwhile, in all threads.
std::atomic<bool> counting = false;
std::atomic<long> allocations = 0;

void* counted(std::size_t size, std::size_t alignment) noexcept {
  if (counting.load(std::memory_order_relaxed)) allocations.fetch_add(1, std::memory_order_relaxed);
  // aligned_alloc wants whole multiples of the alignment, and at least one.
  return alignment <= alignof(std::max_align_t) ? std::malloc(size == 0 ? 1 : size)
                                                : std::aligned_alloc(alignment, (size / alignment + 1) * alignment);
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// All others of the library's operators call these.
void* operator new(std::size_t size) {
  return or_throw(counted(size, 1));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return or_throw(counted(size, static_cast<std::size_t>(alignment)));
}
// The library's own calls those above; a sanitizer's does not.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return counted(size, 1);
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace {

using namespace goodhart;
using goodhart::test::scenario_file;
using goodhart::test::Settings;

/// How often memory is taken in the steps from `first` on, under each policy; steps that end in another phase, where a
/// new setting is made, are left out. Counted is a second run: a thread's scratch grows to what the most demanding
/// decision takes, whenever that comes.
long allocations_in(const Scenario& scenario, int first, int threads = 1) {
  TaskPool pool(threads);
  Simulation common(scenario, Luck{}, pool, {}, Simulation::Columns::needed);
  while (common.next_step() < 0) common.step();
  common.settle();
  long sum = 0;
  for (const auto& [name, policy] : scenario.policies) {
    Simulation once(common, policy);
    while (once.next_step() < scenario.time.steps) once.step();
    Simulation run(common, policy);
    while (run.next_step() < scenario.time.steps) {
      const bool counts = run.next_step() >= first;
      const int phase = run.phase();
      allocations = 0;
      counting = counts;
      run.step();
      counting = false;
      if (counts && run.phase() == phase) sum += allocations;
    }
  }
  return sum;
}

}  // namespace

TEST_CASE("allocations: they are counted") {
  allocations = 0;
  counting = true;
  const std::string long_enough(100, 'x');
  std::vector<double> many(3);
  counting = false;
  CHECK(allocations == 2);
  CHECK(long_enough.size() + many.size() == 103);
}

TEST_CASE("allocations: none in a step of the reference work") {
  CHECK(allocations_in(scenario_file("bench/reference-work.yaml", {{"population.size", "3000"}, {"time.steps", "20"}}),
                       4) == 0);
}

TEST_CASE("allocations: none in a step with several threads") {
  CHECK(allocations_in(scenario_file("bench/reference-work.yaml", {{"population.size", "3000"}, {"time.steps", "20"}}),
                       4, 2) == 0);
}

TEST_CASE("allocations: none in a step of the shipped mandate") {
  CHECK(allocations_in(scenario_file("scenarios/ai-usage-mandate.yaml", {{"population.size", "1100"}}), 8) == 0);
}

TEST_CASE("allocations: none in a step of the rich work, contests and all") {
  CHECK(allocations_in(scenario_file("bench/rich.yaml", {{"population.size", "1100"},
                                                         {"behaviour.best_response.inertia", "0.9"},
                                                         {"time.steps", "40"}}),
                       26) == 0);
}

TEST_CASE("allocations: none in a step in which everything happens") {
  CHECK(allocations_in(scenario_file("tests/scenarios/everything.yaml", {{"population.size", "104"}}), 20) == 0);
}
