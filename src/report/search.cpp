/// Sentences, tables and JSON of what a search found.
#include "goodhart/report/search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

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

constexpr std::size_t kMostSettings = 200;  ///< of a comparison
constexpr int kSettingReplicates = 32;      ///< of a setting there, at most
constexpr std::size_t kShown = 10;          ///< candidates in the table of a terminal that cannot be told from the best

std::size_t count_of(const SearchResults& results, State state) {
  return static_cast<std::size_t>(std::count_if(results.found.candidates.begin(), results.found.candidates.end(),
                                                [&](const Candidate& candidate) { return candidate.state == state; }));
}

/// Two digits, never less than the number itself.
std::string rounded_up(double value) {
  if (!(value > 0)) return "0";
  const double unit = std::pow(10, std::floor(std::log10(value)) - 1);
  return fmt::format("{:.12g}", std::ceil(value / unit * (1 - 1e-12)) * unit);
}

std::string label_of(const SearchSpace& space, const SearchResults& results, std::size_t candidate) {
  return space.named(results.choices[candidate]).label;
}

/// What of the best is known by luck that the search has not seen.
enum class Verdict { better, worse, open };
Verdict verdict_of(const SearchResults& results) {
  const Estimate& gain = results.fresh.gain;
  if (!gain.has_interval()) return Verdict::open;
  return gain.low > 0 ? Verdict::better : gain.high < 0 ? Verdict::worse : Verdict::open;
}

// ---- Sentences ----

std::string none_text(const SearchSpace& space, const SearchResults& results) {
  const std::size_t failed = count_of(results, State::failed);
  if (failed == results.choices.size()) return "No candidate has an outcome: in each of them a run failed.";
  return fmt::format("None of the {} meets {} on the means of {} replicates. Widen the levers, or ask for less.",
                     plural(results.choices.size(), "candidate", "candidates"), listed(required_by(space), "and"),
                     results.found.replicates.back());
}

std::string finding_text(const SearchSpace& space, const SearchResults& results) {
  if (!results.found.best) return "Nothing that was looked at is acceptable";
  const std::string best = label_of(space, results, *results.found.best), base = comparison_words(space);
  switch (verdict_of(results)) {
    case Verdict::better:
      return fmt::format("{} gains most over {}{}", capitalised(best), base, over_worlds(space));
    case Verdict::worse:
      return fmt::format("Nothing that was looked at is better than {}{}", base, over_worlds(space));
    case Verdict::open:
      break;
  }
  return fmt::format("{} comes first{}, and cannot be told from {}", capitalised(best), over_worlds(space), base);
}

std::string advice_text(const SearchSpace& space, const SearchResults& results) {
  if (!results.found.best) return none_text(space, results);
  const std::string best = label_of(space, results, *results.found.best), base = comparison_words(space);
  std::string text;
  switch (verdict_of(results)) {
    case Verdict::better:
      text = fmt::format("Choose {}.", best);
      break;
    case Verdict::worse:
      text = fmt::format("Stay with {}: even the best of what was looked at, {}, falls short of it.", base, best);
      break;
    case Verdict::open:
      text =
          fmt::format("Nothing speaks for a change: whether {} is better or worse than {} cannot be told.", best, base);
      break;
  }
  if (!results.fresh.meets) {
    text += fmt::format(" On fresh luck it does not meet {}: it is at the limit of what is acceptable.",
                        listed(required_by(space), "and"));
  }
  return text;
}

std::string bound_text(const SearchSpace& space, const SearchResults& results) {
  const std::size_t counted = results.choices.size() - count_of(results, State::failed);
  if (counted == 1) return "It is the only candidate.";
  std::string text = fmt::format("With 95 % confidence none of the {} candidates{}", with_commas(counted),
                                 required_by(space).empty() ? "" : " that is acceptable");
  text += results.found.at_most > 0 ? fmt::format(" is better by more than {}.", rounded_up(results.found.at_most))
                                    : " is better.";
  if (results.found.reached) return text;
  const auto& tolerance = space.scenario().experiment->search.value_or(Search()).tolerance;
  text += fmt::format(
      " After {} replicates the search ended before {}; more replicates may tell more.",
      results.found.replicates.back(),
      tolerance ? fmt::format("that was within the tolerance of {}", number(*tolerance)) : std::string("one was left"));
  return text;
}

