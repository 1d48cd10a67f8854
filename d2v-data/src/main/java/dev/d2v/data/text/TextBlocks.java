package dev.d2v.data.text;

import dev.d2v.data.DataException;
import java.util.Arrays;

/// A text as rows of T tokens, read from a [TokenStore] when asked for. Safe for several threads.
///
/// - [#contiguous]: the text as one long sequence, cut every T - 1 tokens, wherever documents end
///   (fairseq's `sample_break_mode none`); each row begins with `<s>`. The last row may be shorter.
/// - [#documents]: a document a row (`complete`), `<s> ... </s>`; the rest of one that is longer is
///   left away.
///
/// Shorter rows are padded with `<pad>`.
public final class TextBlocks {
  private final TokenStore store;
  private final int length;
  private final boolean perDocument;
  private final int first;
  private final int size;

  private TextBlocks(TokenStore store, int length, boolean perDocument, int first, int size) {
    this.store = store;
    this.length = length;
    this.perDocument = perDocument;
    this.first = first;
    this.size = size;
  }

  /// Rows across the borders of documents.
  ///
  /// @param length T, at least 2
  /// @throws DataException when there are more than 2^31 - 1 rows
  public static TextBlocks contiguous(TokenStore store, int length) {
    if (length < 2) {
      throw new IllegalArgumentException(
          "a row has at least 2 tokens, <s> and one more, got " + length);
    }
    long rows = (store.tokens() + length - 2) / (length - 1);
    return new TextBlocks(store, length, false, 0, rows(store, rows));
  }

  /// A row for each document.
  ///
  /// @param length T, at least 3
  /// @throws DataException when there are more than 2^31 - 1 documents
  public static TextBlocks documents(TokenStore store, int length) {
    if (length < 3) {
      throw new IllegalArgumentException(
          "a row has at least 3 tokens, <s>, </s> and one between them, got " + length);
    }
    return new TextBlocks(store, length, true, 0, rows(store, store.documents()));
  }

  private static int rows(TokenStore store, long rows) {
    if (rows > Integer.MAX_VALUE) {
      throw new DataException(
          "%s: expected at most %d rows, found %d. Use longer rows, or part of the text."
              .formatted(store.file(), Integer.MAX_VALUE, rows));
    }
    return (int) rows;
  }

  /// Rows `from` (included) to `to` (excluded), to hold some out.
  public TextBlocks range(int from, int to) {
    if (from < 0 || to < from || to > size) {
      throw new IllegalArgumentException(
          "expected rows within [0, %d), got [%d, %d)".formatted(size, from, to));
    }
    return new TextBlocks(store, length, perDocument, first + from, to - from);
  }

  /// Where it comes from, for messages.
  public String name() {
    return store.file().toString();
  }

  /// Number of rows.
  public int size() {
    return size;
  }

  /// T, tokens of a row.
  public int length() {
    return length;
  }

  /// Its vocabulary's special tokens.
  public SpecialTokens special() {
    return store.special();
  }

  /// Writes the T tokens of row `row` into `into`, from `at` on.
  ///
  /// @return how many are not padding
  /// @throws DataException when the file cannot be read
  public int read(int row, int[] into, int at) {
    if (row < 0 || row >= size) {
      throw new IllegalArgumentException("expected a row in [0, %d), got %d".formatted(size, row));
    }
    SpecialTokens special = store.special();
    long number = (long) first + row;
    long from = perDocument ? store.documentStart(number) : number * (length - 1);
    long to = perDocument ? store.documentEnd(number) : store.tokens();
    int count = (int) Math.min(length - 1, to - from);
    into[at] = special.bos();
    store.read(from, count, into, at + 1);
    if (perDocument) {
      into[at + count] = special.eos();
    }
    Arrays.fill(into, at + 1 + count, at + length, special.pad());
    return 1 + count;
  }
}
