package dev.d2v.cli.job;

import dev.d2v.cli.error.Failures;
import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.MetricsLog;
import dev.d2v.cli.run.PretrainOptions;
import dev.d2v.cli.run.ProgressLine;
import dev.d2v.cli.run.StopSignal;
import dev.d2v.cli.run.TensorBoardWriter;
import dev.d2v.cli.run.Terminal;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.checkpoint.CheckpointFolder;
import dev.d2v.model.train.DivergedException;
import dev.d2v.model.train.FeatureReader;
import dev.d2v.model.train.Pretrainer;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.UpdateReport;
import dev.d2v.tensor.Workspace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// One run of `d2v pretrain` with everything opened: scores, trains, scores, reports.
final class Session {
  private static final long GUARD_AFTER = 5_000;

  private final PretrainOptions options;
  private final Terminal terminal;

  /// Where progress is shown.
  private final Terminal watched;

  private final StopSignal stop;
  private final RunFolder folder;
  private final RunData data;
  private final Optional<String> vocabulary;
  private final Data2Vec2 model;
  private final FeatureReader reader;
  private final Recipe recipe;
  private final CheckpointFolder checkpoints;
  private final Map<String, Scores> scores = new LinkedHashMap<>();
  private final Pretrainer trainer;

  /// @param vocabulary fingerprint of the vocabulary, where there is text
  Session(
      PretrainOptions options,
      Terminal terminal,
      StopSignal stop,
      RunFolder folder,
      RunData data,
      Optional<String> vocabulary,
      Data2Vec2 model,
      Workspace workspace) {
    this.options = options;
    this.terminal = terminal;
    this.watched = options.quiet() ? Terminal.silent() : terminal;
    this.stop = stop;
    this.folder = folder;
    this.data = data;
    this.vocabulary = vocabulary;
    this.model = model;
    this.recipe = options.recipe();
    this.checkpoints = folder.checkpoints(recipe.train().keepCheckpoints());
    this.trainer = new Pretrainer(recipe, model, workspace, model.backend().kernels());
    this.reader = new FeatureReader(model, recipe.probe(), workspace);
  }

  int run() throws IOException {
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
    List<Evaluation> evaluations = Evaluation.of(data, options.threads());
    for (Evaluation e : evaluations) {
      if (e.samples().labelled() && !e.labelled()) {
        say(
            "the %s have one class only: there is nothing to score, but all else works"
                .formatted(e.samples().modality().noun()));
      }
    }
    scoreUntrained(evaluations, start);
    boolean finished = train(start, evaluations);
    if (!finished) {
      say("stopped after update " + trainer.updates() + "; go on with:");
      say("  ./d2v pretrain --resume " + folder.path());
      return 0;
    }
    List<Evaluation.Vectors> vectors = new ArrayList<>();
    for (Evaluation e : evaluations) {
      vectors.add(e.vectors(reader, watched));
      scores.put(e.named("trained"), e.score(vectors.getLast()));
    }
    folder.writeScores(scores);
    RunReport.write(folder, recipe, evaluations, vectors, scores, model.backend().description());
    Closing.print(terminal, folder, recipe, scores, evaluations);
    data.skipped().forEach(this::say);
    return 0;
  }

  /// Update 0 with fresh or given weights, or the newest whole checkpoint.
  private long begin() throws IOException {
    model.memory().initialize(recipe.train().seed());
    if (options.resume().isPresent()) {
      Optional<CheckpointFolder.Valid> newest = checkpoints.newest(this::say);
      if (newest.isPresent()) {
        return resume(newest.get());
      }
      say("no whole checkpoint in " + checkpoints.folder() + ": starting at update 0");
    }
    Optional<PretrainOptions.Transfer> transfer =
        options.resume().isPresent() ? folder.transfer() : options.transfer();
    if (transfer.isPresent()) {
      transfer(transfer.get());
    }
    return 0;
  }

  /// Loads the weights to start with; when they do not fit, a new run's folder goes away again.
  private void transfer(PretrainOptions.Transfer transfer) throws IOException {
    try {
      InitialWeights.load(transfer, model, vocabulary, this::say);
    } catch (UserError e) {
      if (options.resume().isEmpty()) {
        folder.discard();
      }
      throw e;
    }
  }