std::string figures_text(const SearchSpace& space, const SearchResults& results) {
  if (!results.found.best) return "";
  const Estimate& gain = results.fresh.gain;
  std::string text;
  if (gain.n > 0) {
    text = fmt::format("On fresh luck, {} that the search had not seen, the best {} {}{} against {}. ",
                       plural(results.fresh.count, "replicate", "replicates"), gain.mean < 0 ? "loses" : "gains",
                       fixed(std::fabs(gain.mean), decimals_of(gain)), half_width(gain, 1, decimals_of(gain)),
                       comparison_words(space));
  }
  return text + bound_text(space, results);
}

std::string others_text(const SearchSpace& space, const SearchResults& results) {
  if (!results.found.best) return "";
  const std::size_t open = count_of(results, State::open);
  if (open == 0) return "";
  // How far each lever of the best's policy goes among them.
  const std::size_t policy = results.choices[*results.found.best].policy;
  std::vector<std::string> parts;
  for (const std::size_t l : space.levers_of(policy)) {
    double low = results.choices[*results.found.best].values[l], high = low;
    for (std::size_t c = 0; c < results.choices.size(); ++c) {
      if (results.choices[c].policy != policy || results.found.candidates[c].state != State::open) continue;
      low = std::min(low, results.choices[c].values[l]);
      high = std::max(high, results.choices[c].values[l]);
    }
    parts.push_back(low == high
                        ? fmt::format("{} {}", space.levers()[l].name, value_text(low))
                        : fmt::format("{} from {} to {}", space.levers()[l].name, value_text(low), value_text(high)));
  }
  return fmt::format("{} cannot be told from the best. Together they have {}{}.",
                     capitalised(plural(open, "other", "others")), listed(parts, "and"),
                     std::any_of(results.choices.begin(), results.choices.end(),
                                 [&](const LeverChoice& choice) { return choice.policy != policy; })
                         ? " under " + space.scenario().policies.entries[policy].value.called.shown(
                                           space.scenario().policies.entries[policy].name)
                         : "");
}

std::string ends_text(const SearchSpace& space, const SearchResults& results) {
  if (!results.found.best) return "";
  const LeverChoice& best = results.choices[*results.found.best];
  std::vector<std::string> parts;
  for (const LeverEnd& end : ends_of(space, results.choices, best)) {
    parts.push_back(fmt::format("at the {} end of {} ({})", end.upper ? "upper" : "lower",
                                space.levers()[end.lever].name, value_text(best.values[end.lever])));
  }
  if (parts.empty()) return "";
  return fmt::format("The best lies {}: beyond what was looked at there may be something better.",
                     listed(parts, "and"));
}

std::string required_text(const SearchSpace& space, const SearchResults& results) {
  if (required_by(space).empty() || !results.found.best) return "";
  const auto refused = static_cast<std::size_t>(std::count(results.meets.begin(), results.meets.end(), false));
  return fmt::format("What is required: {}, on means. {}.", listed(required_by(space), "and"),
                     refused == 0 ? std::string("All candidates meet it")
                                  : plural(refused, "candidate does", "candidates do") + " not meet it");
}

std::string limits_text(const SearchSpace& space, const SearchResults& results) {
  return limits_of_candidates(space, results.choices.size()) +
         " The gains of the others are on the luck that chose the best, so the highest of many looks higher than it "
         "is. "
         "Intervals are each by itself; the confidence is exact for Gaussian differences.";
}

