package dev.d2v.cli.run;

import dev.d2v.cli.error.UserError;

/// What `--threads` may be, in every command that takes it.
public final class Threads {
  /// More than the cores of any machine this runs on; a system may refuse to start more, in the
  /// middle of a run.
  private static final int MOST = 1_024;

  private Threads() {}

  /// The number itself; fails with what is allowed.
  public static int checked(int threads) {
    if (threads < 1 || threads > MOST) {
      throw new UserError(
          "--threads must be 1 to %d, got %d: the default is one a core, %d here"
              .formatted(MOST, threads, Runtime.getRuntime().availableProcessors()));
    }
    return threads;
  }
}
