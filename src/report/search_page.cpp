/// The page of what a search found.
#include <fmt/format.h>

#include <algorithm>

#include "assets.hpp"
#include "candidates.hpp"
#include "charts.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/report/search.hpp"
#include "html.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

using charts::escaped;
using html::paragraph;
using html::Table;
using State = Candidate::State;

constexpr std::size_t kRows = 20;  // candidates in the table; CSV has all

std::string candidates_table(const SearchSpace& space, const SearchResults& results) {
  const bool required = space.scenario().experiment->require && !space.scenario().experiment->require->empty();
  std::vector<std::string> head{"candidate", "gain", "told from the best", "replicates"};
  if (required) head.emplace_back("meets what is required");
  Table table(fmt::format("The {} candidates, gains over {}", results.choices.size(), comparison_words(space)), head);
  std::size_t rows = 0;
  for (const std::size_t c : order_of(results)) {
    if (++rows > kRows) break;
    const State state = results.found.candidates[c].state;
    std::vector<std::string> row{space.named(results.choices[c]).label, gain_text(results.gains[c]),
                                 candidate_state_words(state),
                                 std::to_string(results.found.candidates[c].outcomes.size())};
    if (required) row.emplace_back(results.meets[c] ? "yes" : "no");
    table.row(row, state == State::best ? "best" : "");
  }
  std::string text = table.done();
  if (results.choices.size() > kRows) {
    text += paragraph(fmt::format("The first {} of {}; --csv prints all.", kRows, results.choices.size()), "quiet");
  }
  return text;
}

/// "8, 16 and 32 replicates, and then, with 3 candidates that were polished, on other draws after 8 and 16".
std::string looks_words(const SearchResults& results) {
  std::vector<std::string> first, second;
  for (const std::size_t n : results.found.replicates) {
    (first.size() < results.first_looks ? first : second).push_back(std::to_string(n));
  }
  std::string words = fmt::format("{} replicates", listed(first, "and"));
  if (!second.empty()) {
    words += fmt::format(", and then, with {} that were polished, on other draws after {}", results.polished,
                         listed(second, "and"));
  }
  return words;
}

std::string levers_table(const SearchSpace& space, const SearchResults& results) {
  Table table("What could be chosen", {"lever", "from", "to", "values looked at", "as the scenario has it"});
  const LeverChoice standing = space.comparison();
  for (std::size_t l = 0; l < space.levers().size(); ++l) {
    std::vector<double> values;
    for (const LeverChoice& choice : results.choices) {
      const std::vector<std::size_t>& own = space.levers_of(choice.policy);
      if (std::find(own.begin(), own.end(), l) != own.end()) values.push_back(choice.values[l]);
    }
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    if (values.empty()) continue;
    const Varied& lever = space.levers()[l];
    table.row({lever.name, number(values.front()), number(values.back()), std::to_string(values.size()),
               number(standing.values[l])},
              "", lever.name == lever.path ? "" : lever.path);
  }
  return table.done();
}

}  // namespace

std::string to_html(const SearchReport& report, const SearchSpace& space, const SearchResults& results) {
  const SearchWords words = words_of(space, results);
  const Experiment& experiment = *space.scenario().experiment;
  std::string main = paragraph(report.title, "about") + "<h1>" + html::kept_together(words.finding) + "</h1>\n" +
                     paragraph(words.advice, "lead") + paragraph(words.figures) + paragraph(words.others) +
                     paragraph(words.ends) + paragraph(words.required);
  if (results.found.best) {
    std::string curves;
    for (const SettingCurve& curve : curves_of(space, results)) curves += html::figure_of(curve);
    if (!curves.empty()) main += "<h2>How the gain goes with each lever</h2>\n" + curves;
  }
  main += "<h2>All that was looked at</h2>\n" + candidates_table(space, results) + levers_table(space, results);
  if (experiment.where) {
    std::string conditions;
    for (const std::string& condition : *experiment.where) {
      if (!conditions.empty()) conditions += ", ";
      conditions += condition;
    }
    main += paragraph(fmt::format("Only candidates with {} were looked at.", conditions), "quiet");
  }
  main += "<h2>How it was found</h2>\n";
  main +=
      paragraph(fmt::format("What is looked at: {}, mean over time and replicates. All candidates and {} met the same "
                            "random draws. There were "
                            "looks after {}; at each, what was certainly worse than the best so far was "
                            "dropped, with 95 % confidence "
                            "for all looks and candidates together. {} runs in all.",
                            experiment.outcome, comparison_words(space), looks_words(results), results.runs));
  main += "<h2>What this does not say</h2>\n" + paragraph(words.limits);
  return html::document(report.title, main,
                        "Made by goodhart from " + report.results + ", content digest " + report.digest);
}

}  // namespace goodhart
