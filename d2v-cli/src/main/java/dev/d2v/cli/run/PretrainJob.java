package dev.d2v.cli.run;

/// Pre-trains an encoder and leaves a run folder.
@FunctionalInterface
public interface PretrainJob {
  /// Runs to the end, or until `stop` is requested: then the update that is under way is finished,
  /// a checkpoint is written and the way to resume is printed. What goes wrong is thrown: a
  /// sentence for the user as [dev.d2v.cli.error.UserError], an [java.io.IOException] with its
  /// path.
  ///
  /// @return the exit status: 0, or 1 when the run ended early for a reason that has been printed
  int run(PretrainOptions options, Terminal terminal, StopSignal stop) throws Exception;
}
