/// Causes in words: each statement is one of a number and its interval.
#include "causes.hpp"

#include <algorithm>

#include "goodhart/core/document.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

constexpr double kSmall = 0.05;  // points of per cent that round to 0.0

/// Can it be told from zero?
bool surely(const Estimate& estimate) {
  return estimate.has_interval() && !estimate.holds_zero();
}

/// Is it nothing worth a word, however sure?
bool is_small(const Split& split, const Estimate& as_shown) {
  return in_per_cent(split) && std::fabs(as_shown.mean) < kSmall;
}

/// "41 %", or "12.3" in money.
std::string size_of(const Split& split, const Estimate& as_shown) {
  const double size = std::fabs(as_shown.mean);
  return in_per_cent(split) ? fixed(size, percent_decimals(size)) + " %" : number(size);
}

/// "the dashboard of prompts", "value".
std::string noun_of(const Split& split) {
  return split.outcome == "dashboard" ? "the " + split.label : split.label;
}

/// "fallen by 16 %", "not measurably changed".
std::string would_have(const Split& split, const Estimate& change) {
  const Estimate size = as_shown(split, change);
  if (!surely(size)) return "not measurably changed";
  if (is_small(split, size)) return "hardly changed";
  return (size.mean > 0 ? "risen by " : "fallen by ") + size_of(split, size);
}

/// What is left of an outcome's change where nobody can game, and whether gaming makes it worse or better.
std::string without_gaming(const PolicyComparison& policy, const Split& split) {
  const Estimate honest = as_shown(split, split.causes.honest), closing = as_shown(split, split.causes.by_closing);
  const bool falls = surely(honest) && honest.mean < 0 && !is_small(split, honest);
  if (falls && surely(closing) && closing.mean < 0 && !is_small(split, closing)) {
    std::string text =
        fmt::format("Gaming protects {0}: without gaming {0} would have fallen by more, {1}; with it it has {2}",
                    split.label, size_of(split, honest), would_have(split, split.causes.total));
    if (!policy.instead.empty() && split.outcome == "value") {
      text += fmt::format(". Employees would have gone for the reward by real over-use: {} of a step more of “{}”",
                          share(policy.instead_time.mean), policy.instead);
    }
    return text + ".";
  }
  return fmt::format("Without gaming {} would {}have {}{}.", split.label, falls ? "still " : "",
                     would_have(split, split.causes.honest),
                     falls ? ": that is over-use or misallocation by incentive, not gaming" : "");
}

bool any_is_told(const Causes& causes) {
  return std::any_of(std::begin(kCauses), std::end(kCauses),
                     [&](const CauseName& cause) { return surely(causes.*cause.part); });
}

}  // namespace

