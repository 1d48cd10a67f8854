package dev.d2v.data.text;

import dev.d2v.data.DataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/// Texts with labels, in memory, for probes and fine-tuning: each as `<s> ... </s>`, of at most T
/// tokens; what is longer loses its end.
public final class LabelledText {
  private final String name;
  private final int length;
  private final SpecialTokens special;
  private final List<String> texts;
  private final int[][] ids;
  private final int[] labels;
  private final List<String> classNames;

  private LabelledText(
      String name,
      int length,
      SpecialTokens special,
      List<String> texts,
      int[][] ids,
      int[] labels,
      List<String> classNames) {
    this.name = name;
    this.length = length;
    this.special = special;
    this.texts = List.copyOf(texts);
    this.ids = ids;
    this.labels = labels;
    this.classNames = List.copyOf(classNames);
  }

  /// Reads JSON lines, `{"text": ..., "label": ...}`; classes are numbered in the order of their
  /// names.
  ///
  /// @param length T, at least 3
  /// @throws DataException when the file has no texts, one has no label, or it is not UTF-8
  /// @throws dev.d2v.tensor.io.FormatException when a line is not JSON
  public static LabelledText read(Path file, TextTokenizer tokenizer, int length) {
    List<JsonLines.Document> documents = documents(file);
    TreeSet<String> names = new TreeSet<>();
    documents.forEach(document -> document.label().ifPresent(names::add));
    return of(file, documents, tokenizer, length, List.copyOf(names));
  }

  /// Reads another part of the same data, whose classes are numbered as in the first.
  ///
  /// @throws DataException also when a label is not among `classNames`
  public static LabelledText read(
      Path file, TextTokenizer tokenizer, int length, List<String> classNames) {
    return of(file, documents(file), tokenizer, length, classNames);
  }

  private static List<JsonLines.Document> documents(Path file) {
    List<JsonLines.Document> documents = new ArrayList<>();
    JsonLines.read(file, documents::add);
    if (documents.isEmpty()) {
      throw new DataException(
          "%s: expected lines such as {\"text\": \"...\", \"label\": \"...\"}, found none."
              .formatted(file));
    }
    return documents;
  }

  private static LabelledText of(
      Path file,
      List<JsonLines.Document> documents,
      TextTokenizer tokenizer,
      int length,
      List<String> classNames) {
    if (length < 3) {
      throw new IllegalArgumentException(
          "a row has at least 3 tokens, <s>, </s> and one between them, got " + length);
    }
    int n = documents.size();
    List<String> texts = new ArrayList<>(n);
    int[][] ids = new int[n][];
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      JsonLines.Document document = documents.get(i);
      String label =
          document
              .label()
              .orElseThrow(() ->
                  new DataException(
                      "%s: line %d: expected a \"label\", found none."
                          .formatted(file, document.line())));
      labels[i] = classNames.indexOf(label);
      if (labels[i] < 0) {
        throw new DataException(
            "%s: line %d: expected a label of the other part, one of %s, found \"%s\"."
                .formatted(file, document.line(), classNames, label));
      }
      texts.add(document.text());
      ids[i] = row(tokenizer, document.text(), length);
    }
    return new LabelledText(
        file.toString(), length, tokenizer.special(), texts, ids, labels, classNames);
  }

  /// `<s>`, the text, `</s>`.
  private static int[] row(TextTokenizer tokenizer, String text, int length) {
    int[] body = tokenizer.encode(WordSplitter.stripped(text));
    int kept = Math.min(body.length, length - 2);
    int[] row = new int[kept + 2];
    row[0] = tokenizer.special().bos();
    System.arraycopy(body, 0, row, 1, kept);
    row[kept + 1] = tokenizer.special().eos();
    return row;
  }

  /// Where it comes from, for messages.
  public String name() {
    return name;
  }

  /// Number of texts.
  public int size() {
    return ids.length;
  }

  /// T, tokens of a row of a batch.
  public int length() {
    return length;
  }

  /// Text `i` as it stands in the file.
  public String text(int i) {
    return texts.get(i);
  }

  /// Tokens of text `i`, special ones included, without padding; a copy.
  public int[] ids(int i) {
    return ids[i].clone();
  }

  /// Class of text `i`, in [0, classNames().size()).
  public int label(int i) {
    return labels[i];
  }

  /// Names of the classes.
  public List<String> classNames() {
    return classNames;
  }

  /// Texts `from` to `from + count - 1` in rows of T, padded with `<pad>`; new arrays.
  public TextBatch batch(int from, int count) {
    if (from < 0 || count < 1 || from + count > ids.length) {
      throw new IllegalArgumentException(
          "expected texts within [0, %d), got %d from %d on".formatted(ids.length, count, from));
    }
    int[] rows = new int[Math.multiplyExact(count, length)];
    int[] items = new int[count];
    Arrays.fill(rows, special.pad());
    for (int i = 0; i < count; i++) {
      items[i] = from + i;
      System.arraycopy(ids[from + i], 0, rows, i * length, ids[from + i].length);
    }
    return new TextBatch(rows, count, length, items);
  }
}
