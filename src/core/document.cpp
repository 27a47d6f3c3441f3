/// Documents: numbers and names in them, and the paths that lead through them.
#include "goodhart/core/document.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

namespace goodhart {

Node Node::scalar(std::string text, bool quoted) {
  Node node;
  node.kind = Kind::scalar;
  node.text = std::move(text);
  node.quoted = quoted;
  return node;
}

Node Node::number(double value) {
  return scalar(number_text(value));
}

Node Node::list() {
  Node node;
  node.kind = Kind::list;
  return node;
}

Node Node::map() {
  Node node;
  node.kind = Kind::map;
  return node;
}

const Node* Node::find(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(std::as_const(*this).find(key));
}

Node& Node::add(std::string key, Node value) {
  members.push_back(Member{std::move(key), value.place, std::move(value)});
  return members.back().value;
}

std::optional<double> as_number(const Node& node) {
  if (node.kind != Node::Kind::scalar || node.quoted || node.text.empty()) return std::nullopt;
  std::string_view text = node.text;
  double sign = 1;
  if (text.front() == '+' || text.front() == '-') {
    sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
  }
  if (text == ".inf" || text == ".Inf" || text == ".INF") return sign * std::numeric_limits<double>::infinity();
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !(is_digit(text.front()) || text.front() == '.')) return std::nullopt;
  if (text.size() > 1 && text[0] == '0' && is_digit(text[1])) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // Too small counts as zero, too large is no number; from_chars does not tell them apart, the exponent's sign does.
    const bool small = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
    if (small) return sign * 0.0;
    return std::nullopt;
  }
  if (error != std::errc()) return std::nullopt;
  return sign * value;
}

std::string number_text(double value) {
  if (std::isnan(value)) return ".nan";
  if (std::isinf(value)) return value > 0 ? ".inf" : "-.inf";
  char buffer[32];
  // Whole numbers without an exponent, as people write them: 100000, not 1e+05.
  const bool whole = value == std::floor(value) && std::fabs(value) < 1e15;
  const auto result = whole ? std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed)
                            : std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, result.ptr);
}

namespace {

std::string_view plain_item_name(const Node& item) {
  if (item.kind == Node::Kind::scalar) return item.text;
  if (item.kind != Node::Kind::map || item.members.empty()) return "";
  if (const Node* name = item.find("name"); name && name->kind == Node::Kind::scalar) return name->text;
  if (item.members.size() != 1) return "";
  const Member& choice = item.members.front();
  if (const Node* name = choice.value.find("name"); name && name->kind == Node::Kind::scalar) return name->text;
  return choice.key;
}

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (true) {
    const std::size_t dot = path.find('.', from);
    parts.emplace_back(path.substr(from, dot == std::string_view::npos ? path.npos : dot - from));
    if (dot == std::string_view::npos) return parts;
    from = dot + 1;
  }
}

/// The child of a node that one part of a path names, or null.
const Node* child(const Node& node, const std::string& part) {
  if (node.kind == Node::Kind::map) {
    if (const Node* found = node.find(part)) return found;
    for (const char* implied : {"incentives", "phases"}) {
      if (const Node* list = node.find(implied); list && list->kind == Node::Kind::list) {
        if (const Node* found = child(*list, part)) return found;
      }
    }
    return nullptr;
  }
  if (node.kind != Node::Kind::list) return nullptr;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (error == std::errc() && end == part.data() + part.size()) {
    return index < node.items.size() ? &node.items[index] : nullptr;
  }
  // As `item_names` has them, without making them all: part itself, or the k-th of those called stem where part is
  // stem_k.
  const std::size_t bar = part.rfind('_');
  const std::string_view stem = std::string_view(part).substr(0, bar);
  int k = 0, count = 0;
  if (bar != part.npos) std::from_chars(part.data() + bar + 1, part.data() + part.size(), k);
  if (k < 2 || part.substr(bar) != "_" + std::to_string(k)) k = 0;
  for (const Node& item : node.items) {
    const std::string_view name = plain_item_name(item);
    if (name != part && !(k > 0 && name == stem && ++count == k)) continue;
    // An incentive is addressed by its name and then at once by its fields: quota.target, not quota.quota.target.
    const bool choice = item.kind == Node::Kind::map && item.members.size() == 1 && !item.find("name") &&
                        item.members.front().value.kind == Node::Kind::map;
    return choice ? &item.members.front().value : &item;
  }
  return nullptr;
}

