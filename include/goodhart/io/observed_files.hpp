/// The tables of an organisation that a fit's statistics are computed from.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// Puts the values of statistics that stand in tables (`experiment.fit.data`, `file`) into the scenario, in place of
/// the files' names: of the readings in the steps that count, where the table has a column `step`. Of the tables
/// nothing else is kept.
///
/// The tables are looked for from `folder`. Returns how many readings each value is of, 0 where it was given. `warn`
/// hears a sentence where a table is of another number of employees than the scenario. Throws UserError with file, line
/// and column, which never repeats what a cell holds, and MachineError where a table cannot be read.
std::vector<std::size_t> read_observed(Scenario& scenario, const std::filesystem::path& folder,
                                       const std::function<void(const std::string&)>& warn);

}  // namespace goodhart
