/// The program's commands: each adds itself to the command line and says what to do when it is chosen.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace goodhart {

/// What the program's exit status says.
enum class Exit : int {
  done = 0,
  machine_refused = 1,  ///< unreadable file, disk full, out of memory
  wrong_usage = 2,      ///< or a wrong scenario
  runs_failed = 3,      ///< some; the results are written
  our_bug = 70,
  interrupted = 130,
};

struct Command {
  CLI::App* line;             ///< what of the command line belongs to it
  std::function<Exit()> act;  ///< to be called after the command line was parsed
};

Command add_run(CLI::App& program);
Command add_compare(CLI::App& program);
Command add_explain(CLI::App& program);
Command add_report(CLI::App& program);
Command add_check(CLI::App& program);
Command add_resolve(CLI::App& program);
Command add_schema(CLI::App& program);
Command add_list(CLI::App& program);
Command add_new(CLI::App& program);

}  // namespace goodhart
