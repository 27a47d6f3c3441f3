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

std::string state_words(State state) {
  switch (state) {
    case State::best:
      return "the best";
    case State::open:
      return "cannot be told from the best";
    case State::worse:
      return "certainly worse";
    case State::unacceptable:
      return "not acceptable";
    case State::failed:
      return "has no outcome";
  }
  return "";
}

/// How the gain goes along one lever, through the best: other levers with a grid stand as in the best.
std::string curve_of(const SearchSpace& space, const SearchResults& results, std::size_t lever) {
  const LeverChoice& best = results.choices[*results.found.best];
  const Varied& moved = space.levers()[lever];
  std::vector<charts::CurvePoint> points;
  bool joined = true;  // every candidate of the curve differs in this lever alone
  for (std::size_t c = 0; c < results.choices.size(); ++c) {
    const LeverChoice& choice = results.choices[c];
    bool here = choice.policy == best.policy && results.found.candidates[c].state != State::failed;
    for (const std::size_t l : space.levers_of(best.policy)) {
      if (l == lever || choice.values[l] == best.values[l]) continue;
      if (space.levers()[l].range.is_grid()) {
        here = false;
      } else if (here) {
        joined = false;
      }
    }
    if (!here) continue;
    const State state = results.found.candidates[c].state;
    const Estimate& gain = results.gains[c];
    points.push_back({choice.values[lever], gain.mean, gain.low, gain.high,
                      state == State::best   ? charts::CurvePoint::Kind::marked
                      : state == State::open ? charts::CurvePoint::Kind::strong
                                             : charts::CurvePoint::Kind::faint,
                      fmt::format("{}: {}, {}", space.named(choice).label, gain_text(gain), state_words(state))});
  }
  if (points.size() < 2) return "";
  std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  const std::string label = fmt::format("Gain over {} along {}", comparison_words(space), moved.name);
  return "<figure>" +
         charts::curve(points, joined, moved.name, "gain in " + space.scenario().experiment->outcome,
                       label + ". The best stands at " + fmt::format("{:.6g}", best.values[lever]) + ".") +
         "<figcaption>" +
         escaped(fmt::format(
             "{}{}. Large dot: the best. Full: cannot be told from it. Open: certainly worse, or "
             "not acceptable. Strokes are 95 % intervals, each by itself.",
             label, joined && space.levers_of(best.policy).size() > 1 ? ", the other levers as in the best" : "")) +
         "</figcaption></figure>\n";
}

std::string candidates_table(const SearchSpace& space, const SearchResults& results) {
  const bool required = space.scenario().experiment->require && !space.scenario().experiment->require->empty();
  std::vector<std::string> head{"candidate", "gain", "told from the best", "replicates"};
  if (required) head.emplace_back("meets what is required");
  Table table(fmt::format("The {} candidates, gains over {}", results.choices.size(), comparison_words(space)), head);
  std::size_t rows = 0;
  for (const std::size_t c : order_of(results)) {
    if (++rows > kRows) break;
    const State state = results.found.candidates[c].state;
    std::vector<std::string> row{space.named(results.choices[c]).label, gain_text(results.gains[c]), state_words(state),
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
    for (const std::size_t l : space.levers_of(results.choices[*results.found.best].policy)) {
      curves += curve_of(space, results, l);
    }
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
