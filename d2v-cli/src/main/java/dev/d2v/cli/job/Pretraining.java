package dev.d2v.cli.job;

import dev.d2v.cli.error.Failures;
import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.Metric;
import dev.d2v.cli.run.MetricsLog;
import dev.d2v.cli.run.PretrainJob;
import dev.d2v.cli.run.PretrainOptions;
import dev.d2v.cli.run.ProgressLine;
import dev.d2v.cli.run.StopSignal;
import dev.d2v.cli.run.TensorBoardWriter;
import dev.d2v.cli.run.Terminal;
import dev.d2v.data.ImageDataset;
import dev.d2v.data.ImageLoader;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.checkpoint.CheckpointFolder;
import dev.d2v.model.train.BatchSource;
import dev.d2v.model.train.DivergedException;
import dev.d2v.model.train.FeatureReader;
import dev.d2v.model.train.Pretrainer;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.StepPlan;
import dev.d2v.model.train.UpdateReport;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// `d2v pretrain`: says what it is about to do, trains, scores the encoder before and after, and
/// leaves a run folder.
public final class Pretraining implements PretrainJob {
  private static final long GUARD_AFTER = 5_000;

  /// A job.
  public Pretraining() {}

  @Override
  public int run(PretrainOptions options, Terminal terminal, StopSignal stop) throws Exception {
    RunFolder resumed = options.resume().map(RunFolder::new).orElse(null);
    Optional<java.nio.file.Path> source = options.data();
    if (source.isEmpty() && resumed != null) {
      source = resumed.data();
    }
    RunData data = RunData.open(options.recipe(), source);
    StepPlan plan = StepPlan.of(options.recipe());
    checkMemory(plan);
    RunFolder folder = resumed == null ? RunFolder.create(options) : resumed;
    try (Backend backend = Backend.cpu(options.threads());
        Data2Vec2 model = Data2Vec2.training(options.recipe().model(), backend);
        Workspace workspace = Workspace.of(backend, plan.sharedWorkspaceBytes())) {
      Session session =
          new Session(options, terminal, stop, folder, data, backend, model, workspace);
      Announcement.print(session.terminal, options, data, plan, backend, folder);
      return session.run();
    }
  }

