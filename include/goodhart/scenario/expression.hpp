/// Expressions over traits: + - * / ^, comparisons, if(c, a, b), min max abs exp log sqrt.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace goodhart {

/// What is wrong with an expression: a sentence, and the name that is not known, if that is the trouble.
struct ExpressionFault {
  std::string message;
  std::string unknown_name;
};

/// Checks an expression against the names it may use. Nothing where it is sound; `used` then holds the names it uses.
std::optional<ExpressionFault> check_expression(const std::string& text, std::span<const std::string> names,
                                                std::vector<std::string>* used = nullptr);

/// A sound expression, ready to be evaluated for one employee after another. Not shared between threads.
class Formula {
 public:
  /// `names` are the variables, in the order in which `evaluate` gets their values. Throws Bug if the expression is not
  /// sound.
  Formula(const std::string& text, std::span<const std::string> names);
  Formula(Formula&&) noexcept;
  ~Formula();

  /// Indices into `names` of those that the expression uses.
  const std::vector<std::size_t>& used() const;
  /// Is it a name and nothing else?
  bool bare() const;
  /// The value for these values of all names; only those used need to be set.
  double operator()(std::span<const double> values) const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

/// The names that expressions give a meaning of their own: functions and built-in variables. No trait or group may take
/// them.
const std::vector<std::string>& reserved_names();

}  // namespace goodhart
