/// Rendering of diagnostics: places, excerpts, carets and counts.
#include "goodhart/report/diagnostics.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace goodhart {

namespace {

constexpr int kExcerptWidth = 100;             ///< columns of a source line that are shown
constexpr std::size_t kMostShown = 1000;       ///< diagnostics; nobody reads further
constexpr std::size_t kLongestPath = 300;      ///< characters, for what somebody made of names without end
constexpr std::size_t kLongestMessage = 3000;  ///< likewise

/// A character of a line as it is shown, and the columns it takes on a terminal.
struct Glyph {
  std::string text;
  int width;
};

/// How many columns a terminal gives a character: none for combining marks, two for East Asian wide ones and emoji. A
/// coarse table (Unicode 15, categories Mn and East Asian Width W and F), because the C library's answer follows the
/// locale.
int display_width(std::uint32_t code) {
  struct Range {
    std::uint32_t first, last;
  };
  static constexpr Range kNone[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F},
                                    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x2060, 0x2064},
                                    {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};
  static constexpr Range kTwo[] = {{0x1100, 0x115F},  {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xA960, 0xA97F},
                                   {0xAC00, 0xD7A3},  {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
                                   {0xFFE0, 0xFFE6},  {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF},
                                   {0x20000, 0x3FFFD}};
  const auto within = [code](const Range& range) { return code >= range.first && code <= range.last; };
  if (std::any_of(std::begin(kNone), std::end(kNone), within)) return 0;
  return std::any_of(std::begin(kTwo), std::end(kTwo), within) ? 2 : 1;
}

/// The characters of a line. Tabs become one space; control characters and broken UTF-8 become \xNN.
std::vector<Glyph> glyphs(std::string_view line) {
  std::vector<Glyph> result;
  for (std::size_t i = 0; i < line.size();) {
    const auto lead = static_cast<unsigned char>(line[i]);
    std::size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (i + length > line.size()) length = 0;
    std::uint32_t code = length <= 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto byte = static_cast<unsigned char>(line[i + k]);
      if ((byte & 0xC0) != 0x80) length = 0;
      code = (code << 6) | (byte & 0x3FU);
    }
    const bool turns = code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
                       (code >= 0x2066 && code <= 0x2069);  // the direction
    const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0) || turns;
    if (length == 0) {
      result.push_back({fmt::format("\\x{:02x}", lead), 4});
    } else if (code == '\t') {
      result.push_back({" ", 1});
    } else if (control) {
      const std::string shown = fmt::format("\\x{:02x}", code);
      result.push_back({shown, static_cast<int>(shown.size())});
    } else {
      result.push_back({std::string(line.substr(i, length)), display_width(code)});
    }
    i += std::max<std::size_t>(length, 1);
  }
  return result;
}

/// A text, cut off beyond so many characters.
std::string at_most(std::size_t most, const std::string& text) {
  std::size_t at = 0;
  for (std::size_t count = 0; count < most && at < text.size(); ++count) {
    do {
      ++at;
    } while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  }
  return at < text.size() ? text.substr(0, at) + "..." : text;
}

