/// Other programs as filters: a text goes in, bytes come out.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace goodhart {

/// Runs a program, found by PATH, with `input` as its standard input, and returns what it prints. Nothing where there
/// is no such program. What it says on standard error goes to ours. Throws MachineError where it fails, or where there
/// is no room for what goes in or comes out (in the folder for temporary files).
std::optional<std::string> filtered(const std::vector<std::string>& command, const std::string& input);

}  // namespace goodhart
