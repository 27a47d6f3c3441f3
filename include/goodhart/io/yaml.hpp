/// YAML in and out: documents from text, and text that reads as if a person had written it from documents.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "goodhart/core/document.hpp"

namespace goodhart {

/// The largest text that is read.
constexpr std::size_t kMostBytes = 8'000'000;

/// Parses one YAML document of plain maps, lists and scalars, in UTF-8. `source` is what places call the text. Columns
/// count characters, not bytes.
///
/// Throws UserError with every mistake found: broken syntax, tabs as indentation, keys that stand twice in a map, keys
/// that are not plain names, tags, merge keys, several documents, an empty text, encodings other than UTF-8, and what
/// is too large: texts above 8 MB, more than 200 000 values (aliases expanded), nesting deeper than 64.
Node parse_yaml(std::string_view text, const std::string& source);

/// The bytes of a regular file, but no more than one above kMostBytes, so that a reader sees what is too large. Throws
/// UserError where the path leads to a folder, a pipe, a device or a socket, and MachineError if it cannot be read.
std::string read_text_file(const std::filesystem::path& path);

/// The same of standard input, which may be anything. It waits until that ends, or has given too much.
std::string read_standard_input();

/// Parses a file; places call it as the path is written. Throws as read_text_file and parse_yaml do.
Node read_yaml_file(const std::filesystem::path& path);

/// The document as YAML text in block style, with short maps and lists of scalars in braces, and quotes where they are
/// needed. Reading it back gives the same document, but for places and for quotes that mean nothing.
std::string to_yaml(const Node& node);

}  // namespace goodhart
