package dev.d2v.cli.run;

import java.nio.file.Path;
import java.util.List;

/// What `d2v probe RUN` was asked for.
///
/// @param run the run's folder
/// @param data other samples than the run's own, as [DataPaths#of] reads them
/// @param threads that compute
/// @param json the result as one line of JSON
public record ProbeOptions(Path run, List<String> data, int threads, boolean json) {}
