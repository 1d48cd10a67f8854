package dev.d2v.cli.bench;

import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.Terminal;
import dev.d2v.cli.run.Threads;
import dev.d2v.config.ConfigMapper;
import dev.d2v.model.train.Recipe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `d2v bench endurance`: whether a long run keeps its memory.
@Command(
    name = "endurance",
    description = {
      "Many updates of a tiny model, and the resident memory as they go: it must not grow.",
      "Ends with status 1 when the last tenth needs over 32 MiB more than the middle."
    },
    mixinStandardHelpOptions = true)
public final class EnduranceCommand implements Callable<Integer> {
  private static final int TENTHS = 10;

  /// A leak of 7 KB an update shows in the second half of 10,000. Less would be noise: when what is
  /// called once an update is compiled, the compiler takes some 20 MiB and keeps a part.
  private static final long MOST_GROWTH = 32L << 20;

  private static final List<String> TINY =
      List.of(
          "model.embedDim=32",
          "model.depth=2",
          "model.heads=2",
          "model.targets.topLayers=2",
          "model.masksPerSample=4",
          "model.image.decoder.dim=32",
          "model.image.decoder.layers=2",
          "train.batch=4",
          "train.updates=1000000");

  private final Terminal terminal;

  @Option(names = "--updates", paramLabel = "N", description = "Default: 10000.")
  private int updates = 10_000;

  @Option(names = "--threads", paramLabel = "N", description = "Default: all cores.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any field of the tiny recipe. Repeatable.")
  private List<String> assignments = new ArrayList<>();

  /// Writes to a terminal.
  public EnduranceCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    Threads.checked(threads);
    if (updates < TENTHS) {
      throw new UserError("--updates must be at least %d, got %d".formatted(TENTHS, updates));
    }
    List<String> all = new ArrayList<>(TINY);
    all.addAll(assignments);
    Recipe recipe = ConfigMapper.resolve(Optional.of("fashion-mnist-small"), Optional.empty(), all);
    long[] resident = new long[TENTHS];
    line("%9s %14s %22s", "update", "resident MiB", "heap bytes an update");
    try (StepRig rig = new StepRig(recipe, threads)) {
      int done = 0;
      for (int tenth = 0; tenth < TENTHS; tenth++) {
        int until = (int) ((long) updates * (tenth + 1) / TENTHS);
        int count = until - done;
        long before = StepRig.allocated();
        for (; done < until; done++) {
          rig.update();
        }
        resident[tenth] = ResidentMemory.now();
        long each = (StepRig.allocated() - before) / count;
        line("%9d %14.1f %,22d", done, resident[tenth] / 0x1p20, each);
      }
    }
    long growth = resident[TENTHS - 1] - resident[TENTHS / 2 - 1];
    line("the last tenth needs %+.1f MiB more than the middle", growth / 0x1p20);
    return growth > MOST_GROWTH ? 1 : 0;
  }

  private void line(String format, Object... values) {
    terminal.out().println(String.format(Locale.ROOT, format, values));
  }
}
