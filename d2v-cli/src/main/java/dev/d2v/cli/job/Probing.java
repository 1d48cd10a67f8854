package dev.d2v.cli.job;

import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.ProbeJob;
import dev.d2v.cli.run.ProbeOptions;
import dev.d2v.cli.run.Terminal;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.checkpoint.CheckpointFolder;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.model.train.FeatureReader;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.StepPlan;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.spi.Backend;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.jr.ob.JSON;

/// `d2v probe RUN`: scores the newest checkpoint of a run, student and teacher, beside raw pixels.
public final class Probing implements ProbeJob {
  /// A job.
  public Probing() {}

  @Override
  public int run(ProbeOptions options, Terminal terminal) throws Exception {
    RunFolder folder = new RunFolder(options.run());
    Recipe recipe = folder.recipe();
    Optional<Path> source = options.data().isPresent() ? options.data() : folder.data();
    RunData data = RunData.open(recipe, source);
    CheckpointFolder.Valid checkpoint =
        folder
            .checkpoints(recipe.train().keepCheckpoints())
            .newest(terminal.err()::println)
            .orElseThrow(() ->
                new UserError(
                    "no whole checkpoint in "
                        + folder.path()
                        + ": let the run come further with --resume"));
    Evaluation evaluation = new Evaluation(data, options.threads());
    if (!evaluation.labelled()) {
      throw new UserError(
          "the images of %s have no labels of two or more classes: a probe needs them"
              .formatted(data.splits().train().name()));
    }
    Map<String, Scores> scores = new LinkedHashMap<>();
    scores.put("pixels", evaluation.score(evaluation.pixels()));
    StepPlan plan = StepPlan.of(recipe);
    for (boolean teacher : new boolean[] {false, true}) {
      try (Backend backend = Backend.cpu(options.threads());
          Data2Vec2 model = Data2Vec2.inference(recipe.model(), backend);
          Workspace workspace = Workspace.of(backend, plan.featureBytes())) {
        LoadReport report = Checkpoint.load(checkpoint.path(), model, teacher);
        if (!report.missing().isEmpty() || !report.wrongShape().isEmpty()) {
          throw new UserError(
              checkpoint.path() + " does not fit the run's configuration: " + report);
        }
        FeatureReader reader = new FeatureReader(model, recipe.probe(), workspace);
        scores.put(teacher ? "teacher" : "student", evaluation.score(evaluation.vectors(reader)));
      }
    }
    print(options, terminal, checkpoint, scores);
    return 0;
  }

  private static void print(
      ProbeOptions options,
      Terminal terminal,
      CheckpointFolder.Valid checkpoint,
      Map<String, Scores> scores)
      throws Exception {
    if (!options.json()) {
      terminal.out().println("update " + checkpoint.state().update() + " of " + options.run());
      Closing.table(terminal, scores);
      return;
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("run", options.run().toString());
    json.put("update", checkpoint.state().update());
    scores.forEach((name, s) -> {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("linear_probe", s.linearProbe());
      one.put("nearest", s.nearest());
      one.put("spread", s.spread());
      json.put(name, one);
    });
    terminal.out().println(JSON.std.asString(json));
  }
}
