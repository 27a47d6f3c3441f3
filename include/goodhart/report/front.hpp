/// What a search along several outcomes found, in words, as text, JSON, CSV and a page.
#pragma once

#include <string>
#include <vector>

#include "goodhart/report/search.hpp"
#include "goodhart/study/search_run.hpp"

namespace goodhart {

/// What is said of a front: the same in text, JSON and on the page. What there is nothing to say of is empty.
struct FrontWords {
  std::string finding;   ///< a sentence without full stop: how many settings are worth considering
  std::string advice;    ///< between what one chooses
  std::string against;   ///< how they compare with what there is
  std::string certain;   ///< how sure it is that these are all, and that each belongs there
  std::string ends;      ///< a warning where the highest of an outcome lies at an end of a lever
  std::string required;  ///< what of the candidates does not meet what is required
  std::string limits;    ///< what this does not say
};

FrontWords words_of(const SearchSpace& space, const FrontResults& results);

std::string to_text(const SearchReport& report, const SearchSpace& space, const FrontResults& results);
std::string to_json(const SearchReport& report, const SearchSpace& space, const FrontResults& results);
/// A line for each candidate.
std::string to_csv(const SearchSpace& space, const FrontResults& results);
/// A page that opens without a network: first what there is to choose, then pictures of it, then all numbers.
std::string to_html(const SearchReport& report, const SearchSpace& space, const FrontResults& results);

/// The candidates as they are shown: those left by the gain in the first outcome, then all others by it.
std::vector<std::size_t> order_of(const FrontResults& results);

}  // namespace goodhart
