package dev.d2v.data.text;

import java.util.Arrays;

/// Ints one after another, as many as come.
final class IntArray {
  private int[] values;
  private int size;

  IntArray(int capacity) {
    values = new int[capacity];
  }

  void add(int value) {
    reserve(1);
    values[size++] = value;
  }

  void add(int[] more, int count) {
    reserve(count);
    System.arraycopy(more, 0, values, size, count);
    size += count;
  }

  int size() {
    return size;
  }

  int get(int i) {
    return values[i];
  }

  void set(int i, int value) {
    values[i] = value;
  }

  void clear() {
    size = 0;
  }

  /// The values; those from `size()` on mean nothing, and `add` may move them.
  int[] raw() {
    return values;
  }

  int[] toArray() {
    return Arrays.copyOf(values, size);
  }

  private void reserve(int more) {
    if (values.length - size < more) {
      values = Arrays.copyOf(values, Math.addExact(size + more, size / 2 + 8));
    }
  }
}
