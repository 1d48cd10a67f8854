package dev.d2v.nn.optim;

/// The learning rate of every update, counted from 0. Sealed: those of the official code, and the
/// plain cosine.
public sealed interface Schedule {
  /// The learning rate that update u (the first is 0) uses.
  double at(long update);

  /// Always the same.
  ///
  /// @param lr the learning rate
  record Constant(double lr) implements Schedule {
    @Override
    public double at(long update) {
      return lr;
    }
  }

  /// The official cosine with restarts. Warm-up: `init + u (lr - init) / W` for u < W. Then, in
  /// period i with c updates done of its length P_i: `min_i + (max_i - min_i)(1 + cos(pi c / P_i))
  /// / 2` with `max_i = lr shrink^i`, `min_i = minLr shrink^i`, `P_i = P tMult^i`.
  ///
  /// @param lr highest learning rate
  /// @param warmupUpdates W
  /// @param maxUpdate number of updates of the run
  /// @param warmupInitLr where the warm-up begins; negative or NaN = minLr
  /// @param minLr where a period ends; lr when that is smaller
  /// @param periodUpdates P, length of the first period; 0 or less = maxUpdate - W
  /// @param tMult how much longer each period is than the one before
  /// @param shrink what a restart multiplies the rates by
  record Cosine(
      double lr,
      long warmupUpdates,
      long maxUpdate,
      double warmupInitLr,
      double minLr,
      long periodUpdates,
      double tMult,
      double shrink)
      implements Schedule {
    /// Checks that a period has a length.
    public Cosine {
      require(warmupUpdates >= 0, "cosine: warm-up updates", warmupUpdates);
      require(
          periodUpdates > 0 || maxUpdate > warmupUpdates,
          "cosine: updates after the warm-up",
          maxUpdate - warmupUpdates);
      require(tMult >= 1, "cosine: tMult must be at least 1; it", tMult);
    }

    /// One period over the whole run down to 0, as the published configurations have it.
    public static Cosine of(double lr, long warmupUpdates, long maxUpdate) {
      return new Cosine(lr, warmupUpdates, maxUpdate, -1, 0, 0, 1, 0.1);
    }

    @Override
    public double at(long update) {
      double lowest = Math.min(minLr, lr);
      if (update < warmupUpdates) {
        double init = warmupInitLr >= 0 ? warmupInitLr : lowest;
        return init + update * ((lr - init) / warmupUpdates);
      }
      double first = periodUpdates > 0 ? periodUpdates : maxUpdate - warmupUpdates;
      double done = update - warmupUpdates;
      double i;
      double length;
      double begin;
      if (tMult == 1) {
        i = Math.floor(done / first);
        length = first;
        begin = first * i;
      } else {
        i = Math.floor(Math.log(1 - done / first * (1 - tMult)) / Math.log(tMult));
        length = Math.pow(tMult, i) * first;
        begin = (1 - Math.pow(tMult, i)) / (1 - tMult) * first;
      }
      double factor = Math.pow(shrink, i);
      double low = lowest * factor;
      double high = lr * factor;
      return low + 0.5 * (high - low) * (1 + Math.cos(Math.PI * (done - begin) / length));
    }
  }

  /// Warm-up from `lr * initScale` to lr, hold, decay `lr finalScale^(s/decaySteps)`, then `lr *
  /// finalScale`.
  ///
  /// @param lr highest learning rate
  /// @param warmupSteps length of the warm-up
  /// @param holdSteps length of the plateau
  /// @param decaySteps length of the decay
  /// @param initScale first rate over lr, 0.01 usually
  /// @param finalScale last rate over lr
  record TriStage(
      double lr,
      long warmupSteps,
      long holdSteps,
      long decaySteps,
      double initScale,
      double finalScale)
      implements Schedule {
    /// Checks the lengths.
    public TriStage {
      require(warmupSteps >= 0, "tri-stage: warm-up steps", warmupSteps);
      require(holdSteps >= 0, "tri-stage: hold steps", holdSteps);
      require(decaySteps > 0, "tri-stage: decay steps", decaySteps);
      require(finalScale > 0, "tri-stage: final scale", finalScale);
    }

    /// Phases as parts of the run, each cut to whole updates.
    public static TriStage ofRatios(
        double lr,
        long maxUpdate,
        double warmup,
        double hold,
        double decay,
        double initScale,
        double finalScale) {
      return new TriStage(
          lr,
          (long) (maxUpdate * warmup),
          (long) (maxUpdate * hold),
          (long) (maxUpdate * decay),
          initScale,
          finalScale);
    }

    @Override
    public double at(long update) {
      if (update < warmupSteps) {
        double init = initScale * lr;
        return init + (lr - init) / warmupSteps * update;
      }
      long s = update - warmupSteps;
      if (s < holdSteps) {
        return lr;
      }
      s -= holdSteps;
      return s <= decaySteps
          ? lr * Math.exp(Math.log(finalScale) / decaySteps * s)
          : lr * finalScale;
    }
  }

  /// Warm-up `lr u / W` for u <= W, then `end + (lr - end)(1 - (u - W)/(total - W))^power`, end
  /// from update `total` on.
  ///
  /// @param lr highest learning rate
  /// @param warmupUpdates W
  /// @param totalUpdates where the end is reached
  /// @param endLr last learning rate
  /// @param power 1 = linear
  record Polynomial(double lr, long warmupUpdates, long totalUpdates, double endLr, double power)
      implements Schedule {
    /// Checks the lengths.
    public Polynomial {
      require(warmupUpdates >= 0, "polynomial: warm-up updates", warmupUpdates);
      require(totalUpdates > 0, "polynomial: total updates", totalUpdates);
    }

    @Override
    public double at(long update) {
      if (warmupUpdates > 0 && update <= warmupUpdates) {
        return lr * ((double) update / warmupUpdates);
      }
      if (update >= totalUpdates) {
        return endLr;
      }
      double left = 1 - (double) (update - warmupUpdates) / (totalUpdates - warmupUpdates);
      return (lr - endLr) * Math.pow(left, power) + endLr;
    }
  }

  /// Warm-up `lr u / W` for u < W, then `lr (1 + cos(pi progress)) / 2`, `progress = (u - W)/(total
  /// - W)`, 0 from update `total` on.
  ///
  /// @param lr highest learning rate
  /// @param warmupUpdates W
  /// @param totalUpdates number of updates of the run
  record CosineWarmup(double lr, long warmupUpdates, long totalUpdates) implements Schedule {
    /// Checks the lengths.
    public CosineWarmup {
      require(warmupUpdates >= 0, "cosine: warm-up updates", warmupUpdates);
      require(totalUpdates > warmupUpdates, "cosine: total updates past the warm-up", totalUpdates);
    }

    /// Warm-up over a fraction of the run in [0,1), cut to whole updates.
    public static CosineWarmup ofFraction(double lr, double warmupFraction, long totalUpdates) {
      return new CosineWarmup(lr, (long) (totalUpdates * warmupFraction), totalUpdates);
    }

    @Override
    public double at(long update) {
      if (update < warmupUpdates) {
        return lr * update / warmupUpdates;
      }
      double progress =
          Math.min(1, (double) (update - warmupUpdates) / (totalUpdates - warmupUpdates));
      return lr * 0.5 * (1 + Math.cos(Math.PI * progress));
    }
  }

  private static void require(boolean condition, String what, Number got) {
    if (!condition) {
      throw new IllegalArgumentException("schedule: " + what + " cannot be " + got);
    }
  }
}
