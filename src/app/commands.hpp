/// The list of the program's commands.
#pragma once

#include <vector>

#include "command_line.hpp"

namespace goodhart {

/// All commands, in the order in which the help names them.
std::vector<Command> all_commands();

}  // namespace goodhart
