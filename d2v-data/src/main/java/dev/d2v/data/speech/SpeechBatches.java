package dev.d2v.data.speech;

import dev.d2v.tensor.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Which recordings go together: a function of their lengths, the settings and a batch's number
/// alone.
///
/// Every length counts as `min(length, maxLength, maxSamples)`, rounded down to a multiple of the
/// quantum. Recordings are sorted by that, the shortest first; those of equal length are shuffled
/// anew in every epoch. From the front, each batch takes as many as fit: `count * L <= maxSamples`,
/// where L is the length of its first, to which all others are cropped. The last batch holds what
/// is left. Then the batches are shuffled. Where batches begin depends on lengths alone, so every
/// epoch has the same shapes.
///
/// The order comes from the random streams (seed, order, epoch, 0) within lengths and (seed, order,
/// epoch, 1) of the batches. Safe for several threads.
public final class SpeechBatches {
  /// How batches are made.
  ///
  /// @param maxSamples the most samples of a batch, recordings times length
  /// @param maxItems the most recordings of a batch
  /// @param maxLength longer recordings are cropped to this many samples
  /// @param quantum lengths are multiples of this many samples
  /// @param seed of the run
  /// @param orderStream random stream of the order of the data, `Streams.DATA_ORDER` of d2v-nn
  public record Settings(
      int maxSamples, int maxItems, int maxLength, int quantum, long seed, int orderStream) {
    /// What the published models crop to, 20 s.
    public static final int USUAL_MAX_LENGTH = 320_000;

    /// The samples of a frame.
    public static final int USUAL_QUANTUM = 320;

    /// Checks the numbers.
    public Settings {
      if (maxItems < 1 || quantum < 1 || maxLength < quantum || maxSamples < quantum) {
        throw new IllegalArgumentException(
            "expected maxItems >= 1, quantum >= 1, and maxLength and maxSamples of at least the quantum, got %d, %d, %d and %d"
                .formatted(maxItems, quantum, maxLength, maxSamples));
      }
    }

    /// As many recordings as fit, 20 s at most, lengths in steps of 320, stream 10.
    public static Settings of(int maxSamples, long seed) {
      return new Settings(maxSamples, Integer.MAX_VALUE, USUAL_MAX_LENGTH, USUAL_QUANTUM, seed, 10);
    }
  }

  /// The size of a batch.
  ///
  /// @param count recordings
  /// @param length samples of each
  public record Shape(int count, int length) implements Comparable<Shape> {
    /// Samples of the batch.
    public int samples() {
      return count * length;
    }

    @Override
    public int compareTo(Shape other) {
      return length != other.length
          ? Integer.compare(length, other.length)
          : Integer.compare(count, other.count);
    }
  }

  /// One batch.
  ///
  /// @param items numbers in the data set
  /// @param length samples that each is cropped to
  public record Plan(int[] items, int length) {}

  private record Order(int epoch, int[] items, int[] batches) {}

  private final Settings settings;

  /// Length of each recording after cropping and rounding.
  private final int[] lengths;

  /// Where each batch begins among the sorted recordings, and a last entry for the end.
  private final int[] begins;

  /// Length of each batch, in the same order.
  private final int[] batchLengths;

  private final List<Shape> shapes;

  /// The orders of an even and of an odd epoch: looking ahead touches two at a time.
  private final AtomicReferenceArray<@Nullable Order> orders = new AtomicReferenceArray<>(2);

  /// Batches of recordings with these lengths in samples.
  ///
  /// @throws IllegalArgumentException when there are none, or one is shorter than the quantum
  public SpeechBatches(int[] lengths, Settings settings) {
    if (lengths.length == 0) {
      throw new IllegalArgumentException("expected at least one recording, got none");
    }
    this.settings = settings;
    this.lengths = new int[lengths.length];
    int most = Math.min(settings.maxLength, settings.maxSamples);
    for (int i = 0; i < lengths.length; i++) {
      int length = Math.min(lengths[i], most);
      this.lengths[i] = length - length % settings.quantum;
      if (this.lengths[i] == 0) {
        throw new IllegalArgumentException(
            "recording %d has %d samples, less than the quantum of %d; raise the minimum that files must have"
                .formatted(i, lengths[i], settings.quantum));
      }
    }
    int[] sorted = this.lengths.clone();
    Arrays.sort(sorted);
    List<Integer> starts = new ArrayList<>();
    for (int at = 0; at < sorted.length; at += countFor(sorted[at])) {
      starts.add(at);
    }
    this.batchLengths = starts.stream().mapToInt(at -> sorted[at]).toArray();
    starts.add(sorted.length);
    this.begins = starts.stream().mapToInt(Integer::intValue).toArray();
    TreeSet<Shape> distinct = new TreeSet<>();
    for (int b = 0; b < batchLengths.length; b++) {
      distinct.add(new Shape(begins[b + 1] - begins[b], batchLengths[b]));
    }
    this.shapes = List.copyOf(distinct);
  }

  /// Batches of a data set.
  public static SpeechBatches of(SpeechDataset data, Settings settings) {
    int[] lengths = new int[data.size()];
    Arrays.setAll(lengths, data::length);
    return new SpeechBatches(lengths, settings);
  }

  private int countFor(int length) {
    return Math.min(settings.maxItems, settings.maxSamples / length);
  }

  /// Batches that go once through the data.
  public int perEpoch() {
    return batchLengths.length;
  }

  /// The epoch, from 0, that batch `number` belongs to.
  public int epoch(long number) {
    return Math.toIntExact(number / perEpoch());
  }

  /// Every shape that occurs in an epoch, the shortest first. Memory can be planned for them.
  public List<Shape> shapes() {
    return shapes;
  }

  /// Batch `number`, from 0 on through all epochs.
  public Plan plan(long number) {
    if (number < 0) {
      throw new IllegalArgumentException("batches count from 0, got " + number);
    }
    Order order = order(epoch(number));
    int batch = order.batches[(int) (number % perEpoch())];
    return new Plan(
        Arrays.copyOfRange(order.items, begins[batch], begins[batch + 1]), batchLengths[batch]);
  }

  private Order order(int epoch) {
    Order known = orders.get(epoch & 1);
    if (known != null && known.epoch == epoch) {
      return known;
    }
    int n = lengths.length;
    int[] shuffled = new int[n];
    Arrays.setAll(shuffled, i -> i);
    new RandomStream(settings.seed, settings.orderStream, epoch, 0).shuffle(shuffled);
    // Length and place after shuffling in one number, so that sorting keeps the places of equals.
    long[] keys = new long[n];
    Arrays.setAll(keys, i -> (long) lengths[shuffled[i]] << 32 | i);
    Arrays.sort(keys);
    int[] items = new int[n];
    Arrays.setAll(items, i -> shuffled[(int) keys[i]]);
    int[] batches = new int[perEpoch()];
    Arrays.setAll(batches, i -> i);
    new RandomStream(settings.seed, settings.orderStream, epoch, 1).shuffle(batches);
    Order made = new Order(epoch, items, batches);
    orders.set(epoch & 1, made);
    return made;
  }
}
