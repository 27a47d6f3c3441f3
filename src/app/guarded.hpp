/// Whatever goes wrong in a program ends as a sentence on stderr and an exit status.
#pragma once

#include <functional>

#include "command_line.hpp"

namespace goodhart {

/// Calls `act` and writes the last of what was printed. Returns its exit status; where it throws, or where what was
/// printed cannot be written, says so on stderr and returns what stands for that.
Exit run_guarded(const std::function<Exit()>& act);

}  // namespace goodhart
