/// What a comparison says, in words, tables, JSON and CSV.
#include "goodhart/report/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "answer.hpp"
#include "causes.hpp"
#include "data.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

constexpr std::size_t kLeversTold = 5;
constexpr std::size_t kShortestName = 12;  // a policy's name is not cut below this
constexpr std::size_t kWideHeading = 12;   // a wider heading of several words stands in two lines
constexpr std::size_t kWidestHeading = 20;
constexpr std::size_t kMetricsBeside = 5;  // columns of a table of metrics

// ---- Words ----

std::string range_of(double low, double high, int decimals) {
  return with_sign(low, decimals) + " to " + with_sign(high, decimals);
}

/// What an incentive did for those whom it rewarded; empty where nearly all or nearly none are, so that who they are
/// says nothing.
std::string rewarded_sentence(const Rewarded& rewarded) {
  const double attained = rewarded.attained.mean, more = rewarded.contribution.mean;
  if (!(attained > 0.02 && attained < 0.98) || std::isnan(more)) return "";
  const bool sure = rewarded.contribution.has_interval() && !rewarded.contribution.holds_zero();
  std::string text = fmt::format("The incentive “{}” rewards {} of the employees", rewarded.label, share(attained));
  text += sure ? fmt::format("; they contribute {} {} than the average", per_cent(more), more > 0 ? "more" : "less")
               : std::string("; what they contribute cannot be told from the average");
  if (rewarded.gaming_share.mean >= kNoShare) {
    text += fmt::format(", and they game for {} of their hours (everybody: {})", share(rewarded.gaming_share.mean),
                        share(rewarded.gaming_share_of_all.mean));
  }
  return text + ".";
}

std::vector<std::string> sentences_of(const Comparison& comparison, std::size_t p) {
  const PolicyComparison& policy = comparison.policies[p];
  std::vector<std::string> sentences;
  for (const Divergence& divergence : policy.divergences) {
    const Outcome &dashboard = comparison.outcome("dashboard", divergence.metric), &value = comparison.outcome("value");
    const std::string gap = gap_words(comparison, divergence);
    sentences.push_back(fmt::format("{}; {}{}.",
                                    moves("The dashboard of " + divergence.label, comparison, dashboard, p),
                                    moves("value", comparison, value, p), gap.empty() ? "" : ": " + gap));
  }
  if (p != comparison.comparison && comparison.policies.size() > 1) {
    sentences.push_back(capitalised(gaming_words(comparison, p)) + ".");
    for (const std::string& sentence : causes_sentences(comparison, policy)) sentences.push_back(sentence);
  }
  for (const Rewarded& rewarded : policy.rewarded) {
    if (std::string sentence = rewarded_sentence(rewarded); !sentence.empty()) sentences.push_back(std::move(sentence));
  }
  if (policy.failed > 0) {
    sentences.push_back(fmt::format("{} of {} failed and {} left out.", policy.failed,
                                    counted(comparison.replicates, "run"), policy.failed == 1 ? "is" : "are"));
  }
  return sentences;
}

/// "0.98"; what rounds to 1 but is not, as "0.99".
std::string correlation_text(double correlation) {
  return correlation < 1 && correlation > 0.99 ? "0.99" : fixed(correlation, 2);
}

/// A large count in two digits, as "about 11000".
std::string about(double count) {
  if (std::isinf(count)) return "infinitely many";
  if (count < 100) return fixed(count, 0);
  const double unit = std::pow(10, std::floor(std::log10(count)) - 1);
  return "about " + fixed(std::round(count / unit) * unit, 0);
}

std::string pairing_words(const Comparison& comparison) {
  const Outcome& net = comparison.outcome("net_value");
  double least = 1, saved = 0;
  bool known = false;
  for (std::size_t p = 0; p < comparison.policies.size(); ++p) {
    const Pairing& pairing = net.effects[p].pairing;
    if (std::isnan(pairing.correlation)) continue;
    least = known ? std::min(least, pairing.correlation) : pairing.correlation;
    saved = known ? std::min(saved, pairing.runs_saved) : pairing.runs_saved;
    known = true;
  }
  if (!known) return "";
  const std::string paired =
      fmt::format("All policies were run on the same people and the same random numbers (correlation of net values {})",
                  comparison.policies.size() > 2 ? "at least " + correlation_text(least) : correlation_text(least));
  if (!(saved > 0.5)) return paired + "; in this scenario that did not make the intervals narrower.";
  return fmt::format(
      "{}. With other random numbers for each policy, intervals as narrow would have taken {}{} more "
      "replicates.",
      paired, comparison.policies.size() > 2 ? "at least " : "", about(saved));
}

