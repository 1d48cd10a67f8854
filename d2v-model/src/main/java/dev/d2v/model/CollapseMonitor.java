package dev.d2v.model;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Watches whether representations keep apart. A loss can fall because the targets became easy, so
/// it is shown beside
///
/// - `target_var`, `pred_var`: spread of targets and predictions over masked places, what the
///   official code logs;
/// - `feature_var`: spread of the local features over all places; a collapsed patch embedding shows
///   here alone;
/// - `sample_var`: spread of the teacher's mean-pooled last layer over samples: what a probe will
///   have to work with.
///
/// Spread is the mean over channels of the standard deviation, `sqrt(var_unbiased + 1e-6)`.
public final class CollapseMonitor {
  private static final List<String> TAUGHT = List.of("target_var", "feature_var", "sample_var");

  private final StepIndices index;
  private final Pass pass;
  private final Map<String, Tensor> spreads = new LinkedHashMap<>();

  /// A monitor of one step.
  ///
  /// @param taught whether a teacher shows targets and samples
  public CollapseMonitor(StepIndices index, boolean taught, Pass pass) {
    this.index = index;
    this.pass = pass;
    for (String name : taught ? TAUGHT : List.of("feature_var")) {
      spreads.put(name, pass.take(1));
    }
  }

  /// Spreads by name, each (1).
  public Map<String, Tensor> spreads() {
    return spreads;
  }

  /// Sees the local features F (B,T,C).
  public void features(Tensor F) {
    spread("feature_var", F, index.places(), F.shape().rows());
  }

  /// Sees the targets Y (B,T,C).
  public void targets(Tensor Y) {
    spread("target_var", Y, index.target(), Math.toIntExact(index.target().size()));
  }

  /// Sees the teacher's last layer (B,E+T,C) for B samples of T tokens.
  public void samples(Tensor y, int B, int T) {
    int C = y.shape().dim(-1);
    try (var _ = pass.workspace().mark()) {
      Tensor tokens = y;
      if (index.strip() != null) {
        tokens = pass.take(B, T, C);
        pass.kernels().gather().gatherRows(tokens, y, null, index.strip(), B * T, C);
      }
      Tensor mean = pass.take(B, C);
      pass.kernels().norm().meanTokens(mean, tokens, B, T, C);
      spread("sample_var", mean, index.places(), B);
    }
  }

  private void spread(String name, Tensor x, Tensor rows, int n) {
    Tensor out = spreads.get(name);
    if (out != null) {
      pass.kernels().loss().spread(out, x, rows, n, x.shape().dim(-1));
    }
  }
}
