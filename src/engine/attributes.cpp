/// Attributes of coordinates and variables, by the conventions of CF and netCDF.
#include "goodhart/engine/attributes.hpp"

#include <limits>
#include <numeric>

namespace goodhart {
std::vector<Attribute> attributes_of(const Coordinate& coordinate) {
  std::vector<Attribute> attributes{{"long_name", coordinate.long_name}};
  if (std::holds_alternative<std::vector<std::int64_t>>(coordinate.values)) {
    attributes.push_back({"units", std::string("1")});
  }
  return attributes;
}

std::vector<Attribute> meaning_of(const Variable& variable) {
  std::vector<Attribute> attributes{{"long_name", described(variable)}, {"units", std::string("1")}};
  if (variable.flags.empty()) return attributes;
  std::vector<std::int8_t> values(variable.flags.size());
  std::iota(values.begin(), values.end(), std::int8_t{0});
  attributes.push_back({"flag_values", values});
  attributes.push_back({"flag_meanings", flag_meanings(variable)});
  return attributes;
}

std::vector<Attribute> attributes_of(const Variable& variable) {
  std::vector<Attribute> attributes = meaning_of(variable);
  if (!variable.flags.empty()) {
    // An integer _FillValue would turn the whole variable to floating point in many readers.
    attributes.push_back({"comment", std::string(kNoFlagMeaning)});
  } else {
    attributes.push_back({"_FillValue", std::numeric_limits<double>::quiet_NaN()});
  }
  attributes.push_back({"coordinates", std::string("seed status")});
  return attributes;
}

}  // namespace goodhart
