/// The task pool: a list of open jobs from which every thread takes the next task.
#include "goodhart/core/tasks.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <exception>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace goodhart {

namespace {

/// One call of for_each in progress. All members but `task` are guarded by the pool's mutex.
struct Job {
  std::size_t count;
  const std::function<void(std::size_t)>* task;
  std::size_t next = 0;          ///< the task to take next
  std::size_t running = 0;       ///< taken and not yet done
  std::exception_ptr failure{};  ///< of the first task, in the order of tasks, that failed
  std::size_t failed = 0;        ///< which task that is

  bool open() const { return next < count && !failure; }
  bool done() const { return !open() && running == 0; }
};

/// Is there some memory left to work with? Each thread has reserved addresses for its stack.
bool has_room() {
  constexpr std::size_t kRoom = std::size_t{256} << 20U;
  void* volatile some = std::malloc(kRoom);  // reserved and not touched; volatile, or a compiler takes it for granted
  const bool there = some != nullptr;
  std::free(some);
  return there;
}

/// Whose worker this thread is, and which; a thread that is nobody's is the caller, number 0.
struct Employment {
  const void* pool = nullptr;
  int number = 0;
};
thread_local Employment employment;

}  // namespace

struct TaskPool::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job*> jobs;  ///< innermost calls first, so that nested work is finished before new work is begun
  bool closing = false;
  std::size_t most =
      std::numeric_limits<std::size_t>::max();  ///< workers with higher numbers go as soon as they are idle
  std::vector<std::thread> workers;

  /// Takes one task of a job and runs it. Called and left with the lock held.
  void run_one(Job& job, std::unique_lock<std::mutex>& lock) {
    const std::size_t index = job.next++;
    ++job.running;
    lock.unlock();
    std::exception_ptr failure;
    try {
      (*job.task)(index);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    --job.running;
    if (failure && (!job.failure || index < job.failed)) {
      job.failure = failure;
      job.failed = index;
    }
    if (job.done()) changed.notify_all();
  }

  /// The last worker goes, and its stack with it.
  void dismiss_last() {
    {
      const std::lock_guard lock(mutex);
      most = workers.size() - 1;
    }
    changed.notify_all();
    workers.back().join();
    workers.pop_back();
  }

  void work(std::size_t number) {
    std::unique_lock lock(mutex);
    while (true) {
      const auto open = std::find_if(jobs.begin(), jobs.end(), [](const Job* job) { return job->open(); });
      if (open != jobs.end()) {
        run_one(**open, lock);
      } else if (closing || number > most) {
        return;
      } else {
        changed.wait(lock);
      }
    }
  }
};

TaskPool::TaskPool(int threads) : shared_(std::make_unique<Shared>()) {
  shared_->workers.reserve(static_cast<std::size_t>(std::max(threads - 1, 0)));
  for (int i = 1; i < threads; ++i) {
    try {
      shared_->workers.emplace_back([this, i] {
        employment = {shared_.get(), i};
        shared_->work(static_cast<std::size_t>(i));
      });
    } catch (const std::system_error&) {
      // The system lends no more: those that there are do it all, if they have left room for the work itself.
      while (!shared_->workers.empty() && !has_room()) shared_->dismiss_last();
      return;
    }
  }
}

TaskPool::~TaskPool() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->closing = true;
  }
  shared_->changed.notify_all();
  for (std::thread& worker : shared_->workers) worker.join();
}

int TaskPool::threads() const {
  return static_cast<int>(shared_->workers.size()) + 1;
}

int TaskPool::worker() const {
  return employment.pool == shared_.get() ? employment.number : 0;
}

void TaskPool::for_each(std::size_t count, const std::function<void(std::size_t)>& task) {
  if (shared_->workers.empty() || count < 2) {
    for (std::size_t i = 0; i < count; ++i) task(i);
    return;
  }
  Job job{.count = count, .task = &task};
  std::unique_lock lock(shared_->mutex);
  shared_->jobs.push_front(&job);
  shared_->changed.notify_all();
  while (job.open()) shared_->run_one(job, lock);
  shared_->changed.wait(lock, [&] { return job.done(); });
  std::erase(shared_->jobs, &job);
  if (job.failure) std::rethrow_exception(job.failure);
}

void TaskPool::in_order(std::size_t count, std::size_t ahead, const std::function<void(std::size_t)>& produce,
                        const std::function<void(std::size_t)>& commit) {
  std::mutex mutex;
  std::condition_variable moved;
  std::vector<bool> produced(count, false);
  std::size_t committed = 0;
  bool committing = false, failed = false;
  const auto fail = [&] {
    const std::lock_guard lock(mutex);
    failed = true;
    moved.notify_all();
  };
  for_each(count, [&](std::size_t i) {
    {
      // Tasks are begun in order, so the one that all wait for is always under way.
      std::unique_lock lock(mutex);
      moved.wait(lock, [&] { return i < committed + std::max<std::size_t>(ahead, 1) || failed; });
      if (failed) return;
    }
    try {
      produce(i);
      std::unique_lock lock(mutex);
      produced[i] = true;
      if (committing) return;  // whoever is at it comes by this one too
      committing = true;
      while (committed < count && produced[committed] && !failed) {
        const std::size_t next = committed;
        lock.unlock();
        commit(next);
        lock.lock();
        ++committed;
        moved.notify_all();
      }
      committing = false;
    } catch (...) {
      fail();
      throw;
    }
  });
}

}  // namespace goodhart
