/// Which policies a number that varies stands in.
#pragma once

#include <algorithm>
#include <string>

#include "goodhart/scenario/edits.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart {

/// Does it stand in this policy, itself or what always has its value?
inline bool reaches(const Varied& input, const std::string& policy) {
  const auto leads_there = [&](const std::string& path) { return policy_of_path(path) == policy; };
  return leads_there(input.path) ||
         (input.range.also && std::any_of(input.range.also->begin(), input.range.also->end(), leads_there));
}

}  // namespace goodhart
