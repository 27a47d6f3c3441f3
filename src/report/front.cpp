/// Sentences, tables and JSON of a front.
#include "goodhart/report/front.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "candidates.hpp"
#include "columns.hpp"
#include "data.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

using Json = nlohmann::ordered_json;
using State = Candidate::State;

constexpr std::size_t kShown = 15;  ///< candidates in the table of a terminal

std::size_t count_of(const FrontResults& results, State state) {
  return static_cast<std::size_t>(std::count_if(results.found.candidates.begin(), results.found.candidates.end(),
                                                [&](const Candidate& candidate) { return candidate.state == state; }));
}

bool is_left(const FrontResults& results, std::size_t candidate) {
  const State state = results.found.candidates[candidate].state;
  return state == State::best || state == State::open;
}

/// Gains on luck that the search has not seen, where there are any.
const std::vector<Estimate>& gains_of(const FrontResults& results, std::size_t candidate) {
  return is_left(results, candidate) ? results.fresh[candidate] : results.gains[candidate];
}

/// Of what less is better the formula begins with a minus: "-cost".
bool is_minus_a_name(const std::string& formula) {
  return formula.size() > 1 && formula[0] == '-' && formula.find_first_of(" +-*/()^,<>=", 1) == formula.npos;
}

/// "the highest net_value", "the lowest cost".
std::string extreme_words(const std::string& formula) {
  return is_minus_a_name(formula) ? "the lowest " + formula.substr(1) : "the highest " + formula;
}

/// The gain as the formula's extreme is told: that of cost, where the formula is -cost.
std::string extreme_gain(const std::string& formula, const Estimate& gain) {
  if (!is_minus_a_name(formula)) return gain_text(gain);
  return gain_text({.mean = -gain.mean, .low = -gain.high, .high = -gain.low, .n = gain.n});
}

/// The one that is left with the highest gain in an outcome.
std::size_t highest(const FrontResults& results, std::size_t outcome) {
  const std::vector<std::size_t> left = results.found.left();
  return *std::max_element(left.begin(), left.end(), [&](std::size_t a, std::size_t b) {
    return gains_of(results, a)[outcome].mean < gains_of(results, b)[outcome].mean;
  });
}

// ---- Sentences ----

std::string finding_text(const SearchSpace& space, const FrontResults& results) {
  const std::vector<std::size_t> left = results.found.left();
  if (left.empty()) return "Nothing that was looked at is acceptable";
  if (results.choices.size() == 1) return "There is one setting, so there is nothing to choose";
  if (left.size() == 1) {
    return fmt::format("{} is better than any other setting in some outcome, and worse in none",
                       capitalised(space.named(results.choices[left.front()]).label));
  }
  if (left.size() == results.choices.size()) {
    return fmt::format("All {} settings are worth considering", with_commas(left.size()));
  }
  return fmt::format("{} of {} settings are worth considering", with_commas(left.size()),
                     with_commas(results.choices.size()));
}

std::string none_text(const SearchSpace& space, const FrontResults& results) {
  if (count_of(results, State::failed) == results.choices.size()) {
    return "No candidate has all outcomes: in each of them a run failed, or an outcome is no number.";
  }
  return fmt::format("None of the {} meets {} on the means of {} replicates. Widen the levers, or ask for less.",
                     plural(results.choices.size(), "candidate", "candidates"), listed(required_by(space), "and"),
                     results.found.replicates.back());
}

std::string advice_text(const SearchSpace& space, const FrontResults& results) {
  const std::size_t left = results.found.left().size();
  if (left == 0) return none_text(space, results);
  std::vector<std::string> parts;
  for (std::size_t o = 0; o < results.outcomes.size(); ++o) {
    const std::size_t c = highest(results, o);
    parts.push_back(fmt::format("{} has {} ({})", extreme_words(results.outcomes[o]),
                                space.named(results.choices[c]).label,
                                extreme_gain(results.outcomes[o], gains_of(results, c)[o])));
  }
  if (left == 1) return "";
  std::string text = "Which of them is right depends on what counts more: " + listed(parts, "and") + ".";
  if (const std::size_t beaten = count_of(results, State::worse); beaten > 0) {
    text += fmt::format(
        " {} beaten: one of these {} is better in some outcome and worse in none.",
        beaten == 1 ? std::string("The other is") : fmt::format("Each of the other {} is", with_commas(beaten)),
        with_commas(left));
  }
  return text;
}

