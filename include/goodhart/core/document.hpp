/// A parsed text of maps, lists and scalars, each with its place: what a scenario is before it has meaning.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goodhart/core/errors.hpp"

namespace goodhart {

struct Member;

/// One value of a document. Only the container that belongs to `kind` is filled.
struct Node {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  std::string text;     ///< of a scalar, as written but without quotes
  bool quoted = false;  ///< a quoted scalar is text, never a number
  Place place;
  std::vector<Node> items;      ///< of a list
  std::vector<Member> members;  ///< of a map, in the order written; keys are unique

  static Node scalar(std::string text, bool quoted = false);
  static Node number(double value);  ///< shortest text that reads back as the same number
  static Node list();
  static Node map();

  const Node* find(std::string_view key) const;  ///< the member's value, or null
  Node* find(std::string_view key);
  Node& add(std::string key, Node value);  ///< appends a member and returns its value
};

struct Member {
  std::string key;
  Place place;
  Node value;
};

/// The number a plain scalar stands for (decimal, or .inf with a sign), if it is one. Leading zeros, hexadecimal and
/// underscores are not numbers here, because YAML readers disagree on what they mean; nor is what a double cannot hold.
std::optional<double> as_number(const Node& node);

/// The shortest decimal that reads back as the same double, without an exponent if whole and below 1e15; ".inf",
/// "-.inf" and ".nan" as YAML spells them.
std::string number_text(double value);

/// The names with _2, _3 ... behind those that recur; empty ones stay empty.
std::vector<std::string> numbered(std::vector<std::string> names);

/// The names by which a list's items may be addressed: an item's `name`, or the `name` inside its single choice, else
/// the choice itself, numbered. Empty where it has none.
std::vector<std::string> item_names(const Node& list);

/// Finds what a path names: keys and list items joined by dots, items by position or by name. A policy's `incentives`
/// may be left out. Null where there is nothing.
const Node* find_path(const Node& root, std::string_view path);

/// Puts a value where a path points, creating maps on the way. Returns a sentence if the path leads through something
/// that is not a map or names a list item that is not there, and leaves the document as it was.
std::optional<std::string> set_path(Node& root, std::string_view path, const Node& value);

/// Where two documents first differ.
struct Difference {
  std::string path;             ///< empty where they are not of one kind at all
  const Node* one = nullptr;    ///< what stands there in the first; null where it has nothing there
  const Node* other = nullptr;  ///< and in the second
};

/// The first difference of two documents, in the order of the first; nothing where they say the same.
std::optional<Difference> first_difference(const Node& one, const Node& other);

/// A value in few words, for messages: "5", "a list of 3".
std::string brief(const Node& node);

/// The candidate nearest to a mistyped name, or nothing where none is near (edit distance at most 2, and less than half
/// the length; no search among more than 500).
std::optional<std::string> nearest_name(std::string_view name, const std::vector<std::string>& candidates);

/// "a, b or c"; of more than 41 the first 40, and how many more.
std::string listed(const std::vector<std::string>& words, std::string_view last = "or");

}  // namespace goodhart
