package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.kernel.ConvShape;

/// A grouped convolution of stride 1 between two grids ([ConvAxis]): the forward from x to y, or
/// the backward from dy to dx. The channels of a group's grid entry are its phases' channels, phase
/// by phase, row phases outside.
///
/// @param in channels of a group of the source tensor
/// @param out channels of a group of the target tensor
/// @param turned whether the weight is stored from target to source: the backward
record ConvView(
    int batch, int groups, ConvAxis rows, ConvAxis columns, int in, int out, boolean turned) {
  /// Folds to choose from, the largest for single channels.
  private static final int MOST_FOLD = 16;

  static ConvView forward(ConvShape s, int fold) {
    return new ConvView(
        s.batch(),
        s.groups(),
        ConvAxis.forward(
            s.kernelHeight(), s.strideHeight(), s.padTop(), s.height(), s.outHeight(), 1),
        ConvAxis.forward(
            s.kernelWidth(), s.strideWidth(), s.padLeft(), s.width(), s.outWidth(), fold),
        s.inChannels() / s.groups(),
        s.outChannels() / s.groups(),
        false);
  }

  static ConvView backward(ConvShape s, int fold) {
    return new ConvView(
        s.batch(),
        s.groups(),
        ConvAxis.backward(
            s.kernelHeight(), s.strideHeight(), s.padTop(), s.height(), s.outHeight(), 1),
        ConvAxis.backward(
            s.kernelWidth(), s.strideWidth(), s.padLeft(), s.width(), s.outWidth(), fold),
        s.outChannels() / s.groups(),
        s.inChannels() / s.groups(),
        true);
  }

  /// The fold along columns for which vectors do least work, when `channels` of a place lie along
  /// their lanes: vectors times taps, for each place.
  static int fold(int channels, int kernel, int stride, int places) {
    int best = 1;
    double least = work(1, channels, kernel, stride);
    for (int fold = 2; fold <= Math.min(MOST_FOLD, places); fold *= 2) {
      double work = work(fold, channels, kernel, stride);
      if (1.1 * work < least) {
        best = fold;
        least = work;
      }
    }
    return best;
  }

  private static double work(int fold, int channels, int kernel, int stride) {
    int together = Math.min(fold, Math.ceilDiv(GemmTile.V, channels));
    double vectors = Math.ceilDiv(fold * channels, GemmTile.V);
    return vectors * (kernel + (together - 1) * stride) / fold;
  }

  /// Channels of an entry of a group's source grid.
  int sourceChannels() {
    return rows.sourcePhases() * columns.sourcePhases() * in;
  }

  /// Channels of an entry of a group's target grid.
  int targetChannels() {
    return rows.targetPhases() * columns.targetPhases() * out;
  }

  /// Row tap that joins a source channel, m rows on, with a target channel, or -1.
  int rowTap(int m, int sourceChannel, int targetChannel) {
    int e = sourceChannel / in / columns.sourcePhases();
    return rows.tap(m, e, targetChannel / out / columns.targetPhases());
  }

  /// Column tap that joins a source channel, m columns on, with a target channel, or -1.
  int columnTap(int m, int sourceChannel, int targetChannel) {
    int e = sourceChannel / in % columns.sourcePhases();
    return columns.tap(m, e, targetChannel / out % columns.targetPhases());
  }

  /// Place in the weight, taps excluded: `(o, i)` as stored, times the number of taps.
  int weightRow(int g, int sourceChannel, int targetChannel) {
    int from = sourceChannel % in;
    int to = targetChannel % out;
    int pair = turned ? (g * in + from) * out + to : (g * out + to) * in + from;
    return pair * rows.kernel() * columns.kernel();
  }

  /// Places of the target's grid in one sample.
  int places() {
    return rows.count() * columns.count();
  }
}
