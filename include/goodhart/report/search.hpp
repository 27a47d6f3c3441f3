/// What a search found, in words, as text, JSON, CSV and a page.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "goodhart/analysis/comparison.hpp"
#include "goodhart/core/tasks.hpp"
#include "goodhart/study/search_run.hpp"

namespace goodhart {

/// Where a search is from.
struct SearchReport {
  std::string title;     ///< of the scenario
  std::string scenario;  ///< the file's name
  std::string results;   ///< where the results are
  std::string digest;    ///< their content digest
};

/// What is said of a search: the same in text, JSON and on the page. What there is nothing to say of is empty.
struct SearchWords {
  std::string finding;   ///< a sentence without full stop: what is best
  std::string advice;    ///< what to do
  std::string figures;   ///< what the best gains, and by how much another may be better
  std::string others;    ///< what cannot be told from the best
  std::string ends;      ///< a warning where the best lies at an end of a lever
  std::string required;  ///< what of the candidates does not meet what is required
  std::string limits;    ///< what this does not say
};

SearchWords words_of(const SearchSpace& space, const SearchResults& results);

std::string to_text(const SearchReport& report, const SearchSpace& space, const SearchResults& results);
std::string to_json(const SearchReport& report, const SearchSpace& space, const SearchResults& results);
/// A line for each candidate.
std::string to_csv(const SearchSpace& space, const SearchResults& results);
/// A page that opens without a network: first what to do, then curves through the best, then all numbers.
std::string to_html(const SearchReport& report, const SearchSpace& space, const SearchResults& results);

/// How the gain goes with each lever of the best candidate's policy.
std::vector<SettingCurve> curves_of(const SearchSpace& space, const SearchResults& results);

/// What is said of the best setting in a comparison of policies, with its curves.
BestSetting best_setting_of(const SearchSpace& space, const SearchResults& results);

/// Can a comparison say which setting is best: has the scenario levers that a search can set?
bool has_settings(const Scenario& scenario);

/// Searches for that, on at most 32 replicates of a setting, by the experiment's outcome. Nothing where there are more
/// than 200 settings, which are left to `goodhart search`. `watch` hears how far it is; what it throws ends the search.
std::optional<BestSetting> best_setting_in(Scenario scenario, TaskPool& pool,
                                           const std::function<void(const Progress&)>& watch);

/// The candidates that count most: the best, what cannot be told from it by mean gain, then all others by mean gain.
std::vector<std::size_t> order_of(const SearchResults& results);

}  // namespace goodhart
