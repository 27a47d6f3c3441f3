/// The scenario format as a JSON Schema for editors and as a reference for readers, both made from the declared fields.
#pragma once

#include <string>

namespace goodhart {

/// A JSON Schema (draft 2020-12) of scenario files. It knows keys, types, bounds and allowed words; what only the
/// reader can check (names that must be declared elsewhere, sums, expressions, infinite numbers) it lets pass.
std::string json_schema();

/// docs/scenario-format.md: how to read a scenario, then every field with its type, default, unit, bounds and meaning.
std::string format_reference();

}  // namespace goodhart