/// Of so many candidates, which a climb has found.
std::string polished_text(const SearchResults& results) {
  return results.polished == 0 ? "" : fmt::format(" ({} of them polished)", results.polished);
}

// ---- Tables ----

/// How many more are in a state than those that are shown, and the most that these gain.
std::string others_line(const SearchResults& results, State state, const std::string& what,
                        const std::set<std::size_t>& shown) {
  double most = -std::numeric_limits<double>::infinity();
  std::size_t count = 0;
  for (std::size_t c = 0; c < results.choices.size(); ++c) {
    if (results.found.candidates[c].state != state || shown.count(c) > 0) continue;
    ++count;
    if (results.gains[c].mean > most) most = results.gains[c].mean;
  }
  if (count == 0) return "";
  return fmt::format("    {} {}{}\n", plural(count, "other", "others"), what,
                     std::isfinite(most) ? ": a gain of at most " + with_sign(most, decimals_of(std::fabs(most))) : "");
}

std::string table_text(const SearchSpace& space, const SearchResults& results) {
  const bool policies = has_policies(results.choices);
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> head = candidate_head(space, policies);
  head.insert(head.end(), {"gain ± 95 %", "told apart from the best?"});
  rows.push_back(head);
  // The best, what cannot be told from it, and the best of each other policy.
  std::size_t open = 0;
  std::set<std::size_t> shown, policies_shown;
  for (const std::size_t c : order_of(results)) {
    const Candidate& candidate = results.found.candidates[c];
    if (candidate.state == State::open && ++open > kShown) continue;
    if (candidate.state == State::unacceptable || candidate.state == State::failed) continue;
    if (candidate.state == State::worse && policies_shown.count(results.choices[c].policy) > 0) continue;
    policies_shown.insert(results.choices[c].policy);
    shown.insert(c);
    std::vector<std::string> row = candidate_row(space, results.choices[c], policies, shown.size());
    row.push_back(gain_text(results.gains[c]));
    row.emplace_back(candidate.state == State::best ? "best" : candidate.state == State::open ? "no" : "yes");
    rows.push_back(row);
  }
  std::string text = columns_text(rows);
  if (open > kShown) text += fmt::format("    {} more cannot be told from it\n", with_commas(open - kShown));
  text += others_line(results, State::worse, "certainly worse", shown);
  text += others_line(results, State::unacceptable, "not acceptable", shown);
  if (const std::size_t failed = count_of(results, State::failed); failed > 0) {
    text += fmt::format("    {} without an outcome\n", plural(failed, "other", "others"));
  }
  return text;
}

// ---- JSON ----

const char* name_of(State state) {
  switch (state) {
    case State::best:
      return "best";
    case State::open:
      return "open";
    case State::worse:
      return "worse";
    case State::unacceptable:
      return "unacceptable";
    case State::failed:
      return "failed";
  }
  return "";
}

Json candidate_json(const SearchSpace& space, const SearchResults& results, std::size_t c) {
  const LeverChoice& choice = results.choices[c];
  const Candidate& candidate = results.found.candidates[c];
  return {{"candidate", space.named(choice).name},
          {"label", space.named(choice).label},
          {"policy", space.scenario().policies.entries[choice.policy].name},
          {"levers", settings_json(space, choice)},
          {"state", name_of(candidate.state)},
          {"replicates", candidate.outcomes.size()},
          {"outcome", json_of(results.outcomes[c])},
          {"gain", json_of(results.gains[c])},
          {"meets", required_by(space).empty() ? Json(nullptr) : Json(bool(results.meets[c]))}};
}

}  // namespace

std::vector<std::size_t> order_of(const SearchResults& results) {
  std::vector<std::size_t> order(results.choices.size());
  for (std::size_t c = 0; c < order.size(); ++c) order[c] = c;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto rank = [&](std::size_t c) { return std::min(static_cast<int>(results.found.candidates[c].state), 2); };
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    const double one = results.gains[a].mean, other = results.gains[b].mean;
    if (std::isnan(one) || std::isnan(other)) return !std::isnan(one) && std::isnan(other);
    return one > other;
  });
  return order;
}

