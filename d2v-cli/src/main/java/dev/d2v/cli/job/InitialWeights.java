package dev.d2v.cli.job;

import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.PretrainOptions;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.checkpoint.CheckpointFolder;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.tensor.io.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Weights that a run starts with instead of fresh ones.
final class InitialWeights {
  private static final int NAMED = 3;

  private InitialWeights() {}

  /// Loads what fits from a run's newest checkpoint, or from a checkpoint, and says what that was;
  /// fails with a sentence when the shared blocks do not fit.
  ///
  /// @param vocabulary fingerprint of the new run's vocabulary, where it has text
  static LoadReport load(
      PretrainOptions.Transfer transfer,
      Data2Vec2 model,
      Optional<String> vocabulary,
      Consumer<String> say)
      throws IOException {
    CheckpointFolder.Valid checkpoint = find(transfer.from(), say);
    Optional<String> theirs = checkpoint.state().vocabulary();
    if (!transfer.blocksOnly()
        && theirs.isPresent()
        && vocabulary.isPresent()
        && !theirs.equals(vocabulary)) {
      throw new UserError(
          "--init-from %s was trained with another vocabulary: its embeddings mean other tokens. Take its tokenizer (--tokenizer RUN/%s), or only its blocks (--blocks-only)"
              .formatted(transfer.from(), Vocabulary.FILE));
    }
    LoadReport report = Checkpoint.transfer(checkpoint.path(), model, transfer.blocksOnly());
    Optional<String> unfit =
        report.wrongShape().stream().filter(s -> s.startsWith("blocks.")).findFirst();
    if (unfit.isPresent()) {
      throw new UserError(
          "--init-from %s: its shared blocks have another width (%s): set model.embedDim, model.heads and model.mlpRatio as in its config.yaml"
              .formatted(transfer.from(), unfit.get()));
    }
    if (report.loaded().isEmpty()) {
      throw new UserError(
          "--init-from %s: nothing of it has a place in this model".formatted(transfer.from()));
    }
    say.accept(
        "weights  %s, update %d%s:"
            .formatted(
                checkpoint.path(),
                checkpoint.state().update(),
                transfer.blocksOnly() ? ", shared blocks only" : ""));
    line(say, "loaded", report.loaded());
    line(say, "missing, fresh weights stay", report.missing());
    line(say, "unexpected, left aside", report.unexpected());
    line(say, "of another shape, left aside", report.wrongShape());
    return report;
  }

  private static void line(Consumer<String> say, String what, List<String> names) {
    String some = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
    say.accept(
        "  %4d %s%s%s"
            .formatted(
                names.size(),
                what,
                names.isEmpty() ? "" : ": " + some,
                names.size() > NAMED ? ", ..." : ""));
  }

  private static CheckpointFolder.Valid find(Path from, Consumer<String> say) throws IOException {
    if (Files.exists(from.resolve(Checkpoint.STATE))) {
      try {
        return new CheckpointFolder.Valid(from, Checkpoint.verify(from));
      } catch (FormatException e) {
        throw new UserError("--init-from %s is damaged: %s".formatted(from, e.getMessage()), e);
      }
    }
    return new RunFolder(from)
        .checkpoints(1)
        .newest(say)
        .orElseThrow(() ->
            new UserError("--init-from %s: there is no whole checkpoint in it".formatted(from)));
  }
}