  private long resume(CheckpointFolder.Valid checkpoint) throws IOException {
    if (checkpoint.state().vocabulary().isPresent()
        && !checkpoint.state().vocabulary().equals(vocabulary)) {
      throw new UserError(
          "%s was trained with another vocabulary than %s: put the run's own file back"
              .formatted(checkpoint.path(), folder.path().resolve(Vocabulary.FILE)));
    }
    var report = Checkpoint.resume(checkpoint.path(), model);
    if (!report.complete()) {
      throw new UserError(checkpoint.path() + " does not fit the run's configuration: " + report);
    }
    trainer.resumeAt(checkpoint.state().update());
    say("resuming at update " + trainer.updates() + " from " + checkpoint.path());
    return trainer.updates();
  }

  private void scoreUntrained(List<Evaluation> evaluations, long start) throws IOException {
    for (Evaluation e : evaluations) {
      for (String name : List.of(e.baselineName(), e.named("untrained"))) {
        Optional<Scores> kept = folder.scores(name);
        if (kept.isPresent()) {
          scores.put(name, kept.get());
        }
      }
      if (!scores.containsKey(e.baselineName()) && e.labelled()) {
        say(
            "scoring %s and the untrained encoder ..."
                .formatted(e.samples().modality().baselineTitle()));
        scores.put(e.baselineName(), e.baseline());
      }
      if (!scores.containsKey(e.named("untrained")) && start == 0) {
        scores.put(e.named("untrained"), e.score(e.vectors(reader, watched)));
      }
    }
    folder.writeScores(scores);
  }

  /// Whether the run came to its end.
  private boolean train(long start, List<Evaluation> evaluations) throws IOException {
    long total = recipe.train().updates();
    int workers = options.workers() > 0 ? options.workers() : 2;
    FeatureMonitor monitor = new FeatureMonitor(reader, evaluations);
    try (RunData.Loaders loaders = data.loaders(workers, recipe.train().accumulate());
        MetricsLog metrics =
            options.resume().isPresent()
                ? MetricsLog.resume(folder.metrics(), start + 1)
                : MetricsLog.create(folder.metrics());
        TensorBoardWriter board =
            TensorBoardWriter.create(folder.path(), start + 1, Clock.systemUTC());
        ProgressLine progress = ProgressLine.of(watched, "training", start, total)) {
      Meters meters = new Meters(data);
      while (trainer.updates() < total && !stop.requested()) {
        UpdateReport report = trainer.update(loaders);
        meters.count(report);
        long u = report.update();
        progress.update(u, meters.losses(), meters.samplesPerSecond());
        if (logged(report)) {
          Map<String, Double> line = meters.line(report, monitor.spread(report.modality()));
          metrics.write(new MetricsLog.Line(u, line));
          board.write(u, line);
        }
        guard(report);
        if (u % recipe.train().checkpointEvery() == 0 && u < total) {
          checkpoint();
        }
      }
    } catch (DivergedException e) {
      throw diverged(e);
    }
    if (trainer.updates() > start) {
      checkpoint();
    }
    return trainer.updates() >= total;
  }

  /// Each modality's first update and every so many of its own, and the last of all.
  private boolean logged(UpdateReport report) {
    return report.modalityUpdates() == 1
        || report.modalityUpdates() % recipe.train().logEvery() == 0
        || report.update() == recipe.train().updates();
  }

  private void checkpoint() throws IOException {
    checkpoints.write(
        model, new Checkpoint.State(trainer.updates(), recipe.train().seed(), vocabulary));
  }

  private UserError diverged(DivergedException e) throws IOException {
    Optional<CheckpointFolder.Valid> last = checkpoints.newest(this::say);
    return new UserError(
        "training diverged at %s. Nothing of that update was applied; the last checkpoint is %s. A lower train.learningRate.peak, a longer warm-up or train.clipNorm usually helps."
            .formatted(e.getMessage(), last.map(v -> v.path().toString()).orElse("not there yet")),
        e);
  }

  /// The official collapse guard: only after 5,000 updates, and only where the recipe asks for it.
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

  private void say(String line) {
    if (!options.quiet()) {
      terminal.out().println(line);
    }
  }
}
