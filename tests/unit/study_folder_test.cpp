/// Journals: what a kill leaves, what a disk may do to them, and that a study is known again.
#include "goodhart/io/study_folder.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "goodhart/core/errors.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/scenario/read.hpp"
#include "support/run.hpp"

using namespace goodhart;
namespace fs = std::filesystem;

namespace {

Scenario small(const test::Settings& settings = {}) {
  return test::scenario_text(R"(
goodhart: 1
title: A small study
replicates: 2
activities: {work: {value: 1}}
metrics: {tickets: {measures: {work: 10}}}
policies: {trust: [], quota: [{quota: {metric: tickets, target: 14, reward: 0.2}}]}
experiment: {vary: {effort.intrinsic: {values: [0.2, 0.4, 0.6]}}}
)",
                             settings);
}

StudyPlan plan_of(const Scenario& scenario) {
  StudyPlan plan;
  plan.name = "small.yaml";
  plan.scenario_resolved = to_yaml(resolved(scenario));
  plan.program = "goodhart 0\nrevision: one";
  plan.arithmetic = arithmetic_fingerprint();
  return plan;
}

Unit unit(const Study& study, std::uint32_t point, std::uint32_t replicate, double value) {
  Unit made;
  made.point = point;
  made.replicate = replicate;
  made.status.assign(2, RunStatus::ok);
  made.values.assign(2 * study.width(), value);
  return made;
}

/// A folder that goes when it is done with.
struct StudyPlace {
  fs::path path = fs::absolute("study-folder-test-" + std::to_string(::getpid()) + ".parts");
  StudyPlace() { fs::remove_all(path); }
  ~StudyPlace() { fs::remove_all(path); }
  fs::path journal(const char* name = "units-1-of-1.journal") const { return path / name; }
};

std::string message_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

void flip(const fs::path& file, std::streamoff at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(at);
  const char byte = static_cast<char>(stream.get() ^ 1);
  stream.seekp(at);
  stream.put(byte);
}

}  // namespace

TEST_CASE("a journal gives back what was put into it, and is cut where a kill has torn it") {
  const StudyPlace place;
  const Scenario scenario = small();
  const Study study(Study::Verb::sweep, scenario);
  {
    StudyFolder folder(place.path, plan_of(scenario), false);
    StudyFolder::Writer writer = folder.write(study, Shard{});
    Unit failed = unit(study, 1, 0, 2);
    failed.status[1] = RunStatus::failed;
    failed.message = std::string(300, 'x');
    writer.append({unit(study, 0, 0, 1), failed});
    writer.append({unit(study, 2, 1, 3)});
    writer.sync();
  }
  const auto whole = fs::file_size(place.journal());
  fs::resize_file(place.journal(), whole - 5);
  {
    StudyFolder folder(place.path, plan_of(scenario), false);
    const UnitIndex torn(folder, study);
    CHECK(torn.done() == 2);
    CHECK(torn.has(1, 0));
    CHECK_FALSE(torn.has(2, 1));
    StudyFolder::Writer writer = folder.write(study, Shard{});
    writer.append({unit(study, 2, 1, 3)});
  }
  CHECK(fs::file_size(place.journal()) == whole);
  const StudyFolder folder(place.path);
  const UnitIndex units(folder, study);
  CHECK(units.done() == 3);
  CHECK(units.read(0, 0) == unit(study, 0, 0, 1));
  CHECK(units.read(1, 0)->status[1] == RunStatus::failed);
  CHECK(units.read(1, 0)->message == std::string(252, 'x') + "...");
  CHECK(units.read(2, 0) == std::nullopt);
  CHECK(units.journals().size() == 1);
  CHECK(units.journals()[0].failed == 1);
}

