/// Reading the command line with CLI11, which no other source knows, and saying what is wrong with it.
#include "command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "goodhart/core/document.hpp"
#include "goodhart/core/errors.hpp"

namespace goodhart {
namespace {

constexpr int kMany = CLI::detail::expected_max_vector_size;
constexpr std::size_t kHelpColumn = 30;  // where explanations begin
constexpr std::size_t kHelpWidth = 70;   // of an explanation

// ---- Names ----

/// "-o,--output" as "-o" and "--output".
std::vector<std::string> names_of(const CommandOption& option) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= option.name.size();) {
    const std::size_t end = std::min(option.name.find(',', begin), option.name.size());
    names.push_back(option.name.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

bool is_option_like(const std::string& word) {
  return word.size() > 1 && word[0] == '-';
}

/// All options of a command, beginning with those that every command has.
std::vector<std::string> option_names(const Command& command) {
  std::vector<std::string> names{"--help", "-h"};
  for (const CommandOption& option : command.options) {
    for (const std::string& name : names_of(option)) {
      if (is_option_like(name)) names.push_back(name);
    }
  }
  return names;
}

/// The option of that name, or null.
const CommandOption* option_of(const Command& command, const std::string& name) {
  for (const CommandOption& option : command.options) {
    const std::vector<std::string> names = names_of(option);
    if (std::find(names.begin(), names.end(), name) != names.end()) return &option;
  }
  return nullptr;
}

/// The name part of "--seed=3".
std::string before_equals(const std::string& word) {
  return word.substr(0, word.find('='));
}

/// What an option is called in sentences.
std::string called(const CommandOption& option) {
  return names_of(option).front();
}

std::string without_dashes(const std::string& word) {
  return word.substr(std::min(word.find_first_not_of('-'), word.size()));
}

/// "; did you mean ...?" for a name that was not understood: those that it abbreviates, else the nearest one.
std::string meant(const std::string& word, const std::vector<std::string>& known) {
  constexpr std::size_t kMostMeant = 4;
  const std::string core = without_dashes(word);
  std::vector<std::string> near, cores;
  for (const std::string& name : known) {
    cores.push_back(without_dashes(name));
    if (!core.empty() && cores.back().starts_with(core)) near.push_back("'" + name + "'");
  }
  if (near.empty() || near.size() > kMostMeant) {
    near.clear();
    if (const auto nearest = nearest_name(core, cores)) {
      const auto at = std::find(cores.begin(), cores.end(), *nearest) - cores.begin();
      near.push_back("'" + known[static_cast<std::size_t>(at)] + "'");
    }
  }
  if (!near.empty()) return "; did you mean " + listed(near) + "?";
  return known.empty() ? "" : "; there is " + listed(known, "and");
}

// ---- Help ----

/// The phrase in lines of at most kHelpWidth.
std::string help_text(const CommandOption& option) {
  std::string phrase = option.help;
  if (!option.standard.empty()) phrase += ". Default: " + option.standard;
  std::string text;
  std::size_t width = 0;
  for (std::size_t begin = 0; begin < phrase.size();) {
    const std::size_t end = std::min(phrase.find(' ', begin), phrase.size());
    const std::string word = phrase.substr(begin, end - begin);
    const bool fits = width + 1 + word.size() <= kHelpWidth;
    if (width > 0) text += fits ? " " : "\n";
    width = width > 0 && fits ? width + 1 + word.size() : word.size();
    text += word;
    begin = end + 1;
  }
  return text;
}

// ---- Mistakes ----

[[noreturn]] void refuse(const std::string& where, const std::string& sentence) {
  throw UserError(fmt::format("{}: {}\nSee '{} --help'.", where, sentence, where));
}

std::string needs_value(const std::string& option) {
  return option + " needs a value";
}

/// Where an option that was given in front of the command belongs, or nothing where no command has it.
std::optional<std::string> place_behind(const Program& program, const Command* chosen, const std::string& option) {
  for (const Command& command : program.commands) {
    if (chosen ? &command != chosen : !option_of(command, option)) continue;
    if (!option_of(command, option)) return std::nullopt;
    return chosen ? fmt::format("{} goes behind the command: {} {} {}", option, program.name, command.name, option)
                  : fmt::format("{} goes behind a command, as in {} {} {}", option, program.name, command.name, option);
  }
  return std::nullopt;
}

/// What is wrong where words were left over.
[[noreturn]] void refuse_unknown(const Program& program, const Command* chosen, const std::string& word,
                                 bool in_front) {
  const std::string where = chosen && !in_front ? program.name + " " + chosen->name : program.name;
  const bool is_option = is_option_like(word);
  const std::string name = is_option ? before_equals(word) : word;
  if (is_option && in_front) {
    if (const auto place = place_behind(program, chosen, name)) refuse(where, *place);
  }
  if (is_option && !in_front && name == "--version") {
    refuse(where, fmt::format("--version stands alone: {} --version", program.name));
  }
  std::vector<std::string> known;
  if (is_option) {
    known = chosen && !in_front ? option_names(*chosen) : std::vector<std::string>{"--help", "-h", "--version"};
  } else if (in_front) {
    for (const Command& command : program.commands) known.push_back(command.name);
  }
  refuse(where, fmt::format("there is no {} '{}'{}",
                            is_option  ? "option"
                            : in_front ? "command"
                                       : "argument",
                            name, meant(name, known)));
}

/// Mistakes that are gone once the words are taken apart: `--seed=` and `--quiet=yes`.
void check_equals(const Command& command, const std::string& where, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (word == "--") return;
    const std::string name = before_equals(word);
    if (name.size() == word.size() || !is_option_like(word)) continue;
    const CommandOption* option = option_of(command, name);
    if (!option) continue;
    if (std::holds_alternative<Flag>(option->takes)) refuse(where, fmt::format("{} takes no value", name));
    if (name.size() + 1 == word.size()) refuse(where, needs_value(name));
    if (!name.starts_with("--")) {
      refuse(where,
             fmt::format("{}: {} and its value stand apart: {} {}", word, name, name, word.substr(name.size() + 1)));
    }
  }
}

// ---- Values ----

/// Puts what was given for an option into its place; returns what is wrong with it.
struct Putter {
  const std::vector<std::string>& given;

  std::string operator()(const Flag& flag) const {
    *flag.given = true;
    return "";
  }
  std::string operator()(const OneText& one) const {
    *one.text = given.front();
    return "";
  }
  std::string operator()(const Texts& many) const {
    *many.texts = given;
    return "";
  }
  std::string operator()(const Word& one) const {
    *one.word = given.front();
    if (std::find(one.words.begin(), one.words.end(), *one.word) != one.words.end()) return "";
    return fmt::format("there is no '{}'{}", *one.word, meant(*one.word, one.words));
  }
  std::string operator()(const WholeNumber& whole) const {
    std::int64_t number = 0;
    if (is_read(number) && number >= whole.least && number <= whole.most) {
      *whole.number = number;
      return "";
    }
    const std::string bounds = whole.most < std::numeric_limits<std::int64_t>::max()
                                   ? fmt::format(" from {} to {}", whole.least, whole.most)
                                   : " of at most 18 digits";
    return fmt::format("must be a whole number{}, got '{}'", bounds, given.front());
  }
  std::string operator()(const FiniteNumber& finite) const {
    double number = 0;
    if (is_read(number) && number >= finite.least && number <= finite.most) {  // neither holds for NaN
      *finite.number = number;
      return "";
    }
    return fmt::format("must be a number from {:g} to {:g}, got '{}'", finite.least, finite.most, given.front());
  }

 private:
  /// Whether the whole text is a number that this type holds.
  template <typename Number>
  bool is_read(Number& number) const {
    const std::string& text = given.front();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
  }
};

void put(const Command& command, const CommandOption& option, const std::string& where,
         const std::vector<std::string>& given) {
  if (given.empty()) return;
  const std::string name = called(option);
  if (!std::holds_alternative<Flag>(option.takes)) {
    const std::vector<std::string> known = option_names(command);
    for (const std::string& value : given) {
      if (value.find_first_not_of(" \t\n\r") == value.npos) refuse(where, needs_value(name));
      if (is_option_like(value) && std::find(known.begin(), known.end(), before_equals(value)) != known.end()) {
        refuse(where, fmt::format("{}, but {} is an option", needs_value(name), value));
      }
    }
  }
  const auto* texts = std::get_if<Texts>(&option.takes);
  if (given.size() > 1 && !texts) refuse(where, name + " stands twice");
  for (std::size_t i = 0; texts && texts->distinct && i < given.size(); ++i) {
    if (std::find(given.begin(), given.begin() + static_cast<std::ptrdiff_t>(i), given[i]) ==
        given.begin() + static_cast<std::ptrdiff_t>(i)) {
      continue;
    }
    refuse(where, fmt::format("{} stands twice", is_option_like(option.name) ? name + " " + given[i] : given[i]));
  }
  if (const std::string fault = std::visit(Putter{given}, option.takes); !fault.empty()) {
    refuse(where, fmt::format("{}: {}", name, fault));
  }
}

// ---- CLI11 ----

/// Declares an option. Its values are kept as they were given: nothing is read, joined or left out.
CLI::Option* declare(CLI::App& line, const CommandOption& option) {
  const std::string help = help_text(option);
  const bool by_position = !is_option_like(option.name);
  CLI::Option* declared = nullptr;
  if (std::holds_alternative<Flag>(option.takes)) {
    declared = line.add_flag(option.name, help);
  } else {
    declared = line.add_option(option.name, help)->type_name(option.value);
    // Words by position are taken up to the least number that is expected. To allow more than the least would work,
    // too, but then CLI11 makes a list of a file that is called [a].
    if (by_position && std::holds_alternative<Texts>(option.takes)) declared->expected(kMany, kMany);
  }
  declared->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->required(option.required);
  declared->allow_extra_args(false);
  return declared;
}

}  // namespace

std::function<Exit()> read_command_line(const Program& program, const std::vector<std::string>& words) {
  CLI::App line(program.purpose, program.name);
  line.require_subcommand(1)->footer(program.notes);
  line.get_formatter()->column_width(kHelpColumn);
  const std::string version_help = "Print the version, and what the program was built with";
  const CLI::Option* version = line.add_flag("--version", version_help);
  std::map<const CLI::App*, const Command*> commands;
  std::map<const CommandOption*, const CLI::Option*> declared;
  for (const Command& command : program.commands) {
    CLI::App* sub = line.add_subcommand(command.name, command.purpose)->footer(command.notes);
    commands[sub] = &command;
    for (const CommandOption& option : command.options) declared[&option] = declare(*sub, option);
  }
  const auto print = [](const std::string& text) {
    return [text] {
      fmt::print("{}", text);
      return Exit::done;
    };
  };

  std::string fault;
  std::string missing;  // what is said of an option or a word that is not there: after what is wrong with the others
  std::string lacks_value;  // the option
  try {
    line.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    return print(line.help());
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string what = error.what();
    lacks_value = what.substr(0, what.find(':'));
  } catch (const CLI::RequiredError& error) {
    missing = error.what();
  } catch (const CLI::ParseError& error) {
    fault = error.what();
  }
  if (version->count() > 0) return print(program.version);

  const std::vector<CLI::App*> chosen = line.get_subcommands();
  const Command* command = chosen.empty() ? nullptr : commands.at(chosen.front());
  if (const std::vector<std::string> left = line.remaining(false); !left.empty()) {
    refuse_unknown(program, command, left.front(), true);
  }
  if (!command) {
    std::vector<std::string> names;
    for (const Command& each : program.commands) names.push_back(each.name);
    refuse(program.name, "say what to do: " + listed(names));
  }
  const std::string where = program.name + " " + command->name;
  check_equals(*command, where, words);
  if (const std::vector<std::string> left = line.remaining(true); !left.empty()) {
    refuse_unknown(program, command, left.front(), false);
  }
  if (const CommandOption* option = option_of(*command, lacks_value)) refuse(where, needs_value(called(*option)));
  if (!fault.empty()) refuse(where, fault);
  for (const CommandOption& option : command->options) put(*command, option, where, declared.at(&option)->results());
  if (!missing.empty()) refuse(where, missing);
  return command->act;
}

}  // namespace goodhart
