/// The program `goodhart`: reads the command line, does what it says, and turns errors into sentences and exit
/// statuses.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include "build_text.hpp"
#include "commands.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/report/diagnostics.hpp"

namespace goodhart {
namespace {

/// The words that could have been meant where one was not understood.
std::vector<std::string> candidates(const CLI::App& line, bool options) {
  std::vector<std::string> words;
  if (options) {
    for (const CLI::Option* option : line.get_options()) {
      for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
      for (const std::string& name : option->get_snames()) words.push_back("-" + name);
    }
  } else {
    for (const CLI::App* command : line.get_subcommands([](const CLI::App*) { return true; })) {
      words.push_back(command->get_name());
    }
  }
  return words;
}

/// What is wrong with the command line, in a sentence.
std::string usage_sentence(const CLI::App& program, const CLI::ParseError& error) {
  const std::vector<CLI::App*> chosen = program.get_subcommands();
  const CLI::App& line = chosen.empty() ? program : *chosen.front();
  const std::string called = chosen.empty() ? "goodhart" : "goodhart " + line.get_name();
  std::string sentence;
  if (const std::vector<std::string> unknown = program.remaining(true); !unknown.empty()) {
    const bool is_option = unknown.front().starts_with("-");
    const std::string word = unknown.front().substr(0, unknown.front().find('='));
    const std::vector<std::string> known = candidates(line, is_option);
    sentence = fmt::format("{}: there is no {} '{}'", called,
                           is_option        ? "option"
                           : chosen.empty() ? "command"
                                            : "argument",
                           word);
    if (const auto near = nearest_name(word, known)) {
      sentence += fmt::format("; did you mean '{}'?", *near);
    } else if (!known.empty()) {
      sentence += fmt::format("; there is {}", listed(known, "and"));
    }
  } else if (chosen.empty()) {
    sentence = fmt::format("goodhart: say what to do: {}", listed(candidates(program, false)));
  } else if (error.get_name() == "ArgumentMismatch") {
    const std::string what = error.what();
    sentence = fmt::format("{}: {} needs a value", called, what.substr(0, what.find(':')));
  } else {
    sentence = fmt::format("{}: {}", called, error.what());
  }
  return fmt::format("{}\nSee '{} --help'.", sentence, called);
}

/// What to say of a user's mistake.
std::string user_sentence(const UserError& error) {
  if (error.diagnostics().empty()) return fmt::format("error: {}\n", harmless(error.what()));
  return rendered(error.diagnostics(), [](const std::string&) { return std::string(); });
}

Exit run_program(CLI::App& program, const std::vector<Command>& commands, int argc, char** argv) {
  program.parse(argc, argv);
  for (const Command& command : commands) {
    if (!*command.line) continue;
    const Exit status = command.act();
    // A full disk shows only here, where the last of what was printed is written.
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      throw MachineError(fmt::format("cannot write standard output: {}", std::strerror(errno)));
    }
    return status;
  }
  throw Bug("no command was chosen");
}

Exit run_guarded(int argc, char** argv) {
  CLI::App program("What happens to an organisation when a measure becomes a target: scenarios in, results out.",
                   "goodhart");
  try {
    std::string version = program_text();
    version.pop_back();  // CLI11 ends the line itself
    program.set_version_flag("--version", version);
    program.require_subcommand(1);
    program.footer(
        "Examples:\n"
        "  goodhart new first > first.yaml     a scenario to start from\n"
        "  goodhart check first.yaml           all that is wrong with it\n"
        "  goodhart run first.yaml             results/first.h5 and a summary\n"
        "  goodhart compare first.yaml         which policy, how sure, and why\n"
        "  goodhart run --help                 all that can be said to a command");
    const std::vector<Command> commands{add_run(program),    add_compare(program), add_explain(program),
                                        add_report(program), add_check(program),   add_resolve(program),
                                        add_schema(program), add_list(program),    add_new(program)};
    return run_program(program, commands, argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are asked for by an error, too.
    if (error.get_exit_code() == 0) {
      program.exit(error);
      return Exit::done;
    }
    fmt::print(stderr, "error: {}\n", usage_sentence(program, error));
    return Exit::wrong_usage;
  } catch (const UserError& error) {
    fmt::print(stderr, "{}", user_sentence(error));
    return Exit::wrong_usage;
  } catch (const MachineError& error) {
    fmt::print(stderr, "error: {}\n", harmless(error.what()));
    return Exit::machine_refused;
  } catch (const std::system_error& error) {  // std::filesystem's too
    fmt::print(stderr, "error: the machine refused: {}\n", error.what());
    return Exit::machine_refused;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr,
               "error: there is not enough memory; a smaller population, or fewer employees in record, needs less\n");
    return Exit::machine_refused;
  } catch (const std::exception& error) {
    fmt::print(stderr,
               "error: this is a bug of goodhart, not of yours: {}\n"
               "Please report it with the scenario and what 'goodhart --version' says.\n",
               error.what());
    return Exit::our_bug;
  }
}

}  // namespace
}  // namespace goodhart

int main(int argc, char** argv) {
  return static_cast<int>(goodhart::run_guarded(argc, argv));
}
