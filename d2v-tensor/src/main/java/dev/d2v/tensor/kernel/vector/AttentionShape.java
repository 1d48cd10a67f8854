package dev.d2v.tensor.kernel.vector;

/// Sizes of a call and where a head's rows lie in its tensors, in bytes.
///
/// @param B samples
/// @param T tokens
/// @param H heads
/// @param D channels of a head
record AttentionShape(int B, int T, int H, int D) {
  private static final int FORWARD_QUERIES = 64;
  private static final int BACKWARD_QUERIES = 128;
  private static final long PART_PRODUCTS = 1 << 19;
  private static final int FEW_HEADS = 64;

  /// Number of heads of all samples.
  int heads() {
    return B * H;
  }

  /// Heads that make a part, so that tiny ones are worth handing out.
  int headsPerPart() {
    long products = 2L * T * T * D;
    return Math.clamp(PART_PRODUCTS / products, 1, heads());
  }

  /// Queries of a block in the forward; blocks are about equal.
  int forwardQueries() {
    return balanced(FORWARD_QUERIES);
  }

  /// Queries of a block in the backward: all when the scores of a head fit the second-level cache
  /// twice, because gradients of keys and values are added up over blocks.
  int backwardQueries() {
    return T <= Striped.STRIPE ? T : balanced(BACKWARD_QUERIES);
  }

  private int balanced(int most) {
    int blocks = (T + most - 1) / most;
    return Math.min(T, Striped.roundRows((T + blocks - 1) / blocks));
  }

  /// Parts that the queries of one head are divided into in the forward: 1 unless heads are few.
  int queryParts() {
    int blocks = (T + forwardQueries() - 1) / forwardQueries();
    return heads() >= FEW_HEADS ? 1 : Math.min(blocks, (FEW_HEADS + heads() - 1) / heads());
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

  /// Where a row of scores begins in a (B,H,T,T), as an index.
  long scoresAt(int head, int token) {
    return ((long) head * T + token) * T;
  }
}
