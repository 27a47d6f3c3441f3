/// Signals: whatever ends the program leaves nothing half-written behind.
#pragma once

#include <string>

namespace goodhart {

/// From now on, every signal that would end the program first removes the files that are being written. What asks it to
/// stop (SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU, ...) says so on stderr and ends it at once, whatever it is doing,
/// with status 130; crashes end it as they would have. SIGPIPE and SIGXFSZ are ignored, so that the write that caused
/// them fails with a reason. A signal that was ignored when the program began (`nohup`) stays so.
void catch_signals();

/// What a signal that ends the program says besides, as where work is kept; empty: nothing more. Texts of more than
/// 4,000 bytes are cut.
void say_when_ended(const std::string& text);
/// What was given last.
std::string said_when_ended();

/// Ends the process as SIGPIPE would have, unless that was ignored when the program began: then it returns.
void end_by_broken_pipe();

}  // namespace goodhart
