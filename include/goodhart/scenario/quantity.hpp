/// Quantities: what may differ between employees - a number, a distribution, or an expression over traits.
#pragma once

#include <string>
#include <variant>

#include "goodhart/scenario/distributions.hpp"
#include "goodhart/scenario/fields.hpp"

namespace goodhart {

/// A formula over traits, groups, `team_size` and `founder`, as the user wrote it (scenario/expression.hpp evaluates
/// it).
struct Expression {
  std::string text;

  bool operator==(const Expression&) const = default;
};

/// Marked with a dagger in the format.
struct Quantity {
  std::variant<double, Distribution, Expression> form = 0.0;
  Place place;  ///< where it was written; empty for defaults

  Quantity() = default;
  Quantity(double number) : form(number) {}  // a number is a quantity: tests and defaults read naturally
  Quantity(Distribution distribution) : form(std::move(distribution)) {}
  Quantity(Expression expression) : form(std::move(expression)) {}

  const double* number() const { return std::get_if<double>(&form); }
  bool is(double value) const { return number() && *number() == value; }
  /// Is it defined in the same way, wherever it was written?
  bool same_as(const Quantity& other) const { return form == other.form; }
};

}  // namespace goodhart