std::string against_text(const SearchSpace& space, const FrontResults& results) {
  const std::vector<std::size_t> left = results.found.left();
  if (left.empty()) return "";
  const auto better = static_cast<std::size_t>(std::count_if(left.begin(), left.end(), [&](std::size_t c) {
    const std::vector<Estimate>& gains = gains_of(results, c);
    return std::all_of(gains.begin(), gains.end(), [](const Estimate& gain) { return gain.low > 0; });
  }));
  const std::string base = comparison_words(space);
  const std::string fresh = fmt::format("On fresh luck, {} that the search had not seen, ",
                                        plural(results.fresh_count, "replicate", "replicates"));
  if (better == 0) {
    return fresh + fmt::format("none of them gains over {} in every outcome.", base);
  }
  return fresh +
         (left.size() == 1        ? std::string("it gains")
          : better == left.size() ? std::string("each of them gains")
                                  : fmt::format("{} of them {}", with_commas(better), better == 1 ? "gains" : "gain")) +
         fmt::format(" over {} in every outcome (95 % intervals, each by itself).", base);
}

std::string certain_text(const FrontResults& results) {
  const std::size_t left = results.found.left().size();
  if (left == 0 || results.choices.size() == 1) return "";
  std::string text =
      "With 95 % confidence no setting was dropped that nothing beats (a setting beats another where it is better in "
      "some outcome and worse in none)";
  const std::size_t open = count_of(results, State::open);
  if (open == 0) return text + ", and nothing beats what is left.";
  text += open == left
              ? fmt::format("; of none of the {} can it be told yet whether another beats it", with_commas(left))
              : fmt::format("; nothing beats {} of those left, and of {} it cannot be told", left - open, open);
  return text + fmt::format(". The search ended after {} replicates; more replicates may tell more.",
                            results.found.replicates.back());
}

std::string ends_text(const SearchSpace& space, const FrontResults& results) {
  if (results.found.left().empty()) return "";
  std::vector<std::string> parts;
  for (std::size_t o = 0; o < results.outcomes.size(); ++o) {
    const LeverChoice& choice = results.choices[highest(results, o)];
    std::vector<std::string> ends;
    for (const LeverEnd& end : ends_of(space, results.choices, choice)) {
      ends.push_back(fmt::format("the {} end of {} ({})", end.upper ? "upper" : "lower", space.levers()[end.lever].name,
                                 value_text(choice.values[end.lever])));
    }
    if (ends.empty()) continue;
    parts.push_back(fmt::format("{} lies at {}", extreme_words(results.outcomes[o]), listed(ends, "and")));
  }
  if (parts.empty()) return "";
  return fmt::format("{}: beyond what was looked at there may be more.", capitalised(listed(parts, "and")));
}

std::string required_text(const SearchSpace& space, const FrontResults& results) {
  if (required_by(space).empty() || results.found.left().empty()) return "";
  const auto refused = static_cast<std::size_t>(std::count(results.meets.begin(), results.meets.end(), false));
  return fmt::format("What is required: {}, on means. {}.", listed(required_by(space), "and"),
                     refused == 0 ? std::string("All candidates meet it")
                                  : plural(refused, "candidate does", "candidates do") + " not meet it");
}

std::string status_words(State state) {
  return state == State::best ? "nothing beats it" : "cannot be told";
}

std::string table_text(const SearchSpace& space, const FrontResults& results) {
  const bool policies = has_policies(results.choices);
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> head = candidate_head(space, policies);
  for (const std::string& outcome : results.outcomes) head.push_back(harmless_line(outcome));
  head.emplace_back("is it beaten?");
  rows.push_back(head);
  const std::size_t left = results.found.left().size();
  for (const std::size_t c : order_of(results)) {
    if (!is_left(results, c) || rows.size() > kShown) break;
    std::vector<std::string> row = candidate_row(space, results.choices[c], policies, rows.size());
    for (const Estimate& gain : gains_of(results, c)) row.push_back(gain_text(gain));
    row.push_back(status_words(results.found.candidates[c].state));
    rows.push_back(row);
  }
  std::string text = columns_text(rows);
  if (left > kShown) text += fmt::format("    {} more are left; --csv prints all\n", with_commas(left - kShown));
  const auto others = [&](State state, const std::string& what) {
    if (const std::size_t count = count_of(results, state); count > 0) {
      text += fmt::format("    {} {}\n", plural(count, "other", "others"), what);
    }
  };
  others(State::worse, "certainly beaten");
  others(State::unacceptable, "not acceptable");
  others(State::failed, "without all outcomes");
  return text;
}

const char* name_of(State state) {
  switch (state) {
    case State::best:
      return "front";
    case State::open:
      return "open";
    case State::worse:
      return "beaten";
    case State::unacceptable:
      return "unacceptable";
    case State::failed:
      return "failed";
  }
  return "";
}

}  // namespace

std::vector<std::size_t> order_of(const FrontResults& results) {
  std::vector<std::size_t> order(results.choices.size());
  for (std::size_t c = 0; c < order.size(); ++c) order[c] = c;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (is_left(results, a) != is_left(results, b)) return is_left(results, a);
    const double one = gains_of(results, a).front().mean, other = gains_of(results, b).front().mean;
    if (std::isnan(one) || std::isnan(other)) return !std::isnan(one) && std::isnan(other);
    return one > other;
  });
  return order;
}

