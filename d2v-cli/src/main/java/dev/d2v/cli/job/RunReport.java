package dev.d2v.cli.job;

import dev.d2v.cli.report.Panels;
import dev.d2v.cli.report.ReportData;
import dev.d2v.cli.report.ReportWriter;
import dev.d2v.cli.run.MetricsLog;
import dev.d2v.data.eval.Features;
import dev.d2v.data.eval.KNearest;
import dev.d2v.data.eval.Pca;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.MaskConfig;
import dev.d2v.model.Masks;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.train.Recipe;
import dev.d2v.nn.Streams;
import dev.d2v.tensor.random.RandomStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Gathers what a run's report shows: the curves from `metrics.jsonl`; of each modality samples
/// with masks, the map of the embeddings, neighbours and scores; machine and settings.
final class RunReport {
  private static final int MASKED = 4;
  private static final int MASKS_EACH = 3;
  private static final int MAP_POINTS = 1_000;
  private static final int QUERIES = 8;
  private static final int NEIGHBOURS = 6;

  private final Recipe recipe;
  private final List<Evaluation> evaluations;
  private final Map<String, Scores> scores;

  private RunReport(Recipe recipe, List<Evaluation> evaluations, Map<String, Scores> scores) {
    this.recipe = recipe;
    this.evaluations = evaluations;
    this.scores = scores;
  }

  /// Writes the report.
  ///
  /// @param vectors the trained encoder's, one a modality
  /// @param backend what computed
  static void write(
      RunFolder folder,
      Recipe recipe,
      List<Evaluation> evaluations,
      List<Evaluation.Vectors> vectors,
      Map<String, Scores> scores,
      String backend)
      throws IOException {
    RunReport report = new RunReport(recipe, evaluations, scores);
    List<MetricsLog.Line> metrics = MetricsLog.read(folder.metrics());
    ReportWriter.write(folder.report(), report.data(folder, vectors, metrics, backend));
  }

  private ReportData data(
      RunFolder folder,
      List<Evaluation.Vectors> vectors,
      List<MetricsLog.Line> metrics,
      String backend) {
    String summary =
        String.format(
            Locale.ROOT,
            "%s for %,d updates on %s. %s",
            recipe.name(),
            recipe.train().updates(),
            evaluations.stream().map(e -> e.samples().name()).collect(Collectors.joining(", ")),
            evaluations.stream()
                .map(e -> heading(e) + Closing.verdict(scores, e))
                .collect(Collectors.joining(" ")));
    List<ReportData.Sense> senses = new ArrayList<>();
    for (int i = 0; i < evaluations.size(); i++) {
      Evaluation e = evaluations.get(i);
      String name =
          switch (e.samples().modality()) {
            case IMAGE -> "Images";
            case SPEECH -> "Speech";
            case TEXT -> "Text";
          };
      senses.add(
          new ReportData.Sense(
              name,
              scores(e),
              masked(e),
              Optional.of(map(e, vectors.get(i))),
              neighbours(e, vectors.get(i))));
    }
    return new ReportData(
        folder.path().getFileName().toString(),
        summary,
        Optional.of(collapse(metrics)),
        Panels.of(metrics),
        senses,
        Closing.next(folder, recipe, evaluations),
        facts(backend),
        files(),
        Optional.empty());
  }

  private String heading(Evaluation e) {
    return evaluations.size() == 1 ? "" : e.samples().modality().word() + ": ";
  }

  /// The worst verdict of all modalities, with what each shows.
  private ReportData.Verdict collapse(List<MetricsLog.Line> metrics) {
    List<String> sentences = new ArrayList<>();
    ReportData.Verdict worst = null;
    for (Evaluation e : evaluations) {
      ReportData.Verdict one = CollapseVerdict.of(MetricsLog.under(metrics, e.named("")));
      sentences.add(heading(e) + one.explanation());
      worst = worst == null || one.level().compareTo(worst.level()) > 0 ? one : worst;
    }
    if (worst == null) {
      throw new IllegalStateException("a run has at least one modality");
    }
    return new ReportData.Verdict(worst.level(), worst.headline(), String.join(" ", sentences));
  }