  private static void checkMemory(StepPlan plan) {
    long physical = Machine.memoryBytes();
    if (plan.totalBytes() > physical) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "this recipe needs %.1f GiB off the heap, the machine has %.1f GiB: lower train.batch"
                  + " (and raise train.accumulate), or model.masksPerSample",
              plan.totalBytes() / 0x1p30,
              physical / 0x1p30));
    }
  }

  /// One run of the job.
  private static final class Session {
    private final PretrainOptions options;
    private final Terminal terminal;
    private final StopSignal stop;
    private final RunFolder folder;
    private final RunData data;
    private final Backend backend;
    private final Data2Vec2 model;
    private final Workspace workspace;
    private final Recipe recipe;
    private final CheckpointFolder checkpoints;
    private final Map<String, Scores> scores = new LinkedHashMap<>();
    private final Pretrainer trainer;

    private Session(
        PretrainOptions options,
        Terminal terminal,
        StopSignal stop,
        RunFolder folder,
        RunData data,
        Backend backend,
        Data2Vec2 model,
        Workspace workspace) {
      this.options = options;
      this.terminal = terminal;
      this.stop = stop;
      this.folder = folder;
      this.data = data;
      this.backend = backend;
      this.model = model;
      this.workspace = workspace;
      this.recipe = options.recipe();
      this.checkpoints = folder.checkpoints(recipe.train().keepCheckpoints());
      this.trainer = new Pretrainer(recipe, model, workspace, backend.kernels());
    }

    private int run() throws IOException {
      try {
        return trainAndScore();
      } catch (IOException | UncheckedIOException e) {
        throw interrupted(e);
      }
    }

    private UserError interrupted(Exception e) {
      return new UserError(
          "stopped after update %d: %s. What %s holds is whole: put that right, then ./d2v pretrain --resume %s"
              .formatted(trainer.updates(), Failures.sentence(e), folder.path(), folder.path()),
          e);
    }

    private int trainAndScore() throws IOException {
      long start = begin();
      Evaluation evaluation = new Evaluation(data, options.threads());
      if (data.splits().train().labelled() && !evaluation.labelled()) {
        say("the images have one class only: there is nothing to score, but all else works");
      }
      scoreUntrained(evaluation, start);
      boolean finished = train(start, evaluation);
      if (!finished) {
        say("stopped after update " + trainer.updates() + "; go on with:");
        say("  ./d2v pretrain --resume " + folder.path());
        return 0;
      }
      FeatureReader reader = new FeatureReader(model, recipe.probe(), workspace);
      Evaluation.Vectors vectors = evaluation.vectors(reader);
      scores.put("trained", evaluation.score(vectors));
      folder.writeScores(scores);
      RunReport.write(folder, recipe, data, evaluation, vectors, scores, backend);
      Closing.print(terminal, folder, recipe, scores, data);
      return 0;
    }

    /// Update 0 with fresh weights, or the newest whole checkpoint.
    private long begin() throws IOException {
      model.memory().initialize(recipe.train().seed());
      if (options.resume().isEmpty()) {
        return 0;
      }
      Optional<CheckpointFolder.Valid> newest = checkpoints.newest(this::say);
      if (newest.isEmpty()) {
        say("no whole checkpoint in " + checkpoints.folder() + ": starting at update 0");
        return 0;
      }
      var report = Checkpoint.resume(newest.get().path(), model);
      if (!report.complete()) {
        throw new UserError(
            newest.get().path() + " does not fit the run's configuration: " + report);
      }
      trainer.resumeAt(newest.get().state().update());
      say("resuming at update " + trainer.updates() + " from " + newest.get().path());
      return trainer.updates();
    }

    private void scoreUntrained(Evaluation evaluation, long start) throws IOException {
      for (String name : new String[] {"pixels", "untrained"}) {
        Optional<Scores> kept = folder.scores(name);
        if (kept.isPresent()) {
          scores.put(name, kept.get());
        }
      }
      if (!scores.containsKey("pixels") && evaluation.labelled()) {
        say("scoring raw pixels and the untrained encoder ...");
        scores.put("pixels", evaluation.score(evaluation.pixels()));
      }
      if (!scores.containsKey("untrained") && start == 0) {
        FeatureReader reader = new FeatureReader(model, recipe.probe(), workspace);
        scores.put("untrained", evaluation.score(evaluation.vectors(reader)));
      }
      folder.writeScores(scores);
    }

    /// Whether the run came to its end.
    private boolean train(long start, Evaluation evaluation) throws IOException {
      long total = recipe.train().updates();
      int workers = options.workers() > 0 ? options.workers() : 2;
      FeatureMonitor monitor =
          new FeatureMonitor(
              new FeatureReader(model, recipe.probe(), workspace), evaluation.test());
      try (ImageLoader loader = data.loader(recipe, workers);
          MetricsLog metrics =
              start == 0
                  ? MetricsLog.create(folder.metrics())
                  : MetricsLog.resume(folder.metrics(), start + 1);
          TensorBoardWriter board = TensorBoardWriter.create(folder.path(), Clock.systemUTC());
          ProgressLine progress = ProgressLine.of(terminal, "training", start, total)) {
        BatchSource source =
            BatchSource.images(
                recipe.train().batch(),
                (update, micro) ->
                    loader.batch(update * recipe.train().accumulate() + micro).pixels());
        Meters meters = new Meters(recipe.train().batch() * recipe.train().accumulate());
        while (trainer.updates() < total && !stop.requested()) {
          UpdateReport report = trainer.update(source);
          meters.count();
          progress.update(report.update(), report.loss(), meters.imagesPerSecond());
          long u = report.update();
          if (u % recipe.train().logEvery() == 0 || u == total || u == 1) {
            Map<String, Double> line = meters.line(report);
            line.put(Metric.FEATURE_SPREAD.key(), monitor.spread());
            metrics.write(new MetricsLog.Line(u, line));
            board.write(u, line);
          }
          guard(report);
          if (u % recipe.train().checkpointEvery() == 0 && u < total) {
            checkpoint();
          }
        }
      } catch (DivergedException e) {
        checkpointBefore(e);
      }
      if (trainer.updates() > start) {
        checkpoint();
      }
      skipped(data.splits().train());
      return trainer.updates() >= total;
    }

    private void checkpoint() throws IOException {
      checkpoints.write(model, new Checkpoint.State(trainer.updates(), recipe.train().seed()));
    }

    private void checkpointBefore(DivergedException e) throws IOException {
      Optional<CheckpointFolder.Valid> last = checkpoints.newest(this::say);
      throw new UserError(
          "training diverged at %s. Nothing of that update was applied; the last checkpoint is %s. A lower train.learningRate.peak, a longer warm-up or train.clipNorm usually helps."
              .formatted(
                  e.getMessage(), last.map(v -> v.path().toString()).orElse("not there yet")),
          e);
    }

    /// The official collapse guard: only after 5,000 updates, and only where the recipe asks for
    /// it.
    private void guard(UpdateReport report) throws IOException {
      if (report.update() <= GUARD_AFTER) {
        return;
      }
      double target = report.spreads().getOrDefault("target_var", Double.NaN);
      double pred = report.spreads().getOrDefault("pred_var", Double.NaN);
      if (target < recipe.train().minTargetVar() || pred < recipe.train().minPredVar()) {
        checkpoint();
        throw new UserError(
            String.format(
                Locale.ROOT,
                "update %d: representations collapsed: target_var %.4f (least allowed %.4f), pred_var %.4f"
                    + " (least allowed %.4f); a lower learning rate usually helps",
                report.update(),
                target,
                recipe.train().minTargetVar(),
                pred,
                recipe.train().minPredVar()));
      }
    }

    private void skipped(ImageDataset part) {
      if (part.skipped().count() > 0) {
        say(part.skipped().summary());
      }
    }

    private void say(String line) {
      if (!options.quiet()) {
        terminal.out().println(line);
      }
    }
  }
}
