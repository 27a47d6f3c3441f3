/// Expressions over traits, evaluated by muParser with only the operators and functions that the format names.
#include "goodhart/scenario/expression.hpp"

#include <muParserBase.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "goodhart/core/errors.hpp"

namespace goodhart {

namespace {

constexpr std::size_t kLongest = 1000;
constexpr const char* kLogic =
    "' has no meaning in an expression; comparisons are 1 or 0, so multiply them where all must hold, take their max "
    "where one must, and write 1 - c for the opposite of c";

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// What has no value is NaN, and so is whatever is made of it: a trait or coefficient that comes out as NaN ends in a
// sentence (`Population`), so nothing here may turn NaN into a number.

bool has_none(const double* values, int count) {
  return std::any_of(values, values + count, [](double value) { return std::isnan(value); });
}
double choose(double condition, double a, double b) {
  return std::isnan(condition) ? kNaN : condition != 0 ? a : b;
}
double smallest(const double* values, int count) {
  return has_none(values, count) ? kNaN : *std::min_element(values, values + count);
}
double largest(const double* values, int count) {
  return has_none(values, count) ? kNaN : *std::max_element(values, values + count);
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
/// Not of 0: what is made of minus infinity may be a number again, and nobody would see that it is none.
double logarithm(double x) {
  return x > 0 ? std::log(x) : kNaN;
}
double root(double x) {
  return std::sqrt(x);
}
double sum(double a, double b) {
  return a + b;
}
double difference(double a, double b) {
  return a - b;
}
double product(double a, double b) {
  return a * b;
}
double quotient(double a, double b) {
  return b == 0 ? kNaN : a / b;
}
/// The C library has pow(NaN, 0) = pow(1, NaN) = 1; and 0 to a negative power is a division by 0.
double power(double a, double b) {
  return std::isnan(a) || std::isnan(b) || (a == 0 && b < 0) ? kNaN : std::pow(a, b);
}
double truth(double a, double b, bool holds) {
  return std::isnan(a) || std::isnan(b) ? kNaN : holds ? 1 : 0;
}
double below(double a, double b) {
  return truth(a, b, a < b);
}
double at_most(double a, double b) {
  return truth(a, b, a <= b);
}
double above(double a, double b) {
  return truth(a, b, a > b);
}
double at_least(double a, double b) {
  return truth(a, b, a >= b);
}
double equal(double a, double b) {
  return truth(a, b, a == b);
}
double unequal(double a, double b) {
  return truth(a, b, a != b);
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
    EnableBuiltInOprt(false);
    DefineInfixOprt("-", &negative);
    DefineInfixOprt("+", &positive);
    DefineOprt("<", &below, mu::prCMP);
    DefineOprt("<=", &at_most, mu::prCMP);
    DefineOprt(">", &above, mu::prCMP);
    DefineOprt(">=", &at_least, mu::prCMP);
    DefineOprt("==", &equal, mu::prCMP);
    DefineOprt("!=", &unequal, mu::prCMP);
    DefineOprt("+", &sum, mu::prADD_SUB);
    DefineOprt("-", &difference, mu::prADD_SUB);
    DefineOprt("*", &product, mu::prMUL_DIV);
    DefineOprt("/", &quotient, mu::prMUL_DIV);
    DefineOprt("^", &power, mu::prPOW, mu::oaRIGHT);
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

// --- what a reader of mathematics would misread ---

struct Token {
  enum class Kind { number, name, comparison, sign, power, opening, closing, comma, other };
  Kind kind;
  std::string text;
  bool unary = false;      ///< of a sign: is there nothing before it that it could add to?
  std::size_t begins = 0;  ///< of what may stand before ^: the token with which it begins, as ( or a function's name

  bool ends_operand() const { return kind == Kind::number || kind == Kind::name || kind == Kind::closing; }
};

/// The length of the number that a text begins with, 0 where there is none.
std::size_t number_length(const std::string& text, std::size_t at) {
  int length = 0;
  double value = 0;
  read_number(text.c_str() + at, &length, &value);
  return static_cast<std::size_t>(length);
}

std::vector<Token> tokens_of(const std::string& text) {
  const auto in_name = [&](std::size_t at) {
    return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) || text[at] == '_');
  };
  std::vector<Token> tokens;
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ' || text[i] == '\t') {
      ++i;
      continue;
    }
    Token token{.kind = Token::Kind::other, .text = text.substr(i, 1), .begins = tokens.size()};
    const bool follows_operand = !tokens.empty() && tokens.back().ends_operand();
    if (const std::size_t length = number_length(text, i)) {
      token.kind = Token::Kind::number;
      token.text = text.substr(i, length);
    } else if (in_name(i)) {
      std::size_t end = i;
      while (in_name(end)) ++end;
      token.kind = Token::Kind::name;
      token.text = text.substr(i, end - i);
    } else if (const char sign = text[i]; std::string_view("<>=!").find(sign) != std::string_view::npos) {
      token.text = text.substr(i, text.find_first_not_of("<>=!", i) - i);
      if (token.text != "!") token.kind = Token::Kind::comparison;
    } else if (sign == '+' || sign == '-') {
      token.kind = Token::Kind::sign;
      token.unary = !follows_operand;
    } else if (sign == '^') {
      token.kind = Token::Kind::power;
    } else if (sign == '(') {
      token.kind = Token::Kind::opening;
      const bool call = !tokens.empty() && tokens.back().kind == Token::Kind::name;
      open.push_back(call ? tokens.size() - 1 : tokens.size());
    } else if (sign == ')') {
      token.kind = Token::Kind::closing;
      if (!open.empty()) {
        token.begins = open.back();
        open.pop_back();
      }
    } else if (sign == ',') {
      token.kind = Token::Kind::comma;
    }
    i += token.text.size();
    tokens.push_back(std::move(token));
  }
  return tokens;
}