/// Where means are not over all steps: over which. Else empty.
std::string averaged_words(const Comparison& comparison) {
  if (comparison.averaged_steps == comparison.all_steps) return "";
  return fmt::format(
      "All means are averages over {} of {} steps, those that were recorded: the results are of a version of goodhart "
      "that did not keep the means over all steps. Run the scenario again to have these.",
      comparison.averaged_steps, comparison.all_steps);
}

std::vector<std::string> limits_of(const Comparison& comparison) {
  std::vector<std::string> limits;
  if (const std::string averaged = averaged_words(comparison); !averaged.empty()) limits.push_back(averaged);
  limits.push_back(
      comparison.replicates < 2
          ? "One replicate has no intervals; they need at least 2."
          : fmt::format("Intervals show the noise within this scenario ({} replicates), not the doubt about "
                        "its numbers{}.",
                        comparison.replicates, comparison.worlds ? "; sampled worlds show that" : ""));
  limits.push_back(fmt::format("The ranking is for {}, by {}{}. Who values something else may rank otherwise.",
                               perspective_of(comparison).whose, perspective_of(comparison).label,
                               comparison.perspective == 2 ? "" : ", at the scenario's price of value"));
  limits.push_back(
      "Nothing here is about a single person: the model says what people of such kinds would do, not who does it.");
  limits.push_back(comparison.sources.empty() ? "The scenario names no sources, so its numbers are assumptions."
                                              : "Numbers of the scenario without a source are assumptions.");
  limits.push_back("What the scenario does not model (" + listed(comparison.left_out, "and") +
                   ") is not in the answer.");
  int failed = 0;
  for (const PolicyComparison& policy : comparison.policies) failed += policy.failed;
  if (failed > 0) {
    limits.push_back(
        fmt::format("{} failed and {} left out. If there is a reason for that, the runs that remain are no "
                    "fair sample.",
                    counted(static_cast<std::size_t>(failed), "run"), failed == 1 ? "is" : "are"));
  }
  return limits;
}

// ---- The table ----

/// The first part of a text that is too wide, with an ellipsis.
std::string shortened(const std::string& text, std::size_t width) {
  if (width_of(text) <= width) return text;
  std::size_t places = 0, at = 0;
  while (at < text.size() && places + 1 < width) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
    ++places;
  }
  return text.substr(0, at) + "…";
}

/// A label over a column, and what ends it, in two lines: "items per", "hour, change", or "prompts", "change".
std::pair<std::string, std::string> heading_of(const std::string& label, const std::string& end = "") {
  if (width_of(label) <= kWideHeading) return {label, end};
  const std::string last = end.empty() ? "" : ", " + end;
  std::string above = label, below = end;
  for (std::size_t at = label.find(' '); at != std::string::npos; at = label.find(' ', at + 1)) {
    const std::string first = label.substr(0, at), rest = label.substr(at + 1) + last;
    if (std::max(width_of(first), width_of(rest)) >= std::max(width_of(above), width_of(below))) continue;
    above = first;
    below = rest;
  }
  return {shortened(above, kWidestHeading), shortened(below, kWidestHeading)};
}

std::string percent_change(const Effect& effect, bool is_share) {
  return change_cell({.difference = {.mean = effect.change.difference.mean},
                      .percent = {.mean = effect.change.percent.mean},
                      .comparison = effect.change.comparison},
                     is_share ? NumberKind::share : NumberKind::plain);
}

std::string difference_cell(const Effect& effect) {
  const double mean = effect.change.difference.mean;
  if (std::isnan(mean)) return "–";
  const Interval& all = effect.simultaneous;
  if (std::isnan(all.low)) return with_sign(mean, decimals_of(std::fabs(mean)));
  const Estimate estimate{.mean = mean, .low = all.low, .high = all.high, .n = 2};
  const int decimals = decimals_of(estimate);
  return with_sign(mean, decimals) + half_width(estimate, 1, decimals);
}

