/// What is said of the axes and variables of an experiment beside their values: what files and datasets call
/// attributes.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "goodhart/engine/layout.hpp"

namespace goodhart {

/// One fact: a text, a number, or the numbers of flags.
struct Attribute {
  std::string name;
  std::variant<std::string, double, std::vector<std::int8_t>> value;
};

/// Of a coordinate: long_name, and units where its values are numbers.
std::vector<Attribute> attributes_of(const Coordinate& coordinate);

/// What a variable means and counts in: long_name and units (1 throughout: see `described`), and flag_values and
/// flag_meanings where it has flags. Of `seed_of_runs` and `status_of_runs` there is nothing else.
std::vector<Attribute> meaning_of(const Variable& variable);

/// Of any other variable, in the order of a file: its meaning; comment where it has flags, else _FillValue;
/// coordinates.
std::vector<Attribute> attributes_of(const Variable& variable);

}  // namespace goodhart
