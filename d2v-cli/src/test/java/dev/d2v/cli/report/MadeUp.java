package dev.d2v.cli.report;

import dev.d2v.cli.run.Metric;
import dev.d2v.cli.run.MetricsLog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/// A report on a run that never was, with everything a report can show.
final class MadeUp {
  static final List<String> CLASSES =
      List.of(
          "T-shirt",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Ankle boot");

  /// Metrics of the whole model, whatever the modality of the update.
  private static final Set<String> SHARED =
      Set.of(Metric.EMA_DECAY.key(), Metric.LEARNING_RATE.key());

  private MadeUp() {}

  static ReportData report() {
    return report("quickstart-2026-01-02-0304", List.of(images(new Random(1))));
  }

  static ReportData report(String title, List<ReportData.Sense> senses) {
    return new ReportData(
        title,
        "Recipe quickstart on 8,000 images of 28 x 28 (grey), 400 updates of 64 images with 8 masks"
            + " each, in 2:58.",
        Optional.of(
            new ReportData.Verdict(
                ReportData.Level.GOOD,
                "No sign of collapse",
                "Targets vary (0.65), predictions follow (0.31), and the spread of pooled features"
                    + " over samples grew from 0.11 to 0.24.")),
        Panels.of(metrics(new Random(1))),
        senses,
        List.of(
            "Train longer: `./d2v pretrain --updates 1200`",
            "Your own images: `./d2v pretrain --data FOLDER --set train.batch=32`",
            "Score this encoder on other images: `./d2v probe runs/quickstart-2026-01-02-0304"
                + " --data FOLDER`"),
        List.of(
            new ReportData.Fact("Machine", "processor", "2 cores, 512-bit vector kernels"),
            new ReportData.Fact("Machine", "Java", "25.0.3, OpenJDK 64-Bit Server VM"),
            new ReportData.Fact("Machine", "memory planned", "412 MiB"),
            new ReportData.Fact("Model", "parameters", "1,284,992"),
            new ReportData.Fact("Model", "blocks", "2 + 4 of 128 channels, 4 heads"),
            new ReportData.Fact("Training", "batch", "64 images x 8 masks"),
            new ReportData.Fact(
                "Training", "learning rate", "0.001, cosine, 40 updates of warm-up")),
        List.of(
            new ReportData.RunFile(
                "config.yaml", "the complete configuration: run it again with --config"),
            new ReportData.RunFile("metrics.jsonl", "one JSON object for every 5th update"),
            new ReportData.RunFile(
                "checkpoints/", "model, optimiser and state of the last 2 checkpoints")),
        Optional.of("./d2v pretrain --resume runs/quickstart-2026-01-02-0304"));
  }

  /// The same run on images, speech and text.
  static ReportData threeSenses() {
    ReportData images = report();
    Random random = new Random(2);
    return new ReportData(
        "three-senses-2026-01-02-0304",
        "Recipe three-senses-small on images, speech and text in turn, 2,000 updates in 4:10.",
        images.verdict(),
        Panels.of(metrics(random, List.of("image", "speech", "text"))),
        List.of(images(random), MadeUpSenses.speech(random), MadeUpSenses.text(random)),
        images.next(),
        images.facts(),
        images.files(),
        images.resume());
  }

  private static ReportData.Sense images(Random random) {
    return new ReportData.Sense(
        "Images",
        List.of(
            score("Linear probe", "raw pixels", 0.812, 0.690, 0.846),
            score("k nearest neighbours (k = 20)", "raw pixels", 0.783, 0.641, 0.809)),
        List.of(masked(random, 1), masked(random, 3)),
        Optional.of(projection(random, CLASSES)),
        neighbours(random));
  }

  static ReportData.Score score(
      String probe, String baseline, double raw, double untrained, double trained) {
    return new ReportData.Score(
        probe,
        List.of(
            new ReportData.Bar(baseline, raw, false),
            new ReportData.Bar("untrained encoder", untrained, false),
            new ReportData.Bar("trained encoder", trained, true)));
  }

  static List<MetricsLog.Line> metrics(Random random) {
    List<MetricsLog.Line> lines = new ArrayList<>();
    for (int update = 5; update <= 2000; update += 1) {
      double part = update / 2000.0;
      Map<String, Double> values = new LinkedHashMap<>();
      double regression = 0.2 + 3 * Math.exp(-9 * part) + 0.02 * random.nextGaussian();
      double cls = 0.02 + 2.5 * Math.exp(-6 * part) + 0.004 * Math.abs(random.nextGaussian());
      values.put(Metric.LOSS.key(), regression + cls);
      values.put(Metric.LOSS_REGRESSION.key(), regression);
      values.put(Metric.LOSS_CLS.key(), cls);
      values.put(
          Metric.LEARNING_RATE.key(),
          1e-3 * (part < 0.1 ? part * 10 : (1 + Math.cos(Math.PI * (part - 0.1) / 0.9)) / 2));
      values.put(Metric.EMA_DECAY.key(), 0.9995 + 0.0004 * part);
      values.put(Metric.TARGET_VAR.key(), 0.9 - 0.3 * part + 0.01 * random.nextGaussian());
      values.put(Metric.PRED_VAR.key(), 0.05 + 0.3 * part + 0.01 * random.nextGaussian());
      values.put(Metric.LOCAL_SPREAD.key(), 0.5 + 0.1 * part);
      values.put(Metric.SAMPLE_SPREAD.key(), 0.11 + 0.13 * part + 0.003 * random.nextGaussian());
      values.put(Metric.FEATURE_SPREAD.key(), 0.10 + 0.12 * part);
      values.put(
          Metric.GRADIENT_NORM.key(),
          (update == 700 ? 40 : 1)
              * (0.6 + 4 * Math.exp(-12 * part))
              * Math.exp(0.1 * random.nextGaussian()));
      values.put(Metric.IMAGES_PER_SECOND.key(), 350 + 10 * random.nextGaussian());
      lines.add(new MetricsLog.Line(update, values));
    }
    return lines;
  }

  /// Modalities in turn; what belongs to the whole model has no modality before its name.
  static List<MetricsLog.Line> metrics(Random random, List<String> modalities) {
    List<MetricsLog.Line> lines = new ArrayList<>();
    for (MetricsLog.Line line : metrics(random)) {
      int turn = (int) (line.update() % modalities.size());
      Map<String, Double> values = new LinkedHashMap<>();
      line.values()
          .forEach((key, value) -> {
            if (SHARED.contains(key)) {
              values.put(key, value);
            } else if (key.equals(Metric.IMAGES_PER_SECOND.key())) {
              values.put(Metric.SAMPLES_PER_SECOND.key(modalities.get(turn)), value + 50 * turn);
            } else if (turn == 0 || !key.equals(Metric.LOSS_CLS.key())) {
              values.put(modalities.get(turn) + "/" + key, value * (1 + 0.2 * turn));
            }
          });
      lines.add(new MetricsLog.Line(line.update(), values));
    }
    return lines;
  }

  static Picture picture(Random random, int channels) {
    int side = 28;
    double centre = 10 + random.nextInt(8);
    double width = 4 + random.nextInt(6);
    byte[] pixels = new byte[side * side * channels];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        boolean inside = Math.hypot((x - centre) / width, (y - 14) / 10.0) < 1;
        for (int c = 0; c < channels; c++) {
          int value = inside ? 90 + 5 * y + 40 * c * (x % 7 < 3 ? 1 : 0) : 0;
          pixels[(y * side + x) * channels + c] = (byte) Math.min(255, value);
        }
      }
    }
    return new Picture(side, side, channels, pixels);
  }

  private static ReportData.Masked masked(Random random, int channels) {
    List<boolean[]> masks = new ArrayList<>();
    for (int m = 0; m < 4; m++) {
      boolean[] mask = new boolean[49];
      Arrays.fill(mask, true);
      int row = random.nextInt(5);
      int column = random.nextInt(5);
      for (int i = 0; i < 9; i++) {
        mask[(row + i / 3) * 7 + column + i % 3] = false;
      }
      masks.add(mask);
    }
    return new ReportData.Masked(new Exhibit.Image(picture(random, channels)), masks);
  }

  static ReportData.Projection projection(Random random, List<String> classes) {
    int n = 1500;
    double[] x = new double[n];
    double[] y = new double[n];
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = i % classes.size();
      double angle = labels[i] * 2 * Math.PI / classes.size();
      x[i] = 5 * Math.cos(angle) + 1.1 * random.nextGaussian();
      y[i] = 4 * Math.sin(angle) + 1.1 * random.nextGaussian();
    }
    return new ReportData.Projection(
        "first two principal components, 38 % of the variance", x, y, labels, classes);
  }

  private static List<ReportData.Neighbours> neighbours(Random random) {
    List<ReportData.Neighbours> rows = new ArrayList<>();
    for (int row = 0; row < 4; row++) {
      List<ReportData.Example> nearest = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        String name = CLASSES.get(random.nextInt(5) == 0 ? (row + 1) % 10 : row);
        nearest.add(new ReportData.Example(new Exhibit.Image(picture(random, 1)), name));
      }
      rows.add(
          new ReportData.Neighbours(
              new ReportData.Example(new Exhibit.Image(picture(random, 1)), CLASSES.get(row)),
              nearest));
    }
    return rows;
  }
}
