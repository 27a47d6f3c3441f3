/// The reference work of the benchmarks has the statistics that an independent solution of it has.
///
/// Published values: bisection in double precision over 12 million employees (docs on speed). Tolerance: 4 standard
/// errors at 100,000 employees, of spreads measured here.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/run.hpp"

TEST_CASE("the reference work: metric, value and gaming at step 0 and in the stationary half") {
  const auto scenario = goodhart::test::scenario_of(
      goodhart::read_yaml_file(GOODHART_SOURCE_DIR "/bench/reference-work.yaml"),
      {{"population.size", "100000"}, {"time.steps", "24"}, {"record.employees", "{every: 23, sample: 100000}"}});
  const goodhart::test::Results results(scenario);
  constexpr double kPeople = 100000;
  const auto half = [](const std::vector<double>& series) {
    double sum = 0;
    for (std::size_t t = 12; t < 24; ++t) sum += series[t];
    return sum / 12;
  };
  // Spreads across employees, at step 0 and at the end.
  const auto spread = [&](const char* variable, std::size_t sample) {
    const auto& all = results.all("reward", "employees", variable);
    REQUIRE(all.size() == 2 * 100000);
    double sum = 0, squares = 0;
    for (std::size_t i = sample * 100000; i < (sample + 1) * 100000; ++i) {
      sum += all[i];
      squares += all[i] * all[i];
    }
    return std::sqrt(squares / kPeople - sum * sum / kPeople / kPeople);
  };
  const auto reading = results.series("reward", "reading", {"reading"}), value = results.series("reward", "value"),
             gaming = results.series("reward", "gamers");
  const double root = std::sqrt(kPeople);
  CHECK(std::fabs(reading[0] - 1.1170) < 4 * spread("reading", 0) / root + 5e-5);
  CHECK(std::fabs(half(reading) - 1.9603) < 4 * spread("reading", 1) / root + 5e-5);
  CHECK(std::fabs(value[0] - 0.87964) < 4 * spread("value", 0) / root);
  CHECK(std::fabs(half(value) - 0.57426) < 4 * spread("value", 1) / root);
  CHECK(std::fabs(gaming[0] - 0.54458) < 4 * std::sqrt(0.54458 * (1 - 0.54458)) / root);
  // Gamers among each other: neighbours make their numbers vary a little more than independent draws would.
  CHECK(std::fabs(half(gaming) - 0.98059) < 6 * std::sqrt(0.98059 * (1 - 0.98059)) / root);
}
