/// Tables of anybody's results: what came out under each policy in each world, as CSV.
#pragma once

#include <string>
#include <vector>

#include "goodhart/study/robust.hpp"

namespace goodhart {

/// What the columns of a table are.
struct WorldColumns {
  std::string outcome;                ///< the one whose numbers are compared, more being better; empty: "outcome"
  std::vector<std::string> levers;    ///< numbers that leadership chooses: with the policy they make an option
  std::vector<std::string> ignored;   ///< not looked at
  std::vector<std::string> policies;  ///< only these; all where it is empty
  std::string comparison;             ///< the policy that one fails by being worse than; else the first of the table
};

/// Reads a table in CSV: a line of names, then a line for each policy in each world.
///
/// The column `policy` says under which policy, that of the outcome what came out. `meets`, where there is one, says
/// yes or no to whether it was acceptable. All other columns are numbers that make the world: lines with the same are
/// one world. Not looked at are what `goodhart sweep --csv` prints beside these (point, failed, gain, and what ends in
/// _low, _high and _n), and replicate, run, seed and luck. Several lines of the same world and option are replicates,
/// in the order in which they stand, on luck that the options share; an option meets what is required where all of them
/// do. An empty outcome is that of a run that failed.
///
/// Cells may stand in double quotes, as RFC 4180 has it. Blank lines, and those that begin with #, are skipped. Throws
/// UserError with file, line and column, and MachineError where the file cannot be read.
WorldOutcomes read_worlds(const std::string& name, const WorldColumns& columns);

}  // namespace goodhart
