/// What came of running results again, in sentences.
#pragma once

#include <string>

#include "goodhart/analysis/reproduction.hpp"

namespace goodhart {

/// A paragraph: the verdict, how many numbers differ, by how much and where.
/// `same_program` says whether the results were made by the build that has run them again.
std::string to_text(const Reproduction& reproduction, const Results& results, bool same_program);

}  // namespace goodhart
