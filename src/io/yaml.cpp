/// YAML in and out, on yaml-cpp's events: its own nodes let duplicate keys pass and know no places of keys.
#include "goodhart/io/yaml.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "goodhart/core/errors.hpp"
#include "input_file.hpp"

namespace goodhart {

namespace {

constexpr std::size_t kMostValues = 200'000;
constexpr std::size_t kMostNesting = 64;
constexpr std::size_t kLineWidth = 100;  ///< where written lines are broken, if they can be

// --- reading
// -----------------------------------------------------------------------------------------------------------

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

/// The length of the UTF-8 character that starts at `at`, or 0 where none does.
std::size_t character_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues_character(text[at + i])) return 0;
  }
  // Overlong forms, surrogates and what lies beyond Unicode.
  if ((lead == 0xE0 && byte(at + 1) < 0xA0) || (lead == 0xED && byte(at + 1) > 0x9F)) return 0;
  if ((lead == 0xF0 && byte(at + 1) < 0x90) || (lead == 0xF4 && byte(at + 1) > 0x8F)) return 0;
  return length;
}

/// A text with an index of its lines, for places.
class Text {
 public:
  Text(std::string text, std::string source) : text_(std::move(text)), source_(std::move(source)) {
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] == '\n') line_starts_.push_back(i + 1);
    }
  }
  const std::string& text() const { return text_; }

  Place place(std::size_t position) const {
    const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), position);
    const auto line = static_cast<std::size_t>(after - line_starts_.begin());
    return {source_, static_cast<int>(line), column(line_starts_[line - 1], position)};
  }
  /// yaml-cpp counts lines, columns and bytes from 0.
  Place place(const YAML::Mark& mark) const {
    if (mark.is_null()) return {source_, 0, 0};
    const auto line = std::min(static_cast<std::size_t>(std::max(mark.line, 0)), line_starts_.size() - 1);
    const std::size_t start = line_starts_[line];
    return {source_, static_cast<int>(line) + 1, column(start, start + static_cast<std::size_t>(mark.column))};
  }
  std::size_t position(const YAML::Mark& mark) const {
    const auto line = std::min(static_cast<std::size_t>(std::max(mark.line, 0)), line_starts_.size() - 1);
    return std::min(line_starts_[line] + static_cast<std::size_t>(mark.column), text_.size());
  }

 private:
  int column(std::size_t start, std::size_t position) const {
    position = std::min(position, text_.size());
    // Places are asked for in rising order, mostly: counting on from the last one keeps long lines from taking forever.
    if (start != counted_line_ || position < counted_to_) {
      counted_line_ = counted_to_ = start;
      counted_ = 1;
    }
    for (; counted_to_ < position; ++counted_to_) counted_ += !continues_character(text_[counted_to_]);
    return counted_;
  }

  std::string text_;
  std::string source_;
  std::vector<std::size_t> line_starts_{0};
  mutable std::size_t counted_line_ = 0;  ///< start of the line in which columns were counted last
  mutable std::size_t counted_to_ = 0;    ///< as far as this byte
  mutable int counted_ = 1;               ///< the column there
};

Diagnostic mistake(Place place, std::string path, std::string message) {
  return {Diagnostic::Severity::error, std::move(place), std::move(path), std::move(message)};
}

[[noreturn]] void refuse(Place place, std::string message) {
  throw UserError(std::vector<Diagnostic>{mistake(std::move(place), "", std::move(message))});
}

/// The text as yaml-cpp is to see it: checked UTF-8 without a byte order mark, lines ended by '\n'.
std::string plain_text(std::string_view bytes, const std::string& source) {
  const Place start{source, 1, 1};
  if (bytes.size() > kMostBytes) refuse({source, 0, 0}, "is larger than 8 MB, which is more than a scenario can hold");
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
    refuse(start, "is written in UTF-16; save it as UTF-8");
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != '\r' || i + 1 == bytes.size() || bytes[i + 1] != '\n') text += bytes[i];
  }
  const Text lines(text, source);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = character_length(text, i);
    if (length == 0) refuse(lines.place(i), "is not UTF-8 from here on; save the file as UTF-8");
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0) refuse(lines.place(i), "holds a NUL byte, as UTF-16 and binary files do; save it as text in UTF-8");
    if (byte == '\r') refuse(lines.place(i), "holds a lone carriage return; end lines with line feeds");
    if ((byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7F)
      refuse(lines.place(i), "holds a control character here; remove it");
    i += length;
  }
  return text;
}