/// The child that the parts of a path name from `at` on, or null; `at` then stands behind them. A key may hold dots
/// itself, as those of an override do.
const Node* next_child(const Node& node, const std::vector<std::string>& parts, std::size_t& at) {
  if (const Node* found = child(node, parts[at])) {
    ++at;
    return found;
  }
  for (const Member& member : node.members) {
    std::string joined = parts[at];
    for (std::size_t end = at + 1; end < parts.size() && joined.size() < member.key.size(); ++end) {
      joined += "." + parts[end];
      if (joined != member.key) continue;
      at = end + 1;
      return &member.value;
    }
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> numbered(std::vector<std::string> names) {
  std::unordered_map<std::string, int> seen;
  for (std::string& name : names) {
    const int count = name.empty() ? 1 : ++seen[name];
    if (count > 1) name += "_" + std::to_string(count);
  }
  return names;
}

std::vector<std::string> item_names(const Node& list) {
  std::vector<std::string> names;
  for (const Node& item : list.items) names.emplace_back(plain_item_name(item));
  return numbered(std::move(names));
}

const Node* find_path(const Node& root, std::string_view path) {
  const std::vector<std::string> parts = split(path);
  const Node* node = &root;
  for (std::size_t at = 0; at < parts.size();) {
    node = next_child(*node, parts, at);
    if (!node) return nullptr;
  }
  return node;
}

std::optional<std::string> set_path(Node& root, std::string_view path, const Node& value) {
  const std::vector<std::string> parts = split(path);
  if (std::any_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty(); })) {
    return "a path is made of names joined by single dots, as in activities.with_ai.cost";
  }
  // Walk as far as the document goes, then build the rest apart, so that a path that fails changes nothing.
  Node* node = &root;
  std::size_t at = 0;
  while (at < parts.size()) {
    Node* next = const_cast<Node*>(next_child(*node, parts, at));
    if (!next) break;
    node = next;
  }
  if (at == parts.size()) {
    *node = value;
    return std::nullopt;
  }
  const std::string reached = at == 0 ? "the scenario" : std::string(path.substr(0, [&] {
    std::size_t length = at - 1;
    for (std::size_t i = 0; i < at; ++i) length += parts[i].size();
    return length;
  }()));
  if (node->kind == Node::Kind::list) {
    const std::vector<std::string> names = item_names(*node);
    std::string sentence = reached + " is a list and has no item '" + parts[at] + "'";
    const bool named = std::any_of(names.begin(), names.end(), [](const std::string& name) { return !name.empty(); });
    if (named) {
      sentence += "; its items are " + listed(names, "and");
    } else if (!names.empty()) {
      sentence += names.size() == 1 ? "; its one item is 0"
                                    : "; its items are numbered from 0 to " + std::to_string(names.size() - 1);
    }
    return sentence;
  }
  if (node->kind == Node::Kind::scalar) return reached + " is a single value and has no '" + parts[at] + "' in it";
  for (std::size_t i = at + 1; i < parts.size(); ++i) {
    if (parts[i].find_first_not_of("0123456789") == parts[i].npos)
      return reached + " has no '" + parts[i - 1] + "' with an item " + parts[i];
  }
  Node built = value;
  for (std::size_t i = parts.size(); i-- > at + 1;) {
    Node outer = Node::map();
    outer.place = value.place;
    outer.add(parts[i], std::move(built));
    built = std::move(outer);
  }
  if (node->kind == Node::Kind::null) {
    const Place place = node->place;
    *node = Node::map();
    node->place = place;
  }
  node->add(parts[at], std::move(built));
  return std::nullopt;
}

std::string brief(const Node& node) {
  switch (node.kind) {
    case Node::Kind::scalar:
      return node.text.size() > 40 ? node.text.substr(0, 40) + "..." : node.text;
    case Node::Kind::list:
      return "a list of " + std::to_string(node.items.size());
    case Node::Kind::map:
      return node.members.empty() ? "an empty map" : "a map of " + node.members.front().key + " and so on";
    case Node::Kind::null:
      break;
  }
  return "nothing";
}

std::optional<Difference> first_difference(const Node& one, const Node& other) {
  if (one.kind != other.kind || one.text != other.text || one.items.size() != other.items.size()) {
    return Difference{"", &one, &other};
  }
  const auto below = [](const std::string& key, Difference found) {
    found.path = found.path.empty() ? key : key + "." + found.path;
    return found;
  };
  for (std::size_t i = 0; i < one.items.size(); ++i) {
    if (auto found = first_difference(one.items[i], other.items[i])) return below(std::to_string(i), *found);
  }
  for (const Member& member : one.members) {
    const Node* there = other.find(member.key);
    if (!there) return Difference{member.key, &member.value, nullptr};
    if (auto found = first_difference(member.value, *there)) return below(member.key, *found);
  }
  for (const Member& member : other.members) {
    if (!one.find(member.key)) return Difference{member.key, nullptr, &member.value};
  }
  return std::nullopt;
}

std::optional<std::string> nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
  constexpr std::size_t kMost = 500;  // beyond, a file full of mistakes would take forever
  if (candidates.size() > kMost) return std::nullopt;
  std::optional<std::string> best;
  std::size_t best_distance = 3;
  for (const std::string& candidate : candidates) {
    // Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours count one each.
    const std::size_t rows = name.size() + 1, columns = candidate.size() + 1;
    if (rows + 2 < columns || columns + 2 < rows) continue;
    std::vector<std::vector<std::size_t>> cost(rows, std::vector<std::size_t>(columns));
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        const bool same = name[i - 1] == candidate[j - 1];
        cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (same ? 0 : 1)});
        if (i > 1 && j > 1 && name[i - 1] == candidate[j - 2] && name[i - 2] == candidate[j - 1]) {
          cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    const std::size_t distance = cost.back().back();
    if (distance < best_distance && 2 * distance < std::max(name.size(), candidate.size())) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string listed(const std::vector<std::string>& words, std::string_view last) {
  constexpr std::size_t kMost = 40;
  if (words.size() > kMost + 1) {
    std::vector<std::string> first(words.begin(), words.begin() + kMost);
    first.push_back(std::to_string(words.size() - kMost) + " more");
    return listed(first, "and");
  }
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " " + std::string(last) + " " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace goodhart