std::string table_of(const Comparison& comparison) {
  const std::string& metric = comparison.metrics.front();
  const Outcome& net = comparison.ranked_by();
  const Outcome& shown_metric = comparison.outcome("dashboard", metric);
  const bool worlds = comparison.worlds && comparison.worlds->tried > 0;
  const bool in_pay = std::string_view(perspective_of(comparison).variable) == "utility";
  const auto [above, below] = heading_of(shown_metric.metric_label, "change");
  std::vector<std::vector<std::string>> rows{
      {"", "policy", perspective_of(comparison).label, "difference", "best", above, "value", "cost", "gaming"},
      {"", "", in_pay ? "pay" : comparison.currency, "± 95 %", worlds ? "in worlds" : "by luck", below, "change",
       "change", "of hours"}};
  for (const std::size_t p : comparison.shown()) {
    const bool base = p == comparison.comparison;
    const auto change = [&](const Outcome& outcome) {
      return base ? std::string("=") : percent_change(outcome.effects[p], outcome.share);
    };
    const double gaming = comparison.outcome("gaming_share").effects[p].level.mean;
    rows.push_back({comparison.policies[p].option ? fmt::format("{}", comparison.policies[p].rank) : "ref.",
                    comparison.policies[p].name,
                    std::isnan(net.effects[p].level.mean)
                        ? "–"
                        : fixed(net.effects[p].level.mean, decimals_of(net.effects[p].level)),
                    base ? "compared with" : difference_cell(net.effects[p]),
                    !worlds ? chance_text(comparison.policies[p].best_by_luck)
                    : !comparison.policies[p].option
                        ? "–"
                        : fmt::format("{} of {}", comparison.worlds->best[p], comparison.worlds->tried),
                    change(shown_metric), change(comparison.outcome("value")), change(comparison.outcome("cost")),
                    std::isnan(gaming) ? "–" : fixed(100 * gaming, 1) + " %"});
  }
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  }
  std::size_t total = 2 * (widths.size() - 1);
  for (const std::size_t width : widths) total += width;
  if (total > kTerminal) widths[1] -= std::min(total - kTerminal, widths[1] - std::min(widths[1], kShortestName));
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string cell = c == 1 ? shortened(row[c], widths[c]) : row[c];
      const std::string space(widths[c] - std::min(widths[c], width_of(cell)), ' ');
      line += (c == 0 ? "" : "  ") + (c <= 1 ? cell + space : space + cell);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

/// A number that was written, or made of one that was: 0.06, not 0.060000000000000005.
std::string tidy(double value) {
  return fmt::format("{:.6g}", value);
}

std::string lever_words(const Lever& lever) {
  const auto lead = [](const Estimate& estimate) { return with_sign(estimate.mean, decimals_of(estimate)); };
  return fmt::format("{} ({} = {}; {} to {}{}): difference {} to {}", lever.label, lever.path, tidy(lever.value),
                     tidy(lever.low), tidy(lever.high), lever.stated ? "" : ", ±20 %", lead(lever.at_low),
                     lead(lever.at_high));
}

// ---- JSON ----

using Json = nlohmann::ordered_json;

Json json_of(const Estimate& level, const Change& change) {
  Json json = json_of(level);
  json["difference"] = json_of(change.difference);
  json["percent"] = json_of(change.percent);
  return json;
}

Json json_of(const Interval& interval) {
  return {{"low", interval.low}, {"high", interval.high}};
}

Json json_of(const Effect& effect) {
  Json json = json_of(effect.level, effect.change);
  json["bootstrap"] = json_of(effect.bootstrap);
  json["simultaneous"] = json_of(effect.simultaneous);
  json["pairing"] = {{"correlation", effect.pairing.correlation},
                     {"variance_ratio", effect.pairing.variance_ratio},
                     {"runs_saved", effect.pairing.runs_saved}};
  return json;
}

Json json_of(const Divergence& divergence) {
  Json json{{"metric", divergence.metric},
            {"label", divergence.label},
            {"inflation", json_of(divergence.inflation)},
            {"real_change", json_of(divergence.real_change)},
            {"gap", json_of(divergence.gap)},
            {"inflation_sd", json_of(divergence.inflation_sd)},
            {"real_change_sd", json_of(divergence.real_change_sd)},
            {"alignment_decay", json_of(divergence.alignment_decay)},
            {"parted", divergence.parted ? Json(*divergence.parted) : Json()}};
  return json;
}