/// The lines of a text, without their ends.
std::vector<std::string> lines_of(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The line and its caret, indented by two; the line cut to kExcerptWidth columns around the caret.
std::string excerpt(std::string_view source_line, int column) {
  // Only what can be shown is looked at closely: a line may be megabytes long, and have thousands of mistakes.
  std::size_t at = 0;
  for (int i = 1; i < column && at < source_line.size(); ++i) {
    do {
      ++at;
    } while (at < source_line.size() && (static_cast<unsigned char>(source_line[at]) & 0xC0) == 0x80);
  }
  constexpr std::size_t kNearby = 1000;  // bytes on either side, more than fit into the excerpt
  std::size_t start = at > kNearby ? at - kNearby : 0;
  while (start > 0 && (static_cast<unsigned char>(source_line[start]) & 0xC0) == 0x80) --start;
  const std::size_t caret = glyphs(source_line.substr(start, at - start)).size();
  const std::vector<Glyph> line = glyphs(source_line.substr(start, at - start + kNearby));

  // Widen a window around the caret, two thirds of it to the left.
  std::size_t from = caret, to = caret;
  int width = 0;
  while (from > 0 && width + line[from - 1].width <= kExcerptWidth * 2 / 3) width += line[--from].width;
  while (to < line.size() && width + line[to].width <= kExcerptWidth) width += line[to++].width;
  while (from > 0 && width + line[from - 1].width <= kExcerptWidth) width += line[--from].width;

  std::string shown = from > 0 ? "..." : "";
  std::string pointer(shown.size(), ' ');
  for (std::size_t i = from; i < to; ++i) {
    shown += line[i].text;
    if (i < caret) pointer.append(static_cast<std::size_t>(line[i].width), ' ');
  }
  if (to < line.size()) shown += "...";
  return "  " + shown + "\n  " + pointer + "^\n";
}

std::string counted(std::ptrdiff_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

const char* word(Diagnostic::Severity severity) {
  return severity == Diagnostic::Severity::error ? "error" : "warning";
}

}  // namespace

std::string rendered(const std::vector<Diagnostic>& diagnostics,
                     const std::function<std::string(const std::string& source)>& text_of) {
  std::string out;
  std::map<std::string, std::vector<std::string>> texts;
  for (std::size_t i = 0; i < std::min(diagnostics.size(), kMostShown); ++i) {
    const Diagnostic& diagnostic = diagnostics[i];
    const Place& place = diagnostic.place;
    if (!place.source.empty()) out += harmless_line(place.source) + ":";
    if (place.line > 0) out += fmt::format("{}:{}:", place.line, place.column);
    if (!place.source.empty() || place.line > 0) out += " ";
    out += std::string(word(diagnostic.severity)) + ": ";
    if (!diagnostic.path.empty()) out += harmless_line(at_most(kLongestPath, diagnostic.path)) + ": ";
    out += harmless_line(at_most(kLongestMessage, diagnostic.message)) + "\n";
    if (place.line <= 0) continue;
    if (!texts.contains(place.source)) texts[place.source] = lines_of(text_of(place.source));
    const std::vector<std::string>& lines = texts[place.source];
    const auto index = static_cast<std::size_t>(place.line) - 1;
    if (index < lines.size() && !lines[index].empty()) out += excerpt(lines[index], place.column);
  }
  if (diagnostics.size() > kMostShown) out += "... and " + std::to_string(diagnostics.size() - kMostShown) + " more\n";
  if (diagnostics.size() > 1) {
    const auto errors = std::count_if(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& diagnostic) {
      return diagnostic.severity == Diagnostic::Severity::error;
    });
    const auto warnings = static_cast<std::ptrdiff_t>(diagnostics.size()) - errors;
    out += errors > 0 ? counted(errors, "error") : "";
    out += errors > 0 && warnings > 0 ? ", " : "";
    out += warnings > 0 ? counted(warnings, "warning") : "";
    out += "\n";
  }
  return out;
}

std::string harmless_line(std::string_view text) {
  std::string result;
  for (const Glyph& glyph : glyphs(text)) result += glyph.text;
  return result;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (const Glyph& glyph : glyphs(text)) columns += static_cast<std::size_t>(glyph.width);
  return columns;
}

std::string cut_to(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return harmless_line(text);
  const std::string dots = std::string("...").substr(0, columns);
  std::string result;
  std::size_t taken = dots.size();
  for (const Glyph& glyph : glyphs(text)) {
    taken += static_cast<std::size_t>(glyph.width);
    if (taken > columns) break;
    result += glyph.text;
  }
  return result + dots;
}

std::string harmless(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    result += harmless_line(text.substr(0, end));
    if (end < text.size()) result += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

std::string diagnostics_json(const std::vector<Diagnostic>& diagnostics) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Diagnostic& diagnostic : diagnostics) {
    nlohmann::ordered_json entry;
    entry["severity"] = word(diagnostic.severity);
    if (!diagnostic.place.source.empty()) entry["file"] = diagnostic.place.source;
    if (diagnostic.place.line > 0) {
      entry["line"] = diagnostic.place.line;
      entry["column"] = diagnostic.place.column;
    }
    if (!diagnostic.path.empty()) entry["path"] = diagnostic.path;
    entry["message"] = diagnostic.message;
    list.push_back(std::move(entry));
  }
  return list.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string with_commas(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

}  // namespace goodhart
