/// Drawing progress.
#include "progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <utility>

#include "streams.hpp"

namespace goodhart {
namespace {

constexpr int kBarWidth = 30;

bool has_value(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
}

/// Whether lines on stderr can be redrawn.
bool is_terminal() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && kind && std::string_view(kind) != "dumb";
}

}  // namespace

std::string duration_text(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

// https://no-color.org
ProgressLine::ProgressLine(std::string label, bool quiet)
    : label_(std::move(label)), quiet_(quiet), terminal_(is_terminal()), colour_(terminal_ && !has_value("NO_COLOR")) {}

double ProgressLine::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

void ProgressLine::show(const Progress& progress) {
  const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10'000);
  if (quiet_ || Clock::now() - last_ < pause || progress.steps_total == 0) return;
  last_ = Clock::now();

  const double done = static_cast<double>(progress.steps_done) / static_cast<double>(progress.steps_total);
  std::string state = fmt::format("{:3.0f} %, {} of {} runs", 100 * done, progress.runs_done, progress.runs_total);
  if (done > 0) state += fmt::format(", {} left", duration_text(seconds() * (1 - done) / done));
  if (!terminal_) {
    say("{}: {}\n", label_, state);
    return;
  }
  const int filled = static_cast<int>(done * kBarWidth);
  const std::string bar = fmt::format("{0}{1:#>{2}}{3}{1:.>{4}}", colour_ ? "\x1b[36m" : "", "", filled,
                                      colour_ ? "\x1b[0m" : "", kBarWidth - filled);
  say("\r{} [{}] {}\x1b[K", label_, bar, state);
  drawn_ = true;
}

void ProgressLine::clear() {
  if (std::exchange(drawn_, false)) say("\r\x1b[K");
}

}  // namespace goodhart
