package dev.d2v.cli.job;

import dev.d2v.cli.run.Modality;
import dev.d2v.data.text.LabelledText;
import dev.d2v.data.text.TextBatch;
import dev.d2v.data.text.TextBlocks;
import dev.d2v.data.text.TextLoader;
import dev.d2v.data.text.TextSource;
import dev.d2v.data.text.TextTokenizer;
import dev.d2v.data.text.TokenStore;
import dev.d2v.model.Batch;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.train.FeatureReader;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.TextData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The text of a run: rows of tokens to learn from, and texts to measure with.
final class TextSamples implements RunSamples {
  /// At most so many texts teach a probe.
  private static final int TRAIN_LIMIT = 6_000;

  /// At most so many test it.
  private static final int TEST_LIMIT = 2_000;

  /// Of a text without a held-out part, one row in so many is held out, at its end.
  private static final int HELD_OUT_PART = 20;

  private final Recipe recipe;
  private final TextData data;
  private final TextTokenizer tokenizer;
  private final TextParts parts;
  private final Optional<Path> source;
  private final Path folder;
  private final List<TokenStore> stores = new ArrayList<>();
  private @Nullable Rows rows;

  /// Rows to learn from and rows that are held out.
  private record Rows(TokenStore store, TextBlocks train, TextBlocks heldOut) {}

  private TextSamples(
      Recipe recipe, TextTokenizer tokenizer, TextParts parts, Optional<Path> source, Path folder) {
    this.recipe = recipe;
    this.data = Objects.requireNonNull(recipe.data().text());
    this.tokenizer = tokenizer;
    this.parts = parts;
    this.source = source;
    this.folder = folder;
  }

  /// Opens a file or a folder; empty: the sample that the project ships. Nothing is read before it
  /// is needed.
  ///
  /// @param folder where tokens are kept
  static TextSamples open(
      Recipe recipe, Optional<Path> source, TextTokenizer tokenizer, Path folder) {
    TextData data = Objects.requireNonNull(recipe.data().text());
    TextParts parts =
        TextParts.of(source.orElseGet(Vocabulary::sample), data.lines(), data.length(), tokenizer);
    return new TextSamples(recipe, tokenizer, parts, source, folder);
  }

  @Override
  public Modality modality() {
    return Modality.TEXT;
  }

  @Override
  public String name() {
    return parts.name();
  }

  @Override
  public Optional<Path> source() {
    return source;
  }

  @Override
  public String described() {
    Rows all = rows();
    String heldOut =
        parts
            .labelled()
            .map(l -> "%,d labelled texts".formatted(l.heldOut().size()))
            .orElseGet(() -> "%,d rows".formatted(all.heldOut.size()));
    return String.format(
        Locale.ROOT,
        "%s: %,d tokens in %,d rows of %d, %s held out (%s)",
        name(),
        all.store.tokens(),
        all.train.size(),
        data.length(),
        heldOut,
        parts.how());
  }

  @Override
  public String input() {
    TextConfig text = Objects.requireNonNull(recipe.model().text());
    return String.format(Locale.ROOT, "%,d tokens", text.vocabulary());
  }

  @Override
  public String batch() {
    return "%d texts of %d tokens".formatted(size(), data.length());
  }

  private int size() {
    return data.share().batch(recipe.train().batch());
  }

  @Override
  public List<Batch.Shape> trainedShapes() {
    // the rows must be there before memory is planned for them
    rows();
    return List.of(new Batch.Shape(modality().key(), size(), data.length()));
  }

  @Override
  public List<Batch.Shape> readShapes() {
    return List.of(FeatureReader.shape(new Batch.Shape(modality().key(), 1, data.length())));
  }

  /// The rows, made of the text when they are first asked for.
  private Rows rows() {
    Rows known = rows;
    if (known != null) {
      return known;
    }
    TokenStore store = store(parts.train(), "tokens-train.bin");
    TextBlocks all = blocks(store);
    Rows made;
    if (parts.heldOut().isPresent()) {
      TextBlocks rest =
          parts.labelled().isPresent()
              ? all.range(0, 0)
              : blocks(store(parts.heldOut().get(), "tokens-held-out.bin"));
      made = new Rows(store, all, rest);
    } else {
      int held = Math.max(1, Math.min(TEST_LIMIT, all.size() / HELD_OUT_PART));
      int learned = Math.max(1, all.size() - held);
      made = new Rows(store, all.range(0, learned), all.range(all.size() - held, all.size()));
    }
    rows = made;
    return made;
  }

  private TokenStore store(TextSource text, String file) {
    TokenStore store = TokenStore.open(text, tokenizer, folder.resolve(file));
    stores.add(store);
    return store;
  }

  private TextBlocks blocks(TokenStore store) {
    return data.lines()
        ? TextBlocks.documents(store, data.length())
        : TextBlocks.contiguous(store, data.length());
  }

  @Override
  public Loader loader(int workers) {
    TextLoader loader =
        new TextLoader(
            rows().train,
            TextLoader.Settings.of(size(), recipe.train().seed(), Math.min(1, workers)));
    return new Loader() {
      @Override
      public Batch batch(long number) {
        TextBatch batch = loader.batch(number);
        return new Batch.Texts(batch.ids(), batch.count());
      }

      @Override
      public void close() {
        loader.close();
      }
    };
  }

  @Override
  public Examples train(int threads) {
    return parts
        .labelled()
        .map(l -> examples(l.train(), TRAIN_LIMIT))
        .orElseGet(() -> examples(rows().train, TRAIN_LIMIT));
  }

  @Override
  public Examples heldOut(int threads) {
    return parts
        .labelled()
        .map(l -> examples(l.heldOut(), TEST_LIMIT))
        .orElseGet(() -> examples(rows().heldOut, TEST_LIMIT));
  }

  private TextExamples examples(LabelledText texts, int limit) {
    int[] chosen = Examples.spread(texts.size(), limit);
    int[][] ids = new int[chosen.length][];
    int[] labels = new int[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      ids[i] = texts.ids(chosen[i]);
      labels[i] = texts.label(chosen[i]);
    }
    return new TextExamples(ids, labels, tokenizer);
  }

  private TextExamples examples(TextBlocks blocks, int limit) {
    int[] chosen = Examples.spread(blocks.size(), limit);
    int[][] ids = new int[chosen.length][];
    int[] labels = new int[chosen.length];
    Arrays.fill(labels, -1);
    for (int i = 0; i < chosen.length; i++) {
      int[] row = new int[data.length()];
      ids[i] = Arrays.copyOf(row, blocks.read(chosen[i], row, 0));
      System.arraycopy(row, 0, ids[i], 0, ids[i].length);
    }
    return new TextExamples(ids, labels, tokenizer);
  }

  @Override
  public boolean labelled() {
    return parts.labelled().isPresent();
  }

  @Override
  public List<String> classNames() {
    return parts.labelled().map(l -> l.train().classNames()).orElse(List.of());
  }

  @Override
  public String skipped() {
    StringBuilder text = new StringBuilder();
    for (TokenStore store : stores) {
      String now = store.skipped().summary();
      String before =
          store.skippedFiles() == 0
              ? ""
              : "Left out %d files of text that cannot be read.".formatted(store.skippedFiles());
      text.append(now.isEmpty() ? before : now).append(' ');
    }
    return text.toString().strip();
  }

  @Override
  public void close() {
    stores.forEach(TokenStore::close);
  }
}
