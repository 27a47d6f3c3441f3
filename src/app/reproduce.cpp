/// `goodhart reproduce`: runs what a results file holds again, and says whether the same comes out.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>

#include "execution.hpp"
#include "goodhart/analysis/reproduction.hpp"
#include "goodhart/io/provenance.hpp"
#include "goodhart/io/results_reader.hpp"
#include "goodhart/io/results_writer.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/report/reproduction.hpp"
#include "goodhart/scenario/read.hpp"
#include "needs.hpp"
#include "progress.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string file;
  ExecutionOptions execution;
};

/// A results file that nobody is to see: the content digest is made from what stands in a file. Nobody can guess its
/// name, so nothing can be put in its way.
class PassingFile {
 public:
  PassingFile() : name_(fs::temp_directory_path() / fmt::format("goodhart-{:016x}.h5", chance())) {}
  PassingFile(const PassingFile&) = delete;
  PassingFile& operator=(const PassingFile&) = delete;
  ~PassingFile() {
    std::error_code ignored;
    fs::remove(name_, ignored);
  }
  const fs::path& name() const { return name_; }

 private:
  static std::uint64_t chance() {
    std::random_device device;
    return std::uint64_t{device()} << 32U | device();
  }
  fs::path name_;
};

/// Runs what the results hold again, into another file. Returns the content digest.
std::string run_again(const Results& results, const fs::path& file, const Options& options) {
  TaskPool pool(options.execution.cores());
  options.execution.say_if_fewer(pool);
  const Layout layout = layout_of(results.scenario);
  ProgressLine progress(options.file, options.execution.quiet);
  ResultsWriter writer(file, layout, {});
  run_experiment(
      results.scenario, layout, pool, [&](const RunRecord& record) { writer.write(record); },
      [&](const Progress& state) {
        progress.show(state);
        return true;
      });
  const std::string digest =
      writer.finish({{"scenario_resolved", to_yaml(resolved(results.scenario))}, {"program", program_text()}});
  progress.clear();
  return digest;
}

Exit reproduce(const Options& options) {
  if (options.execution.quiet) be_quiet();
  // Before there are threads: a file is read by a process of its own, which would copy the locks that they hold.
  const Results results = read_results(options.file, [] { return true; }).value();
  const PassingFile again;
  check_needs(results.scenario, options.file, again.name(), options.execution.cores(), true, options.execution.force);

  const std::string digest = run_again(results, again.name(), options);
  // Now that the threads are gone, both files can be read, by a process of its own and by this one.
  const Results now = read_own_results(again.name());
  Reproducing reproducing(results);
  each_replicate_of(
      {&results, &now},
      [&](const std::vector<std::span<const RunRecord>>& runs) {
        for (std::size_t p = 0; p < runs[0].size(); ++p) reproducing.take(runs[0][p], runs[1][p]);
      },
      0, results.replicates());
  const Reproduction told = reproducing.finish(digest);
  fmt::print("{}", to_text(told, results, results.program == program_text()));
  return told.verdict == Reproduction::Verdict::different ? Exit::runs_failed : Exit::done;
}

}  // namespace

Command reproduce_command() {
  const auto options = std::make_shared<Options>();
  return {.name = "reproduce",
          .purpose = "Run what a results file holds again and say whether it is the same",
          .options = {{"FILE", "", "A results file (.h5)", OneText{&options->file}, "", true},
                      options->execution.threads_option(),
                      options->execution.force_option(),
                      options->execution.quiet_option()},
          .notes =
              "The scenario in the file is run, as it was resolved. What comes out is compared with the file\n"
              "number by number and by content digest. Two numbers differ in their last bits only where their\n"
              "difference is at most 1e-9 of the larger one, or of a thousandth of the variable's largest number\n"
              "in the file. Panels of employees and teams are compared by the digest alone. A results file of\n"
              "the same size is made in the folder for temporary files (TMPDIR) and removed again.\n"
              "Exit status: 0 equal, or equal but for the last bits; 3 different; 2 the file is damaged, of\n"
              "another format or holds a scenario that this version does not understand; 1 the machine refused;\n"
              "130 interrupted.\n\n"
              "Example:\n"
              "  goodhart reproduce results/ai-usage-mandate.h5",
          .act = [options] { return reproduce(*options); }};
}

}  // namespace goodhart
