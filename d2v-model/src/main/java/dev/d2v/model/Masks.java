package dev.d2v.model;

import dev.d2v.tensor.random.RandomStream;
import java.util.Arrays;

/// Draws masks, one row at a time; 1 = masked. Counts are exact: every row of a configuration masks
/// the same number of tokens. Source: fairseq `compute_block_mask_1d`, `compute_block_mask_2d`,
/// `random_masking`.
public final class Masks {
  private Masks() {}

  /// What to draw.
  ///
  /// @param axes 1: spans of a sequence; 2: squares of a square grid
  /// @param tokens T
  /// @param ratio part that is masked
  /// @param length side of a block
  /// @param adjust added to the marked part before blocks are drawn
  /// @param inverse blocks mark what stays visible
  /// @param dropout more blocks by this part, then cut back
  /// @param exact whether counts are made exact at the end
  /// @param nonOverlapping blocks from a fixed tiling
  /// @param expandAdjacent grows towards neighbours before the counts are made exact
  public record Blocks(
      int axes,
      int tokens,
      double ratio,
      int length,
      double adjust,
      boolean inverse,
      double dropout,
      boolean exact,
      boolean nonOverlapping,
      boolean expandAdjacent) {
    /// Checks that a grid is square.
    public Blocks {
      int side = (int) Math.round(Math.sqrt(tokens));
      ConfigChecks.that(
          axes == 1 || side * side == tokens,
          "block masks in 2-D need a square grid, got " + tokens + " tokens");
    }

    int side() {
      return axes == 1 ? tokens : (int) Math.round(Math.sqrt(tokens));
    }

    /// Part of the cells that blocks mark; in double, so that 1 - 0.8 truncates as it does
    /// officially.
    double marked() {
      return inverse ? 1 - ratio : ratio;
    }
  }

  /// The mask of a configuration for a grid of `tokens` tokens.
  public static int[] draw(MaskConfig config, int axes, int tokens, RandomStream random) {
    return switch (config.kind()) {
      case RANDOM -> random(tokens, config.ratio(), random);
      case BLOCK ->
          blocks(
              new Blocks(
                  axes,
                  tokens,
                  config.ratio(),
                  config.length(),
                  config.adjust(),
                  config.inverse(),
                  config.dropout(),
                  true,
                  config.nonOverlapping(),
                  config.expandAdjacent()),
              random);
    };
  }

  /// Single tokens: `int(T * (1 - ratio))` stay visible, every set of them equally likely.
  public static int[] random(int tokens, double ratio, RandomStream random) {
    int[] order = new int[tokens];
    Arrays.setAll(order, i -> i);
    random.shuffle(order);
    int[] mask = new int[tokens];
    Arrays.fill(mask, 1);
    int keep = (int) (tokens * (1 - ratio));
    for (int i = 0; i < keep; i++) {
      mask[order[i]] = 0;
    }
    return mask;
  }

  /// Blocks around random centres (with replacement), cut off at the border, then single cells
  /// added or removed until exactly `int(T * p)` are marked.
  public static int[] blocks(Blocks b, RandomStream random) {
    int[] marked = b.nonOverlapping ? tiles(b, random) : centred(b, random);
    if (b.exact) {
      int target = (int) (b.tokens * b.marked());
      if (b.expandAdjacent) {
        expand(marked, b, (int) (target * (1 + b.dropout)), random);
      }
      int count = Arrays.stream(marked).sum();
      if (count > target) {
        flip(marked, candidates(marked, 1), count - target, random);
      } else {
        flip(marked, candidates(marked, 0), target - count, random);
      }
    }
    if (b.inverse) {
      for (int i = 0; i < marked.length; i++) {
        marked[i] = 1 - marked[i];
      }
    }
    return marked;
  }

  private static int[] centred(Blocks b, RandomStream random) {
    int[] marked = new int[b.tokens];
    int area = b.axes == 1 ? b.length : b.length * b.length;
    int centres = (int) (b.tokens * ((b.marked() + b.adjust) / area) * (1 + b.dropout));
    int side = b.side();
    int offset = b.length / 2;
    for (int i = 0; i < centres; i++) {
      int centre = random.nextInt(b.tokens);
      int y = b.axes == 1 ? 0 : centre / side;
      int x = centre % side;
      for (int dy = 0; dy < (b.axes == 1 ? 1 : b.length); dy++) {
        int row = b.axes == 1 ? 0 : clamp(y - offset + dy, side);
        for (int dx = 0; dx < b.length; dx++) {
          marked[row * side + clamp(x - offset + dx, side)] = 1;
        }
      }
    }
    return marked;
  }

  private static int[] tiles(Blocks b, RandomStream random) {
    int side = b.side();
    int across = (side + b.length - 1) / b.length;
    int count = b.axes == 1 ? across : across * across;
    int[] order = new int[count];
    Arrays.setAll(order, i -> i);
    random.shuffle(order);
    int[] marked = new int[b.tokens];
    int chosen = (int) (count * (b.marked() + b.adjust) * (1 + b.dropout));
    for (int i = 0; i < Math.min(chosen, count); i++) {
      int top = b.axes == 1 ? 0 : order[i] / across * b.length;
      int left = order[i] % across * b.length;
      int bottom = b.axes == 1 ? 1 : Math.min(side, top + b.length);
      for (int y = top; y < bottom; y++) {
        for (int x = left; x < Math.min(side, left + b.length); x++) {
          marked[y * side + x] = 1;
        }
      }
    }
    return marked;
  }

  /// Marks random neighbours of marked cells, ring after ring, until `target` are marked.
  private static void expand(int[] marked, Blocks b, int target, RandomStream random) {
    int count = Arrays.stream(marked).sum();
    while (count < target) {
      int[] ring = neighbours(marked, b);
      int step = Math.min(ring.length, target - count);
      if (step == 0) {
        return;
      }
      flip(marked, ring, step, random);
      count += step;
    }
  }

  private static int[] neighbours(int[] marked, Blocks b) {
    int side = b.side();
    int rows = b.axes == 1 ? 1 : side;
    int[] out = new int[marked.length];
    int n = 0;
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < side; x++) {
        int i = y * side + x;
        boolean near =
            (x > 0 && marked[i - 1] == 1)
                || (x + 1 < side && marked[i + 1] == 1)
                || (y > 0 && marked[i - side] == 1)
                || (y + 1 < rows && marked[i + side] == 1);
        if (marked[i] == 0 && near) {
          out[n++] = i;
        }
      }
    }
    return Arrays.copyOf(out, n);
  }

  private static int[] candidates(int[] marked, int value) {
    int[] out = new int[marked.length];
    int n = 0;
    for (int i = 0; i < marked.length; i++) {
      if (marked[i] == value) {
        out[n++] = i;
      }
    }
    return Arrays.copyOf(out, n);
  }

  /// Flips `count` of the cells, drawn without replacement.
  private static void flip(int[] marked, int[] cells, int count, RandomStream random) {
    for (int i = 0; i < count; i++) {
      int j = i + random.nextInt(cells.length - i);
      int cell = cells[j];
      cells[j] = cells[i];
      marked[cell] = 1 - marked[cell];
    }
  }

  private static int clamp(int i, int side) {
    return Math.max(0, Math.min(side - 1, i));
  }
}
