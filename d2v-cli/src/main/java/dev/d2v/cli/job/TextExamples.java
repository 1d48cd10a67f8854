package dev.d2v.cli.job;

import dev.d2v.cli.report.Exhibit;
import dev.d2v.data.eval.BagOfTokens;
import dev.d2v.data.eval.Features;
import dev.d2v.data.text.TextTokenizer;
import dev.d2v.model.Batch;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.train.FeatureReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Texts in order.
///
/// @param texts tokens of each, special ones included, without padding
/// @param labels class of each, or -1
/// @param tokenizer their vocabulary
record TextExamples(int[][] texts, int[] labels, TextTokenizer tokenizer) implements Examples {
  @Override
  public int count() {
    return texts.length;
  }

  @Override
  public float[][] read(FeatureReader reader) {
    return reader.read(count(), FeatureReader.size("TEXT"), this::padded);
  }

  /// Rows as long as the longest of them.
  private Batch padded(int from, int count) {
    int length = 1;
    for (int i = from; i < from + count; i++) {
      length = Math.max(length, texts[i].length);
    }
    int[] ids = new int[count * length];
    Arrays.fill(ids, TextConfig.PAD);
    for (int i = 0; i < count; i++) {
      System.arraycopy(texts[from + i], 0, ids, i * length, texts[from + i].length);
    }
    return new Batch.Texts(ids, count);
  }

  @Override
  public Features baseline() {
    return BagOfTokens.of(texts, tokenizer.size());
  }

  @Override
  public Examples few(int limit) {
    int[] chosen = Examples.spread(count(), limit);
    int[][] some = new int[chosen.length][];
    Arrays.setAll(some, i -> texts[chosen[i]]);
    return new TextExamples(some, Examples.pick(labels, chosen), tokenizer);
  }

  @Override
  public int length(int i) {
    return texts[i].length;
  }

  @Override
  public Exhibit exhibit(int i) {
    List<String> tokens = new ArrayList<>();
    for (int id : texts[i]) {
      tokens.add(tokenizer.decode(new int[] {id}));
    }
    return new Exhibit.Passage(tokens);
  }
}
