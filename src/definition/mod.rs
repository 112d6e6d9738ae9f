//! Floor 1: the JSON definitions, typed and lazily read.
