/// The page of bunching at a target.
#include <fmt/format.h>

#include <cmath>

#include "charts.hpp"
#include "goodhart/report/bunching.hpp"
#include "html.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

using charts::escaped;
using html::paragraph;
using html::Table;

std::string level(double value) {
  return fmt::format("{:.6g}", value);
}

std::string count(double readings) {
  return fixed(std::round(readings), 0);
}

std::string picture(const Bunching& found) {
  std::vector<charts::Column> columns;
  for (const Bunching::Bin& bin : found.bins) {
    columns.push_back(
        {.from = bin.from,
         .to = bin.from + found.width,
         .size = bin.observed,
         .expected = bin.expected,
         .marked = bin.from >= found.above.from && bin.from < found.above.to,
         .text = fmt::format("from {} to below {}: {} readings, {} expected", level(bin.from),
                             level(bin.from + found.width), few_hidden(bin.observed), count(bin.expected))});
  }
  return "<figure>" +
         charts::columns(columns, "reading", "readings in each stretch",
                         fmt::format("Readings by size around the target {}: {} at and just above it, {} expected.",
                                     level(found.target), count(found.above.observed), count(found.above.expected))) +
         "<figcaption>" +
         escaped(
             "Each bar counts the readings in a stretch; in the dark ones they are held against what is expected. That "
             "is the "
             "line, drawn through the stretches further away.") +
         "</figcaption></figure>\n";
}

std::string list(const std::vector<std::string>& sentences) {
  std::string html;
  for (const std::string& sentence : sentences) html += "<li>" + html::kept_together(sentence) + "</li>\n";
  return html.empty() ? "" : "<ul>\n" + html + "</ul>\n";
}

}  // namespace

std::string to_html(const BunchingReport& report, const Bunching& found) {
  const BunchingWords words = words_of(report, found);
  const std::string title = "Readings around the target " + level(found.target);
  std::string about = fmt::format("{} readings", found.readings);
  if (found.employees > 0) about += fmt::format(" of {} employees", found.employees);
  std::string main = paragraph(about + ", column " + report.column, "about") + "<h1>" +
                     html::kept_together(capitalised(words.finding)) + "</h1>\n" + paragraph(words.figures, "lead") +
                     paragraph(words.below) + picture(found);
  main += "<h2>What must not be concluded</h2>\n" + list(words.caution) + "<h2>What to do next</h2>\n" +
          paragraph(words.advice);
  if (!words.model.empty()) {
    main += "<h2>What a model makes of it</h2>\n";
    for (const std::string& sentence : words.model) main += paragraph(sentence);
  }
  if (!words.readings.empty()) main += "<h2>What kind of numbers these are</h2>\n" + list(words.readings);
  Table table("Readings in stretches around the target", {"from", "to below", "readings", "expected"});
  for (const Bunching::Bin& bin : found.bins) {
    table.row({level(bin.from), level(bin.from + found.width), few_hidden(bin.observed), count(bin.expected)},
              bin.from == found.target ? "best" : "", bin.left_out ? "not used for what is expected" : "");
  }
  main +=
      "<h2>All numbers</h2>\n" + table.done() +
      paragraph(
          fmt::format(
              "What is expected is a smooth curve (the exponential of a polynomial of degree {}) through the stretches "
              "that are used. Intervals hold the truth in 95 of 100 such data sets, as far as the curve is right: they "
              "come from drawing {} anew "
              "999 times. Counts alone are shown: no reading stands by itself here, and nobody is named.",
              found.degree, found.employees > 0 ? "employees, each with all readings," : "readings"),
          "quiet");
  return html::document(title, main, "Made by goodhart from " + report.source);
}

}  // namespace goodhart
