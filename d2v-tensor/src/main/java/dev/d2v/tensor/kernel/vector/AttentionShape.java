package dev.d2v.tensor.kernel.vector;

/// Sizes of a call and where a head's rows lie in its tensors, in bytes from their beginnings.
///
/// @param B samples
/// @param T tokens
/// @param H heads
/// @param D channels of a head
record AttentionShape(int B, int T, int H, int D) {
  /// Queries of a block at most: a multiple of two vectors, and few enough that their scores stay
  /// in the second-level cache.
  private static final int QUERIES = 64;

  private static final long PART_PRODUCTS = 1 << 19;
  private static final int FEW_HEADS = 64;

  /// Number of heads of all samples.
  int heads() {
    return B * H;
  }

  /// Heads that make a part, so that tiny ones are worth handing out: whole samples, unless one
  /// alone is more than two parts.
  int headsPerPart() {
    long products = 2L * T * T * D;
    int each = Math.clamp(PART_PRODUCTS / products, 1, heads());
    return 2 * each < H ? each : Math.max(1, each / H) * H;
  }

  /// Whether a head is the first of a sample of which a part does all heads.
  boolean startsSample(int head) {
    return head % H == 0 && headsPerPart() % H == 0;
  }

  /// Queries of a block.
  int queries() {
    return Math.min(T, QUERIES);
  }

  /// Whether rows of D columns are whole vectors.
  boolean wholeVectors() {
    return D % Lanes.F.length() == 0;
  }

  /// Parts that the queries of one head are divided into in the forward: 1 unless heads are few.
  int queryParts() {
    int blocks = Math.ceilDiv(T, queries());
    return heads() >= FEW_HEADS ? 1 : Math.min(blocks, Math.ceilDiv(FEW_HEADS, heads()));
  }

  /// Bytes from token to token in qkv.
  long qkvStride() {
    return 12L * H * D;
  }

  /// Where q (0), k (1) or v (2) of a token begins.
  long qkvAt(int head, int token, int which) {
    int b = head / H;
    int h = head % H;
    return ((long) b * T + token) * qkvStride() + 4L * which * H * D + 4L * h * D;
  }

  /// Bytes from token to token in out.
  long outStride() {
    return 4L * H * D;
  }

  /// Where a token begins in out.
  long outAt(int head, int token) {
    return ((long) (head / H) * T + token) * outStride() + 4L * (head % H) * D;
  }

  /// Bytes from row to row in scores.
  long scoresStride() {
    return 4L * T;
  }

  /// Where a row of scores begins in a (B,H,T,T).
  long scoresAt(int head, int token) {
    return ((long) head * T + token) * scoresStride();
  }

  /// Where lse of a token lies.
  long lseAt(int head, int token) {
    return 4 * ((long) head * T + token);
  }
}
