package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;

/// Sizes of a call and where a head's rows lie in its tensors, in bytes from their beginnings.
///
/// @param B samples
/// @param T tokens
/// @param H heads
/// @param D channels of a head
/// @param G heads of a sample that are packed at once: a group
record AttentionShape(int B, int T, int H, int D, int G) {
  /// Queries of a block at most. Forward few enough that the scores of a block stay in the
  /// second-level cache. Backward those of a strip of keys are enough, and every block but the
  /// first reads and writes the gradients of all keys and values again.
  private static final int FORWARD = 128, BACKWARD = 256;

  /// Scores of a block at most, with more than 512 tokens.
  private static final int FORWARD_SCORES = 1 << 16, BACKWARD_SCORES = 1 << 17;

  /// Floats of a group's keys at most: with all that is packed of it they fill half of the
  /// second-level cache.
  private static final int FORWARD_GROUP = 1 << 16, BACKWARD_GROUP = 1 << 15;

  /// Heads of which the channels are a multiple of this can be packed together.
  private static final int ALIGNED = 32;

  private static final int GROUPS_PER_THREAD = 3;
  private static final long PART_PRODUCTS = 1 << 19;
  private static final int HEADS_PER_THREAD = 4;

  /// The shape of a call. In memory the rows of one head are far apart, and no prefetcher follows
  /// them; those of a few heads side by side are read in longer pieces. So groups are as large as
  /// the cache and the number of threads allow.
  static AttentionShape of(int B, int T, int H, int D, boolean backward, int threads) {
    int group = 1;
    if (D % ALIGNED == 0) {
      int cached = Math.min((backward ? BACKWARD_GROUP : FORWARD_GROUP) / T, Strips.LONGEST) / D;
      group = Math.clamp(Math.min(cached, B * H / (GROUPS_PER_THREAD * threads)), 1, H);
      while (H % group != 0) {
        group--;
      }
    }
    return new AttentionShape(B, T, H, D, group);
  }

  /// Number of heads of all samples.
  int heads() {
    return B * H;
  }

  /// Heads that make a part, so that tiny ones are worth handing out: whole samples, unless one
  /// alone is more than two parts; then whole groups.
  int headsPerPart() {
    long products = 2L * T * T * D;
    int each = Math.clamp(PART_PRODUCTS / products, 1, heads());
    return 2 * each < H ? Blocks.roundUp(each, G) : Math.max(1, each / H) * H;
  }

  /// Whether a head is the first of a sample of which a part does all heads.
  boolean startsSample(int head) {
    return head % H == 0 && headsPerPart() % H == 0;
  }

  /// The blocks of queries of a head.
  Blocks queries(boolean backward) {
    int scores = backward ? BACKWARD_SCORES : FORWARD_SCORES;
    int most = Math.clamp(scores / T, 2 * V, backward ? BACKWARD : FORWARD);
    return Blocks.of(T, most, V);
  }

  /// Parts that the queries of one head are divided into in the forward: 1 unless heads are few.
  int queryParts(int threads) {
    int wanted = HEADS_PER_THREAD * threads;
    return heads() >= wanted ? 1 : Math.min(queries(false).count(), Math.ceilDiv(wanted, heads()));
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
