/// The program `goodhart`: reads the command line, does what it says, and turns errors into sentences and exit
/// statuses.
#include <fmt/format.h>

#include <cstdio>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include "commands.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/io/provenance.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "interrupt.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

/// What to say of a user's mistake.
std::string user_sentence(const UserError& error) {
  if (error.diagnostics().empty()) return fmt::format("error: {}\n", harmless(error.what()));
  return rendered(error.diagnostics(), [](const std::string&) { return std::string(); });
}

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

Exit run_program(const std::vector<std::string>& words) {
  const Exit status = read_command_line(described(), words)();
  // A full disk shows only here, where the last of what was printed is written.
  return finish_output() ? status : Exit::machine_refused;
}

Exit run_guarded(const std::vector<std::string>& words) {
  try {
    return run_program(words);
  } catch (const UserError& error) {
    say("{}", user_sentence(error));
    return Exit::wrong_usage;
  } catch (const MachineError& error) {
    say("error: {}\n", harmless(error.what()));
    return Exit::machine_refused;
  } catch (const std::system_error& error) {  // std::filesystem's too
    if (std::ferror(stdout) != 0 && !finish_output()) return Exit::machine_refused;
    say("error: the machine refused: {}\n", harmless(error.what()));
    return Exit::machine_refused;
  } catch (const std::bad_alloc&) {
    say("error: there is not enough memory; a smaller population, or fewer employees in record, needs less\n");
    return Exit::machine_refused;
  } catch (const std::exception& error) {
    say("error: this is a bug of goodhart, not of yours: {}\n"
        "Please report it with the scenario and what 'goodhart --version' says.\n",
        error.what());
    return Exit::our_bug;
  }
}

}  // namespace
}  // namespace goodhart

int main(int argc, char** argv) {
  goodhart::open_closed_streams();
  goodhart::catch_signals();
  return static_cast<int>(goodhart::run_guarded({argv + (argc > 0 ? 1 : 0), argv + argc}));
}
