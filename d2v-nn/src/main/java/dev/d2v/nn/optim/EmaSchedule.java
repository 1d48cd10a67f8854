package dev.d2v.nn.optim;

/// The decay d of the teacher, `t = d t + (1-d) p`, of every update. A decay of 1 or more freezes
/// the teacher.
public sealed interface EmaSchedule {
  /// The decay that the teacher's update after optimiser update u (counted from 1) uses.
  double at(long update);

  /// `d = end - (end - start)(1 - u/annealUpdates)`, end from there on: the official one.
  ///
  /// @param start decay at update 0
  /// @param end last decay
  /// @param annealUpdates where it is reached; 0 = end from the beginning
  record Linear(double start, double end, long annealUpdates) implements EmaSchedule {
    /// Checks the decays.
    public Linear {
      check(start, end, annealUpdates);
    }

    @Override
    public double at(long update) {
      if (update >= annealUpdates || start == end) {
        return end;
      }
      return end - (end - start) * (1 - (double) update / annealUpdates);
    }
  }

  /// `d = end - (end - start)(1 + cos(pi progress))/2`, `progress = u/totalUpdates`, end from there
  /// on.
  ///
  /// @param start decay at update 0
  /// @param end last decay
  /// @param totalUpdates number of updates of the run
  record Cosine(double start, double end, long totalUpdates) implements EmaSchedule {
    /// Checks the decays.
    public Cosine {
      check(start, end, totalUpdates);
    }

    @Override
    public double at(long update) {
      return cosine(start, end, update, totalUpdates);
    }
  }

  /// start during the warm-up, then [Cosine] over what is left: in step with a learning rate of
  /// [Schedule.CosineWarmup].
  ///
  /// @param start decay until the end of the warm-up
  /// @param end last decay
  /// @param warmupUpdates length of the warm-up
  /// @param totalUpdates number of updates of the run
  record CosineWarmup(double start, double end, long warmupUpdates, long totalUpdates)
      implements EmaSchedule {
    /// Checks the decays and the lengths.
    public CosineWarmup {
      check(start, end, totalUpdates);
      if (warmupUpdates < 0 || warmupUpdates > totalUpdates) {
        throw new IllegalArgumentException(
            "EMA: a warm-up of %d updates does not fit a run of %d"
                .formatted(warmupUpdates, totalUpdates));
      }
    }

    @Override
    public double at(long update) {
      return update < warmupUpdates
          ? start
          : cosine(start, end, update - warmupUpdates, totalUpdates - warmupUpdates);
    }
  }

  private static double cosine(double start, double end, long done, long of) {
    if (done >= of) {
      return end;
    }
    return end - (end - start) * 0.5 * (1 + Math.cos(Math.PI * done / of));
  }

  private static void check(double start, double end, long updates) {
    if (!(start >= 0) || !(end >= 0) || updates < 0) {
      throw new IllegalArgumentException(
          "EMA: decays and updates cannot be negative, got start %s, end %s, %d updates"
              .formatted(start, end, updates));
    }
  }
}