/// A character that nobody sees, or that looks like a space and is none.
struct Unseen {
  std::string_view bytes;
  const char* name;
  bool in_keys_only = false;  ///< has its uses in running text
};

constexpr Unseen kUnseen[] = {
    {"\xC2\x85", "U+0085, a line break that YAML does not know"},
    {"\xC2\xA0", "U+00A0, a no-break space"},
    {"\xC2\xAD", "U+00AD, a soft hyphen"},
    {"\xCD\x8F", "U+034F, an invisible joiner"},
    {"\xD8\x9C", "U+061C, a mark for the direction of text"},
    {"\xE1\x9A\x80", "U+1680, a space of another script"},
    {"\xE1\xA0\x8E", "U+180E, an invisible separator"},
    {"\xE2\x80\x80", "U+2000, a wide space"},
    {"\xE2\x80\x81", "U+2001, a wide space"},
    {"\xE2\x80\x82", "U+2002, a wide space"},
    {"\xE2\x80\x83", "U+2003, a wide space"},
    {"\xE2\x80\x84", "U+2004, a narrow space"},
    {"\xE2\x80\x85", "U+2005, a narrow space"},
    {"\xE2\x80\x86", "U+2006, a narrow space"},
    {"\xE2\x80\x87", "U+2007, a space as wide as a digit"},
    {"\xE2\x80\x88", "U+2008, a narrow space"},
    {"\xE2\x80\x89", "U+2009, a thin space"},
    {"\xE2\x80\x8A", "U+200A, a hair space"},
    {"\xE2\x80\x8B", "U+200B, a zero-width space"},
    {"\xE2\x80\x8C", "U+200C, an invisible non-joiner", true},
    {"\xE2\x80\x8D", "U+200D, an invisible joiner", true},
    {"\xE2\x80\x8E", "U+200E, a mark for the direction of text"},
    {"\xE2\x80\x8F", "U+200F, a mark for the direction of text"},
    {"\xE2\x80\xA8", "U+2028, a line break that YAML does not know"},
    {"\xE2\x80\xA9", "U+2029, a line break that YAML does not know"},
    {"\xE2\x80\xAA", "U+202A, a mark for the direction of text"},
    {"\xE2\x80\xAB", "U+202B, a mark for the direction of text"},
    {"\xE2\x80\xAC", "U+202C, a mark for the direction of text"},
    {"\xE2\x80\xAD", "U+202D, a mark for the direction of text"},
    {"\xE2\x80\xAE", "U+202E, a mark for the direction of text"},
    {"\xE2\x80\xAF", "U+202F, a narrow no-break space"},
    {"\xE2\x81\x9F", "U+205F, a narrow space"},
    {"\xE2\x81\xA0", "U+2060, an invisible joiner of words"},
    {"\xE2\x81\xA1", "U+2061, an invisible sign"},
    {"\xE2\x81\xA2", "U+2062, an invisible sign"},
    {"\xE2\x81\xA3", "U+2063, an invisible sign"},
    {"\xE2\x81\xA4", "U+2064, an invisible sign"},
    {"\xE2\x81\xA6", "U+2066, a mark for the direction of text"},
    {"\xE2\x81\xA7", "U+2067, a mark for the direction of text"},
    {"\xE2\x81\xA8", "U+2068, a mark for the direction of text"},
    {"\xE2\x81\xA9", "U+2069, a mark for the direction of text"},
    {"\xE3\x80\x80", "U+3000, a wide space", true},
    {"\xE3\x85\xA4", "U+3164, an invisible letter"},
    {"\xEF\xBB\xBF", "U+FEFF, a byte order mark"},
};

/// The first of them in a text, and where.
std::optional<std::pair<std::size_t, const Unseen*>> unseen_in(std::string_view text, bool key) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) < 0x80) continue;
    for (const Unseen& unseen : kUnseen) {
      if ((key || !unseen.in_keys_only) && text.substr(i).starts_with(unseen.bytes)) return std::pair(i, &unseen);
    }
  }
  return std::nullopt;
}

