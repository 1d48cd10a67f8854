package dev.d2v.cli.job;

import dev.d2v.cli.run.Metric;
import dev.d2v.cli.run.Modality;
import dev.d2v.model.train.UpdateReport;
import java.util.LinkedHashMap;
import java.util.Map;

/// Speed, the latest losses, and the numbers of a line of metrics.
final class Meters {
  private final RunData data;
  private final long[] times = new long[32];
  private final long[] samples = new long[32];
  private final Map<String, Double> losses = new LinkedHashMap<>();
  private long seen;
  private int count;

  Meters(RunData data) {
    this.data = data;
  }

  void count(UpdateReport report) {
    seen += report.samples();
    samples[count % times.length] = seen;
    times[count++ % times.length] = System.nanoTime();
    boolean alone = data.senses().size() == 1;
    losses.put(alone ? "" : Modality.of(report.modality()).word(), report.loss());
  }

  /// The latest loss of each modality; without a name where there is only one.
  Map<String, Double> losses() {
    return losses;
  }

  /// Over the last updates.
  double samplesPerSecond() {
    int steps = Math.min(count, times.length) - 1;
    if (steps < 1) {
      return 0;
    }
    int newest = (count - 1) % times.length;
    int oldest = (count - 1 - steps) % times.length;
    return (samples[newest] - samples[oldest]) / ((times[newest] - times[oldest]) / 1e9);
  }

  /// What is kept of an update. With several modalities all but learning rate, decay and speed
  /// stand under the modality's word: `speech/loss`.
  Map<String, Double> line(UpdateReport r, double featureSpread) {
    String prefix = data.prefix(data.of(r.modality()));
    Map<String, Double> line = new LinkedHashMap<>();
    line.put(prefix + Metric.LOSS.key(), r.loss());
    r.losses()
        .forEach((name, value) ->
            line.merge(
                prefix
                    + (name.equals("cls")
                        ? Metric.LOSS_CLS.key()
                        : name.equals("recon")
                            ? Metric.LOSS_RECONSTRUCTION.key()
                            : Metric.LOSS_REGRESSION.key()),
                value,
                Double::sum));
    line.put(Metric.LEARNING_RATE.key(), r.learningRate());
    r.emaDecay().ifPresent(decay -> line.put(Metric.EMA_DECAY.key(), decay));
    line.put(prefix + Metric.GRADIENT_NORM.key(), r.gradientNorm());
    r.spreads()
        .forEach((name, value) -> {
          String key =
              switch (name) {
                case "feature_var" -> Metric.LOCAL_SPREAD.key();
                case "sample_var" -> Metric.SAMPLE_SPREAD.key();
                default -> name;
              };
          line.put(prefix + key, value);
        });
    if (count > 1) {
      line.put(Metric.SAMPLES_PER_SECOND.key(), samplesPerSecond());
    }
    line.put(prefix + Metric.FEATURE_SPREAD.key(), featureSpread);
    return line;
  }
}
