package dev.d2v.tensor.io;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A Python tuple. Equal to itself alone: comparing tuples within tuples that share their parts can
/// take longer than anyone waits.
public final class PickledTuple {
  private final List<@Nullable Object> items;

  PickledTuple(List<@Nullable Object> items) {
    this.items = Collections.unmodifiableList(items);
  }

  /// Its values.
  public List<@Nullable Object> items() {
    return items;
  }
}
