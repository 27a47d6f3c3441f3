/// The page of a front.
#include <fmt/format.h>

#include <algorithm>

#include "candidates.hpp"
#include "charts.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/report/front.hpp"
#include "html.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

using charts::escaped;
using html::paragraph;
using html::Table;
using State = Candidate::State;

constexpr std::size_t kRows = 40;  // candidates in the table; CSV has all

bool is_left(State state) {
  return state == State::best || state == State::open;
}

std::string state_words(State state) {
  switch (state) {
    case State::best:
      return "nothing beats it";
    case State::open:
      return "cannot be told";
    case State::worse:
      return "certainly beaten";
    case State::unacceptable:
      return "not acceptable";
    case State::failed:
      return "has no outcome";
  }
  return "";
}

const std::vector<Estimate>& gains_of(const FrontResults& results, std::size_t c) {
  return is_left(results.found.candidates[c].state) ? results.fresh[c] : results.gains[c];
}

std::string candidate_words(const SearchSpace& space, const FrontResults& results, std::size_t c) {
  std::vector<std::string> gains;
  for (std::size_t o = 0; o < results.outcomes.size(); ++o) {
    gains.push_back(fmt::format("{} {}", results.outcomes[o], gain_text(gains_of(results, c)[o])));
  }
  return fmt::format("{}: {}; {}", space.named(results.choices[c]).label, listed(gains, "and"),
                     state_words(results.found.candidates[c].state));
}

/// One outcome against another.
std::string picture(const SearchSpace& space, const FrontResults& results, std::size_t across, std::size_t up) {
  std::vector<charts::Spot> spots;
  for (std::size_t c = 0; c < results.choices.size(); ++c) {
    const State state = results.found.candidates[c].state;
    const Estimate &x = gains_of(results, c)[across], &y = gains_of(results, c)[up];
    spots.push_back({x.mean, y.mean,
                     state == State::best   ? charts::Spot::Kind::marked
                     : state == State::open ? charts::Spot::Kind::strong
                                            : charts::Spot::Kind::faint,
                     candidate_words(space, results, c)});
  }
  spots.push_back({0, 0, charts::Spot::Kind::reference, comparison_words(space)});
  const std::string label = fmt::format("Gain in {} against gain in {}, over {}", results.outcomes[up],
                                        results.outcomes[across], comparison_words(space));
  return "<figure>" +
         charts::scatter(spots, "gain in " + results.outcomes[across], "gain in " + results.outcomes[up], label) +
         "<figcaption>" +
         escaped(fmt::format("{}. Farther right and higher is better. Large dot: nothing beats it. Full: left, and "
                             "cannot be told. Open: beaten, or not acceptable. Cross: {}.",
                             label, comparison_words(space))) +
         "</figcaption></figure>\n";
}

std::string candidates_table(const SearchSpace& space, const FrontResults& results) {
  const bool required = !required_by(space).empty();
  std::vector<std::string> head{"setting"};
  for (const std::string& outcome : results.outcomes) head.push_back("gain in " + outcome);
  head.emplace_back("is it beaten?");
  if (required) head.emplace_back("meets what is required");
  Table table(fmt::format("The {} settings, gains over {}", results.choices.size(), comparison_words(space)), head);
  std::size_t rows = 0;
  for (const std::size_t c : order_of(results)) {
    if (++rows > kRows) break;
    std::vector<std::string> row{space.named(results.choices[c]).label};
    for (const Estimate& gain : gains_of(results, c)) row.push_back(gain_text(gain));
    row.push_back(state_words(results.found.candidates[c].state));
    if (required) row.emplace_back(results.meets[c] ? "yes" : "no");
    table.row(row, results.found.candidates[c].state == State::best ? "best" : "");
  }
  std::string text = table.done();
  if (results.choices.size() > kRows) {
    text += paragraph(fmt::format("The first {} of {}; --csv prints all.", kRows, results.choices.size()), "quiet");
  }
  return text;
}

}  // namespace

std::string to_html(const SearchReport& report, const SearchSpace& space, const FrontResults& results) {
  const FrontWords words = words_of(space, results);
  std::string main = paragraph(report.title, "about") + "<h1>" + html::kept_together(words.finding) + "</h1>\n" +
                     paragraph(words.advice, "lead") + paragraph(words.against) + paragraph(words.certain) +
                     paragraph(words.ends) + paragraph(words.required);
  if (!results.found.left().empty()) {
    main += "<h2>What one outcome costs in another</h2>\n";
    for (std::size_t up = 0; up < results.outcomes.size(); ++up) {
      for (std::size_t across = up + 1; across < results.outcomes.size(); ++across) {
        main += picture(space, results, across, up);
      }
    }
  }
  main += "<h2>All that was looked at</h2>\n" + candidates_table(space, results);
  std::vector<std::string> looks;
  for (const std::size_t n : results.found.replicates) looks.push_back(std::to_string(n));
  main +=
      "<h2>How it was found</h2>\n" +
      paragraph(fmt::format(
          "Outcomes are means over time and replicates, and of each more is better: {}. All settings and {} met the "
          "same random draws. There were looks after {} replicates; at each, what another setting certainly beats "
          "was dropped, with 95 % confidence for all looks and pairs together. The gains of those left are from "
          "draws that the search had not seen. {} runs in all.",
          listed(results.outcomes, "and"), comparison_words(space), listed(looks, "and"), results.runs)) +
      "<h2>What this does not say</h2>\n" + paragraph(words.limits);
  return html::document(report.title, main,
                        "Made by goodhart from " + report.results + ", content digest " + report.digest);
}

}  // namespace goodhart
