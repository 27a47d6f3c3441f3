/// The task pool does every task once, hands on the first failure, and commits in order within its bound.
#include "goodhart/core/tasks.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using goodhart::TaskPool;

TEST_CASE("for_each runs every task once, nested too") {
  for (const int threads : {1, 2, 5}) {
    TaskPool pool(threads);
    CHECK(pool.threads() == threads);
    std::vector<std::atomic<int>> done(60);
    pool.for_each(6, [&](std::size_t i) { pool.for_each(10, [&](std::size_t j) { ++done[i * 10 + j]; }); });
    CHECK(std::all_of(done.begin(), done.end(), [](const auto& count) { return count == 1; }));
    pool.for_each(0, [](std::size_t) { FAIL("nothing to do"); });
  }
}

TEST_CASE("idle threads help with nested work") {
  TaskPool pool(2);
  std::atomic<int> inside{0}, most{0};
  // One outer task, two inner ones that wait for each other (a second at most): both must be under way at once.
  pool.for_each(1, [&](std::size_t) {
    pool.for_each(2, [&](std::size_t) {
      ++inside;
      for (int wait = 0; wait < 1000 && inside < 2; ++wait) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      most = std::max(most.load(), inside.load());
    });
  });
  CHECK(most == 2);
}

TEST_CASE("the exception of the first failing task comes out, whatever the number of threads") {
  for (const int threads : {1, 2, 4}) {
    TaskPool pool(threads);
    for (int again = 0; again < 20; ++again) {
      std::string message;
      try {
        pool.for_each(100, [&](std::size_t i) {
          // The first to fail takes longest to do so.
          if (i == 7) std::this_thread::sleep_for(std::chrono::milliseconds(2));
          if (i >= 7) throw std::runtime_error(std::to_string(i));
        });
      } catch (const std::runtime_error& error) {
        message = error.what();
      }
      CHECK(message == "7");
    }
    // The pool is as good as new.
    std::atomic<int> count{0};
    pool.for_each(50, [&](std::size_t) { ++count; });
    CHECK(count == 50);
  }
}

TEST_CASE("in_order commits in order, one at a time, and never runs further ahead than told") {
  for (const int threads : {1, 2, 4}) {
    for (const std::size_t ahead : {1u, 3u, 100u}) {
      TaskPool pool(threads);
      std::vector<std::size_t> committed;
      std::atomic<bool> within{false};
      std::atomic<std::size_t> next{0}, furthest{0};
      pool.in_order(
          40, ahead,
          [&](std::size_t i) {
            const std::size_t lead = i - std::min(i, next.load());
            for (std::size_t seen = furthest; lead > seen && !furthest.compare_exchange_weak(seen, lead);) {
            }
            if (i % 7 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
          },
          [&](std::size_t i) {
            CHECK_FALSE(within.exchange(true));
            committed.push_back(i);
            next = i + 1;
            within = false;
          });
      REQUIRE(committed.size() == 40);
      for (std::size_t i = 0; i < 40; ++i) CHECK(committed[i] == i);
      CHECK(furthest < ahead);
    }
  }
}

TEST_CASE("in_order stops where producing or committing fails") {
  for (const int threads : {1, 3}) {
    TaskPool pool(threads);
    std::vector<std::size_t> committed;
    CHECK_THROWS_AS(pool.in_order(
                        30, 2,
                        [](std::size_t i) {
                          if (i == 5) throw std::runtime_error("no");
                        },
                        [&](std::size_t i) { committed.push_back(i); }),
                    std::runtime_error);
    CHECK(committed.size() <= 5);
    committed.clear();
    CHECK_THROWS_AS(pool.in_order(
                        30, 2, [](std::size_t) {},
                        [&](std::size_t i) {
                          if (i == 3) throw std::runtime_error("full");
                          committed.push_back(i);
                        }),
                    std::runtime_error);
    CHECK(committed == std::vector<std::size_t>{0, 1, 2});
  }
}