FrontWords words_of(const SearchSpace& space, const FrontResults& results) {
  return {.finding = finding_text(space, results),
          .advice = advice_text(space, results),
          .against = against_text(space, results),
          .certain = certain_text(results),
          .ends = ends_text(space, results),
          .required = required_text(space, results),
          .limits = limits_of_candidates(space, results.choices.size()) +
                    " Intervals are each by itself; the confidence is exact for Gaussian differences."};
}

std::string to_text(const SearchReport& report, const SearchSpace& space, const FrontResults& results) {
  const FrontWords words = words_of(space, results);
  std::string text = wrapped(harmless_line(fmt::format(
      "{}: search along {}: {}, {}, {}; gains over {} on the same luck{}", report.scenario,
      listed(results.outcomes, "and"), plural(space.levers().size(), "lever", "levers"),
      plural(results.choices.size(), "candidate", "candidates"),
      space.in_all() > static_cast<double>(results.choices.size()) ? fmt::format("of {:.6g}", space.in_all())
                                                                   : std::string("all of them looked at"),
      comparison_words(space), over_worlds(space))));
  text += "\n";
  text += wrapped(harmless_line(words.finding + "."));
  if (!words.advice.empty()) text += wrapped(harmless_line(words.advice));
  if (!results.found.left().empty()) {
    text += "\n";
    text += table_text(space, results);
    text += "\n";
  }
  for (const std::string& sentence : {words.against, words.certain, words.required}) {
    if (!sentence.empty()) text += wrapped(harmless_line(sentence));
  }
  if (!words.ends.empty()) text += wrapped(harmless_line(words.ends), "warning: ", "");
  return text + "\n" + wrapped(harmless_line(words.limits));
}

std::string to_json(const SearchReport& report, const SearchSpace& space, const FrontResults& results) {
  const FrontWords words = words_of(space, results);
  Json json{{"study", "search"},
            {"scenario", report.scenario},
            {"results", report.results},
            {"content_digest", report.digest},
            {"front", results.outcomes},
            {"require", required_by(space)},
            {"worlds", worlds_json(space)},
            {"comparison", space.scenario().policies.entries[space.comparison().policy].name},
            {"candidates", results.choices.size()},
            {"left", results.found.left().size()},
            {"in_all", space.in_all()},
            {"replicates", results.found.replicates},
            {"fresh", {{"first_replicate", kFreshLuck}, {"replicates", results.fresh_count}}},
            {"runs", results.runs},
            {"failed", results.failed},
            {"reached", results.found.reached},
            {"finding", words.finding},
            {"advice", words.advice},
            {"against", words.against},
            {"certain", words.certain},
            {"ends", words.ends},
            {"limits", words.limits}};
  Json list = Json::array();
  for (const std::size_t c : order_of(results)) {
    const LeverChoice& choice = results.choices[c];
    const auto gains_json = [&](const std::vector<Estimate>& gains) {
      Json gains_by_outcome = Json::object();
      for (std::size_t o = 0; o < results.outcomes.size(); ++o) {
        gains_by_outcome[results.outcomes[o]] = json_of(gains[o]);
      }
      return gains_by_outcome;
    };
    list.push_back({{"candidate", space.named(choice).name},
                    {"label", space.named(choice).label},
                    {"policy", space.scenario().policies.entries[choice.policy].name},
                    {"levers", settings_json(space, choice)},
                    {"state", name_of(results.found.candidates[c].state)},
                    {"replicates", results.found.candidates[c].outcomes.size()},
                    {"gains", gains_json(results.gains[c])},
                    {"fresh_gains", is_left(results, c) ? gains_json(results.fresh[c]) : Json(nullptr)},
                    {"meets", required_by(space).empty() ? Json(nullptr) : Json(bool(results.meets[c]))}});
  }
  json["list"] = list;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_csv(const SearchSpace& space, const FrontResults& results) {
  std::string text = candidate_csv_head(space) + ",state,replicates,luck";
  for (const std::string& outcome : results.outcomes) {
    for (const char* end : {"", " low", " high"}) text += "," + csv_cell("gain in " + outcome + end);
  }
  text += ",meets\n";
  for (const std::size_t c : order_of(results)) {
    const Candidate& candidate = results.found.candidates[c];
    text += candidate_csv(space, results.choices[c]);
    text += fmt::format(",{},{},{}", name_of(candidate.state), candidate.outcomes.size(),
                        is_left(results, c) ? "fresh" : "search");
    for (const Estimate& gain : gains_of(results, c)) text += "," + csv_cells(gain);
    text += fmt::format(",{}\n", required_by(space).empty() ? "" : results.meets[c] ? "yes" : "no");
  }
  return text;
}

}  // namespace goodhart
