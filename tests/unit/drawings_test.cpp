/// Pictures made of characters.
#include "goodhart/report/drawings.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace {

using goodhart::bar;
using goodhart::histogram;
using goodhart::Signs;
using goodhart::sparkline;

}  // namespace

TEST_CASE("a line over time goes from the lowest sign to the highest") {
  const std::vector<double> rise{0, 1, 2, 3, 4, 5, 6, 7};
  CHECK(sparkline(rise, {0, 7}, 8, Signs::blocks) == "▁▂▃▄▅▆▇█");
  CHECK(sparkline(rise, {0, 7}, 8, Signs::ascii) == "_.-~=+*#");
  CHECK(sparkline(rise, {0, 7}, 8, Signs::none).empty());
}

TEST_CASE("a line over time averages neighbours where there are more values than signs, and stops at its range") {
  const std::vector<double> values{0, 2, 6, 8, 100, 100};
  // Means 1, 7, 100 on a scale from 0 to 8: heights 1, 7 and, beyond the range, the highest.
  CHECK(sparkline(values, {0, 8}, 3, Signs::ascii) == ".##");
  CHECK(sparkline(std::vector<double>{-5, 4}, {0, 8}, 3, Signs::ascii) == "_=");
}

TEST_CASE("a line over time leaves gaps where nothing is known, and is flat where nothing changes") {
  const std::vector<double> values{1, std::nan(""), 1};
  CHECK(sparkline(values, {1, 1}, 3, Signs::ascii) == "_ _");
  CHECK(sparkline(std::vector<double>{}, {0, 1}, 3, Signs::ascii).empty());
}

TEST_CASE("the range of lines is over what is finite") {
  const auto range = goodhart::range_of({{1, std::nan("")}, {-3, 2, INFINITY}});
  CHECK(range.first == -3);
  CHECK(range.second == 2);
  CHECK(goodhart::range_of({{std::nan("")}}) == std::pair(0.0, 0.0));
}

TEST_CASE("bars are as long as their numbers, and negative ones look otherwise") {
  CHECK(bar(5, 10, 8, Signs::ascii) == "####");
  CHECK(bar(-5, 10, 8, Signs::ascii) == "----");
  CHECK(bar(10, 10, 3, Signs::blocks) == "███");
  CHECK(bar(std::nan(""), 10, 8, Signs::ascii).empty());
  CHECK(bar(5, 0, 8, Signs::ascii).empty());
}

TEST_CASE("a histogram has a row for each step, also where there is nothing") {
  const std::vector<double> values{10.5, 13, 13.2, 13.4, std::nan("")};
  CHECK(histogram(values, 4, 6, Signs::ascii, "  ") ==
        "  10 to 11  ## 25 %\n"
        "  11 to 12\n"
        "  12 to 13\n"
        "  13 to 14  ###### 75 %\n");
  CHECK(histogram(values, 4, 6, Signs::none, "") == "10 to 11  25 %\n11 to 12\n12 to 13\n13 to 14  75 %\n");
  CHECK(histogram(std::vector<double>{2, 2}, 4, 3, Signs::ascii, "") == "2 to 3  ### 100 %\n");
  CHECK(histogram(std::vector<double>{}, 4, 3, Signs::ascii, "").empty());
}
