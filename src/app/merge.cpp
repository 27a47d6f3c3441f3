/// `goodhart merge`: puts the shards of a study together.
#include <memory>

#include "streams.hpp"
#include "study_execution.hpp"

namespace goodhart {
namespace {

struct Options {
  std::string folder, output;
  StudyPrint print;
  bool partial = false, quiet = false;
};

Exit merge(const Options& options) {
  if (options.quiet) be_quiet();
  options.print.check();
  std::filesystem::path path = std::filesystem::path(options.folder).lexically_normal();
  if (path.filename().empty()) path = path.parent_path();
  StudyFolder folder(path);
  const Study study = study_of(folder);
  std::filesystem::path results = options.output;
  if (options.output.empty()) results = std::filesystem::path(path).replace_extension(".h5");
  std::vector<Output> outputs = options.print.page();
  outputs.push_back({.what = "the results", .name = results});
  prepare_outputs(outputs, {}, {});
  return merge_study(folder, study, results, options.partial, options.print, options.quiet);
}

}  // namespace

Command merge_command() {
  const auto options = std::make_shared<Options>();
  std::vector<CommandOption> list{
      {"FOLDER", "", "A study's folder, as results/NAME-sweep.parts", OneText{&options->folder}, "", true},
      {"-o,--output", "FILE", "Results file, instead of the folder's name with .h5", OneText{&options->output}},
      {"--partial", "", "Take what there is of a sweep; the rest is NaN, and its status not_run",
       Flag{&options->partial}}};
  for (CommandOption& option : options->print.options()) list.push_back(std::move(option));
  list.push_back({"--quiet", "", "On stderr errors alone: no progress, notes or warnings", Flag{&options->quiet}});
  return {.name = "merge",
          .purpose = "Put the shards of a study together",
          .options = std::move(list),
          .notes =
              "Prints what the study itself would have printed, and removes the folder when all of it is in the\n"
              "results file. A unit that two processes have run must have the same bytes.\n"
              "Exit status: as sweep; 2 also where units are missing.\n\n"
              "Examples:\n"
              "  goodhart merge results/scenario-sweep.parts\n"
              "  goodhart merge results/scenario-sweep.parts --partial -o so-far.h5",
          .act = [options] { return merge(*options); }};
}

}  // namespace goodhart
