/// What can go wrong, and whose doing it is: the user's, the machine's, or ours.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace goodhart {

/// Where in a text something stands. Line and column count from 1; 0 means "nowhere in particular".
struct Place {
  std::string source;  ///< the file as the user named it, or e.g. "--set"
  int line = 0;
  int column = 0;
};

/// One thing that is wrong with (error) or odd about (warning) what the user wrote.
struct Diagnostic {
  enum class Severity { error, warning };
  Severity severity = Severity::error;
  Place place;
  std::string path;     ///< the field, as in --set; may be empty
  std::string message;  ///< what is wrong; what was expected, or what to write instead
};

/// The user's mistake: in a scenario or on the command line. Exit status 2.
class UserError : public std::runtime_error {
 public:
  explicit UserError(const std::string& message) : std::runtime_error(message) {}
  explicit UserError(std::vector<Diagnostic> diagnostics)
      : std::runtime_error(diagnostics.empty() ? "invalid scenario" : diagnostics.front().message),
        diagnostics_(std::move(diagnostics)) {}
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
};

/// The machine refused: disk full, unreadable file, no permission. Exit status 1.
class MachineError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One run cannot be completed on the draws it got (a drawn time of zero, a strain that is not convex, ...). The
/// experiment records the message with the run and goes on. Exit status 3.
class RunError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A broken invariant: a bug of ours. Exit status 70.
class Bug : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

}  // namespace goodhart
