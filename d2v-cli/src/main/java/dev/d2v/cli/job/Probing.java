package dev.d2v.cli.job;

import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.DataPaths;
import dev.d2v.cli.run.Modality;
import dev.d2v.cli.run.ProbeJob;
import dev.d2v.cli.run.ProbeOptions;
import dev.d2v.cli.run.Terminal;
import dev.d2v.data.text.TextTokenizer;
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
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.jr.ob.JSON;

/// `d2v probe RUN`: scores the newest checkpoint of a run, student and teacher, beside a baseline
/// without an encoder.
public final class Probing implements ProbeJob {
  /// A job.
  public Probing() {}

  @Override
  public int run(ProbeOptions options, Terminal terminal) throws Exception {
    RunFolder folder = new RunFolder(options.run());
    Recipe recipe = folder.recipe();
    Map<Modality, Path> sources = new EnumMap<>(Modality.class);
    sources.putAll(folder.data());
    sources.putAll(DataPaths.of(options.data(), recipe));
    Optional<TextTokenizer> tokenizer =
        Vocabulary.of(recipe, Optional.empty(), Optional.of(folder));
    try (RunData data = RunData.open(recipe, sources, tokenizer, folder.path())) {
      return run(options, terminal, folder, recipe, data);
    }
  }

  private static int run(
      ProbeOptions options, Terminal terminal, RunFolder folder, Recipe recipe, RunData data)
      throws Exception {
    CheckpointFolder.Valid checkpoint =
        folder
            .checkpoints(recipe.train().keepCheckpoints())
            .newest(terminal.err()::println)
            .orElseThrow(() ->
                new UserError(
                    "no whole checkpoint in "
                        + folder.path()
                        + ": let the run come further with --resume"));
    List<Evaluation> labelled = labelled(data, options, terminal);
    Map<String, Scores> scores = new LinkedHashMap<>();
    labelled.forEach(e -> scores.put(e.baselineName(), e.baseline()));
    StepPlan plan = StepPlan.of(recipe, List.of(), data.readShapes());
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
        for (Evaluation e : labelled) {
          scores.put(
              e.named(teacher ? "teacher" : "student"), e.score(e.vectors(reader, terminal)));
        }
      }
    }
    print(options, terminal, checkpoint, scores, labelled);
    return 0;
  }

  /// The modalities that can be scored.
  private static List<Evaluation> labelled(RunData data, ProbeOptions options, Terminal terminal) {
    List<Evaluation> labelled = new ArrayList<>();
    for (Evaluation e : Evaluation.of(data, options.threads())) {
      String sentence =
          "the %s of %s have no labels of two or more classes: a probe needs them"
              .formatted(e.samples().modality().noun(), e.samples().name());
      if (e.labelled()) {
        labelled.add(e);
      } else if (data.senses().size() == 1) {
        throw new UserError(sentence);
      } else {
        terminal.err().println(sentence);
      }
    }
    if (labelled.isEmpty()) {
      throw new UserError("no modality of this run has labels of two or more classes");
    }
    return labelled;
  }

  private static void print(
      ProbeOptions options,
      Terminal terminal,
      CheckpointFolder.Valid checkpoint,
      Map<String, Scores> scores,
      List<Evaluation> evaluations)
      throws Exception {
    if (!options.json()) {
      terminal.out().println("update " + checkpoint.state().update() + " of " + options.run());
      evaluations.forEach(e -> Closing.table(terminal, scores, e));
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
