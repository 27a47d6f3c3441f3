/// Drawing progress.
#include "progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <utility>

#include "goodhart/report/diagnostics.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

constexpr std::size_t kBarWidth = 30;
constexpr std::size_t kUsualColumns = 80;  // of a terminal that does not say how wide it is
constexpr double kEnoughSeconds = 1;       // before which nothing is foretold
constexpr double kEnoughShare = 0.01;      // of the work, where no run is done yet

bool has_value(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
}

/// Whether lines on stderr can be redrawn.
bool is_terminal() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && kind && std::string_view(kind) != "dumb";
}

std::size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsualColumns;
}

/// Label, bar and state within the columns: where they are too narrow the bar goes, then the end of the label.
std::string line_of(const std::string& label, const std::string& state, double done, std::size_t columns, bool colour) {
  const std::size_t rest = columns_of(state) + 2;  // and what stands between
  if (columns_of(label) + rest + kBarWidth + 2 <= columns) {
    const auto filled = static_cast<std::size_t>(done * static_cast<double>(kBarWidth));
    return fmt::format("{} [{}{}{}{}] {}", harmless_line(label), colour ? "\x1b[36m" : "", std::string(filled, '#'),
                       colour ? "\x1b[0m" : "", std::string(kBarWidth - filled, '.'), state);
  }
  constexpr std::size_t kLeastLabel = 8;
  if (rest + kLeastLabel > columns) return cut_to(state, columns);
  return cut_to(label, columns - rest) + ": " + state;
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
  const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(60'000);
  if (quiet_ || Clock::now() - last_ < pause || progress.steps_total == 0) return;
  last_ = Clock::now();

  const double done = static_cast<double>(progress.steps_done) / static_cast<double>(progress.steps_total);
  std::string state = fmt::format("{:3.0f} %, {} of {} runs", 100 * done, progress.runs_done, progress.runs_total);
  const bool enough = progress.runs_done > 0 || done >= kEnoughShare;
  if (enough && seconds() >= kEnoughSeconds)
    state += fmt::format(", {} left", duration_text(seconds() * (1 - done) / done));
  if (!terminal_) {
    say("{}: {}\n", harmless_line(label_), state);
    return;
  }
  // The last column stays free: some terminals begin a new line where it is written to.
  say("\r{}\x1b[K", line_of(label_, state, done, terminal_columns() - 1, colour_));
  drawn_ = true;
}

void ProgressLine::clear() {
  if (std::exchange(drawn_, false)) say("\r\x1b[K");
}

void ProgressInParts::show(const Progress& progress, const std::string& part) {
  if (part != part_) {
    line_.emplace(label_ + ": " + part, quiet_);
    part_ = part;
  }
  line_->show(progress);
}

}  // namespace goodhart
