/// The command line: commands declare their options as data, and get values that were read and checked.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace goodhart {

/// What the program's exit status says.
enum class Exit : int {
  done = 0,
  machine_refused = 1,  ///< unreadable file, disk full, out of memory
  wrong_usage = 2,      ///< or a wrong scenario
  runs_failed = 3,      ///< some, and the results are written; or results that are run again are not the same
  no_answer = 4,        ///< what was asked for does not exist: nothing that was searched is acceptable
  our_bug = 70,
  interrupted = 130,
};

// What an option takes, and where it goes. The places must live as long as the command. An option that is not given
// leaves its place as it is; one that is given twice is an error, except for `Texts`; so is a value that is empty or
// nothing but spaces.

/// No value: it is there or not.
struct Flag {
  bool* given;
};

/// Any text.
struct OneText {
  std::string* text;  ///< empty means: not given
};

/// Any text, any number of times.
struct Texts {
  std::vector<std::string>* texts;
  bool distinct = true;  ///< the same text twice is an error
};

/// One of a few words.
struct Word {
  std::string* word;
  std::vector<std::string> words;
};

/// A whole number from `least` to `most`. Without bounds, the command checks what the scenario allows.
struct WholeNumber {
  std::optional<std::int64_t>* number;
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

/// A finite number from `least` to `most`.
struct FiniteNumber {
  std::optional<double>* number;
  double least, most;
};

using PlaceOfValue = std::variant<Flag, OneText, Texts, Word, WholeNumber, FiniteNumber>;

/// An option of a command, or, where its name does not begin with a dash, an argument that is known by its position.
struct CommandOption {
  std::string name;   ///< "--seed"; "-o,--output" where there is a short one, too; "SCENARIO"
  std::string value;  ///< what its value is called in the help, as FILE; empty for flags and arguments by position
  std::string help;   ///< a phrase without a full stop
  PlaceOfValue takes;
  std::string standard = "";  ///< what holds where it is not given, in words; empty where `help` leaves no question
  bool required = false;
};

/// A command of the program.
struct Command {
  std::string name;
  std::string purpose;  ///< a line
  std::vector<CommandOption> options;
  std::string notes;          ///< the end of its help: exit statuses, examples
  std::function<Exit()> act;  ///< does it; to be called when the options are in their places
};

/// The program as its help tells of it.
struct Program {
  std::string name;
  std::string purpose;
  std::string version;  ///< what --version prints
  std::string notes;
  std::vector<Command> commands;
};

/// Reads the words behind the program's name, and returns what they ask for: to act as a command, or to print the help
/// or the version. Throws UserError with a sentence where they cannot be understood.
std::function<Exit()> read_command_line(const Program& program, const std::vector<std::string>& words);

}  // namespace goodhart