/// What two readers would read differently, though it has one meaning here; empty where there is no such thing.
std::string misread(const std::string& text, const std::vector<std::string>& functions) {
  const std::vector<Token> tokens = tokens_of(text);
  std::vector<const Token*> comparison{nullptr};  // the one of each open parenthesis, since its last comma
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    const Token& token = tokens[t];
    const Token* before = t > 0 ? &tokens[t - 1] : nullptr;
    if (before && before->ends_operand()) {
      const bool function = before->kind == Token::Kind::name &&
                            std::find(functions.begin(), functions.end(), before->text) != functions.end();
      const bool begins_operand =
          token.kind == Token::Kind::number || token.kind == Token::Kind::name || token.kind == Token::Kind::opening;
      if (begins_operand && !function) {
        return "an operator is missing between '" + before->text + "' and '" + token.text +
               "'; a product is written with *";
      }
    }
    if (token.kind == Token::Kind::opening) {
      comparison.push_back(nullptr);
    } else if (token.kind == Token::Kind::closing && comparison.size() > 1) {
      comparison.pop_back();
    } else if (token.kind == Token::Kind::comma) {
      comparison.back() = nullptr;
    } else if (token.kind == Token::Kind::comparison) {
      if (comparison.back()) {
        return "'" + comparison.back()->text + "' and '" + token.text +
               "' make a chain of comparisons, which would compare 1 or 0 with the rest; put each comparison in "
               "parentheses and multiply them where both must hold, as in (0 < a) * (a < 1)";
      }
      comparison.back() = &token;
    } else if (token.kind == Token::Kind::power && before && before->ends_operand() && before->begins > 0) {
      const Token& ahead = tokens[before->begins - 1];
      const bool sign = ahead.kind == Token::Kind::sign && ahead.unary;
      const bool chain = ahead.kind == Token::Kind::power ||
                         (sign && before->begins > 1 && tokens[before->begins - 2].kind == Token::Kind::power);
      if (chain) return "a power of a power needs parentheses: write (a ^ b) ^ c or a ^ (b ^ c)";
      if (sign) {
        return "'" + ahead.text + "' before a power needs parentheses: write " + ahead.text + "(a ^ b) or (" +
               ahead.text + "a) ^ b";
      }
    }
  }
  return "";
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
  for (const char* sign : {"&", "|"}) {
    if (const std::size_t at = text.find(sign); at != text.npos)
      return ExpressionFault{std::string("'").append(text, at, text.compare(at + 1, 1, sign) == 0 ? 2 : 1) + kLogic,
                             ""};
  }
  for (const char* sign : {"?", ":", "%", "\"", "'", ";", "\n"}) {
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
    if (word == "and" || word == "or" || word == "not") return ExpressionFault{"'" + word + kLogic, ""};
    return ExpressionFault{"'" + word + "' is no trait, group or function", word};
  }
  if (const std::string sentence = misread(text, functions); !sentence.empty()) return ExpressionFault{sentence, ""};
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