Json json_of(const Split& split) {
  Json json{{"outcome", split.outcome},
            {"metric", split.metric.empty() ? Json() : Json(split.metric)},
            {"units", split.units},
            {"comparison", split.comparison},
            {"total", json_of(split.causes.total)}};
  for (const CauseName& cause : kCauses) json[cause.term] = json_of(split.causes.*cause.part);
  json["without_gaming"] = json_of(split.causes.honest);
  json["by_closing_gaming"] = json_of(split.causes.by_closing);
  return json;
}

// ---- CSV ----

class Csv {
 public:
  /// `of` is the metric, activity, group or incentive that an outcome is of, where it is of one.
  void row(const std::string& policy, const std::string& outcome, const std::string& of, const std::string& statistic,
           double value) {
    text += fmt::format("{},{},{},{},{}\n", csv_cell(policy), outcome, csv_cell(of), statistic,
                        std::isnan(value)   ? ""
                        : std::isinf(value) ? (value > 0 ? "inf" : "-inf")
                                            : number_text(value));
  }
  void rows(const std::string& policy, const std::string& outcome, const std::string& of, const std::string& prefix,
            const Estimate& estimate) {
    row(policy, outcome, of, prefix.empty() ? "mean" : prefix, estimate.mean);
    row(policy, outcome, of, prefix.empty() ? "low" : prefix + "_low", estimate.low);
    row(policy, outcome, of, prefix.empty() ? "high" : prefix + "_high", estimate.high);
    if (prefix.empty()) row(policy, outcome, of, "n", estimate.n);
  }
  void rows(const std::string& policy, const std::string& outcome, const std::string& of, const Estimate& level,
            const Change& change) {
    rows(policy, outcome, of, "", level);
    rows(policy, outcome, of, "difference", change.difference);
    rows(policy, outcome, of, "percent", change.percent);
  }

  std::string text = "policy,outcome,of,statistic,value\n";
};

/// Every metric that the scenario has, with its better direction, its level under the comparison policy, and its
/// changes under the others. Empty where the first table has said it all.
std::string metrics_table(const Comparison& comparison) {
  std::vector<const Outcome*> dashboards;
  for (const Outcome& outcome : comparison.outcomes) {
    if (outcome.name == "dashboard") dashboards.push_back(&outcome);
  }
  if (dashboards.size() < 2) return "";
  const std::size_t base = comparison.comparison;
  std::vector<std::size_t> order{base};
  for (const std::size_t p : comparison.shown()) {
    if (p != base) order.push_back(p);
  }
  std::string text;
  for (std::size_t first = 0; first < dashboards.size(); first += kMetricsBeside) {
    std::vector<std::vector<std::string>> rows(3 + order.size());
    rows[0] = {"dashboards:"};
    rows[1] = {"level, and"};
    rows[2] = {"changes from it"};
    for (std::size_t i = 0; i < order.size(); ++i) rows[3 + i] = {comparison.policies[order[i]].name};
    for (std::size_t m = first; m < std::min(first + kMetricsBeside, dashboards.size()); ++m) {
      const Outcome& outcome = *dashboards[m];
      const auto [above, below] = heading_of(outcome.metric_label);
      rows[0].push_back(above);
      rows[1].push_back(below);
      rows[2].push_back(outcome.lower_is_better ? "less is better" : "more is better");
      rows[3].push_back(level_cell({.mean = outcome.effects[base].level.mean},
                                   outcome.share ? NumberKind::share : NumberKind::plain));
      for (std::size_t i = 1; i < order.size(); ++i) {
        rows[3 + i].push_back(percent_change(outcome.effects[order[i]], outcome.share));
      }
    }
    text += (first == 0 ? "" : "\n") + aligned(rows, "");
  }
  return text;
}

Json json_of(const Worlds& worlds, const Comparison& comparison) {
  Json best = Json::object(), falls = Json::object();
  for (const std::size_t p : comparison.ranking) {
    best[comparison.policies[p].name] = worlds.best[p];
    falls[comparison.policies[p].name] = worlds.value_falls[p];
  }
  return {{"tried", worlds.tried},
          {"failed", worlds.failed},
          {"replicates", worlds.replicates},
          {"numbers", worlds.paths},
          {"best", std::move(best)},
          {"value_falls", std::move(falls)},
          {"lead_turns_on", worlds.turns_on},
          {"rank_correlation", worlds.correlation}};
}

