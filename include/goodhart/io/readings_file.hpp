/// Tables of readings: what was measured of each employee in each step, as CSV.
#pragma once

#include <cstddef>
#include <string>

#include "goodhart/analysis/bunching.hpp"

namespace goodhart {

/// What the columns of a table are.
struct ReadingColumns {
  std::string value = "value";    ///< the one with readings
  std::string employee;           ///< whose they are; empty: "employee", where there is such a column
  std::string step{};             ///< in which step they were made; empty: that is not asked
  const char* says = "--column";  ///< where it is said which column has the readings, for messages
};

/// More bytes are not read of a table of readings.
inline constexpr std::size_t kMostBytesOfReadings = 100'000'000;

/// Reads a table in CSV: a line of names, then a line for each reading. Only these columns are looked at: the readings,
/// which are numbers with a decimal point, whose each is, which may be any text, and the step where it is asked. Of
/// those texts nothing is kept but which are the same.
///
/// Blank lines, and those that begin with #, are skipped. Throws UserError with file, line and column, which never
/// repeats what a cell holds, and MachineError where the file cannot be read.
Readings read_readings(const std::string& name, const ReadingColumns& columns);

}  // namespace goodhart
