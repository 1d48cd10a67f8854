package dev.d2v.data.common;

import dev.d2v.tensor.random.RandomStream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The order in which an epoch goes through a data set: a shuffle drawn from the random stream
/// (seed, stream, epoch, 0). Safe for several threads.
public final class EpochOrder {
  private record Order(int epoch, int[] items) {}

  private final int size;
  private final long seed;
  private final int stream;

  /// The orders of an even and of an odd epoch: looking ahead touches two at a time.
  private final AtomicReferenceArray<@Nullable Order> orders = new AtomicReferenceArray<>(2);

  /// Orders of so many items.
  public EpochOrder(int size, long seed, int stream) {
    this.size = size;
    this.seed = seed;
    this.stream = stream;
  }

  /// The items of an epoch, from 0. Not to be changed.
  public int[] of(int epoch) {
    Order known = orders.get(epoch & 1);
    if (known != null && known.epoch == epoch) {
      return known.items;
    }
    int[] items = new int[size];
    Arrays.setAll(items, i -> i);
    new RandomStream(seed, stream, epoch, 0).shuffle(items);
    orders.set(epoch & 1, new Order(epoch, items));
    return items;
  }
}
