package dev.d2v.cli.job;

import dev.d2v.cli.run.Modality;
import dev.d2v.cli.run.PretrainJob;
import dev.d2v.cli.run.PretrainOptions;
import dev.d2v.cli.run.StopSignal;
import dev.d2v.cli.run.Terminal;
import dev.d2v.data.text.TextTokenizer;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.StepPlan;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// `d2v pretrain`: says what it is about to do, trains, scores the encoder before and after, and
/// leaves a run folder.
public final class Pretraining implements PretrainJob {
  /// A job.
  public Pretraining() {}

  @Override
  public int run(PretrainOptions options, Terminal terminal, StopSignal stop) throws Exception {
    Recipe recipe = options.recipe();
    Optional<RunFolder> resumed = options.resume().map(RunFolder::new);
    Optional<TextTokenizer> tokenizer = Vocabulary.of(recipe, options.tokenizer(), resumed);
    Map<Modality, Path> sources = new EnumMap<>(Modality.class);
    if (resumed.isPresent()) {
      sources.putAll(resumed.get().data());
    }
    sources.putAll(options.data());
    RunFolder folder = resumed.isPresent() ? resumed.get() : RunFolder.create(options, tokenizer);
    try (Prepared prepared = prepare(recipe, sources, tokenizer, folder, resumed.isEmpty());
        Backend backend = Backend.cpu(options.threads());
        Data2Vec2 model = Data2Vec2.training(recipe.model(), backend);
        Workspace workspace = Workspace.of(backend, prepared.plan.sharedWorkspaceBytes())) {
      Announcement.print(terminal, options, prepared.data, prepared.plan, backend, folder);
      Session session =
          new Session(
              options,
              terminal,
              stop,
              folder,
              prepared.data,
              tokenizer.map(TextTokenizer::fingerprint),
              model,
              workspace);
      return session.run();
    }
  }

  /// What must be there before anything is allocated.
  private record Prepared(RunData data, StepPlan plan) implements AutoCloseable {
    @Override
    public void close() {
      data.close();
    }
  }

  /// Opens the data and plans memory; when that fails, a new run's folder goes away again.
  private static Prepared prepare(
      Recipe recipe,
      Map<Modality, Path> sources,
      Optional<TextTokenizer> tokenizer,
      RunFolder folder,
      boolean fresh)
      throws IOException {
    RunData data = null;
    try {
      data = RunData.open(recipe, sources, tokenizer, folder.path());
      StepPlan plan = StepPlan.of(recipe, data.trainedShapes(), data.readShapes());
      Machine.require(plan);
      return new Prepared(data, plan);
    } catch (RuntimeException e) {
      if (data != null) {
        data.close();
      }
      if (fresh) {
        folder.discard();
      }
      throw e;
    }
  }
}