std::string aligned(const std::vector<std::vector<std::string>>& rows, const std::string& indent) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line = indent + padded(row[0], widths[0]);
    for (std::size_t c = 1; c < row.size(); ++c) {
      line += std::string(2 + widths[c] - width_of(row[c]), ' ') + row[c];
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

bool is_at_work(const Comparison& comparison, const CauseName& cause) {
  return std::find(comparison.inert.begin(), comparison.inert.end(), cause.term) == comparison.inert.end();
}

bool in_per_cent(const Split& split) {
  return (split.outcome != "cost" && split.outcome != "net_value") || split.comparison != 0;
}

bool can_be_told(const Split& split) {
  return !in_per_cent(split) || std::fabs(as_shown(split, split.causes.total).mean) < kTooManyPercent;
}

Estimate as_shown(const Split& split, Estimate estimate) {
  if ((split.outcome != "cost" && split.outcome != "net_value") || split.comparison == 0) return estimate;
  const double scale = 100 / std::fabs(split.comparison);
  for (double* number : {&estimate.mean, &estimate.low, &estimate.high}) *number *= scale;
  return estimate;
}

std::string gaming_sentence(const std::vector<const Split*>& splits) {
  std::vector<std::string> words, same, little;
  for (const Split* split : splits) {
    if (!split || !split->causes.adversarial.has_interval() || !can_be_told(*split)) continue;
    const Estimate part = as_shown(*split, split->causes.adversarial);
    const std::string noun = noun_of(*split);
    if (!surely(part) || is_small(*split, part)) {
      (surely(part) ? little : same).push_back(noun);
      continue;
    }
    const double size = std::fabs(part.mean);
    words.push_back(fmt::format("{} {} {} {}", part.mean > 0 ? "adds" : "takes",
                                in_per_cent(*split) ? fixed(size, percent_decimals(size)) + " points" : number(size),
                                part.mean > 0 ? "to" : "from", noun));
  }
  if (!little.empty()) words.push_back("hardly changes " + listed(little, "and"));
  if (!same.empty()) words.push_back("does not measurably change " + listed(same, "or"));
  return words.empty() ? "" : "Gaming " + listed(words, "and") + ".";
}

std::vector<std::string> causes_sentences(const Comparison& comparison, const PolicyComparison& policy) {
  const Split *value = split_of(policy, "value"), *net = split_of(policy, "net_value");
  if (!value || !net) return {};
  if (comparison.replicates < 2) return {"With one replicate no cause can be told from zero."};
  std::vector<std::string> sentences, unknown, near_nothing;
  std::vector<const Split*> outcomes;
  for (const Split& split : policy.splits) {
    if (split.outcome == "gap" || !split.causes.total.has_interval()) continue;
    if (!can_be_told(split)) {
      near_nothing.push_back(noun_of(split));
      continue;
    }
    outcomes.push_back(&split);
    if (!any_is_told(split.causes)) unknown.push_back(noun_of(split));
  }
  if (!outcomes.empty() && unknown.size() == outcomes.size()) {
    return {"No cause can be told from zero for the change of " + listed(unknown, "and") + "."};
  }
  const auto gaming_matters = [&](const Split& split) {
    return split.causes.honest.has_interval() && (split.causes.honest.mean < 0 || surely(split.causes.by_closing));
  };
  if (is_at_work(comparison, kCauses[0])) {
    sentences.push_back(gaming_sentence(outcomes));
    if (gaming_matters(*value)) sentences.push_back(without_gaming(policy, *value));
    if (surely(net->causes.by_closing)) sentences.push_back(without_gaming(policy, *net));
  } else if (surely(value->causes.total) && !is_small(*value, value->causes.total)) {
    sentences.push_back("Nobody can game in this scenario, so nothing of what changes is gaming.");
  }
  if (!unknown.empty()) {
    sentences.push_back("No cause can be told from zero for the change of " + listed(unknown, "and") + ".");
  }
  if (!near_nothing.empty()) {
    sentences.push_back(
        fmt::format("The change of {} is not split over causes, because there is next to nothing of it under "
                    "“{}”.",
                    listed(near_nothing, "and"), comparison.policies[comparison.comparison].label));
  }
  return sentences;
}

std::string causes_table(const Comparison& comparison, const PolicyComparison& policy) {
  std::vector<CauseName> causes;
  std::copy_if(std::begin(kCauses), std::end(kCauses), std::back_inserter(causes),
               [&](const CauseName& cause) { return is_at_work(comparison, cause); });
  std::vector<std::vector<std::string>> rows{{"change by cause", "in all"}};
  for (const CauseName& cause : causes) rows.front().emplace_back(cause.name);
  bool changes = false;
  for (const Split& split : policy.splits) {
    if (!can_be_told(split)) continue;
    std::vector<std::string> row{split.label};
    // A whole change has its interval in the first table already.
    const auto add = [&](const Estimate& estimate, bool whole) {
      const Estimate size = as_shown(split, estimate);
      changes = changes || (!std::isnan(size.mean) && !is_small(split, size));
      const int decimals = !in_per_cent(split)        ? decimals_of(size)
                           : std::fabs(size.mean) < 1 ? 2
                                                      : percent_decimals(size.mean);
      row.push_back(std::isnan(size.mean)
                        ? "–"
                        : with_sign(size.mean, decimals) + (in_per_cent(split) && split.outcome != "gap" ? " %" : "") +
                              (whole ? "" : half_width(size, 1, decimals)));
    };
    add(split.causes.total, true);
    for (const CauseName& cause : causes) add(split.causes.*cause.part, false);
    rows.push_back(std::move(row));
  }
  return changes ? aligned(rows, "  ") : "";
}

}  // namespace goodhart
