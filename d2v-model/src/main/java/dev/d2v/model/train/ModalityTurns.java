package dev.d2v.model.train;

import dev.d2v.nn.Streams;
import dev.d2v.tensor.random.RandomStream;
import java.util.Arrays;
import java.util.List;

/// Which modality an update trains: drawn by weight from the seed and the update, so that a resumed
/// run takes the same turns. All micro-batches of an update are of one modality.
public final class ModalityTurns {
  private final List<String> keys;
  private final double[] upTo;
  private final long seed;
  private final long[] before;
  private long counted;

  /// One update's modality.
  ///
  /// @param update number of updates done so far, over all modalities
  /// @param key the modality's name
  /// @param ordinal number of updates done so far by this modality
  public record Turn(long update, String key, long ordinal) {}

  /// Turns of these modalities by these weights.
  public ModalityTurns(List<String> keys, double[] weights, long seed) {
    this.keys = List.copyOf(keys);
    this.upTo = weights.clone();
    Arrays.parallelPrefix(upTo, Double::sum);
    this.seed = seed;
    this.before = new long[weights.length];
  }

  /// The turn of update u. Cheap when asked in ascending order; earlier ones are counted anew.
  public Turn at(long u) {
    if (u < counted) {
      Arrays.fill(before, 0);
      counted = 0;
    }
    for (; counted < u; counted++) {
      before[draw(counted)]++;
    }
    int i = draw(u);
    return new Turn(u, keys.get(i), before[i]);
  }

  private int draw(long u) {
    if (keys.size() == 1) {
      return 0;
    }
    double total = upTo[upTo.length - 1];
    double x =
        total * new RandomStream(seed, Streams.MODALITY_TURNS, Math.toIntExact(u), 0).nextDouble();
    int i = 0;
    while (i < upTo.length - 1 && x >= upTo[i]) {
      i++;
    }
    return i;
  }
}
