/// Expressions over traits: their grammar, their values, and what is no expression.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "goodhart/core/errors.hpp"
#include "goodhart/scenario/expression.hpp"

namespace goodhart {

namespace {

const std::vector<std::string> kNames{"skill", "boost", "team_size"};

double value_of(const std::string& text, const std::vector<double>& values = {2, 0.5, 10}) {
  return Formula(text, kNames)(values);
}

}  // namespace

TEST_CASE("operators bind as in mathematics") {
  CHECK(value_of("1 + 2 * 3") == 7);
  CHECK(value_of("(1 + 2) * 3") == 9);
  CHECK(value_of("8 / 4 / 2") == 1);
  CHECK(value_of("10 - 4 - 3") == 3);
  CHECK(value_of("-(skill^2)") == -4);
  CHECK(value_of("(-skill)^2") == 4);
  CHECK(value_of("1 - skill^2") == -3);
  CHECK(value_of("2^-1") == 0.5);
  CHECK(value_of("2^-max(1, boost)") == 0.5);
  CHECK(value_of("2^(3^2)") == 512);
  CHECK(value_of("(2^3)^2") == 64);
  CHECK(value_of("2^3 * 2^2") == 32);
  CHECK(value_of("2 * -3") == -6);
  CHECK(value_of("+3") == 3);
  CHECK(value_of("skill * (1 + boost)") == 3);
}

TEST_CASE("comparisons are 1 or 0, and choose") {
  CHECK(value_of("skill > 1") == 1);
  CHECK(value_of("skill < 1") == 0);
  CHECK(value_of("skill >= 2") == 1);
  CHECK(value_of("skill <= 1.9") == 0);
  CHECK(value_of("skill == 2") == 1);
  CHECK(value_of("skill != 2") == 0);
  CHECK(value_of("if(skill > 1, 10, 20)") == 10);
  CHECK(value_of("if(skill > 3, 10, 20)") == 20);
  CHECK(value_of("(0 < skill) * (skill < 3)") == 1);
  CHECK(value_of("if(skill > 1, boost < 1, boost > 1)") == 1);
  CHECK(value_of("min(skill < 1, boost < 1)") == 0);
}

TEST_CASE("what has no value stays without one, whatever is made of it") {
  for (const char* text : {"1 / 0", "0 / 0", "log(0)", "log(-1)", "sqrt(-1)", "(-1)^0.5", "0^-1"}) {
    CAPTURE(text);
    const std::string none = text;
    for (const std::string& made :
         {none, "min(" + none + ", 1)", "min(1, " + none + ")", "max(2, " + none + ", 1)", "abs(" + none + ")",
          "if(" + none + ", 1, 2)", "(" + none + ") > 1", "1 <= (" + none + ")", "(" + none + ") == (" + none + ")",
          "(" + none + ") != 1", "(" + none + ")^0", "1^(" + none + ")", "0 * (" + none + ")",
          "if((" + none + ") < 1, 1, 2)", "exp(" + none + ")"}) {
      CAPTURE(made);
      CHECK(std::isnan(value_of(made)));
    }
    // Nobody asks for the other branch.
    CHECK(value_of("if(skill > 1, 3, " + none + ")") == 3);
  }
  // A logistic curve far to the left is 0.
  CHECK(value_of("1 / (1 + exp(1000 * skill))") == 0);
}

TEST_CASE("what a reader of mathematics would misread is refused") {
  for (const char* text : {"0 < skill < 1",
                           "skill == boost == 1",
                           "if(0 < skill < 1, 1, 2)",
                           "min(1, 0 < skill < 1)",
                           "skill ^ boost ^ 2",
                           "skill ^ -boost ^ 2",
                           "(skill) ^ (boost) ^ 2",
                           "exp(skill) ^ boost ^ 2",
                           "-skill ^ 2",
                           "2 * -skill ^ 2",
                           "-(skill) ^ 2",
                           "-exp(skill) ^ 2",
                           "min(1, -skill ^ 2)",
                           "+2 ^ 2",
                           "2 skill",
                           "2(skill)",
                           "(skill)(boost)",
                           "skill (boost)",
                           "skill(2)",
                           "(skill) 2",
                           "skill boost",
                           "2 3",
                           "skill and boost",
                           "skill or boost",
                           "not skill"}) {
    CAPTURE(text);
    CHECK(check_expression(text, kNames).has_value());
  }
}

TEST_CASE("functions") {
  CHECK(value_of("min(3, 1, 2)") == 1);
  CHECK(value_of("max(3, 1, 2)") == 3);
  CHECK(value_of("max(3)") == 3);
  CHECK(value_of("abs(0 - 3)") == 3);
  CHECK(value_of("exp(1)") == std::exp(1.0));
  CHECK(value_of("log(skill)") == std::log(2.0));
  CHECK(value_of("sqrt(9)") == 3);
  CHECK(value_of("1 - max(0, 1 - team_size / 5)") == 1);
}

TEST_CASE("numbers are decimal") {
  CHECK(value_of("1.5e2") == 150);
  CHECK(value_of(".5") == 0.5);
  CHECK(value_of("2.") == 2);
  CHECK(value_of("1e-3") == 0.001);
}

TEST_CASE("a formula reads only the names it uses") {
  const Formula formula("boost * 2", kNames);
  CHECK(formula.used() == std::vector<std::size_t>{1});
  CHECK(formula(std::vector<double>{std::nan(""), 3, std::nan("")}) == 6);
  CHECK(Formula("1 + 1", kNames).used().empty());
}

TEST_CASE("what is no expression is refused") {
  for (const char* text : {"",
                           " ",
                           "skill +",
                           "* skill",
                           "(skill",
                           "skill)",
                           "()",
                           "skill boost",
                           "2 skill",
                           "2skill",
                           "skil",
                           "_skill",
                           "skill ? 1 : 2",
                           "skill && boost",
                           "skill || boost",
                           "!skill",
                           "skill = 1",
                           "skill, boost",
                           "min()",
                           "exp()",
                           "exp(1, 2)",
                           "if(1, 2)",
                           "if(1, 2, 3, 4)",
                           "exp",
                           "skill(2)",
                           "0x10",
                           "1e999",
                           "1__0",
                           "skill % 2",
                           "skill ** 2",
                           "\"x\"",
                           "'x'",
                           "skill; boost",
                           "sin(1)",
                           "pi",
                           "_pi",
                           "_e",
                           "1 => 2",
                           "skill # 2",
                           "sum(1, 2)",
                           "skill\n+ 1",
                           "\xC3\xA9"}) {
    CAPTURE(text);
    CHECK(check_expression(text, kNames).has_value());
  }
  CHECK(check_expression("skil * 2", kNames)->unknown_name == "skil");
  CHECK_THROWS_AS(Formula("skill +", kNames), Bug);
}

TEST_CASE("deep and long expressions are read, and those beyond reason refused") {
  CHECK(value_of(std::string(400, '(') + "1" + std::string(400, ')')) == 1);
  std::string sum = "0";
  for (int i = 0; i < 499; ++i) sum += "+1";
  CHECK(value_of(sum) == 499);
  CHECK(check_expression(sum + "+1", kNames)->message == "it is longer than 1000 characters; make traits of its parts");
}

}  // namespace goodhart
