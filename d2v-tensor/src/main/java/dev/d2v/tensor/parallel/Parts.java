package dev.d2v.tensor.parallel;

/// How a kernel divides a range: into runs of `each` consecutive entries, the last one shorter. It
/// depends on the range alone, never on the number of threads, and so does the order of any sum
/// over parts.
///
/// @param size number of entries in all
/// @param each entries a part
/// @param count number of parts
public record Parts(long size, long each, int count) {
  /// Elements that are worth a part of their own: some microseconds of memory traffic, hundreds of
  /// times what handing out a part costs.
  public static final int GRAIN = 16_384;

  /// Parts of `each` entries.
  public static Parts of(long size, long each) {
    return new Parts(size, each, Math.toIntExact(Math.ceilDiv(size, each)));
  }

  /// Elements of a flat range, [#GRAIN] a part.
  public static Parts elements(long size) {
    return of(size, GRAIN);
  }

  /// Whole rows of `width` elements, about [#GRAIN] elements a part.
  public static Parts rows(long rows, long width) {
    return of(rows, Math.max(1, GRAIN / Math.max(1, width)));
  }

  /// As this, but with at most `most` parts: for sums over parts, whose partial sums take memory.
  public Parts atMost(int most) {
    long rounded = Math.ceilDiv(Math.ceilDiv(size, (long) most), each) * each;
    return of(size, Math.max(each, rounded));
  }

  /// First entry of a part.
  public long from(int part) {
    return part * each;
  }

  /// One past the last entry of a part.
  public long to(int part) {
    return Math.min(size, (part + 1) * each);
  }
}
