/// How far an experiment is, on stderr: one line that is redrawn on a terminal, a line now and then elsewhere.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "goodhart/engine/experiment.hpp"

namespace goodhart {

/// "7.3 s", "1 min 20 s", "2 h 05 min".
std::string duration_text(double seconds);

class ProgressLine {
 public:
  /// `label` says what is running. A quiet line shows nothing.
  ProgressLine(std::string label, bool quiet);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { clear(); }

  /// Shows the state if it is time to: ten times a second on a terminal, once a minute elsewhere.
  void show(const Progress& progress);

  /// Takes a redrawn line away.
  void clear();

  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::string label_;
  bool quiet_;
  bool terminal_;
  bool colour_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
};

/// The same for what is done in parts that are known only when they come: a line for each.
class ProgressInParts {
 public:
  ProgressInParts(std::string label, bool quiet) : label_(std::move(label)), quiet_(quiet) {}
  void show(const Progress& progress, const std::string& part);
  void clear() { line_.reset(); }

 private:
  std::string label_, part_;
  bool quiet_;
  std::optional<ProgressLine> line_;
};

}  // namespace goodhart
