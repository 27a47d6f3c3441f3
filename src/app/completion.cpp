/// `goodhart completion`: the scripts by which shells complete its command lines, and what they may offer.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <sstream>

#include "commands.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/scenario/read.hpp"
#include "scenario_file.hpp"

namespace goodhart {
namespace {

using Words = std::vector<std::string>;

constexpr const char* kBash =
    R"script(# Completion of goodhart for bash: source it, or put it into a folder of bash-completion.
_goodhart() {
  local IFS=$'\n'
  COMPREPLY=($(printf '%s\n' "${COMP_WORDS[@]:1:COMP_CWORD}" | "${COMP_WORDS[0]}" completion words 2>/dev/null))
  if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -o default -F _goodhart goodhart
)script";

constexpr const char* kZsh = R"script(#compdef goodhart
# Completion of goodhart for zsh: put it as _goodhart into a folder of fpath, or source it after compinit.
_goodhart() {
  local -a found
  found=(${(f)"$(print -rl -- "${(@)words[2,CURRENT]}" | $words[1] completion words 2>/dev/null)"})
  if (( $#found )); then
    compadd -Q -S '' -- ${(M)found:#*=}
    compadd -Q -- ${found:#*=}
  else
    _files
  fi
}
if [[ $funcstack[1] == _goodhart ]]; then
  _goodhart "$@"
else
  compdef _goodhart goodhart
fi
)script";

constexpr const char* kFish = R"script(# Completion of goodhart for fish: put it into a folder of fish_complete_path.
function __goodhart_words
    begin
        commandline -opc
        commandline -ct
    end | tail -n +2 | goodhart completion words 2>/dev/null
end
complete -c goodhart -a '(__goodhart_words)'
)script";

/// Does an option have this name, of perhaps several ("-o,--output")?
bool is_called(const CommandOption& option, const std::string& word) {
  std::istringstream names(option.name);
  for (std::string name; std::getline(names, name, ',');) {
    if (name == word) return true;
  }
  return false;
}

/// The option that takes the word behind this one as its value; null where there is none.
const CommandOption* option_before(const Command& command, const std::string& word) {
  for (const CommandOption& option : command.options) {
    const bool takes_value = !std::holds_alternative<Flag>(option.takes);
    if (option.name.starts_with('-') && takes_value && is_called(option, word)) return &option;
  }
  return nullptr;
}

/// The names of the catalogue's scenarios.
Words catalogue() {
  Words names;
  const auto folder = catalogue_folder();
  if (!folder) return names;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem());
  }
  return names;
}

/// The scenario that stands on the line, if it can be read.
std::optional<Scenario> scenario_on(const Command& command, const Words& words) {
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (words[i].starts_with('-')) {
      i += option_before(command, words[i]) ? 1 : 0;
      continue;
    }
    try {
      return open_scenarios({words[i]}, {}).front().scenario;
    } catch (const std::exception&) {
      return std::nullopt;  // whoever asks what may come next is not told what is wrong
    }
  }
  return std::nullopt;
}

/// The paths of all single values below a node, each as `--set` takes it.
void add_paths(const Node& node, const std::string& path, Words& paths) {
  const std::string dot = path.empty() ? "" : path + ".";
  if (node.kind == Node::Kind::map) {
    for (const Member& member : node.members) {
      add_paths(member.value, member.key == "incentives" && !path.empty() ? path : dot + member.key, paths);
    }
  } else if (node.kind == Node::Kind::list) {
    const Words names = item_names(node);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const Node& item = node.items[i];
      if (names.empty() || item.kind != Node::Kind::map) continue;
      // An incentive is a map with one member, its kind, whose members are meant by its name.
      const bool choice = item.members.size() == 1 && item.members[0].value.kind == Node::Kind::map;
      add_paths(choice ? item.members[0].value : item, dot + names[i], paths);
    }
  } else {
    paths.push_back(path);
  }
}

/// Paths that may be set in a scenario, each with the "=" behind it.
Words paths_of(const Scenario& scenario) {
  const Node document = resolved(scenario);
  Words paths, found;
  add_paths(document, "", paths);
  for (const std::string& path : paths) {
    if (find_path(document, path)) found.push_back(path + "=");
  }
  return found;
}

/// What may stand for the value of an option, or for an argument by position; empty where files are meant, or anything.
Words values_of(const Command& command, const CommandOption& option, const Words& words) {
  if (const auto* word = std::get_if<Word>(&option.takes)) return word->words;
  if (option.name == "SCENARIO" || option.name == "SOURCE") return catalogue();
  if (option.name != "--policy" && option.name != "--set") return {};
  const std::optional<Scenario> scenario = scenario_on(command, words);
  if (!scenario) return {};
  if (option.name == "--set") return paths_of(*scenario);
  Words names;
  for (const auto& [name, policy] : scenario->policies) names.push_back(name);
  return names;
}

/// All that may come in place of the last of the words behind the program's name.
Words offers(const Words& words) {
  Words found;
  const std::vector<Command> commands = all_commands();
  if (words.size() < 2) {
    for (const Command& command : commands) found.push_back(command.name);
    found.insert(found.end(), {"--help", "--version"});
    return found;
  }
  const auto command =
      std::find_if(commands.begin(), commands.end(), [&](const Command& each) { return each.name == words.front(); });
  if (command == commands.end()) return found;
  if (const CommandOption* option = option_before(*command, words[words.size() - 2])) {
    return values_of(*command, *option, words);
  }
  if (words.back().starts_with('-')) {
    found.push_back("--help");
    for (const CommandOption& option : command->options) {
      std::istringstream names(option.name);
      for (std::string name; std::getline(names, name, ',');) {
        if (name.starts_with('-')) found.push_back(name);
      }
    }
    return found;
  }
  for (const CommandOption& option : command->options) {
    if (!option.name.starts_with('-')) return values_of(*command, option, words);
  }
  return found;
}

/// Prints what may stand in place of the last line of standard input, where each line is a word.
void print_offers() {
  std::istringstream lines(read_standard_input());
  Words words;
  for (std::string line; std::getline(lines, line);) words.push_back(line);
  Words found = offers(words);
  std::sort(found.begin(), found.end());
  for (const std::string& word : found) {
    if (words.empty() || word.starts_with(words.back())) fmt::print("{}\n", word);
  }
}

Exit complete(const std::string& what) {
  if (what == "words") {
    print_offers();
  } else {
    fmt::print("{}", what == "bash" ? kBash : what == "zsh" ? kZsh : kFish);
  }
  return Exit::done;
}

}  // namespace

Command completion_command() {
  const auto what = std::make_shared<std::string>();
  return {.name = "completion",
          .purpose = "Print a script by which a shell completes command lines",
          .options = {{"SHELL", "", "bash, zsh or fish; words: see below",
                       Word{what.get(), {"bash", "zsh", "fish", "words"}}, "", true}},
          .notes =
              "The Debian package brings the scripts along. They ask 'goodhart completion words' for each word: it\n"
              "reads the words behind 'goodhart' from standard input, a line each, and prints what may stand\n"
              "in place of the last one: commands, options, scenarios of the catalogue, policies, and paths\n"
              "for --set. Where it prints nothing, shells offer files.\n\n"
              "Examples:\n"
              "  goodhart completion fish > ~/.config/fish/completions/goodhart.fish\n"
              "  source <(goodhart completion bash)",
          .act = [what] { return complete(*what); }};
}

}  // namespace goodhart