TEST_CASE("a flipped byte is told, and lost silently nowhere") {
  const StudyPlace place;
  const Scenario scenario = small();
  const Study study(Study::Verb::sweep, scenario);
  StudyFolder folder(place.path, plan_of(scenario), false);
  {
    StudyFolder::Writer writer = folder.write(study, Shard{});
    for (std::uint32_t point = 0; point < 3; ++point) writer.append({unit(study, point, 0, point)});
  }
  flip(place.journal(), 16 + 400);
  CHECK(
      message_of([&] { UnitIndex(folder, study); }) ==
      place.journal().string() +
          ": record 1 of 3 is not as it was written: its checksum is wrong. Remove this file to run its 3 units again, "
          "or begin the whole study again with --fresh");
  flip(place.journal(), 16 + 400);
  flip(place.journal(), static_cast<std::streamoff>(fs::file_size(place.journal())) - 8);
  CHECK(UnitIndex(folder, study).done() == 2);  // the last record may be torn
  flip(place.journal(), 3);
  CHECK(message_of([&] { UnitIndex(folder, study); }) ==
        place.journal().string() + ": is no journal of this study: its beginning is damaged");
}

TEST_CASE("a unit that was run twice must have the same bytes") {
  const StudyPlace place;
  const Scenario scenario = small();
  const Study study(Study::Verb::sweep, scenario);
  StudyFolder folder(place.path, plan_of(scenario), false);
  folder.write(study, Shard{1, 2}).append({unit(study, 1, 1, 5)});
  folder.write(study, Shard{2, 2}).append({unit(study, 1, 1, 5)});
  CHECK(UnitIndex(folder, study).done() == 1);
  folder.write(study, Shard{2, 2}).append({unit(study, 1, 1, 6)});
  CHECK_THROWS_AS(UnitIndex(folder, study), Bug);
  CHECK(
      message_of([&] { UnitIndex(folder, study); }) ==
      place.path.string() +
          ": point 1, replicate 1 was run twice, and its results differ; they must not depend on the process that runs "
          "them");
}

TEST_CASE("a folder is held to the study that began it") {
  const StudyPlace place;
  const Scenario scenario = small();
  const Study study(Study::Verb::sweep, scenario);
  StudyFolder folder(place.path, plan_of(scenario), false);
  const auto open = [&](const StudyPlan& plan, bool fresh = false) {
    return message_of([&] { StudyFolder(place.path, plan, fresh); });
  };
  const std::string begun = place.path.string() + " was begun with ", again = "; --fresh begins again";
  CHECK(open(plan_of(small({{"seed", "2"}}))) == begun + "seed 1, this is seed 2" + again);
  CHECK(
      open(plan_of(small({{"experiment.vary", "{effort.intrinsic: {values: [0.2]}}"}}))) ==
      begun +
          "experiment.vary.effort.intrinsic.values a list of 3, this is experiment.vary.effort.intrinsic.values a list "
          "of 1" +
          again);
  CHECK(open(plan_of(small({{"replicates", "64"}, {"title", "other"}}))) == "nothing was thrown");
  StudyPlan other = plan_of(scenario);
  other.program = "goodhart 0\nrevision: two";
  CHECK(open(other) == begun + "another program ('revision: one'), this is 'revision: two'" + again);
  other = plan_of(scenario);
  other.arithmetic = "0";
  CHECK(open(other) ==
        begun + "a processor whose exp, log, pow and erfc give other last bits, this is one that would not fit" +
            again);
  other = plan_of(scenario);
  other.work = StudyPlan::Work::sensitivity;
  CHECK(open(other) == begun + "sweep, this is sensitivity" + again);

  {
    const StudyFolder::Writer writer = folder.write(study, Shard{3, 8});
    CHECK(message_of([&] {
            folder.write(study, Shard{3, 8});
          }) == place.journal("units-3-of-8.journal").string() + ": another process is at work at it");
    CHECK(open(other, true) == place.journal("units-3-of-8.journal").string() +
                                   ": another process is at work at it, so the study cannot begin again");
  }
  CHECK(open(other, true) == "nothing was thrown");
  CHECK(StudyFolder(place.path).plan().work == StudyPlan::Work::sensitivity);
  CHECK(folder.journals().empty());
  CHECK(message_of([] { StudyFolder(fs::path("no-such-folder")); }) ==
        "no-such-folder: is no study's folder: it has no plan.json; name one, as results/NAME-sweep.parts");
}
