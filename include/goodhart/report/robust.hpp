/// How options do over worlds, in words, as text, JSON, CSV and a page.
#pragma once

#include <string>
#include <vector>

#include "goodhart/study/robust.hpp"

namespace goodhart {

/// Where the worlds are from.
struct RobustReport {
  std::string title;                 ///< of the scenario, or the table's name
  std::string source;                ///< the file with the results
  std::string digest;                ///< its content digest; empty where it has none
  bool given = false;                ///< were the worlds given one by one? Else they are from ranges
  std::vector<std::string> require;  ///< conditions, where they are known
};

/// What is said of the worlds: the same in text, JSON and on the page.
struct RobustWords {
  std::string finding;  ///< a sentence: which option is safest, which is best on average
  std::string figures;  ///< what it costs to be wrong with the safest, and with the next
  std::string advice;   ///< what to do
  std::string failing;  ///< what counts as a failure
  std::string limits;   ///< what this does not say
  struct OfOption {
    std::string summary;              ///< "fails in 12 of 64 worlds"; how often it meets what is required
    std::vector<std::string> places;  ///< a sentence for each box, or why there is none
  };
  std::vector<OfOption> options;  ///< in the order of the options
};

RobustWords words_of(const RobustReport& report, const WorldOutcomes& worlds, const RobustnessFindings& findings);

std::string to_text(const RobustReport& report, const WorldOutcomes& worlds, const RobustnessFindings& findings);
std::string to_json(const RobustReport& report, const WorldOutcomes& worlds, const RobustnessFindings& findings);
/// A line for each option.
std::string to_csv(const WorldOutcomes& worlds, const RobustnessFindings& findings);
/// A page that opens without a network: first what to do, then where each option fails, then all numbers.
std::string to_html(const RobustReport& report, const WorldOutcomes& worlds, const RobustnessFindings& findings);

}  // namespace goodhart
