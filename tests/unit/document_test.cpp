/// Documents: what counts as a number, names of items, paths that lead to places, near misses.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "goodhart/core/document.hpp"
#include "goodhart/io/yaml.hpp"

namespace goodhart {

namespace {

std::optional<double> number(const std::string& text) {
  return as_number(Node::scalar(text));
}

/// The text of the scalar that a path leads to.
std::string at(const Node& root, const std::string& path) {
  const Node* node = find_path(root, path);
  if (!node) return "(nothing)";
  return node->kind == Node::Kind::scalar ? node->text : "(no scalar)";
}

const char* const kPolicies = R"(
policies:
  plain:
    - quota: {metric: m, target: 1}
    - quota: {metric: m, target: 2}
    - linear: {metric: m, rate: 3, name: bonus}
  mapped:
    incentives: [{quota: {target: 4}}]
    audits: {rate: 5}
  phased:
    phases:
      - {name: first, from: 0, incentives: [{quota: {target: 6}}]}
      - {name: second, from: 7}
effort: {interactions: [{between: [a, b], strain: 8}]}
)";

}  // namespace

TEST_CASE("numbers are decimal, and nothing else is a number") {
  CHECK(number("0") == 0.0);
  CHECK(number("42") == 42.0);
  CHECK(number("-3.5") == -3.5);
  CHECK(number("+3") == 3.0);
  CHECK(number(".5") == 0.5);
  CHECK(number("5.") == 5.0);
  CHECK(number("1e3") == 1000.0);
  CHECK(number("2.5E-3") == 0.0025);
  CHECK(number("0.5") == 0.5);
  CHECK(number("-0").has_value());
  CHECK(std::signbit(*number("-0")));
  CHECK(number(".inf") == std::numeric_limits<double>::infinity());
  CHECK(number("-.inf") == -std::numeric_limits<double>::infinity());
  CHECK(number("1e-400") == 0.0);
  for (const char* text :
       {"",   "-",     ".",      "010",  "00",  "-01", "0x10",     "0o7", "1_000", "10%",   "3,5",  "1e", "1 2",
        " 1", "1e400", "-1e400", ".nan", "nan", "inf", "infinity", "--1", "+-1",   "1.2.3", "true", "~",  "0x1p3"}) {
    CAPTURE(text);
    CHECK_FALSE(number(text).has_value());
  }
  CHECK_FALSE(as_number(Node::scalar("1", true)).has_value());
  CHECK_FALSE(as_number(Node::list()).has_value());
}

TEST_CASE("numbers are written as people write them and read back as the same double") {
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(100000) == "100000");
  CHECK(number_text(1e15) == "1e+15");
  CHECK(number_text(-2) == "-2");
  CHECK(number_text(std::numeric_limits<double>::infinity()) == ".inf");
  CHECK(number_text(-std::numeric_limits<double>::infinity()) == "-.inf");
  CHECK(number_text(std::nan("")) == ".nan");
  for (const double value : {1.0 / 3, 1e-300, 1.7976931348623157e308, 5e-324, 123456789.125, -0.0}) {
    CAPTURE(value);
    const auto back = number(number_text(value));
    REQUIRE(back.has_value());
    CHECK(*back == value);
    CHECK(std::signbit(*back) == std::signbit(value));
  }
}

TEST_CASE("paths lead through maps, lists, and the names of incentives and phases") {
  const Node root = parse_yaml(kPolicies, "test");
  CHECK(at(root, "policies.plain.quota.target") == "1");
  CHECK(at(root, "policies.plain.quota_2.target") == "2");
  CHECK(at(root, "policies.plain.bonus.rate") == "3");
  CHECK(at(root, "policies.plain.0.quota.target") == "1");
  CHECK(at(root, "policies.mapped.quota.target") == "4");
  CHECK(at(root, "policies.mapped.incentives.quota.target") == "4");
  CHECK(at(root, "policies.mapped.audits.rate") == "5");
  CHECK(at(root, "policies.phased.first.quota.target") == "6");
  CHECK(at(root, "policies.phased.second.from") == "7");
  CHECK(at(root, "policies.phased.phases.1.from") == "7");
  CHECK(at(root, "effort.interactions.0.strain") == "8");
  CHECK(at(root, "effort.interactions.0.between.1") == "b");
  for (const char* path : {"policy", "policies.plain.quota_3.target", "policies.plain.3", "policies.plain.linear.rate",
                           "effort.interactions.1.strain", "policies.plain.quota.target.x", ""}) {
    CAPTURE(path);
    CHECK(find_path(root, path) == nullptr);
  }
}

TEST_CASE("a path sets what it leads to, and builds maps where there is nothing yet") {
  Node root = parse_yaml(kPolicies, "test");
  CHECK_FALSE(set_path(root, "policies.plain.quota_2.target", Node::number(20)).has_value());
  CHECK_FALSE(set_path(root, "effort.budget", Node::number(1.5)).has_value());
  CHECK_FALSE(set_path(root, "population.traits.skill", Node::number(2)).has_value());
  CHECK(at(root, "policies.plain.1.quota.target") == "20");
  CHECK(at(root, "policies.plain.0.quota.target") == "1");
  CHECK(at(root, "effort.budget") == "1.5");
  CHECK(at(root, "population.traits.skill") == "2");
}

TEST_CASE("a path that leads nowhere says why and changes nothing") {
  Node root = parse_yaml(kPolicies, "test");
  const std::string before = to_yaml(root);
  const auto refusal = [&root](const std::string& path) {
    return set_path(root, path, Node::number(1)).value_or("(none)");
  };
  CHECK(refusal("policies.plain.quta.target") ==
        "policies.plain is a list and has no item 'quta'; its items are quota, quota_2 and bonus");
  CHECK(refusal("effort.interactions.0.strain.mean") ==
        "effort.interactions.0.strain is a single value and has no 'mean' in it");
  CHECK(refusal("effort..budget") == "a path is made of names joined by single dots, as in activities.with_ai.cost");
  CHECK(refusal("sources.0.claim") == "the scenario has no 'sources' with an item 0");
  CHECK(to_yaml(root) == before);
}

TEST_CASE("near misses are found, and far ones are not") {
  const std::vector<std::string> names{"saturation", "value", "visible", "mean"};
  CHECK(nearest_name("satuation", names) == "saturation");
  CHECK(nearest_name("vlaue", names) == "value");
  CHECK(nearest_name("maen", names) == "mean");
  CHECK_FALSE(nearest_name("colour", names).has_value());
  CHECK_FALSE(nearest_name("ma", {"xy"}).has_value());
  CHECK_FALSE(nearest_name("", names).has_value());
}

TEST_CASE("lists are joined as in a sentence") {
  CHECK(listed({}) == "");
  CHECK(listed({"a"}) == "a");
  CHECK(listed({"a", "b"}) == "a or b");
  CHECK(listed({"a", "b", "c"}, "and") == "a, b and c");
  CHECK(listed(std::vector<std::string>(42, "x")).ends_with("x, x and 2 more"));
}

}  // namespace goodhart
