/// A quantity that gave somebody a value out of its bounds, with the place where the quantity is written.
#pragma once

#include <string>

#include "goodhart/core/errors.hpp"

namespace goodhart {

/// As any RunError, whose message begins with place and path; for whoever wants these apart, as a diagnostic.
class DrawnValueError : public RunError {
 public:
  DrawnValueError(const Place& place, const std::string& path, const std::string& message)
      : RunError(begins(place) + path + ": " + message) {
    diagnostic.place = place;
    diagnostic.path = path;
    diagnostic.message = message;
  }

  Diagnostic diagnostic;

 private:
  static std::string begins(const Place& place) {
    if (place.line == 0) return "";
    return place.source + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": ";
  }
};

}  // namespace goodhart
