package dev.d2v.cli.job;

import dev.d2v.cli.run.Metric;
import dev.d2v.model.train.UpdateReport;
import java.util.LinkedHashMap;
import java.util.Map;

/// Speed, and the numbers of a line of metrics.
final class Meters {
  private final int images;
  private final long[] times = new long[32];
  private int count;

  Meters(int images) {
    this.images = images;
  }

  void count() {
    times[count++ % times.length] = System.nanoTime();
  }

  /// Over the last updates.
  double imagesPerSecond() {
    int steps = Math.min(count, times.length) - 1;
    if (steps < 1) {
      return 0;
    }
    long newest = times[(count - 1) % times.length];
    long oldest = times[(count - 1 - steps) % times.length];
    return images * steps / ((newest - oldest) / 1e9);
  }

  Map<String, Double> line(UpdateReport r) {
    Map<String, Double> line = new LinkedHashMap<>();
    line.put(Metric.LOSS.key(), r.loss());
    r.losses()
        .forEach((name, value) ->
            line.merge(
                name.equals("cls")
                    ? Metric.LOSS_CLS.key()
                    : name.equals("recon")
                        ? Metric.LOSS_RECONSTRUCTION.key()
                        : Metric.LOSS_REGRESSION.key(),
                value,
                Double::sum));
    line.put(Metric.LEARNING_RATE.key(), r.learningRate());
    line.put(Metric.EMA_DECAY.key(), r.emaDecay());
    line.put(Metric.GRADIENT_NORM.key(), r.gradientNorm());
    r.spreads()
        .forEach((name, value) -> {
          String key =
              switch (name) {
                case "feature_var" -> Metric.LOCAL_SPREAD.key();
                case "sample_var" -> Metric.SAMPLE_SPREAD.key();
                default -> name;
              };
          line.put(key, value);
        });
    if (count > 1) {
      line.put(Metric.IMAGES_PER_SECOND.key(), imagesPerSecond());
    }
    return line;
  }
}
