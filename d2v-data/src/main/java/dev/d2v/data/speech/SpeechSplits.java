package dev.d2v.data.speech;

/// A data set in two parts: what is learned from, and what is looked at only to measure.
///
/// @param train recordings to learn from
/// @param heldOut recordings to measure with, never trained on
/// @param how a sentence saying how the parts were made
public record SpeechSplits(SpeechDataset train, SpeechDataset heldOut, String how) {
  /// Whether labels mean the same in both parts. Parts with speakers of their own share none.
  public boolean sharedClasses() {
    return train.labelled() && train.classNames().equals(heldOut.classNames());
  }
}
