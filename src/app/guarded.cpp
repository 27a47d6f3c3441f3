/// Errors as sentences and exit statuses.
#include "guarded.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <new>
#include <string>
#include <system_error>

#include "goodhart/core/errors.hpp"
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

}  // namespace

Exit run_guarded(const std::function<Exit()>& act) {
  try {
    const Exit status = act();
    // A full disk shows only here, where the last of what was printed is written.
    return finish_output() ? status : Exit::machine_refused;
  } catch (const UserError& error) {
    say("{}", user_sentence(error));
    return Exit::wrong_usage;
  } catch (const MachineError& error) {
    say("error: {}\n", harmless(error.what()));
    if (const std::string kept = said_when_ended(); !kept.empty()) say("{}\n", kept);
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

}  // namespace goodhart