SearchWords words_of(const SearchSpace& space, const SearchResults& results) {
  SearchWords words;
  words.finding = finding_text(space, results);
  words.advice = advice_text(space, results);
  words.figures = figures_text(space, results);
  words.others = others_text(space, results);
  words.ends = ends_text(space, results);
  words.required = required_text(space, results);
  words.limits = limits_text(space, results);
  return words;
}

std::string to_text(const SearchReport& report, const SearchSpace& space, const SearchResults& results) {
  const SearchWords words = words_of(space, results);
  std::string text = wrapped(harmless_line(fmt::format(
      "{}: search: {}, {}, {}; {}{}, paired with {} on the same luck", report.scenario,
      plural(space.levers().size(), "lever", "levers"),
      plural(results.choices.size(), "candidate", "candidates") + polished_text(results),
      space.in_all() > static_cast<double>(results.choices.size()) ? fmt::format("of {:.6g}", space.in_all())
                                                                   : std::string("all of them looked at"),
      space.scenario().experiment->outcome, over_worlds(space), comparison_words(space))));
  text += "\n";
  text += wrapped(harmless_line(words.finding + "."));
  text += wrapped(harmless_line(words.advice));
  if (results.found.best) {
    text += "\n";
    text += table_text(space, results);
    text += "\n";
  }
  for (const std::string& sentence : {words.figures, words.others, words.required}) {
    if (!sentence.empty()) text += wrapped(harmless_line(sentence));
  }
  if (!words.ends.empty()) text += wrapped(harmless_line(words.ends), "warning: ", "");
  return text + "\n" + wrapped(harmless_line(words.limits));
}

