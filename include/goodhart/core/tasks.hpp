/// Where work is shared out over cores; the only part of the library that knows of threads.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace goodhart {

/// A fixed number of threads that work through numbered tasks. Results must not depend on who does which task when:
/// tasks write to places of their own, and whoever sums them up does so in order.
///
/// Calls may be nested: a task may itself call `for_each`, and idle threads then help with the inner tasks.
class TaskPool {
 public:
  /// A pool in which `threads` threads work, the caller included; at least 1. Fewer where the system refuses some:
  /// `threads()` says how many there are.
  explicit TaskPool(int threads);
  TaskPool(const TaskPool&) = delete;
  TaskPool& operator=(const TaskPool&) = delete;
  ~TaskPool();

  int threads() const;

  /// Which of the threads this is, from 0 to threads() - 1: two tasks that run at the same time have different ones,
  /// and a task keeps its own unless it calls the pool itself.
  int worker() const;

  /// Runs task(0) ... task(count - 1) and returns when all are done. The exception of the first task, in this order,
  /// that throws is rethrown here, after the tasks under way are done; those not begun are dropped.
  void for_each(std::size_t count, const std::function<void(std::size_t)>& task);

  /// Runs produce(i) for all i on all threads, and then commit(i) one at a time in the order of i, each as soon as it
  /// and all before it are produced. At most `ahead` produced tasks wait to be committed, which bounds memory.
  void in_order(std::size_t count, std::size_t ahead, const std::function<void(std::size_t)>& produce,
                const std::function<void(std::size_t)>& commit);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace goodhart
