package dev.d2v.tensor.kernel.vector;

/// One axis of a convolution as a convolution of stride 1: strides are taken apart into *phases*,
/// which become channels.
///
/// The axis is read through a grid. Entry j of the source's grid stands for `sourcePhases`
/// neighbouring elements, its phases, and likewise on the target's side; target entry j sums over
/// source entries `j + m`, m < taps. Which tap of the kernel joins two phases is linear in all
/// three:
///
/// ```text
/// source element   j * sourcePhases + e + sourceShift
/// target element   j * targetPhases + f + targetShift
/// tap(m, e, f)     first + perTap * m + perSource * e + perTarget * f, none outside [0, kernel)
/// ```
///
/// A stride s makes s phases on the side of the input. A *fold* of n makes n times as many phases
/// on both sides, so that few channels of n neighbouring places fill a vector together.
///
/// @param sources elements of the source; outside there are zeros
/// @param targets elements of the target; outside nothing is written
/// @param count entries of the target's grid
record ConvAxis(
    int sources,
    int sourcePhases,
    int sourceShift,
    int targets,
    int targetPhases,
    int targetShift,
    int count,
    int kernel,
    int taps,
    int first,
    int perTap,
    int perSource,
    int perTarget) {

  /// From x to y: `y[p] = sum over r of w[r] x[p * stride + r - pad]`.
  static ConvAxis forward(int kernel, int stride, int pad, int in, int out, int fold) {
    int phases = fold * stride;
    int taps = (kernel - 1 + stride * (fold - 1)) / phases + 1;
    int count = Math.ceilDiv(out, fold);
    return new ConvAxis(in, phases, -pad, out, fold, 0, count, kernel, taps, 0, phases, 1, -stride);
  }

  /// From dy to dx: `dx[u]` sums the products in which [#forward] used `x[u]`.
  static ConvAxis backward(int kernel, int stride, int pad, int in, int out, int fold) {
    int phases = fold * stride;
    int taps = (kernel - 1 + stride * (fold - 1)) / phases + 1;
    int start = pad / phases;
    int count = (pad + in - 1) / phases - start + 1;
    return new ConvAxis(
        out,
        fold,
        fold * (start - taps + 1),
        in,
        phases,
        phases * start - pad,
        count,
        kernel,
        taps,
        phases * (taps - 1),
        -phases,
        -stride,
        1);
  }

  /// Source element of a grid entry's phase: there is one only in [firstSource, endSource).
  int source(int j, int phase) {
    return j * sourcePhases + phase + sourceShift;
  }

  /// First grid entry whose phase is inside the source.
  int firstSource(int phase) {
    return Math.ceilDiv(-sourceShift - phase, sourcePhases);
  }

  /// One past the last grid entry whose phase is inside the source.
  int endSource(int phase) {
    return Math.ceilDiv(sources - sourceShift - phase, sourcePhases);
  }

  /// Target element of a grid entry's phase: there is one only in [firstTarget, endTarget).
  int target(int j, int phase) {
    return j * targetPhases + phase + targetShift;
  }

  /// First grid entry whose phase is inside the target.
  int firstTarget(int phase) {
    return Math.ceilDiv(-targetShift - phase, targetPhases);
  }

  /// One past the last grid entry whose phase is inside the target.
  int endTarget(int phase) {
    return Math.ceilDiv(targets - targetShift - phase, targetPhases);
  }

  /// The kernel's tap by which a source phase, m entries on, enters a target phase, or -1.
  int tap(int m, int sourcePhase, int targetPhase) {
    int tap = first + perTap * m + perSource * sourcePhase + perTarget * targetPhase;
    return tap < kernel ? Math.max(tap, -1) : -1;
  }
}
