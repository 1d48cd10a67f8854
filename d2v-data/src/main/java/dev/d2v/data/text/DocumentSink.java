package dev.d2v.data.text;

/// Takes documents in parts, so that none need be in memory.
interface DocumentSink {
  /// A part, never empty; parts are cut where two pieces of the tokenizer meet.
  ///
  /// @param begins whether it is the first of its document
  void part(String text, boolean begins);

  /// The document that had parts ends.
  void end();
}