  private List<ReportData.Score> scores(Evaluation e) {
    List<ReportData.Bar> probe = new ArrayList<>();
    List<ReportData.Bar> nearest = new ArrayList<>();
    for (String name : List.of(e.samples().modality().baseline(), "untrained", "trained")) {
      Scores s = scores.get(e.named(name));
      if (s != null && s.labelled()) {
        String title = Closing.title(name, e.samples().modality());
        boolean counts = name.equals("trained");
        probe.add(new ReportData.Bar(title, s.linearProbe(), counts));
        nearest.add(new ReportData.Bar(title, s.nearest(), counts));
      }
    }
    return probe.isEmpty()
        ? List.of()
        : List.of(
            new ReportData.Score("Linear probe", probe),
            new ReportData.Score("k nearest neighbours", nearest));
  }

  private List<ReportData.Masked> masked(Evaluation e) {
    ModalityConfig modality = recipe.model().modality(e.samples().modality().key());
    Examples samples = e.test().few(MASKED);
    List<ReportData.Masked> out = new ArrayList<>();
    for (int i = 0; i < samples.count(); i++) {
      int T = modality.tokens(samples.length(i));
      List<boolean[]> masks = new ArrayList<>();
      for (int m = 0; m < MASKS_EACH; m++) {
        RandomStream random =
            new RandomStream(recipe.train().seed(), Streams.EVALUATION, 0, i * MASKS_EACH + m);
        int[] drawn = Masks.draw(modality.mask(), modality.maskAxes(), T, random);
        boolean[] mask = new boolean[drawn.length];
        for (int t = 0; t < mask.length; t++) {
          mask[t] = drawn[t] != 0;
        }
        masks.add(mask);
      }
      out.add(new ReportData.Masked(samples.exhibit(i), masks));
    }
    return out;
  }

  private static ReportData.Projection map(Evaluation e, Evaluation.Vectors vectors) {
    Features test = vectors.test();
    Pca pca = Pca.fit(test, 2);
    float[][] points = pca.project(test);
    int[] shown = Examples.spread(points.length, MAP_POINTS);
    double[] x = new double[shown.length];
    double[] y = new double[shown.length];
    int[] labels = new int[shown.length];
    for (int i = 0; i < shown.length; i++) {
      x[i] = points[shown[i]][0];
      y[i] = points[shown[i]][1];
      labels[i] = e.labelled() ? e.test().labels()[shown[i]] : 0;
    }
    String method =
        String.format(
            Locale.ROOT,
            "first two principal components of the features, %.0f %% of the variance",
            100 * (pca.explained(0) + pca.explained(1)));
    return new ReportData.Projection(
        method,
        x,
        y,
        labels,
        e.labelled()
            ? e.samples().classNames()
            : List.of("held-out " + e.samples().modality().noun()));
  }