Json json_of(const Answer& answer) {
  return {{"finding", answer.finding}, {"figures", answer.figures},
          {"harm", answer.harm},       {"others", answer.others},
          {"gap", answer.gap},         {"worlds", answer.worlds},
          {"unless", answer.unless},   {"not_counted", answer.not_counted},
          {"next", answer.next}};
}

Json json_of(const Harm& harm) {
  return {{"metric", harm.metric},
          {"better", harm.lower ? "lower" : "higher"},
          {"difference", json_of(harm.change.difference)},
          {"percent", json_of(harm.change.percent)}};
}

Json json_of(const Rewarded& rewarded) {
  return {{"incentive", rewarded.incentive},
          {"attained", json_of(rewarded.attained)},
          {"contribution_percent_above_all", json_of(rewarded.contribution)},
          {"gaming_share", json_of(rewarded.gaming_share)},
          {"gaming_share_of_all", json_of(rewarded.gaming_share_of_all)}};
}

Json json_of(const GroupShare& group) {
  return {{"group", group.group},
          {"value", json_of(group.value, group.value_change)},
          {"hours", json_of(group.hours, group.hours_change)},
          {"gaming_share", json_of(group.gaming_share, group.gaming_change)},
          {"effort", group.effort}};
}

Json json_of(const Lever& lever) {
  return {{"path", lever.path},
          {"label", lever.label},
          {"value", lever.value},
          {"low", lever.low},
          {"high", lever.high},
          {"stated", lever.stated},
          {"lead_at_low", json_of(lever.at_low)},
          {"lead_at_high", json_of(lever.at_high)},
          {"flips", lever.flips()}};
}

Json json_of(const Untried& untried) {
  return {{"path", untried.path}, {"label", untried.label},   {"value", untried.value}, {"low", untried.low},
          {"high", untried.high}, {"stated", untried.stated}, {"why", untried.why}};
}

Json json_of(const Origin& origin) {
  return {{"headline", origin.headline}, {"assumed", origin.assumed}, {"why", origin.why}};
}

/// A list of what each of them is in JSON.
template <class Each>
Json list_of(const std::vector<Each>& all) {
  Json list = Json::array();
  for (const Each& one : all) list.push_back(json_of(one));
  return list;
}

/// What is said of the policy at `p`.
Json policy_json(const Comparison& comparison, std::size_t p) {
  const PolicyComparison& policy = comparison.policies[p];
  Json one{{"policy", policy.name},
           {"label", policy.label},
           {"words", policy.words},
           {"role", policy.option ? "option" : "reference"},
           {"rank", policy.option ? Json(policy.rank) : Json()},
           {"failed_runs", policy.failed},
           {"best_by_luck", policy.best_by_luck},
           {"lead_over_next", json_of(policy.to_next)}};
  one["outcomes"] = Json::array();
  for (const Outcome& outcome : comparison.outcomes) {
    Json figure = json_of(outcome.effects[p]);
    figure["outcome"] = outcome.name;
    figure["metric"] = outcome.metric.empty() ? Json() : Json(outcome.metric);
    figure["units"] = outcome.units;
    one["outcomes"].push_back(figure);
  }
  one["divergences"] = list_of(policy.divergences);
  one["causes"] = list_of(policy.splits);
  one["rewarded"] = list_of(policy.rewarded);
  one["effort"] = Json::object();
  for (std::size_t k = 0; k < comparison.activities.size(); ++k) {
    one["effort"][comparison.activities[k]] = policy.effort[k];
  }
  one["groups"] = list_of(policy.groups);
  one["sentences"] = policy.sentences;
  return one;
}

}  // namespace

