/// Small pictures made of characters, for terminals.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace goodhart {

/// What pictures are made of. Blocks are Unicode; not every terminal and locale can show them.
enum class Signs { none, ascii, blocks };

/// A line over time of at most `width` signs: neighbours are averaged where there are more values. The lowest sign is
/// the low end of `range`, the highest the high end; NaN leaves a gap. Empty where there are no signs.
///
/// Blocks have eight heights (U+2581 to U+2588); ASCII has the eight signs `_ . - ~ = + * #`.
std::string sparkline(std::span<const double> values, std::pair<double, double> range, std::size_t width, Signs signs);

/// The least and the most of several lines; {0, 0} where no value is finite.
std::pair<double, double> range_of(const std::vector<std::vector<double>>& lines);

/// A bar from 0 whose length is to `width` as |value| is to `largest`; negative ones are made of other signs. NaN and 0
/// have none.
std::string bar(double value, double largest, std::size_t width, Signs signs);

/// How often values fall into equal steps: a row for each, with its share as a bar. The rows go from the least value to
/// the most, at most `rows` of them, at round numbers. Values that are not finite do not count.
std::string histogram(std::span<const double> values, std::size_t rows, std::size_t width, Signs signs,
                      const std::string& indent);

}  // namespace goodhart
