/// Text files out.
#pragma once

#include <filesystem>
#include <string>

namespace goodhart {

/// Writes a text to a file: as NAME.part, synced and then renamed, so that a file of the name is always whole. What
/// goes wrong leaves nothing behind and throws MachineError.
void write_text_file(const std::filesystem::path& name, const std::string& text);

}  // namespace goodhart
