package dev.d2v.cli.run;

import java.nio.file.Path;
import java.util.Optional;

/// What `d2v probe RUN` was asked for.
///
/// @param run the run's folder
/// @param data other images than the run's own
/// @param threads that compute
/// @param json the result as one line of JSON
public record ProbeOptions(Path run, Optional<Path> data, int threads, boolean json) {}
