/// A wish to stop, from the keyboard (SIGINT) or from another process (SIGTERM).
#pragma once

namespace goodhart {

/// From now on the first SIGINT or SIGTERM is remembered instead of ending the program. The second ends it.
void catch_interrupts();

bool is_interrupted();

}  // namespace goodhart
