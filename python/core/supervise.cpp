/// Work that Python waits for without holding it up.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "core.hpp"
#include "goodhart/io/processors.hpp"

namespace goodhart::python {

void supervise(const py::object& progress, const std::function<void(const KeepGoing&)>& work) {
  constexpr std::chrono::milliseconds kPatience{50};
  std::atomic<bool> stopped = false;
  std::atomic<std::uint64_t> done = 0, total = 0;
  std::mutex mutex;
  std::condition_variable ended;
  bool finished = false;
  std::exception_ptr fault;
  const KeepGoing keep_going = [&](const Progress& state) {
    done = state.steps_done;
    total = state.steps_total;
    return !stopped;
  };
  std::thread worker([&] {
    try {
      work(keep_going);
    } catch (...) {
      fault = std::current_exception();
    }
    const std::lock_guard lock(mutex);
    finished = true;
    ended.notify_one();
  });

  std::optional<py::error_already_set> raised;
  const auto tell = [&] {
    if (raised) return;
    try {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      if (!progress.is_none() && total > 0) progress(done.load(), total.load());
    } catch (py::error_already_set& error) {
      raised.emplace(std::move(error));
      stopped = true;
    }
  };
  for (bool over = false; !over;) {
    {
      const py::gil_scoped_release unlocked;
      std::unique_lock lock(mutex);
      over = ended.wait_for(lock, kPatience, [&] { return finished; });
    }
    tell();
  }
  {
    const py::gil_scoped_release unlocked;
    worker.join();
  }
  if (raised) throw std::move(*raised);
  if (fault) std::rethrow_exception(fault);
}

int thread_count(const py::object& threads) {
  constexpr int kMost = 1024;
  if (threads.is_none()) return usable_processors();
  int count = 0;
  if (PyIndex_Check(threads.ptr()) && !PyBool_Check(threads.ptr())) {
    count = static_cast<int>(PyNumber_AsSsize_t(threads.ptr(), nullptr));
  }
  if (count < 1 || count > kMost) {
    throw py::value_error("threads: must be a whole number from 1 to 1024, got " + std::string(py::repr(threads)));
  }
  return count;
}

}  // namespace goodhart::python
