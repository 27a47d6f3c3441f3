/// Text as terminals and tables get it: nothing in it steers, it fits, and large numbers are written short.
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "goodhart/report/diagnostics.hpp"
#include "report/numbers.hpp"

using goodhart::columns_of;
using goodhart::cut_to;
using goodhart::fixed;
using goodhart::harmless;
using goodhart::harmless_line;

TEST_CASE("text: what steers a terminal is shown") {
  CHECK(harmless("a\x1b[31m\a\x7f") == "a\\x1b[31m\\x07\\x7f");
  CHECK(harmless("a\u202eb\u2066c\u200fd\u200ee\u061cf") == "a\\x202eb\\x2066c\\x200fd\\x200ee\\x61cf");
  CHECK(harmless("two\nlines") == "two\nlines");
  CHECK(harmless_line("two\nlines\r") == "two\\x0alines\\x0d");
  CHECK(harmless(std::string("\0", 1)) == "\\x00");
  CHECK(harmless("Größe ± 日本") == "Größe ± 日本");
}

TEST_CASE("text: cut to a number of columns") {
  CHECK(columns_of("日本") == 4);
  CHECK(columns_of("e\u0301\x1b") == 5);
  CHECK(cut_to("scenario.yaml", 13) == "scenario.yaml");
  CHECK(cut_to("scenario.yaml", 12) == "scenario....");
  CHECK(cut_to("日本日本", 7) == "日本...");
  CHECK(cut_to("日本日本", 6) == "日...");
  CHECK(cut_to("scenario", 2) == "..");
  CHECK(cut_to("scenario", 0) == "");
}

TEST_CASE("text: large numbers are written short") {
  CHECK(fixed(9.9e15, 0) == "9900000000000000");
  CHECK(fixed(1e16, 2) == "1.00e16");
  CHECK(fixed(-1.1512e100, 0) == "-1.15e100");
  CHECK(fixed(std::numeric_limits<double>::infinity(), 2) == "inf");
  CHECK(goodhart::with_sign(2.5e20, 1) == "+2.50e20");
  CHECK(goodhart::with_sign(-2.5e20, 1) == "-2.50e20");
  CHECK(goodhart::number(1.2345e17) == "1.23e17");
  CHECK(goodhart::share(1e15) == "1.00e17 %");
}
