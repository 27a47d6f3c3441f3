/// Numbers as text, as the lab's engine writes and reads them, against the standard library of the program.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "../engine/missing/numbers.hpp"

namespace {

std::string standard(double value, bool fixed) {
  char buffer[512];
  const auto end = fixed ? std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr
                         : std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return std::string(buffer, end);
}

/// Numbers of all sizes, with few digits and with many, and the ends of what a double holds.
std::vector<double> numbers() {
  std::vector<double> list{0,
                           -0.0,
                           1,
                           -1,
                           0.1,
                           1e5,
                           1e22,
                           123456789012345678.0,
                           1e-5,
                           1e-4,
                           0.001,
                           5e-324,
                           1.7976931348623157e308,
                           2.2250738585072014e-308,
                           100000,
                           1e15,
                           1e16,
                           1.5e300};
  std::mt19937_64 draw(1);
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t bits = draw();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (std::isfinite(value)) list.push_back(value);
    list.push_back(static_cast<double>(bits % 1'000'000) / 1000);
    list.push_back(std::ldexp(static_cast<double>(bits >> 40), static_cast<int>(bits % 60) - 30));
  }
  return list;
}

}  // namespace

TEST_CASE("numbers are written as by std::to_chars") {
  for (const double value : numbers()) {
    CHECK(goodhart_lab::shortest_text(value, false) == standard(value, false));
    if (std::fabs(value) < 1e15) CHECK(goodhart_lab::shortest_text(value, true) == standard(value, true));
  }
}

TEST_CASE("texts are read as by std::from_chars") {
  std::vector<std::string> texts{"",
                                 "-",
                                 ".5",
                                 "5.",
                                 "1e400",
                                 "-1e400",
                                 "1e-400",
                                 "0e-999",
                                 "0.000",
                                 "1e",
                                 "1e+",
                                 "1.5x",
                                 "+1",
                                 "1e5 ",
                                 "inf",
                                 "nan",
                                 "0x10",
                                 "1_000",
                                 "4.9e-324",
                                 "1e309",
                                 "00.1",
                                 "1.e3",
                                 "-.5e1",
                                 "e5",
                                 "1e-5000000000",
                                 "123456789012345678901234567890"};
  for (const double value : numbers()) texts.push_back(standard(value, false));
  for (const std::string& text : texts) {
    CAPTURE(text);
    double ours = -7, theirs = -7;
    const char* const end = text.data() + text.size();
    const goodhart_lab::Read read = goodhart_lab::read_number(text.data(), end, ours);
    const std::from_chars_result expected = std::from_chars(text.data(), end, theirs);
    CHECK((read.error == expected.ec));
    CHECK(read.end == expected.ptr);
    CHECK(std::memcmp(&ours, &theirs, sizeof ours) == 0);
  }
}
