/// Policies in words, from what they resolve to.
#include "goodhart/report/policy_words.hpp"

#include <fmt/format.h>

#include "goodhart/analysis/number_words.hpp"
#include "goodhart/core/document.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

std::string incentive_words(const Scenario& scenario, const Scheme& scheme) {
  return std::visit(
      [&](const auto& kind) {
        Telling telling{.metric = kind.metric, .unit = scenario.time.unit, .lower = false, .paid = "money"};
        if (const Metric* metric = scenario.setting.metrics.find(kind.metric)) {
          telling.metric = metric->called.shown(kind.metric);
          telling.lower = metric->better == "lower";
        }
        if constexpr (requires { kind.paid; }) telling.paid = kind.paid;
        if constexpr (requires { kind.told(telling); }) {
          return kind.told(telling);
        } else {
          return fmt::format("rewards {} by the scheme {}", telling.metric, kind.kName);
        }
      },
      scheme);
}

std::string suspicion_words(const Scenario& scenario, const Suspicion& suspicion) {
  const Metric* metric = scenario.setting.metrics.find(suspicion.metric);
  const bool lower = metric && metric->better == "lower", past = suspicion.against == "past";
  const std::string shown = metric ? metric->called.shown(suspicion.metric) : suspicion.metric;
  const std::string side = lower ? "below" : "above";
  std::string whose;
  if (suspicion.top) {
    const std::string share = number_text(std::round(1e4 * *suspicion.top) / 100);
    whose = past ? fmt::format("the {} % who in {} are furthest {} their own past", share, shown, side)
                 : fmt::format("the {} % {} in {}", share, lower ? "lowest" : "highest", shown);
  } else {
    whose =
        fmt::format("those who in {} are more than {} standard deviations {} {}", shown, number_text(*suspicion.above),
                    side, past ? "what is usual against one's own past" : "what others had in the step before");
  }
  return fmt::format("; {} are audited with a chance of {} %", whose,
                     number_text(std::round(1e4 * suspicion.rate) / 100));
}

std::string phase_words(const Scenario& scenario, const Phase& phase) {
  std::vector<std::string> parts;
  for (const Scheme& scheme : phase.incentives) parts.push_back(incentive_words(scenario, scheme));
  if (phase.audits) {
    std::string text = Telling::percent(phase.audits->rate) + " of people are audited in a " + scenario.time.unit;
    if (phase.audits->penalty > 0) {
      text += fmt::format("; one who is caught pays {} % of pay for a unit of gaming",
                          number_text(std::round(1e6 * phase.audits->penalty) / 1e4));
    }
    if (phase.audits->fine > 0) {
      text +=
          fmt::format("; one who is caught pays {} % of pay", number_text(std::round(1e6 * phase.audits->fine) / 1e4));
    }
    if (phase.audits->dismiss > 0) {
      text += fmt::format(" and is dismissed with a chance of {} %", number_text(100 * phase.audits->dismiss));
    }
    if (phase.audits->suspicion) text += suspicion_words(scenario, *phase.audits->suspicion);
    parts.push_back(text);
  }
  for (const Move& move : phase.leadership) {
    parts.push_back(std::visit([](const auto& kind) { return "leadership: " + std::string(kind.kHelp); }, move));
  }
  if (!phase.override.entries.empty()) {
    std::vector<std::string> changed, set;
    for (const Override::Entry& entry : phase.override.entries) {
      const std::string words = number_words(scenario, entry.path);
      if (entry.value.kind == Node::Kind::scalar) {
        set.push_back(words + " to " + entry.value.text);
      } else {
        changed.push_back(words);
      }
    }
    if (!set.empty()) parts.push_back("sets " + listed(set, "and"));
    if (!changed.empty()) parts.push_back("changes " + listed(changed, "and"));
  }
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text.empty() ? "nothing is rewarded" : text;
}

std::string sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text + ".";
}

}  // namespace

std::string policy_words(const Scenario& scenario, const Policy& policy) {
  std::string text = policy.called.description;
  for (const Phase& phase : policy.phases) {
    std::string when;
    if (policy.phased) {
      when = phase.from ? fmt::format("from {} {} on ", scenario.time.unit, *phase.from)
                        : fmt::format("once leadership changes to it, ");
      when += phase.from ? "(" + phase.name + ") " : "(" + phase.name + ") ";
    }
    text += (text.empty() ? "" : " ") + sentence(when + phase_words(scenario, phase));
  }
  return text;
}

}  // namespace goodhart
