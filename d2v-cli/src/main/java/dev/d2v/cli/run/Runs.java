package dev.d2v.cli.run;

import dev.d2v.cli.error.UserError;
import dev.d2v.config.Nearest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The folder that holds runs, and the names of what lies in one.
public final class Runs {
  /// The complete configuration.
  public static final String CONFIG = "config.yaml";

  /// One JSON object a line.
  public static final String METRICS = "metrics.jsonl";

  /// What a person reads.
  public static final String REPORT = "report.html";

  /// The folder of checkpoints.
  public static final String CHECKPOINTS = "checkpoints";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

  private Runs() {}

  /// The folder of a run: a path, or a name within `out`. Fails, with the nearest names, when it is
  /// no run.
  public static Path find(Path out, String run) {
    Path direct = Path.of(run);
    Path within = out.resolve(run);
    for (Path candidate : List.of(direct, within)) {
      if (Files.isRegularFile(candidate.resolve(CONFIG))) {
        return candidate;
      }
    }
    if (Files.isDirectory(direct)) {
      throw new UserError("%s is not a run: it has no %s".formatted(direct, CONFIG));
    }
    List<String> names = names(out);
    List<String> near = Nearest.to(run, names);
    throw new UserError(
        "there is no run '%s', neither here nor in %s%s"
            .formatted(
                run,
                out,
                near.isEmpty() && !names.isEmpty()
                    ? "; there are "
                        + String.join(", ", names.subList(0, Math.min(5, names.size())))
                    : Nearest.hint(near)));
  }

  /// The runs in a folder, by name; none when the folder is not there.
  public static List<String> names(Path out) {
    if (!Files.isDirectory(out)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(out)) {
      return entries
          .filter(p -> Files.isRegularFile(p.resolve(CONFIG)))
          .map(p -> p.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A run's name, which is a folder's; fails with what is allowed.
  public static String checkedName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new UserError("--name takes letters, digits, '.', '_' and '-', got '" + name + "'");
    }
    return name;
  }
}