std::string unseen_sentence(const Unseen& unseen, bool key) {
  return std::string("an invisible character stands here: ") + unseen.name +
         (key ? "; remove it" : "; remove it, write a plain space, or put the text in quotes");
}

// --- characters that JSON writes as two halves ---

/// The half of a pair that an escape \uXXXX stands for, from 0xD800 to 0xDFFF; nothing where it is no half.
std::optional<std::uint32_t> half_at(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(text.data() + at + 2, text.data() + at + 6, code, 16);
  if (error != std::errc() || end != text.data() + at + 6 || code < 0xD800 || code > 0xDFFF) return std::nullopt;
  return code;
}

/// The character that \uD8xx\uDCxx stands for.
std::optional<std::uint32_t> pair_at(std::string_view text, std::size_t at) {
  const auto first = half_at(text, at), second = first ? half_at(text, at + 6) : std::nullopt;
  if (!second || *first >= 0xDC00 || *second < 0xDC00) return std::nullopt;
  return 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00);
}

/// A character beyond U+FFFF in UTF-8.
std::string utf8(std::uint32_t code) {
  return {static_cast<char>(0xF0 | (code >> 18)), static_cast<char>(0x80 | (code >> 12 & 0x3F)),
          static_cast<char>(0x80 | (code >> 6 & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
}

/// What takes the place of such a pair before yaml-cpp, which refuses it, sees the text: three private characters, as
/// long as the twelve bytes that they replace, so that all places stay as they are.
constexpr std::size_t kPairLength = 12;
constexpr std::uint32_t kStandIn = 0x10F800;  ///< the first of the three

std::string stand_in(std::uint32_t code) {
  const std::uint32_t bits = code - 0x10000;
  return utf8(kStandIn) + utf8(0x100000 + (bits >> 10)) + utf8(0x100400 + (bits & 0x3FF));
}

/// The text as yaml-cpp is to see it.
std::string with_stand_ins(std::string text) {
  for (std::size_t i = 0; (i = text.find("\\u", i)) != text.npos; i += 2) {
    std::size_t slashes = 1;
    while (slashes <= i && text[i - slashes] == '\\') ++slashes;
    if (slashes % 2 == 0) continue;  // this backslash is itself escaped
    if (const auto code = pair_at(text, i)) text.replace(i, kPairLength, stand_in(*code));
  }
  return text;
}

/// Where half a pair stands alone, in a part of the text.
std::optional<std::size_t> lone_half(std::string_view text, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < std::min(to + 6, text.size()); ++i) {
    if (pair_at(text, i)) {
      i += kPairLength - 1;
    } else if (half_at(text, i)) {
      return i;
    }
  }
  return std::nullopt;
}

/// What was written instead of a stand-in: the character where it stood in double quotes, else the twelve signs
/// themselves, which are found in `written` from `from` on.
std::string without_stand_ins(std::string value, std::string_view written, std::size_t from) {
  // Nearly always there is none; looking behind an anchor may lead to the end of the text.
  if (value.find(utf8(kStandIn)) == value.npos) return value;
  const std::size_t start = std::min(written.find_first_of(" \n", from), written.size());  // behind an anchor
  const bool anchored = from < written.size() && written[from] == '&';
  const std::size_t quote = anchored ? std::min(written.find_first_not_of(" \n", start), written.size()) : from;
  const bool escaped = quote < written.size() && written[quote] == '"';
  for (std::size_t at = from; at < written.size(); ++at) {
    at = written.find("\\u", at);
    const auto code = at == written.npos ? std::nullopt : pair_at(written, at);
    if (at == written.npos) break;
    if (!code) continue;
    const std::string placed = stand_in(*code);
    const std::size_t found = value.find(placed);
    if (found == value.npos) break;
    value.replace(found, kPairLength, escaped ? utf8(*code) : std::string(written.substr(at, kPairLength)));
  }
  return value;
}

/// Refuses tabs before the first sign of a line: what they would mean as indentation, nobody can see.
void refuse_tabs(const Text& lines) {
  const std::string& text = lines.text();
  std::optional<std::size_t> first;
  int count = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::size_t sign = std::min(text.find_first_not_of(" \t", start), end);
    const std::size_t tab = std::min(text.find_first_not_of(' ', start), end);
    if (tab < sign && sign < end && text[sign] != '#') {
      if (!first) first = tab;
      ++count;
    }
    start = end + 1;
  }
  if (!first) return;
  const std::string others = count == 1 ? "" : ", here and in " + std::to_string(count - 1) + " more";
  refuse(lines.place(*first), "a tab indents this line" + others + "; YAML is indented with spaces");
}

/// Builds a document from yaml-cpp's events and collects what is wrong with it.
class Builder : public YAML::EventHandler {
 public:
  explicit Builder(const Text& text) : text_(text) {}

  /// Thrown where going on would be no use.
  struct Stop {};

  std::vector<Diagnostic> diagnostics;
  Node root;
  bool finished = false;

  /// Where the innermost open map or list starts, if there is one.
  std::optional<Place> open_place() const {
    if (frames_.empty()) return std::nullopt;
    return frames_.back().node.place;
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.place = null_place(mark);
    take(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) {
      error(text_.place(mark), "refers to what it is itself part of");
      throw Stop{};
    }
    count(found->second.weight, text_.place(mark), "aliases make of the text");
    take(found->second.node, YAML::NullAnchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    const std::size_t at = text_.position(mark);
    Node node = Node::scalar(without_stand_ins(value, text_.text(), at), tag == "!");
    node.place = text_.place(mark);
    refuse_unseen(node, at);
    if (never_closed(text_.position(mark))) {
      error(node.place, "this quote is never closed");
      throw Stop{};
    }
    take(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::list(), mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::map(), mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  /// A map or list that is not closed yet.
  struct Frame {
    Node node;
    YAML::anchor_t anchor;
    std::size_t weight_before;                         ///< all that had been counted when it was opened
    std::optional<Member> key;                         ///< of a map, while its value is awaited
    std::unordered_map<std::string, Place> keys = {};  ///< of a map
  };
  struct Anchored {
    Node node;
    std::size_t weight;
  };

  void error(const Place& place, const std::string& message) { diagnostics.push_back(mistake(place, path(), message)); }

  std::string path() const {
    std::string path;
    for (const Frame& frame : frames_) {
      std::string part;
      if (frame.key) part = frame.key->key;
      if (frame.node.kind == Node::Kind::list) part = std::to_string(frame.node.items.size());
      if (!part.empty()) path += (path.empty() ? "" : ".") + part;
    }
    return path;
  }

  /// Is there an opening quote here without a closing one? yaml-cpp then takes all that follows for text.
  bool never_closed(std::size_t at) const {
    const std::string& text = text_.text();
    if (at >= text.size() || (text[at] != '"' && text[at] != '\'')) return false;
    const char quote = text[at];
    for (std::size_t i = at + 1; i < text.size(); ++i) {
      if (text[i] == '\\' && quote == '"') {
        ++i;
      } else if (text[i] == quote) {
        if (quote == '"' || i + 1 == text.size() || text[i + 1] != quote) return false;
        ++i;
      }
    }
    return true;
  }

  bool awaits_key() const {
    return !frames_.empty() && frames_.back().node.kind == Node::Kind::map && !frames_.back().key;
  }

  /// A value that is not written has the mark of whatever comes next; its key or its dash is where it should be.
  Place null_place(const YAML::Mark& mark) const {
    const std::string& text = text_.text();
    const std::size_t at = text_.position(mark);
    if (at < text.size() && (text[at] == '~' || text[at] == 'n' || text[at] == 'N')) return text_.place(mark);
    if (frames_.empty()) return text_.place(mark);
    if (frames_.back().key) return frames_.back().key->place;
    const std::size_t before = at == 0 ? text.npos : text.find_last_not_of(" \n", at - 1);
    if (before != text.npos && text[before] == '-') return text_.place(before);
    return awaits_key() ? text_.place(mark) : frames_.back().node.place;
  }

  void count(std::size_t weight, const Place& place, const std::string& what) {
    weight_ += weight;
    if (weight_ <= kMostValues) return;
    error(place, what + " more than " + std::to_string(kMostValues) + " values, the most there can be");
    throw Stop{};
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    std::string shown = tag;
    if (const std::string standard = "tag:yaml.org,2002:"; shown.starts_with(standard))
      shown = "!!" + shown.substr(standard.size());
    error(text_.place(mark), "the tag " + shown + " has no meaning here; remove it");
  }

  /// Refuses what nobody sees, in keys and outside of quotes.
  void refuse_unseen(const Node& node, std::size_t at) {
    const bool key = awaits_key();
    if (!key && node.quoted) return;
    const auto found = unseen_in(node.text, key);
    if (!found) return;
    const std::size_t there = text_.text().find(found->second->bytes, at);
    error(there == std::string::npos ? node.place : text_.place(there), unseen_sentence(*found->second, key));
  }

  void open(Node node, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_tag(mark, tag);
    node.place = text_.place(mark);
    if (frames_.size() == kMostNesting) {
      diagnostics.push_back(mistake(node.place, "", "is nested more than " + std::to_string(kMostNesting) + " deep"));
      throw Stop{};
    }
    frames_.push_back({std::move(node), anchor, weight_, std::nullopt});
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    weight_ += 1;
    if (frame.anchor != YAML::NullAnchor) {
      // Kept copies count too, or nested anchors would multiply.
      const std::size_t weight = weight_ - frame.weight_before;
      weight_ += weight;
      anchored_[frame.anchor] = {frame.node, weight};
    }
    place_in_parent(std::move(frame.node));
  }

  /// Takes a scalar, a null or an alias.
  void take(Node node, YAML::anchor_t anchor) {
    const std::size_t weight = 1 + node.text.size() / 100;
    count(weight, node.place, "the text holds");
    if (anchor != YAML::NullAnchor) {
      weight_ += weight;
      anchored_[anchor] = {node, weight};
    }
    place_in_parent(std::move(node));
  }

  void place_in_parent(Node node) {
    if (frames_.empty()) {
      root = std::move(node);
      finished = true;
      return;
    }
    Frame& frame = frames_.back();
    if (frame.node.kind == Node::Kind::list) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.key) {
      begin_member(frame, node);
    } else {
      Member member = std::move(*frame.key);
      frame.key.reset();
      member.value = std::move(node);
      frame.node.members.push_back(std::move(member));
    }
  }

  void begin_member(Frame& frame, const Node& node) {
    const Place& place = node.place;
    if (node.kind != Node::Kind::scalar || node.text.empty()) {
      const char* what = node.kind == Node::Kind::map ? "a map" : node.kind == Node::Kind::list ? "a list" : "nothing";
      error(place, std::string("a key must be a plain name, not ") + what);
      frame.key = Member{"", place, {}};
      return;
    }
    frame.key = Member{node.text, place, {}};
    if (node.text == "<<") {
      error(place, "'<<' does not merge maps here; write the keys out");
      return;
    }
    const auto [first, is_new] = frame.keys.emplace(node.text, place);
    if (!is_new) {
      error(place, "'" + node.text + "' stands twice here, first in line " + std::to_string(first->second.line) +
                       "; keep one of them");
    }
  }

  const Text& text_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchored_;
  std::size_t weight_ = 0;  ///< values so far, aliases expanded; long scalars count for more
};

/// What a syntax error means to the one who has to mend it.
///
/// `open`: where the innermost open bracket stands; `line_before`: the line up to the error.
std::string explained(const YAML::ParserException& trouble, const std::optional<Place>& open,
                      std::string_view line_before) {
  const std::string& message = trouble.msg;
  const auto is = [&](const char* known) { return message.starts_with(known); };
  const std::string opened =
      open ? " that starts in line " + std::to_string(open->line) + ", column " + std::to_string(open->column) : "";
  namespace Known = YAML::ErrorMsg;
  if (is(Known::END_OF_MAP_FLOW)) return "a comma or the closing } is missing in the map" + opened;
  if (is(Known::END_OF_SEQ_FLOW)) return "a comma or the closing ] is missing in the list" + opened;
  if (is(Known::FLOW_END)) return "this bracket closes nothing that was opened, or not with its own kind";
  if (is(Known::END_OF_MAP)) return "does not fit the lines above; the keys of a map start in the same column";
  if (is(Known::END_OF_SEQ)) return "does not fit the lines above; the dashes of a list stand in the same column";
  if (is(Known::MAP_VALUE)) {
    constexpr std::size_t kLongestKey = 1000;  // YAML itself ends at 1024
    if (line_before.size() > kLongestKey && line_before.find(": ") == line_before.npos)
      return "this key is longer than a key of YAML can be; names have at most 64 characters";
    return line_before.find(": ") != line_before.npos
               ? "a second key cannot stand on this line; put text that holds ': ' in quotes"
               : "a key cannot stand here; check that the key above has a colon with a space behind it, and that keys "
                 "of "
                 "one map start in the same column";
  }
  if (is(Known::MAP_KEY)) return "a key cannot stand here; start it on a line of its own";
  if (is(Known::BLOCK_ENTRY)) return "a list item cannot start here; put it on a line of its own, below its key";
  if (is(Known::EOF_IN_SCALAR)) return "the text ends inside quotes; close them";
  if (is(Known::DOC_IN_SCALAR)) return "a line of --- or ... stands inside quotes; close them first";
  if (is(Known::UNKNOWN_TOKEN) || is(Known::CHAR_IN_SCALAR))
    return "a value cannot start with this sign; put the value in quotes";
  if (is(Known::INVALID_ESCAPE) || is(Known::INVALID_HEX) || is(Known::INVALID_UNICODE))
    return "this backslash stands for nothing known; use single quotes, or write \\\\ for a backslash";
  if (is(Known::UNKNOWN_ANCHOR)) return "refers to an anchor that is not defined above";
  if (is(Known::ALIAS_NOT_FOUND) || is(Known::CHAR_IN_ALIAS))
    return "a value that starts with * is a reference in YAML; put the value in quotes";
  if (is(Known::ANCHOR_NOT_FOUND) || is(Known::CHAR_IN_ANCHOR))
    return "a value that starts with & is an anchor in YAML; put the value in quotes";
  return "cannot be read as YAML: " + message;
}

// --- writing
// -----------------------------------------------------------------------------------------------------------

/// Would readers take this unquoted scalar for something other than text?
bool reads_as_other(const std::string& text) {
  static const std::vector<std::string> words{"true", "false", "yes", "no",   "y",    "n",     "on",
                                              "off",  "null",  "~",   ".nan", ".inf", "-.inf", "+.inf"};
  std::string small = text;
  std::transform(small.begin(), small.end(), small.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (std::find(words.begin(), words.end(), small) != words.end()) return true;
  // Whatever starts like a number: 010, 1_000 and 0x10 are numbers to some.
  const std::size_t sign = text[0] == '-' || text[0] == '+' ? 1 : 0;
  return sign < text.size() && (text[sign] == '.' || (text[sign] >= '0' && text[sign] <= '9')) &&
         text.find(' ') == text.npos;
}

/// May stand without quotes, in braces too where `flow`.
bool plain(const Node& node, bool flow) {
  const std::string& text = node.text;
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
    return false;
  if (unseen_in(text, false)) return false;
  if (node.quoted && reads_as_other(text)) return false;
  if (!node.quoted && (text == "null" || text == "Null" || text == "NULL")) return false;
  if (text.find_first_of("!&*|>'\"%@`#,[]{}?:=") == 0 || text == "-" || text.starts_with("- ") ||
      text.starts_with("---") || text.starts_with("...")) {
    return false;
  }
  if (text.find(": ") != text.npos || text.find(" #") != text.npos || text.back() == ':') return false;
  return !flow || text.find_first_of(",[]{}:?\"") == text.npos;
}

std::string double_quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      char code[8];
      std::snprintf(code, sizeof code, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += code;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string scalar_text(const Node& node, bool flow) {
  if (plain(node, flow)) return node.text;
  const bool simple = std::all_of(node.text.begin(), node.text.end(),
                                  [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
  if (simple && node.text.find('"') != node.text.npos && node.text.find('\'') == node.text.npos)
    return "'" + node.text + "'";
  return double_quoted(node.text);
}

std::string key_text(const std::string& key, bool flow) {
  return scalar_text(Node::scalar(key, true), flow);
}

/// In braces, on one line.
std::string flow_text(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "null";
    case Node::Kind::scalar:
      return scalar_text(node, true);
    case Node::Kind::list: {
      std::string text = "[";
      for (const Node& item : node.items) text += (text.size() > 1 ? ", " : "") + flow_text(item);
      return text + "]";
    }
    case Node::Kind::map:
      break;
  }
  std::string text = "{";
  for (const Member& member : node.members)
    text += (text.size() > 1 ? ", " : "") + key_text(member.key, true) + ": " + flow_text(member.value);
  return text + "}";
}

bool is_leaf(const Node& node) {
  return node.items.empty() && node.members.empty() && node.text.find('\n') == node.text.npos;
}

/// Short enough in meaning for braces: scalars only, or a single key with such a value, as choices are written.
bool suits_braces(const Node& node) {
  if (is_leaf(node)) return true;
  if (node.kind == Node::Kind::list) return std::all_of(node.items.begin(), node.items.end(), is_leaf);
  if (node.members.size() == 1) return suits_braces(node.members[0].value);
  return std::all_of(node.members.begin(), node.members.end(), [](const Member& member) {
    const Node& value = member.value;
    return is_leaf(value) || (value.members.size() == 1 && suits_braces(value));
  });
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

/// The text on one line if it may be and fits behind `used` characters.
std::optional<std::string> short_text(const Node& node, std::size_t used) {
  if (!suits_braces(node)) return std::nullopt;
  std::string text = flow_text(node);
  if (used + characters(text) > kLineWidth && !is_leaf(node)) return std::nullopt;
  return text;
}

/// A text of several lines, or a long one, as a block below its key; nothing where a line of its own would do.
std::optional<std::string> block_scalar(const Node& node, const std::string& indent, std::size_t used) {
  const std::string& text = node.text;
  const bool lines = text.find('\n') != text.npos;
  if (!lines && used + characters(text) <= kLineWidth) return std::nullopt;
  // Not where only quotes keep the text as it is: control characters, spaces at the ends of lines or at the start.
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F) return std::nullopt;
  }
  if (as_number(node) || text.front() == ' ' || text.front() == '\n' || text.back() == ' ' ||
      text.find(" \n") != text.npos || text.find("\n ") != text.npos || text.ends_with("\n\n")) {
    return std::nullopt;
  }
  if (lines) {
    std::string out = text.back() == '\n' ? "|" : "|-";
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) out += "\n" + (line.empty() ? "" : indent + line);
    return out;
  }
  if (text.find("  ") != text.npos) return std::nullopt;
  // Folded: each line break reads as one space.
  std::string out = ">-";
  std::string line;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ' ');) {
    if (!line.empty() && indent.size() + characters(line) + 1 + characters(word) > kLineWidth) {
      out += "\n" + indent + line;
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return out + "\n" + indent + line;
}

void write_block(const Node& node, const std::string& indent, std::string& out);

/// Writes what follows "key:" or "-" up to and including the line's end.
void write_value(const Node& node, const std::string& indent, std::size_t used, std::string& out) {
  if (node.kind == Node::Kind::scalar) {
    const auto block = block_scalar(node, indent + "  ", used);
    out += " " + (block ? *block : scalar_text(node, false)) + "\n";
  } else if (const auto text = short_text(node, used)) {
    out += " " + *text + "\n";
  } else {
    out += "\n";
    write_block(node, indent + "  ", out);
  }
}

void write_members(const Node& map, const std::string& indent, bool first_is_indented, std::string& out) {
  for (const Member& member : map.members) {
    if (!first_is_indented) out += indent;
    first_is_indented = false;
    const std::string key = key_text(member.key, false);
    out += key + ":";
    write_value(member.value, indent, indent.size() + characters(key) + 2, out);
  }
}

/// Writes a map or list that is not empty, one member or item a line.
void write_block(const Node& node, const std::string& indent, std::string& out) {
  if (node.kind == Node::Kind::map) {
    write_members(node, indent, false, out);
    return;
  }
  for (const Node& item : node.items) {
    out += indent + "-";
    const bool choice = item.members.size() == 1 && !is_leaf(item.members[0].value);
    if (item.kind == Node::Kind::map && (choice || !short_text(item, indent.size() + 2))) {
      out += " ";
      write_members(item, indent + "  ", true, out);
    } else {
      write_value(item, indent, indent.size() + 2, out);
    }
  }
}

}  // namespace

Node parse_yaml(std::string_view bytes, const std::string& source) {
  const Text text(plain_text(bytes, source), source);
  refuse_tabs(text);
  std::istringstream stream(with_stand_ins(text.text()));
  Builder builder(text);
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    if (builder.finished) {
      // What follows is either a second document, or a line that yaml-cpp takes for one because it fits nowhere.
      struct Second : YAML::EventHandler {
        std::optional<YAML::Mark> start;
        void OnDocumentStart(const YAML::Mark& mark) override {
          start = mark;
          throw Builder::Stop{};
        }
        void OnDocumentEnd() override {}
        void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
        void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
        void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
        void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                             YAML::EmitterStyle::value) override {}
        void OnSequenceEnd() override {}
        void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
        void OnMapEnd() override {}
      } second;
      try {
        parser.HandleNextDocument(second);
      } catch (const Builder::Stop&) {
        const std::size_t start = text.position(*second.start);
        const std::size_t before = start == 0 ? 0 : text.text().find_last_not_of(" \n", start - 1);
        const bool marked = text.text().compare(start, 3, "---") == 0 ||
                            (before >= 2 && text.text().compare(before - 2, 3, "...") == 0);
        builder.diagnostics.push_back(
            mistake(text.place(*second.start), "",
                    marked ? "a second document starts here; a file holds one"
                           : "does not fit the lines above; check indentation, quotes and brackets before it"));
      }
    }
  } catch (const Builder::Stop&) {
    // The diagnostic is there already.
  } catch (const YAML::ParserException& trouble) {
    const std::size_t at = text.position(trouble.mark);
    const std::size_t line = at == 0 ? 0 : text.text().rfind('\n', at - 1) + 1;
    const auto open = builder.open_place();
    const std::string message = explained(trouble, open, std::string_view(text.text()).substr(line, at - line));
    // A bracket that is never closed is found at the end of the text; nobody looks for it there.
    const Place place = open && at == text.text().size() ? *open : text.place(trouble.mark);
    // What cannot be read may be so because of a sign that nobody sees, here or in the line that it follows upon.
    const std::size_t end = std::min(text.text().find('\n', at), text.text().size());
    const std::size_t sign = line == 0 ? text.text().npos : text.text().find_last_not_of(" \n", line - 1);
    const std::size_t begin = sign == text.text().npos ? 0 : text.text().rfind('\n', sign) + 1;
    if (const auto found = unseen_in(std::string_view(text.text()).substr(begin, end - begin), false)) {
      builder.diagnostics.push_back(
          mistake(text.place(begin + found->first), "", unseen_sentence(*found->second, false)));
    } else if (const auto half = lone_half(text.text(), line, at)) {
      builder.diagnostics.push_back(
          mistake(text.place(*half), "",
                  "this is half a character; write both halves, as in \\ud83d\\ude00, or the character itself"));
    } else {
      builder.diagnostics.push_back(mistake(place, "", message));
    }
  }
  if (!builder.diagnostics.empty()) throw UserError(std::move(builder.diagnostics));
  if (!builder.finished || builder.root.kind == Node::Kind::null)
    refuse({source, 0, 0}, "is empty; a scenario starts with 'goodhart: 1'");
  return std::move(builder.root);
}

std::string read_text_file(const std::filesystem::path& path) {
  // One byte more than is allowed, so that parse_yaml can tell; what grows without end is not read to its end.
  try {
    const InputFile file(path);
    return read_bytes(file.descriptor(), kMostBytes + 1);
  } catch (const InputFile::Refusal& refusal) {
    const std::string sentence = "cannot read " + path.string() + ": " + refusal.why;
    if (refusal.is_special) throw UserError(sentence);
    throw MachineError(sentence);
  }
}

std::string read_standard_input() {
  try {
    return read_bytes(0, kMostBytes + 1);
  } catch (const InputFile::Refusal& refusal) {
    throw MachineError("cannot read standard input: " + refusal.why);
  }
}

Node read_yaml_file(const std::filesystem::path& path) {
  return parse_yaml(read_text_file(path), path.string());
}

std::string to_yaml(const Node& node) {
  std::string out;
  if (is_leaf(node)) return flow_text(node) + "\n";
  if (node.kind == Node::Kind::scalar) return scalar_text(node, false) + "\n";
  write_block(node, "", out);
  return out;
}

}  // namespace goodhart
