/// Standard input, output and error as they really are: perhaps closed, full, or read by nobody any more.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace goodhart {

/// Opens what of descriptors 0, 1 and 2 is closed, so that no file of ours gets such a number and is written into as a
/// stream. What would have been read is empty; what is printed is refused (1) or dropped (2). To be called first of
/// all.
void open_closed_streams();

/// Prints a text on stderr. What cannot be written is dropped: that nobody listens is no reason to stop.
void say_text(const std::string& text) noexcept;

/// The same of a text with values in it.
template <typename... Values>
void say(fmt::format_string<Values...> text, Values&&... values) {
  say_text(fmt::format(text, std::forward<Values>(values)...));
}

/// From now on `note` says nothing: --quiet.
void be_quiet();
bool is_quiet();

/// Says what is worth knowing and stops nothing: notes and warnings.
template <typename... Values>
void note(fmt::format_string<Values...> text, Values&&... values) {
  if (!is_quiet()) say(text, std::forward<Values>(values)...);
}

/// Does somebody read what is printed on a terminal?
bool output_is_terminal();

/// Writes the last of what was printed on stdout. Returns whether all of it has been written since the program began;
/// where not, says why on stderr. Where the reader of a pipe has gone, the process ends here by SIGPIPE, as others do.
bool finish_output();

}  // namespace goodhart
