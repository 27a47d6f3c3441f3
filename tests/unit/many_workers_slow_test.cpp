/// A study on a large cluster, in virtual time: workers of uneven speed drain a million units, and some die.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <queue>
#include <vector>

#include "goodhart/core/random.hpp"
#include "goodhart/study/blocks.hpp"
#include "support/run.hpp"

using namespace goodhart;

namespace {

constexpr std::size_t kWorkers = 1000, kDeaths = 5;

/// 12,500 points on 80 replicates: a million units.
Study large() {
  return {Study::Verb::sweep, test::scenario_text(R"(
goodhart: 1
title: A large study
replicates: 80
activities: {work: {value: 1}}
metrics: {tickets: {measures: {work: 10}}}
policies: {trust: [], quota: [{quota: {metric: tickets, target: 14, reward: 0.2}}]}
experiment: {vary: {effort.intrinsic: {from: 0.2, to: 0.6, points: 12500}}}
)")};
}

struct Event {
  double time;
  std::size_t worker;
  bool operator>(const Event& other) const {
    return time > other.time || (time == other.time && worker > other.worker);
  }
};

}  // namespace

TEST_CASE("a thousand workers of uneven speed drain a million units, though some die") {
  const Study study = large();
  REQUIRE(study.units() == 1'000'000);
  const Draws luck(1, Purpose::network, "virtual workers");
  const auto draw = [&](std::uint32_t what, std::uint32_t number) { return luck.uniform(what, number, 0); };
  // Speeds differ up to three times, and points up to four times.
  std::vector<double> speed(kWorkers);
  double all_speed = 0;
  for (std::size_t w = 0; w < kWorkers; ++w) {
    speed[w] = std::exp(1.1 * (draw(0, static_cast<std::uint32_t>(w)) - 0.5));
    all_speed += speed[w];
  }
  const auto cost = [&](const Block& block) { return block.count * std::exp(1.4 * (draw(1, block.point) - 0.5)); };
  double work = 0;
  for (std::size_t b = 0; b < study.blocks(); ++b) work += cost(study.block(b));
  const double at_best = work / all_speed;

  std::vector<bool> done(study.units(), false);
  std::size_t units = 0, lost = 0, starts = 0;
  double time = 0;
  for (bool whole = false; !whole; ++starts) {
    // What the same command does: whatever is in the journals is done, and the rest is handed out.
    BlockQueue queue(study, pending_blocks(study, {}, done));
    const double death =
        starts < kDeaths ? time + at_best * (0.1 + 0.1 * draw(2, static_cast<std::uint32_t>(starts))) : 1e300;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events;
    std::vector<Block> at(kWorkers);
    const auto next = [&](std::size_t worker, double now) {
      const auto block = queue.take();
      if (!block) return;
      at[worker] = *block;
      events.push({now + cost(*block) / speed[worker], worker});
    };
    for (std::size_t w = 0; w < kWorkers; ++w) next(w, time);
    whole = true;
    while (!events.empty()) {
      const Event event = events.top();
      events.pop();
      if (event.time > death) {  // which ends all workers: what they were at is lost
        lost += at[event.worker].count;
        whole = false;
        continue;
      }
      time = event.time;
      const Block& block = at[event.worker];
      for (std::uint32_t r = block.first; r < block.first + block.count; ++r) {
        const std::size_t unit = block.point * std::size_t{80} + r;
        REQUIRE_FALSE(done[unit]);
        done[unit] = true;
        ++units;
      }
      next(event.worker, event.time);
    }
    if (!whole) time = death;
  }
  CHECK(units == study.units());
  CHECK(std::all_of(done.begin(), done.end(), [](bool is) { return is; }));
  CHECK(starts == kDeaths + 1);
  CHECK(lost > 0);
  const double efficiency = at_best / time;
  MESSAGE(kWorkers, " workers, ", units, " units, ", kDeaths, " deaths, ", lost, " units run twice: efficiency ",
          100 * efficiency, " %");
  CHECK(efficiency > 0.95);
}