void put_into_words(Comparison& comparison) {
  const Answer& answer = comparison.answer = answer_of(comparison);
  comparison.headline.clear();
  const auto add = [&](const std::string& sentence) {
    if (!sentence.empty()) comparison.headline.push_back(sentence);
  };
  add(answer.finding);
  add(answer.figures);
  add(answer.harm);
  for (const std::string& other : answer.others) add(other);
  add(answer.gap);
  add(answer.worlds);
  add(answer.unless);
  if (comparison.best_setting) add(comparison.best_setting->sentence);
  for (std::size_t p = 0; p < comparison.policies.size(); ++p) {
    comparison.policies[p].sentences = sentences_of(comparison, p);
  }
  comparison.pairing = comparison.policies.size() > 1 ? pairing_words(comparison) : "";
  comparison.limits = limits_of(comparison);
}

std::size_t levers_that_turn(const Comparison& comparison) {
  return static_cast<std::size_t>(std::count_if(comparison.levers.begin(), comparison.levers.end(),
                                                [](const Lever& lever) { return lever.flips(); }));
}

std::vector<std::string> lever_sentences(const Comparison& comparison) {
  std::vector<std::string> said;
  if (comparison.levers.empty() && comparison.untried.empty()) return said;
  const PolicyComparison &first = comparison.policies[comparison.ranking[0]],
                         &second = comparison.policies[comparison.ranking[1]];
  const std::string ranking = fmt::format("the ranking of {} over {}", called(first), called(second));
  const std::size_t flips = levers_that_turn(comparison), tried = comparison.levers.size();
  const std::string most = tried == 1 ? "It is:" : "Those that change the difference most:";
  if (tried == 0) {
    said.emplace_back("No number could be tried.");
  } else if (comparison.lever_replicates < 2) {
    said.push_back(
        fmt::format("{} tried, one at a time. Whether any of them reverses {} cannot be told from one "
                    "replicate. {}",
                    tried == 1 ? "1 number was" : fmt::format("{} numbers were", tried), ranking, most));
  } else if (first.to_next.holds_zero()) {
    said.push_back(fmt::format(
        "{} and {} cannot be told apart, so there is no ranking to reverse. {} tried, one at a "
        "time. {}",
        called(first), called(second), tried == 1 ? "1 number was" : fmt::format("{} numbers were", tried), most));
  } else if (flips == 0) {
    said.push_back(tried == 1 ? fmt::format("The one number that was tried does not reverse {}. {}", ranking, most)
                              : fmt::format("{} of the {} numbers that were tried, one at a time, reverses {}. {}",
                                            tried == 2 ? "Neither" : "None", tried, ranking, most));
  } else {
    said.push_back(tried == 1 ? fmt::format("The one number that was tried reverses {}:", ranking)
                              : fmt::format("{} of the {} numbers that were tried, one at a time, {} {}:", flips, tried,
                                            flips == 1 ? "reverses" : "reverse", ranking));
  }
  if (!comparison.untried.empty()) {
    said.push_back(comparison.untried.size() == 1
                       ? "1 more number could not be tried at both ends of its range:"
                       : fmt::format("{} more numbers could not be tried at both ends of their ranges:",
                                     comparison.untried.size()));
  }
  return said;
}

std::string untried_words(const Untried& untried) {
  return fmt::format("{} ({} = {}; {} to {}{}), {}", untried.label, untried.path, tidy(untried.value),
                     tidy(untried.low), tidy(untried.high), untried.stated ? "" : ", ±20 %", untried.why);
}

