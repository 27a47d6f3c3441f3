/// The signal handler and the one flag that it may touch.
#include "interrupt.hpp"

#include <atomic>
#include <csignal>

namespace goodhart {
namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler must not wait");

extern "C" void remember_interrupt(int) {
  interrupted = true;
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, remember_interrupt);
  std::signal(SIGTERM, remember_interrupt);
}

bool is_interrupted() {
  return interrupted;
}

}  // namespace goodhart
