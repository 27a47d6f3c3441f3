/// Candidates of searches in words, tables and JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "goodhart/analysis/estimates.hpp"
#include "goodhart/study/search.hpp"
#include "goodhart/study/search_space.hpp"

namespace goodhart {

/// What the experiment requires; empty for nothing.
const std::vector<std::string>& required_by(const SearchSpace& space);

/// The value of a lever.
std::string value_text(double value);

/// "+83.1 ± 1.2".
std::string gain_text(const Estimate& gain);

/// What the gains are over: the comparison policy, "as it stands" where levers reach it.
std::string comparison_words(const SearchSpace& space);

/// ", on average over 64 worlds of fitted-fit.h5"; nothing where the scenario is taken as it stands.
std::string over_worlds(const SearchSpace& space);
nlohmann::ordered_json worlds_json(const SearchSpace& space);

/// What a search among so many candidates does not say: other worlds, and what was not looked at.
std::string limits_of_candidates(const SearchSpace& space, std::size_t candidates);

/// Does a table need to say which policy?
bool has_policies(const std::vector<LeverChoice>& choices);

/// The first cells of a table in the terminal: number, policy where it is needed, and levers.
std::vector<std::string> candidate_head(const SearchSpace& space, bool policies);
std::vector<std::string> candidate_row(const SearchSpace& space, const LeverChoice& choice, bool policies,
                                       std::size_t number);

/// The first cells of a line of CSV: the policy, and the levers that reach it.
std::string candidate_csv_head(const SearchSpace& space);
std::string candidate_csv(const SearchSpace& space, const LeverChoice& choice);

/// What a search for one best says of a candidate.
std::string candidate_state_words(Candidate::State state);

/// The levers that reach the policy, with their values.
nlohmann::ordered_json settings_json(const SearchSpace& space, const LeverChoice& choice);

}  // namespace goodhart
