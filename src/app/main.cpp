/// The program `goodhart`: reads the command line and does what it says.
#include <string>
#include <vector>

#include "commands.hpp"
#include "goodhart/io/provenance.hpp"
#include "guarded.hpp"
#include "interrupt.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

/// The program as its help tells of it.
Program described() {
  return {.name = "goodhart",
          .purpose = "What happens to an organisation when a measure becomes a target: scenarios in, results out.",
          .version = program_text(),
          .notes =
              "Examples:\n"
              "  goodhart new first > first.yaml     a scenario to start from\n"
              "  goodhart check first.yaml           all that is wrong with it\n"
              "  goodhart run first.yaml             results/first.h5 and a summary\n"
              "  goodhart compare first.yaml         which policy, how sure, and why\n"
              "  goodhart run --help                 all that can be said to a command",
          .commands = all_commands()};
}

}  // namespace
}  // namespace goodhart

int main(int argc, char** argv) {
  using namespace goodhart;
  open_closed_streams();
  catch_signals();
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return static_cast<int>(run_guarded([&] { return read_command_line(described(), words)(); }));
}