  private static List<ReportData.Neighbours> neighbours(Evaluation e, Evaluation.Vectors vectors) {
    int[] chosen = Examples.spread(e.test().count(), QUERIES);
    int width = vectors.test().width();
    float[] asked = new float[chosen.length * width];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(vectors.test().values(), chosen[i] * width, asked, i * width, width);
    }
    // only distances count here; samples without labels have neighbours too
    KNearest index = new KNearest(vectors.train(), new int[e.train().count()], 1);
    KNearest.Neighbours found =
        index.neighbours(
            new Features(asked, chosen.length, width), Math.min(NEIGHBOURS, e.train().count()));
    List<ReportData.Neighbours> out = new ArrayList<>();
    for (int i = 0; i < chosen.length; i++) {
      List<ReportData.Example> nearest = new ArrayList<>();
      for (int j : found.indices()[i]) {
        nearest.add(example(e, e.train(), j));
      }
      out.add(new ReportData.Neighbours(example(e, e.test(), chosen[i]), nearest));
    }
    return out;
  }

  private static ReportData.Example example(Evaluation e, Examples samples, int i) {
    String name = e.labelled() ? e.samples().classNames().get(samples.labels()[i]) : "";
    return new ReportData.Example(samples.exhibit(i), name);
  }

  private List<ReportData.Fact> facts(String backend) {
    Data2Vec2Config m = recipe.model();
    var t = recipe.train();
    List<ReportData.Fact> facts = new ArrayList<>();
    facts.add(new ReportData.Fact("Machine", "System", Machine.description()));
    facts.add(new ReportData.Fact("Machine", "Kernels", backend));
    for (Evaluation e : evaluations) {
      RunSamples samples = e.samples();
      String noun = samples.modality().noun();
      ModalityConfig modality = m.modality(samples.modality().key());
      String heading = noun.substring(0, 1).toUpperCase(Locale.ROOT) + noun.substring(1);
      facts.add(new ReportData.Fact("Data", heading, samples.described()));
      facts.add(
          new ReportData.Fact(
              "Model",
              "Encoder of " + noun,
              "%s, %d blocks of its own".formatted(samples.input(), modality.prenet().depth())));
      facts.add(
          new ReportData.Fact(
              "Model",
              "Masks of " + noun,
              "%d a sample, %.0f %% masked; %s"
                  .formatted(
                      m.masksPerSample(), 100 * modality.mask().ratio(), seen(modality.mask()))));
      facts.add(new ReportData.Fact("Training", "Batch of " + noun, samples.batch()));
    }
    facts.add(
        new ReportData.Fact(
            "Model",
            "Shared blocks",
            "%d of %d channels, %d heads".formatted(m.depth(), m.embedDim(), m.heads())));
    facts.add(new ReportData.Fact("Model", "Targets", targets(m)));
    facts.add(new ReportData.Fact("Training", "Updates", String.valueOf(t.updates())));
    facts.add(new ReportData.Fact("Training", "Batches an update", String.valueOf(t.accumulate())));
    facts.add(
        new ReportData.Fact(
            "Training", "Peak learning rate", String.valueOf(t.learningRate().peak())));
    facts.add(new ReportData.Fact("Training", "CLS loss", String.valueOf(m.loss().cls())));
    facts.add(new ReportData.Fact("Training", "Seed", String.valueOf(t.seed())));
    return facts;
  }

  /// What a masked sample looks like to the student.
  private static String seen(MaskConfig mask) {
    String fill =
        switch (mask.fill()) {
          case NOISE -> "noise";
          case LEARNED -> "a learned vector";
        };
    return switch (mask.encode()) {
      case VISIBLE -> "the encoder sees the others, the decoder " + fill + " in their place";
      case ALL -> "the encoder sees " + fill + " in their place";
    };
  }

  private static String targets(Data2Vec2Config m) {
    List<String> targets = new ArrayList<>();
    if (m.loss().needsTeacher()) {
      targets.add("mean of the last %d shared blocks".formatted(m.targets().topLayers()));
    }
    if (m.loss().reconstruction() > 0) {
      targets.add("pixels of masked patches");
    }
    return String.join("; ", targets);
  }

  private static List<ReportData.RunFile> files() {
    return Arrays.asList(
        new ReportData.RunFile(
            "config.yaml", "the complete configuration; run it again with --config"),
        new ReportData.RunFile(
            "metrics.jsonl", "the numbers of these curves, one JSON object a line"),
        new ReportData.RunFile("events.out.tfevents.*", "the same for TensorBoard"),
        new ReportData.RunFile("checkpoints/", "student, teacher and optimiser, safetensors"),
        new ReportData.RunFile("scores.json", "probe and neighbour scores"));
  }
}
