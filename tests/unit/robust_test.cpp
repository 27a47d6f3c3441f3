/// Regret by hand, and boxes where failures were planted, and none where they were not.
#include "goodhart/study/robust.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "goodhart/core/errors.hpp"
#include "goodhart/core/random.hpp"
#include "goodhart/study/boxes.hpp"

using namespace goodhart;

namespace {

/// WorldOutcomes with one number, 0, 1, 2 ..., and the outcomes [world][option][replicate].
WorldOutcomes worlds_with(const std::vector<std::string>& options,
                          const std::vector<std::vector<std::vector<double>>>& outcomes) {
  WorldOutcomes worlds;
  worlds.outcome = "net_value";
  worlds.inputs = {{"belief", "what people believe"}};
  for (const std::string& option : options) worlds.options.push_back({option, option});
  for (std::size_t w = 0; w < outcomes.size(); ++w) {
    WorldOutcomes::World& world = worlds.worlds.emplace_back();
    world.number = w;
    world.inputs = {static_cast<double>(w)};
    world.outcomes = outcomes[w];
    world.meets.resize(options.size());
  }
  return worlds;
}

std::vector<std::vector<double>> points_in_cube(std::size_t count, std::size_t inputs, std::uint64_t seed) {
  const Draws draws(seed, Purpose::world, "points");
  std::vector<std::vector<double>> points(count, std::vector<double>(inputs));
  for (std::size_t p = 0; p < count; ++p) {
    for (std::size_t i = 0; i < inputs; ++i) {
      points[p][i] = draws.uniform(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(p), 0);
    }
  }
  return points;
}

const double kNaN = std::nan("");

}  // namespace

TEST_CASE("regret is how far an option falls short of the best of the same world") {
  // By hand: the best are 10, 8, 6 and 9; a falls short by 0, 2, 0, 0 and b by 3, 0, 6, 0.
  const WorldOutcomes worlds =
      worlds_with({"a", "b"}, {{{9, 11}, {6, 8}}, {{5, 7}, {7, 9}}, {{6, 6}, {0, 0}}, {{9, 9}, {9, 9}}});
  const RobustnessFindings found = robustness_of(worlds, 2.5);
  CHECK(found.worlds == 4);
  const OptionRobustness &a = found.options[0], &b = found.options[1];
  CHECK(a.worst == 2);
  CHECK(a.worst_world == 1);
  CHECK(a.mean == 0.5);
  CHECK(a.ninety == 2);
  CHECK(b.worst == 6);
  CHECK(b.mean == 2.25);
  CHECK(a.best == 3);  // the fourth world is best for both
  CHECK(b.best == 2);
  CHECK(a.failures == 0);
  CHECK(b.failing == std::vector<std::size_t>{0, 2});  // above 2.5
  CHECK(found.least_worst == 0);
  CHECK(found.least_mean == 0);
  CHECK(found.order == std::vector<std::size_t>{0, 1});
}

TEST_CASE("without a limit of regret an option fails where it is worse than the comparison") {
  WorldOutcomes worlds =
      worlds_with({"trust", "quota", "bonus"}, {{{5}, {6}, {9}}, {{5}, {4}, {5 - 1e-15}}, {{5}, {5 + 1e-15}, {3}}});
  worlds.comparison = 0;
  const RobustnessFindings found = robustness_of(worlds, std::nullopt);
  CHECK(found.options[0].failures == 0);
  CHECK(found.options[1].failing == std::vector<std::size_t>{1});
  CHECK(found.options[2].failing == std::vector<std::size_t>{2});  // in the second it is as good
  CHECK(found.options[0].best == 2);                               // what differs by rounding is as good
  CHECK(found.options[1].best == 1);
}

TEST_CASE("what does not meet what is required fails, whatever its regret") {
  WorldOutcomes worlds = worlds_with({"a", "b"}, {{{5}, {4}}, {{5}, {4}}});
  worlds.has_requirements = true;
  worlds.worlds[0].meets = {true, true};
  worlds.worlds[1].meets = {false, true};
  const RobustnessFindings found = robustness_of(worlds, 10);
  CHECK(found.options[0].meets == 1);
  CHECK(found.options[0].failing == std::vector<std::size_t>{1});
  CHECK(found.options[1].meets == 2);
  CHECK(found.options[1].failures == 0);
}

TEST_CASE("nine of ten regrets are not above the 90 % regret") {
  std::vector<std::vector<std::vector<double>>> outcomes;
  for (int w = 1; w <= 20; ++w) outcomes.push_back({{0}, {-static_cast<double>(w)}});
  CHECK(robustness_of(worlds_with({"a", "b"}, outcomes), 0).options[1].ninety == 18);
}

TEST_CASE("options are compared on the replicates that all have, and worlds without any are left out") {
  // Without the second replicate, in which b failed, a is worse by 1.
  const WorldOutcomes worlds = worlds_with({"a", "b"}, {{{1, 100}, {2, kNaN}}, {{kNaN, kNaN}, {1, 1}}, {{3}, {}}});
  const RobustnessFindings found = robustness_of(worlds, 0);
  CHECK(found.worlds == 1);
  CHECK(found.left_out == 2);
  CHECK(found.options[0].worst == 1);
  CHECK(found.options[1].worst == 0);
  CHECK_THROWS_WITH_AS(
      robustness_of(worlds_with({"a", "b"}, {{{1}, {kNaN}}}), 0),
      "there is no world in which every option has a run that succeeded, so there is nothing to compare", UserError);
  CHECK_THROWS_WITH_AS(robustness_of(worlds_with({"a"}, {{{1}}}), 0),
                       "there is only one option, so there is nothing that it could fall short of", UserError);
}