std::string to_json(const SearchReport& report, const SearchSpace& space, const SearchResults& results) {
  const SearchWords words = words_of(space, results);
  const Experiment& experiment = *space.scenario().experiment;
  const Search rules = experiment.search.value_or(Search());
  Json json{{"study", "search"},
            {"scenario", report.scenario},
            {"results", report.results},
            {"content_digest", report.digest},
            {"outcome", experiment.outcome},
            {"require", required_by(space)},
            {"worlds", worlds_json(space)},
            {"comparison", space.scenario().policies.entries[space.comparison().policy].name},
            {"candidates", results.choices.size()},
            {"polished", results.polished},
            {"in_all", space.in_all()},
            {"replicates", results.found.replicates},
            {"first_looks", results.first_looks},
            {"runs", results.runs},
            {"failed", results.failed},
            {"tolerance", rules.tolerance ? Json(*rules.tolerance) : Json(nullptr)},
            {"reached", results.found.reached},
            {"at_most", results.found.best ? Json(results.found.at_most) : Json()},
            {"finding", words.finding},
            {"advice", words.advice}};
  Json levers = Json::array();
  for (const Varied& lever : space.levers()) {
    levers.push_back({{"name", lever.name},
                      {"path", lever.path},
                      {"low", lever.range.low()},
                      {"high", lever.range.high()},
                      {"grid", lever.range.is_grid()}});
  }
  json["levers"] = levers;
  json["best"] = nullptr;
  if (results.found.best) {
    Json best = candidate_json(space, results, *results.found.best);
    best["fresh"] = {{"first_replicate", kFreshLuck},
                     {"replicates", results.fresh.count},
                     {"outcome", json_of(results.fresh.outcome)},
                     {"gain", json_of(results.fresh.gain)},
                     {"meets", required_by(space).empty() ? Json(nullptr) : Json(results.fresh.meets)}};
    Json ends = Json::array();
    for (const LeverEnd& end : ends_of(space, results.choices, results.choices[*results.found.best])) {
      ends.push_back({{"lever", space.levers()[end.lever].name}, {"end", end.upper ? "upper" : "lower"}});
    }
    best["at_ends"] = ends;
    json["best"] = best;
  }
  Json list = Json::array();
  for (const std::size_t c : order_of(results)) list.push_back(candidate_json(space, results, c));
  json["list"] = list;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_csv(const SearchSpace& space, const SearchResults& results) {
  std::string text = candidate_csv_head(space);
  text += ",state,replicates,outcome,outcome_low,outcome_high,gain,gain_low,gain_high,meets\n";
  for (const std::size_t c : order_of(results)) {
    const Candidate& candidate = results.found.candidates[c];
    text += candidate_csv(space, results.choices[c]);
    text += fmt::format(",{},{},{},{},{}\n", name_of(candidate.state), candidate.outcomes.size(),
                        csv_cells(results.outcomes[c]), csv_cells(results.gains[c]),
                        required_by(space).empty() ? ""
                        : results.meets[c]         ? "yes"
                                                   : "no");
  }
  return text;
}

std::vector<SettingCurve> curves_of(const SearchSpace& space, const SearchResults& results) {
  std::vector<SettingCurve> curves;
  if (!results.found.best) return curves;
  const LeverChoice& best = results.choices[*results.found.best];
  const std::vector<std::size_t>& own = space.levers_of(best.policy);
  for (const std::size_t lever : own) {
    SettingCurve curve{.lever = space.levers()[lever].name,
                       .base = comparison_words(space),
                       .outcome = space.scenario().experiment->outcome,
                       .best = best.values[lever],
                       .joined = true,
                       .several = own.size() > 1,
                       .points = {}};
    for (std::size_t c = 0; c < results.choices.size(); ++c) {
      const LeverChoice& choice = results.choices[c];
      const State state = results.found.candidates[c].state;
      bool here = choice.policy == best.policy && state != State::failed;
      for (const std::size_t l : own) {
        if (l == lever || choice.values[l] == best.values[l]) continue;
        if (space.levers()[l].range.is_grid()) {
          here = false;
        } else if (here) {
          curve.joined = false;
        }
      }
      if (!here) continue;
      using Kind = SettingCurve::Point::Kind;
      curve.points.push_back({choice.values[lever], results.gains[c],
                              state == State::best   ? Kind::best
                              : state == State::open ? Kind::open
                                                     : Kind::other,
                              fmt::format("{}: {}, {}", space.named(choice).label, gain_text(results.gains[c]),
                                          candidate_state_words(state))});
    }
    if (curve.points.size() < 2) continue;
    std::sort(curve.points.begin(), curve.points.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    curves.push_back(std::move(curve));
  }
  return curves;
}

BestSetting best_setting_of(const SearchSpace& space, const SearchResults& results) {
  const SearchWords words = words_of(space, results);
  BestSetting best{.sentence = "", .candidates = results.choices.size(), .curves = curves_of(space, results)};
  best.sentence = fmt::format("Of {} that leadership could choose, by {}: {}.",
                              plural(results.choices.size(), "setting", "settings"),
                              space.scenario().experiment->outcome, words.finding);
  for (const std::string& more : {words.figures, words.ends}) {
    if (!more.empty()) best.sentence += " " + more;
  }
  return best;
}

bool has_settings(const Scenario& scenario) {
  return scenario.experiment && !scenario.experiment->levers.empty() && check_search(scenario).empty();
}

std::optional<BestSetting> best_setting_in(Scenario scenario, TaskPool& pool,
                                           const std::function<void(const Progress&)>& watch) {
  Search search = scenario.experiment->search.value_or(Search());
  search.replicates = std::min(search.replicates, kSettingReplicates);
  search.front.reset();
  scenario.experiment->search = search;
  const SearchSpace space(scenario);
  if (space.candidates().size() > kMostSettings) return std::nullopt;
  SearchRun run(space, pool, [&](const Progress& state, const std::string&) { watch(state); });
  return best_setting_of(space, run.run());
}

}  // namespace goodhart
