package dev.d2v.model;

import dev.d2v.tensor.random.RandomStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Draws masks, one row at a time; 1 = masked. Counts are exact: every row of a configuration masks
/// the same number of tokens. Source: fairseq `compute_block_mask_1d`, `compute_block_mask_2d`,
/// `random_masking`.
public final class Masks {
  private final int[] marked;
  private final int[] cells;
  private @Nullable MaskConfig known;
  private @Nullable Blocks blocks;

  /// Draws masks of so many tokens, over and over in the same arrays.
  public Masks(int tokens) {
    marked = new int[tokens];
    cells = new int[tokens];
  }

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

  /// T.
  public int tokens() {
    return marked.length;
  }

  /// The mask of a configuration, into `to[at .. at + T)`.
  public void draw(MaskConfig config, int axes, RandomStream random, int[] to, int at) {
    switch (config.kind()) {
      case RANDOM -> drawRandom(config.ratio(), random);
      case BLOCK -> drawBlocks(blocks(config, axes), random);
    }
    System.arraycopy(marked, 0, to, at, marked.length);
  }

  /// Blocks as a configuration has them, kept for the next mask.
  private Blocks blocks(MaskConfig config, int axes) {
    Blocks same = blocks;
    if (same != null && same.axes == axes && config.equals(known)) {
      return same;
    }
    Blocks made =
        new Blocks(
            axes,
            marked.length,
            config.ratio(),
            config.length(),
            config.adjust(),
            config.inverse(),
            config.dropout(),
            true,
            config.nonOverlapping(),
            config.expandAdjacent());
    known = config;
    blocks = made;
    return made;
  }

  /// The mask of a configuration for `tokens` tokens.
  public static int[] draw(MaskConfig config, int axes, int tokens, RandomStream random) {
    int[] mask = new int[tokens];
    new Masks(tokens).draw(config, axes, random, mask, 0);
    return mask;
  }

  /// Single tokens: `int(T * (1 - ratio))` stay visible, every set of them equally likely.
  public static int[] random(int tokens, double ratio, RandomStream random) {
    Masks masks = new Masks(tokens);
    masks.drawRandom(ratio, random);
    return masks.marked;
  }

  /// Blocks around random centres (with replacement), cut off at the border, then single cells
  /// added or removed until exactly `int(T * p)` are marked.
  public static int[] blocks(Blocks b, RandomStream random) {
    Masks masks = new Masks(b.tokens);
    masks.drawBlocks(b, random);
    return masks.marked;
  }

  private void drawRandom(double ratio, RandomStream random) {
    int tokens = marked.length;
    for (int i = 0; i < tokens; i++) {
      cells[i] = i;
    }
    random.shuffle(cells);
    Arrays.fill(marked, 1);
    int keep = (int) (tokens * (1 - ratio));
    for (int i = 0; i < keep; i++) {
      marked[cells[i]] = 0;
    }
  }

  private void drawBlocks(Blocks b, RandomStream random) {
    Arrays.fill(marked, 0);
    if (b.nonOverlapping) {
      tiles(b, random);
    } else {
      centred(b, random);
    }
    if (b.exact) {
      int target = (int) (b.tokens * b.marked());
      if (b.expandAdjacent) {
        expand(b, (int) (target * (1 + b.dropout)), random);
      }
      int count = count();
      if (count > target) {
        flip(candidates(1), count - target, random);
      } else {
        flip(candidates(0), target - count, random);
      }
    }
    if (b.inverse) {
      for (int i = 0; i < marked.length; i++) {
        marked[i] = 1 - marked[i];
      }
    }
  }

  private int count() {
    int count = 0;
    for (int m : marked) {
      count += m;
    }
    return count;
  }

  private void centred(Blocks b, RandomStream random) {
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
  }

  private void tiles(Blocks b, RandomStream random) {
    int side = b.side();
    int across = (side + b.length - 1) / b.length;
    int count = b.axes == 1 ? across : across * across;
    int[] order = new int[count];
    Arrays.setAll(order, i -> i);
    random.shuffle(order);
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
  }

  /// Marks random neighbours of marked cells, ring after ring, until `target` are marked.
  private void expand(Blocks b, int target, RandomStream random) {
    int count = count();
    while (count < target) {
      int ring = neighbours(b);
      int step = Math.min(ring, target - count);
      if (step == 0) {
        return;
      }
      flip(ring, step, random);
      count += step;
    }
  }

  /// Puts the unmarked neighbours of marked cells into `cells` and says how many there are.
  private int neighbours(Blocks b) {
    int side = b.side();
    int rows = b.axes == 1 ? 1 : side;
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
          cells[n++] = i;
        }
      }
    }
    return n;
  }

  /// Puts the cells with that value into `cells` and says how many there are.
  private int candidates(int value) {
    int n = 0;
    for (int i = 0; i < marked.length; i++) {
      if (marked[i] == value) {
        cells[n++] = i;
      }
    }
    return n;
  }

  /// Flips `count` of the first `there` of `cells`, drawn without replacement.
  private void flip(int there, int count, RandomStream random) {
    for (int i = 0; i < count; i++) {
      int j = i + random.nextInt(there - i);
      int cell = cells[j];
      cells[j] = cells[i];
      marked[cell] = 1 - marked[cell];
    }
  }

  private static int clamp(int i, int side) {
    return Math.max(0, Math.min(side - 1, i));
  }
}
