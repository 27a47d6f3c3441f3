/// Paragraphs and tables of pages.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "assets.hpp"
#include "charts.hpp"
#include "goodhart/analysis/comparison.hpp"

namespace goodhart::html {

using charts::escaped;

/// The text, escaped, in which a number keeps its unit: no line begins with %.
inline std::string kept_together(const std::string& text) {
  std::string safe = escaped(text);
  for (std::size_t at = safe.find(" %"); at != safe.npos; at = safe.find(" %", at)) safe.replace(at, 1, "\u00a0");
  return safe;
}

inline std::string paragraph(const std::string& text, const std::string& kind = "") {
  if (text.empty()) return "";
  return fmt::format("<p{}>{}</p>\n", kind.empty() ? "" : " class=\"" + kind + "\"", kept_together(text));
}

/// What words mean, as a list: words, and what they stand for. What has no meaning is left out; nothing for none.
inline std::string terms(const std::vector<std::pair<std::string, std::string>>& list) {
  std::string html;
  for (const auto& [term, meaning] : list) {
    if (!meaning.empty()) html += "<div><dt>" + escaped(term) + "</dt><dd>" + kept_together(meaning) + "</dd></div>\n";
  }
  return html.empty() ? "" : "<dl class=\"terms\">" + html + "</dl>\n";
}

/// How a gain goes along a lever.
std::string figure_of(const SettingCurve& curve);

/// A table. The first cell of a row is its heading. On a narrow screen each row becomes a card, its cells named by the
/// heads of their columns (the roles keep it a table for those who hear it); a long one scrolls in a box of its own.
class Table {
 public:
  enum class Narrow { cards, scrolls };

  Table(const std::string& caption, const std::vector<std::string>& columns, Narrow narrow = Narrow::cards,
        const std::string& kind = "")
      : head(columns) {
    const std::string classes = (narrow == Narrow::cards ? "cards " : "") + kind;
    html = fmt::format(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table "
        "role=\"table\"{1}><caption><span>"
        "{0}</span></caption><thead role=\"rowgroup\"><tr role=\"row\">",
        escaped(caption),
        classes.empty() ? "" : " class=\"" + classes.substr(0, classes.find_last_not_of(' ') + 1) + "\"");
    for (const std::string& cell : head) {
      html += "<th scope=\"col\" role=\"columnheader\">" + escaped(cell) + "</th>";
    }
    html += "</tr></thead><tbody role=\"rowgroup\">\n";
  }
  /// `beneath` stands in small print under the heading of the row.
  void row(const std::vector<std::string>& cells, const std::string& kind = "", const std::string& beneath = "") {
    html += kind.empty() ? "<tr role=\"row\">" : "<tr role=\"row\" class=\"" + kind + "\">";
    for (std::size_t c = 0; c < cells.size(); ++c) {
      html += c == 0 ? "<th scope=\"row\" role=\"rowheader\">" + escaped(cells[c]) +
                           (beneath.empty() ? "" : "<small>" + kept_together(beneath) + "</small>") + "</th>"
                     : fmt::format("<td role=\"cell\" data-label=\"{}\"><span>{}</span></td>", escaped(head.at(c)),
                                   in_two_lines(cells[c]));
    }
    html += "</tr>\n";
  }
  std::string done() const { return html + "</tbody></table></div>\n"; }

 private:
  /// How sure a number is, and other remarks on it, stand below it.
  static std::string in_two_lines(const std::string& cell) {
    const std::size_t at = std::min(cell.find(" ± "), cell.find(" ("));
    if (at == cell.npos) return escaped(cell);
    return escaped(cell.substr(0, at)) + "<small>" + escaped(cell.substr(at)) + "</small>";
  }

  std::vector<std::string> head;
  std::string html;
};

/// A whole page of still pictures, which opens without a network and fetches nothing. `made` says what it was made
/// from.
inline std::string document(const std::string& title, const std::string& main, const std::string& made) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\">\n<title>" +
         escaped(title) + "</title>\n<style>\n" + std::string(assets::style()) + "</style>\n</head>\n<body>\n<main>\n" +
         main + "</main>\n<footer class=\"quiet\"><p>" + escaped(made) +
         ". It opens without a network and fetches nothing.</p></footer>\n</body>\n</html>\n";
}

}  // namespace goodhart::html