std::string to_text(const Comparison& comparison, Told how_much) {
  const std::string base = called(comparison, comparison.comparison);
  std::string text = wrapped(comparison.title);
  const std::string means =
      fmt::format("means per employee and {}, {}", comparison.unit,
                  comparison.replicates < 2 ? std::string("one replicate, so no intervals (they need at least 2)")
                                            : fmt::format("{} replicates", comparison.replicates));
  text += wrapped(
      comparison.policies.size() < 2
          ? fmt::format("One policy alone: {}.", means)
          : fmt::format("Compared with {}: {}{}. Options are ranked for {}, by {}.{}", base, means,
                        comparison.replicates < 2 ? "" : "; intervals of differences hold for all policies at once",
                        perspective_of(comparison).whose, perspective_of(comparison).label,
                        comparison.references.empty() ? "" : " References (ref.) are no options and are not ranked."));
  if (const std::string averaged = averaged_words(comparison); !averaged.empty()) text += wrapped(averaged);
  text += "\n" + table_of(comparison) + "\n";
  for (const std::string& sentence : comparison.headline) text += wrapped(sentence);
  if (how_much == Told::answer) return harmless(text);
  std::vector<std::string> apart;
  for (std::size_t rank = 0; rank + 1 < comparison.ranking.size() && comparison.replicates > 1; ++rank) {
    const PolicyComparison& policy = comparison.policies[comparison.ranking[rank]];
    if (rank < tied_with_best(comparison) - 1 || !policy.to_next.holds_zero()) continue;
    if (same_as_next(policy)) {
      apart.push_back(fmt::format("{} and {} have the same {}.", called(policy),
                                  called(comparison, comparison.ranking[rank + 1]), perspective_of(comparison).label));
      continue;
    }
    const int decimals = decimals_of(policy.to_next);
    apart.push_back(fmt::format("{} and {} cannot be told apart by {} (difference {}).", called(policy),
                                called(comparison, comparison.ranking[rank + 1]), perspective_of(comparison).label,
                                range_of(policy.to_next.low, policy.to_next.high, decimals)));
  }
  for (const std::string& sentence : apart) text += wrapped(sentence);
  text += "\n";
  if (const std::string metrics = metrics_table(comparison); !metrics.empty()) text += metrics + "\n";
  for (const std::size_t p : comparison.shown()) {
    const PolicyComparison& policy = comparison.policies[p];
    if (policy.sentences.empty()) continue;
    text += policy.name + (policy.label == Called{}.shown(policy.name) ? "" : " (" + policy.label + ")") + "\n";
    for (const std::string& sentence : policy.sentences) text += wrapped(sentence, "  ", "    ");
    text += causes_table(comparison, policy);
  }
  const std::vector<std::string> said = lever_sentences(comparison);
  if (!said.empty()) text += "\n" + wrapped(said.front());
  const std::size_t told =
      std::min(levers_that_turn(comparison) > 0 ? std::max(levers_that_turn(comparison), kLeversTold) : kLeversTold,
               comparison.levers.size());
  for (std::size_t i = 0; i < told; ++i) text += wrapped(lever_words(comparison.levers[i]), "  ", "    ");
  if (said.size() > 1) text += wrapped(said.back());
  for (std::size_t i = 0; i < std::min(comparison.untried.size(), kLeversTold); ++i) {
    text += wrapped(untried_words(comparison.untried[i]), "  ", "    ");
  }
  if (comparison.untried.size() > kLeversTold) {
    text += fmt::format("  and {} more\n", comparison.untried.size() - kLeversTold);
  }
  std::vector<std::string> assumed;
  for (const Origin& origin : comparison.origins) {
    if (origin.assumed) assumed.push_back(origin.why);
  }
  if (!assumed.empty()) {
    text += "\nBy assumption, not by anybody's choice:\n";
    for (const std::string& why : assumed) text += wrapped(why, "  ", "    ");
  }
  text += "\n";
  if (!comparison.pairing.empty()) text += wrapped(comparison.pairing);
  if (!comparison.stopping.empty()) text += wrapped(comparison.stopping);
  return harmless(text);
}