TEST_CASE("a world's best is told apart only where its interval says so") {
  const WorldOutcomes worlds =
      worlds_with({"a", "b"}, {{{10, 11, 12}, {1, 2, 2.5}}, {{10, 0, 5}, {0, 10, 4}}, {{3, 3, 3}, {3, 3, 3}}});
  const RobustnessFindings found = robustness_of(worlds, 0);
  CHECK(found.options[0].best == 3);
  CHECK(found.options[0].surely_best == 1);
}

TEST_CASE("a planted box is found to within .03, and no other number is named") {
  const std::vector<std::vector<double>> points = points_in_cube(1000, 6, 1);
  std::vector<bool> fails;
  for (const auto& x : points) fails.push_back(x[1] > 0.3 && x[1] < 0.8 && x[4] < 0.5);
  const std::vector<Box> boxes = failing_boxes(points, fails, 1);
  REQUIRE(boxes.size() == 1);
  const Box& box = boxes[0];
  REQUIRE(box.limits.size() == 2);
  CHECK(box.limits[0].input == 1);
  REQUIRE(box.limits[0].above);
  REQUIRE(box.limits[0].below);
  CHECK(std::fabs(*box.limits[0].above - 0.3) < 0.03);
  CHECK(std::fabs(*box.limits[0].below - 0.8) < 0.03);
  CHECK(box.limits[1].input == 4);
  CHECK_FALSE(box.limits[1].above);
  REQUIRE(box.limits[1].below);
  CHECK(std::fabs(*box.limits[1].below - 0.5) < 0.03);
  CHECK(box.failures == box.points);
  CHECK(box.as_good == 0);
}

TEST_CASE("a box in which nine of ten fail, among points of which one in twenty does, is found as well") {
  const std::vector<std::vector<double>> points = points_in_cube(1000, 6, 2);
  const Draws draws(3, Purpose::world, "failures");
  std::vector<bool> fails;
  for (std::uint32_t p = 0; p < points.size(); ++p) {
    const bool inside = points[p][0] > 0.4 && points[p][3] > 0.3;
    fails.push_back(draws.uniform(0, p, 0) < (inside ? 0.9 : 0.05));
  }
  const std::vector<Box> boxes = failing_boxes(points, fails, 1);
  REQUIRE(!boxes.empty());
  REQUIRE(boxes[0].limits.size() == 2);
  CHECK(boxes[0].limits[0].input == 0);
  CHECK(std::fabs(boxes[0].limits[0].above.value_or(0) - 0.4) < 0.03);
  CHECK(boxes[0].limits[1].input == 3);
  CHECK(std::fabs(boxes[0].limits[1].above.value_or(0) - 0.3) < 0.03);
  CHECK(boxes[0].failures > 0.85 * static_cast<double>(boxes[0].points));
}

TEST_CASE("two planted boxes are found one after the other") {
  const std::vector<std::vector<double>> points = points_in_cube(1000, 4, 4);
  std::vector<bool> fails;
  for (const auto& x : points) fails.push_back((x[0] < 0.4 && x[1] < 0.4) || (x[2] > 0.8 && x[0] > 0.6));
  const std::vector<Box> boxes = failing_boxes(points, fails, 1);
  REQUIRE(boxes.size() >= 2);
  REQUIRE(boxes[0].limits.size() == 2);
  CHECK(boxes[0].limits[0].input == 0);
  CHECK(boxes[0].limits[1].input == 1);
  REQUIRE(boxes[1].limits.size() == 2);
  CHECK(boxes[1].limits[0].input == 0);
  CHECK(boxes[1].limits[1].input == 2);
}

TEST_CASE("noise has no boxes, but for the one in twenty that is allowed") {
  const auto has_box = [](std::uint64_t seed) {
    const std::vector<std::vector<double>> points = points_in_cube(64, 15, seed);
    const Draws draws(seed, Purpose::world, "failures");
    std::vector<bool> fails;
    for (std::uint32_t p = 0; p < points.size(); ++p) fails.push_back(draws.uniform(0, p, 0) < 0.3);
    return !failing_boxes(points, fails, seed).empty();
  };
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) found += has_box(seed) ? 1 : 0;
  CHECK(found <= 8);
}

TEST_CASE("numbers with a grid have limits between its values, and a number without spread has none") {
  std::vector<std::vector<double>> points;
  std::vector<bool> fails;
  for (int i = 0; i < 60; ++i) {
    points.push_back({static_cast<double>(i % 3), 7.0});
    fails.push_back(i % 3 == 2);
  }
  const std::vector<Box> boxes = failing_boxes(points, fails, 1);
  REQUIRE(boxes.size() == 1);
  REQUIRE(boxes[0].limits.size() == 1);
  CHECK(boxes[0].limits[0].input == 0);
  CHECK(*boxes[0].limits[0].above == 1.5);
  CHECK_FALSE(boxes[0].limits[0].below);
  CHECK(boxes[0].points == 20);
  CHECK(boxes[0].failures == 20);
}

TEST_CASE("a handful of failures, or of points without, has no box") {
  std::vector<std::vector<double>> points;
  std::vector<bool> few, nearly_all;
  for (int i = 0; i < 50; ++i) {
    points.push_back({static_cast<double>(i)});
    few.push_back(i < 4);
    nearly_all.push_back(i >= 4);
  }
  CHECK(failing_boxes(points, few, 1).empty());
  CHECK(failing_boxes(points, nearly_all, 1).empty());
  CHECK(failing_boxes({}, {}, 1).empty());
}
