/// Estimates as JSON and cells of CSV, the same for every command.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "goodhart/analysis/estimates.hpp"
#include "goodhart/core/document.hpp"

namespace goodhart {

/// {mean, low, high, n}. What is not finite is printed as null, as every number of JSON is.
inline nlohmann::ordered_json json_of(const Estimate& estimate) {
  return {{"mean", estimate.mean}, {"low", estimate.low}, {"high", estimate.high}, {"n", estimate.n}};
}

/// A text as a cell of CSV, in quotes where it must be.
inline std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == text.npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += c;
    quoted += c;
  }
  return quoted + "\"";
}

/// A number as a cell of CSV; empty where it is not finite.
inline std::string csv_cell(double value) {
  return std::isfinite(value) ? number_text(value) : "";
}

/// Three cells: mean, low, high.
inline std::string csv_cells(const Estimate& estimate) {
  return fmt::format("{},{},{}", csv_cell(estimate.mean), csv_cell(estimate.low), csv_cell(estimate.high));
}

}  // namespace goodhart