std::string to_json(const Comparison& comparison) {
  Json json{{"title", comparison.title},
            {"results", comparison.source_name},
            {"content_digest", comparison.digest},
            {"unit", comparison.unit},
            {"replicates", comparison.replicates},
            {"confidence_of_simultaneous", comparison.confidence},
            {"steps_averaged", comparison.averaged_steps},
            {"steps", comparison.all_steps},
            {"employees", comparison.employees},
            {"compare_with", comparison.policies[comparison.comparison].name},
            {"metrics", comparison.metrics},
            {"headline", comparison.headline}};
  json["answer"] = json_of(comparison.answer);
  json["ranking"] = Json::array();
  for (const std::size_t p : comparison.ranking) json["ranking"].push_back(comparison.policies[p].name);
  json["ranked_by"] = kPerspectives[comparison.perspective].variable;
  json["currency"] = comparison.currency;
  json["worsens"] = list_of(comparison.harms);
  json["other_accounts"] = Json::array();
  for (const OtherAccount& other : comparison.other_accounts) {
    json["other_accounts"].push_back({{"ranked_by", kPerspectives[other.perspective].variable},
                                      {"best", comparison.policies[other.best].name},
                                      {"surely", other.surely}});
  }
  json["worlds"] = comparison.worlds ? json_of(*comparison.worlds, comparison) : Json();
  json["best_setting"] = comparison.best_setting ? Json{{"sentence", comparison.best_setting->sentence},
                                                        {"candidates", comparison.best_setting->candidates}}
                                                 : Json();
  json["policies"] = Json::array();
  for (std::size_t p = 0; p < comparison.policies.size(); ++p) json["policies"].push_back(policy_json(comparison, p));
  json["inert_causes"] = comparison.inert;
  json["levers"] = list_of(comparison.levers);
  json["not_tried"] = list_of(comparison.untried);
  json["lever_replicates"] = comparison.lever_replicates;
  json["origins"] = list_of(comparison.origins);
  json["limits"] = comparison.limits;
  json["pairing"] = comparison.pairing;
  json["stopping"] = comparison.stopping;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_csv(const Comparison& comparison) {
  Csv csv;
  for (std::size_t p = 0; p < comparison.policies.size(); ++p) {
    const PolicyComparison& policy = comparison.policies[p];
    for (const Outcome& outcome : comparison.outcomes) {
      const Effect& effect = outcome.effects[p];
      const auto row = [&](const char* statistic, double value) {
        csv.row(policy.name, outcome.name, outcome.metric, statistic, value);
      };
      csv.rows(policy.name, outcome.name, outcome.metric, "", effect.level);
      csv.rows(policy.name, outcome.name, outcome.metric, "difference", effect.change.difference);
      row("bootstrap_low", effect.bootstrap.low);
      row("bootstrap_high", effect.bootstrap.high);
      row("simultaneous_low", effect.simultaneous.low);
      row("simultaneous_high", effect.simultaneous.high);
      csv.rows(policy.name, outcome.name, outcome.metric, "percent", effect.change.percent);
      row("correlation", effect.pairing.correlation);
      row("variance_ratio", effect.pairing.variance_ratio);
      row("runs_saved", effect.pairing.runs_saved);
      if (outcome.name != comparison.ranked_by().name || !policy.option) continue;
      row("rank", static_cast<double>(policy.rank));
      row("best_by_luck", policy.best_by_luck);
      if (comparison.worlds) row("best_in_worlds", comparison.worlds->best[p]);
    }
    for (const Divergence& divergence : policy.divergences) {
      const auto rows = [&](const char* outcome, const Estimate& estimate) {
        csv.rows(policy.name, outcome, divergence.metric, "", estimate);
      };
      rows("inflation", divergence.inflation);
      rows("real_change", divergence.real_change);
      rows("gap", divergence.gap);
      rows("inflation_sd", divergence.inflation_sd);
      rows("real_change_sd", divergence.real_change_sd);
      rows("alignment_decay", divergence.alignment_decay);
      csv.row(policy.name, "parted", divergence.metric, "step",
              divergence.parted ? *divergence.parted : std::numeric_limits<double>::quiet_NaN());
    }
    for (const Split& split : policy.splits) {
      const auto rows = [&](const std::string& part, const Estimate& estimate) {
        csv.rows(policy.name, split.outcome + "_" + part, split.metric, "", estimate);
      };
      rows("total", split.causes.total);
      for (const CauseName& cause : kCauses) rows(cause.term, split.causes.*cause.part);
      rows("without_gaming", split.causes.honest);
      rows("by_closing_gaming", split.causes.by_closing);
    }
    for (std::size_t k = 0; k < comparison.activities.size(); ++k) {
      csv.row(policy.name, "effort", comparison.activities[k], "mean", policy.effort[k]);
    }
    for (const Rewarded& rewarded : policy.rewarded) {
      csv.rows(policy.name, "attained", rewarded.incentive, "", rewarded.attained);
      csv.rows(policy.name, "rewarded_contribution_percent_above_all", rewarded.incentive, "", rewarded.contribution);
      csv.rows(policy.name, "rewarded_gaming_share", rewarded.incentive, "", rewarded.gaming_share);
    }
    for (const GroupShare& group : policy.groups) {
      csv.rows(policy.name, "group_value", group.group, group.value, group.value_change);
      csv.rows(policy.name, "group_hours", group.group, group.hours, group.hours_change);
      csv.rows(policy.name, "group_gaming_share", group.group, group.gaming_share, group.gaming_change);
    }
  }
  return csv.text;
}

}  // namespace goodhart
