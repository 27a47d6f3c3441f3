/// Expressions over traits, evaluated by muParser with only the operators and functions that the format names.
#include "goodhart/scenario/expression.hpp"

#include <muParserBase.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

#include "goodhart/core/errors.hpp"

namespace goodhart {

namespace {

constexpr std::size_t kLongest = 1000;

double choose(double condition, double a, double b) {
  return condition != 0 ? a : b;
}
double smallest(const double* values, int count) {
  return *std::min_element(values, values + count);
}
double largest(const double* values, int count) {
  return *std::max_element(values, values + count);
}
double negative(double x) {
  return -x;
}
double positive(double x) {
  return x;
}
double absolute(double x) {
  return std::fabs(x);
}
double exponential(double x) {
  return std::exp(x);
}
double logarithm(double x) {
  return std::log(x);
}
double root(double x) {
  return std::sqrt(x);
}

int read_number(const char* text, int* position, double* value) {
  // Digits with at most one point and an exponent; not strtod, which follows the locale and takes hexadecimal.
  const char* at = text;
  const auto digits = [&at] {
    const char* from = at;
    while (std::isdigit(static_cast<unsigned char>(*at))) ++at;
    return at - from;
  };
  auto count = digits();
  if (*at == '.') {
    ++at;
    count += digits();
  }
  if (count == 0) return 0;
  if (*at == 'e' || *at == 'E') {
    const char* mantissa_end = at++;
    if (*at == '+' || *at == '-') ++at;
    if (digits() == 0) at = mantissa_end;
  }
  if (std::from_chars(text, at, *value).ec != std::errc()) return 0;  // more than a double can hold
  *position += static_cast<int>(at - text);
  return 1;
}

/// muParser with the format's own grammar: its built-in functions, constants and ternary are not offered.
class Grammar : public mu::ParserBase {
 public:
  Grammar() {
    AddValIdent(&read_number);
    InitCharSets();
    InitFun();
    InitOprt();
  }
  Grammar(const Grammar&) = delete;
  Grammar& operator=(const Grammar&) = delete;
  void InitCharSets() override {
    DefineNameChars("0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    DefineOprtChars("+-*/^<>=!");
    DefineInfixOprtChars("+-");
  }
  void InitFun() override {
    DefineFun("if", &choose);
    DefineFun("min", &smallest);
    DefineFun("max", &largest);
    DefineFun("abs", &absolute);
    DefineFun("exp", &exponential);
    DefineFun("log", &logarithm);
    DefineFun("sqrt", &root);
  }
  void InitConst() override {}
  void InitOprt() override {
    DefineInfixOprt("-", &negative);
    DefineInfixOprt("+", &positive);
  }
};

std::vector<std::string> words_in(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < text.size();) {
    const auto in_name = [&](std::size_t at) {
      if (at >= text.size()) return false;
      const auto sign = static_cast<unsigned char>(text[at]);
      return std::isalnum(sign) || sign == '_' || sign >= 0x80;  // letters beyond ASCII are never known, but one word
    };
    if (!in_name(i)) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (in_name(end)) ++end;
    if (!std::isdigit(static_cast<unsigned char>(text[i]))) words.push_back(text.substr(i, end - i));
    i = end;
  }
  return words;
}

}  // namespace

const std::vector<std::string>& reserved_names() {
  static const std::vector<std::string> names{"if", "min", "max", "abs", "exp", "log", "sqrt", "team_size", "founder"};
  return names;
}

std::optional<ExpressionFault> check_expression(const std::string& text, std::span<const std::string> names,
                                                std::vector<std::string>* used) {
  if (text.size() > kLongest)
    return ExpressionFault{"it is longer than " + std::to_string(kLongest) + " characters; make traits of its parts",
                           ""};
  for (const char* sign : {"?", ":", "&", "|", "%", "\"", "'", ";", "\n"}) {
    if (text.find(*sign) != text.npos) {
      return ExpressionFault{std::string("'") + sign +
                                 "' has no meaning in an expression; there are + - * / ^, comparisons, " +
                                 "if(c, a, b), min, max, abs, exp, log and sqrt",
                             ""};
    }
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto part_of_comparison = [&](std::size_t at) {
      return at < text.size() && std::string_view("<>!=").find(text[at]) != std::string_view::npos;
    };
    if (text[i] == '=' && !part_of_comparison(i + 1) && (i == 0 || !part_of_comparison(i - 1))) {
      return ExpressionFault{"'=' has no meaning in an expression; write == to compare", ""};
    }
  }
  static const std::vector<std::string> functions{"if", "min", "max", "abs", "exp", "log", "sqrt"};
  std::vector<std::string> known;
  for (const std::string& word : words_in(text)) {
    if (std::find(names.begin(), names.end(), word) != names.end()) {
      known.push_back(word);
      continue;
    }
    if (std::find(functions.begin(), functions.end(), word) != functions.end()) continue;
    return ExpressionFault{"'" + word + "' is no trait, group or function", word};
  }
  try {
    Grammar grammar;
    double one = 1;
    for (const std::string& name : known) grammar.DefineVar(name, &one);
    grammar.SetExpr(text);
    grammar.Eval();
    if (grammar.GetNumResults() != 1) return ExpressionFault{"one value is wanted, not a list", ""};
    if (used) {
      for (const auto& [name, place] : grammar.GetUsedVar()) used->push_back(name);
    }
  } catch (const mu::ParserError& error) {
    switch (error.GetCode()) {
      case mu::ecUNEXPECTED_EOF:
        return ExpressionFault{"it ends where something should follow", ""};
      case mu::ecMISSING_PARENS:
        return ExpressionFault{"a closing parenthesis is missing", ""};
      case mu::ecTOO_FEW_PARAMS:
      case mu::ecTOO_MANY_PARAMS:
        return ExpressionFault{
            "a function has the wrong number of arguments; if takes three, min and max take one or more, the others "
            "one",
            ""};
      case mu::ecEMPTY_EXPRESSION:
        return ExpressionFault{"it is empty", ""};
      default: {
        std::string token = error.GetToken();
        token.erase(token.find_last_not_of(' ') + 1);
        if (std::find(functions.begin(), functions.end(), token) != functions.end())
          return ExpressionFault{"'" + token + "' needs its arguments in parentheses", ""};
        const std::string at = "at character " + std::to_string(error.GetPos() + 1);
        return ExpressionFault{token.empty() ? "it cannot be read " + at : "'" + token + "' is not expected " + at, ""};
      }
    }
  }
  return std::nullopt;
}

struct Formula::Parser {
  std::optional<Grammar> grammar;  ///< nothing where the expression is one name
  std::vector<double> values;
  std::vector<std::size_t> used;
};

Formula::Formula(const std::string& text, std::span<const std::string> names) : parser_(std::make_unique<Parser>()) {
  const auto index_of = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  };
  if (const std::size_t index = index_of(text); index < names.size()) {
    parser_->used = {index};
    return;
  }
  parser_->values.assign(names.size(), 0.0);
  Grammar& grammar = parser_->grammar.emplace();
  try {
    for (const std::string& word : words_in(text)) {
      const std::size_t index = index_of(word);
      if (index < names.size()) grammar.DefineVar(word, &parser_->values[index]);
    }
    grammar.SetExpr(text);
    for (const auto& [name, place] : grammar.GetUsedVar()) {
      const std::size_t index = index_of(name);
      if (index == names.size()) throw Bug("expression '" + text + "' was not checked: there is no " + name);
      parser_->used.push_back(index);
    }
    grammar.Eval();  // parses it, so that evaluating does so no more and cannot fail
  } catch (const mu::ParserError& error) {
    throw Bug("expression '" + text + "' was not checked: " + error.GetMsg());
  }
}

Formula::Formula(Formula&&) noexcept = default;
Formula::~Formula() = default;

const std::vector<std::size_t>& Formula::used() const {
  return parser_->used;
}

bool Formula::bare() const {
  return !parser_->grammar;
}

double Formula::operator()(std::span<const double> values) const {
  if (!parser_->grammar) return values[parser_->used.front()];
  for (const std::size_t index : parser_->used) parser_->values[index] = values[index];
  return parser_->grammar->Eval();
}

}  // namespace goodhart
