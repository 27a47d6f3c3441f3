/// How often bunching is told over many data sets: without any, and with as much as was planted.
#include <doctest/doctest.h>

#include "support/planted.hpp"

using namespace goodhart;

TEST_CASE("intervals of an excess hold in about 95 % of 400 data sets, with and without bunching") {
  for (const Kind kind : {Kind::normal, Kind::whole, Kind::tens, Kind::lognormal, Kind::uniform}) {
    for (const double excess : {0.0, 0.05}) {
      CAPTURE(static_cast<int>(kind));
      CAPTURE(excess);
      const Verdicts found = verdicts(kind, 2000, 100, excess, 400);
      MESSAGE("told more ", found.more, ", fewer ", found.fewer, ", held ", found.held);
      CHECK(found.held >= 360);                  // 90 %
      CHECK(found.held <= 392);                  // 98 %
      if (excess == 0) CHECK(found.more <= 24);  // 2.5 % are 10
    }
  }
}

TEST_CASE("intervals hold where readings of an employee are alike") {
  const Verdicts none = verdicts(Kind::normal, 4000, 100, 0, 400, 40);
  MESSAGE("told more ", none.more, ", fewer ", none.fewer, ", held ", none.held);
  CHECK(none.more <= 24);
  CHECK(none.held >= 360);
}
