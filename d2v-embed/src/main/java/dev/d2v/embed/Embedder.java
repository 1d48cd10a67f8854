package dev.d2v.embed;

import dev.d2v.data.DataException;
import dev.d2v.data.Pixels;
import dev.d2v.model.checkpoint.LoadReport;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/// Vectors of images, recordings and texts: a trained model in an application.
///
/// ```java
/// try (Embedder embedder = Embedder.open(Path.of("data2vec-vision-base"))) {
///   float[] vector = embedder.embed(Path.of("cat.jpg"));
/// }
/// ```
///
/// What can be opened: the folder of a run of `d2v pretrain` or of one of its checkpoints; a `.pt`
/// file of data2vec 2.0 from fairseq, of text with the vocabulary's files beside it; a file that
/// `d2v convert` wrote; a folder with a data2vec 1.0 model of the Hugging Face hub (`config.json`,
/// weights, `preprocessor_config.json` or the tokenizer's files). A sample is preprocessed as the
/// model's training had it.
///
/// One embedder serves many threads: the weights are there once, and each of up to
/// [EmbedderOptions#sessions] calls that compute at once has threads and temporaries of its own,
/// which stay for the next call. Further calls wait. Closing waits for the calls that compute; a
/// call after it fails with an `IllegalStateException`.
public final class Embedder implements AutoCloseable {
  private static final int TOKENS_AT_ONCE = 8_192;
  private static final int SAMPLES_AT_ONCE = 960_000;

  private final String name;
  private final OpenedModel model;
  private final EmbedderOptions options;
  private final SessionPool sessions;

  private Embedder(String name, OpenedModel model, EmbedderOptions options) {
    this.name = name;
    this.model = model;
    this.options = options;
    this.sessions = new SessionPool(name, options);
  }

  /// Opens a model with [EmbedderOptions#defaults].
  public static Embedder open(Path path) throws IOException {
    return open(path, EmbedderOptions.defaults());
  }

  /// Opens a model.
  ///
  /// @throws IOException when a file cannot be read
  /// @throws dev.d2v.tensor.io.FormatException when the path holds no model, a file is not what it
  ///   should be, or its configuration asks for what is not supported
  /// @throws DataException when a vocabulary cannot be used, or is larger than the model's
  /// @throws IllegalArgumentException when the options ask for a layer or a teacher that it does
  ///   not have
  public static Embedder open(Path path, EmbedderOptions options) throws IOException {
    OpenedModel model = OpenedModel.open(path, options);
    try {
      int depth = model.engine().depth();
      for (int layer : options.layers()) {
        if (layer < 1 || layer > depth) {
          throw new IllegalArgumentException(
              "%s has layers 1 to %d, the options ask for %d".formatted(path, depth, layer));
        }
      }
      Set<Modality> reads = model.preparations().of().keySet();
      if (options.pooling() == Pooling.FIRST
          && reads.stream().noneMatch(model.engine()::hasFirst)) {
        throw new IllegalArgumentException(
            "%s has no token that stands for a whole sample, as pooling FIRST needs: use MEAN"
                .formatted(path));
      }
      return new Embedder(path.toString(), model, options);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /// Numbers of a vector.
  public int width() {
    return model.engine().width();
  }

  /// Number of layers.
  public int depth() {
    return model.engine().depth();
  }

  /// What the model reads.
  public Set<Modality> modalities() {
    return Set.copyOf(model.preparations().of().keySet());
  }

  /// Bytes of the weights, off the heap.
  public long weightBytes() {
    return model.engine().bytes();
  }

  /// One line: what was opened.
  public String description() {
    return model.loaded().description();
  }

  /// What the load did, tensor by tensor. Nothing is missing or of another shape, or the model
  /// would not have opened. `unexpected` are the file's tensors that no parameter wanted; the
  /// decoder and the teacher of data2vec 2.0, which only training needs, are none of these.
  public LoadReport loadReport() {
    return model.loaded().report();
  }

  /// What the load listed: tensors left aside, fields of the configuration that mean nothing here.
  public List<String> remarks() {
    return model.loaded().remarks();
  }

  /// The vector of a file: an image, a recording, or a text in UTF-8.
  ///
  /// @throws DataException when it cannot be decoded, or its vector would not be finite
  /// @throws IllegalStateException when the thread is interrupted while the file is read; the
  ///   interrupt stays set
  public float[] embed(Path file) {
    return embed(new Sample.Stored(file));
  }

  /// The vector of an image.
  public float[] embed(BufferedImage image) {
    return embed(Sample.of(image));
  }

  /// The vector of an image.
  public float[] embed(Pixels image) {
    return embed(new Sample.Image(image));
  }

  /// The vector of a text.
  public float[] embed(String text) {
    return embed(new Sample.Text(text));
  }

  /// The vector of a recording at the model's own rate, 16 kHz for all published models.
  public float[] embed(float[] samples) {
    return embed(samples, model.preparations().sampleRateHz());
  }

  /// The vector of a recording at any rate, one channel.
  public float[] embed(float[] samples, int sampleRateHz) {
    return embed(new Sample.Clip(samples, sampleRateHz));
  }

  /// The vector of a sample.
  ///
  /// @throws DataException when it cannot be used, or its vector would not be finite
  public float[] embed(Sample sample) {
    return embed(List.of(sample)).getFirst();
  }

  /// The vectors of samples, in their order; those of about one length go through the model
  /// together.
  ///
  /// @throws DataException when one of them cannot be used, or its vector would not be finite
  public List<float[]> embed(List<? extends Sample> samples) {
    sessions.checkOpen();
    List<Prepared> prepared = new ArrayList<>();
    for (Sample sample : samples) {
      prepared.add(prepare(sample));
    }
    return vectors(samples, prepared);
  }

  /// Features of a sample by layer and token.
  public Encoding encode(Sample sample) {
    sessions.checkOpen();
    Rows rows = rows(List.of(prepare(sample)));
    Encoding encoding = sessions.with(session -> session.encoding(model.engine(), rows));
    checkFinite(encoding.output(), sample.noun());
    return encoding;
  }

  /// Decodes and preprocesses, which needs no session.
  private Prepared prepare(Sample sample) {
    return model.preparation(sample, name).of(sample, name);
  }

  /// Vectors of prepared samples, in their order.
  private List<float[]> vectors(List<? extends Sample> samples, List<Prepared> prepared) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < prepared.size(); i++) {
      order.add(i);
    }
    order.sort(
        Comparator.comparing((Integer i) -> prepared.get(i).modality())
            .thenComparingInt(i -> prepared.get(i).length()));
    float[][] out = new float[prepared.size()][];
    for (int from = 0; from < order.size(); ) {
      int to = end(from, i -> prepared.get(order.get(i)), order.size());
      List<Integer> items = order.subList(from, to);
      Rows rows = rows(items.stream().map(prepared::get).toList());
      float[] flat = sessions.with(session -> session.vectors(model.engine(), rows));
      for (int i = 0; i < items.size(); i++) {
        float[] vector = new float[width()];
        System.arraycopy(flat, i * width(), vector, 0, width());
        int at = items.get(i);
        String noun = samples.get(at).noun();
        checkFinite(
            vector,
            samples.size() == 1 ? noun : "sample %d of the %d, %s".formatted(at, out.length, noun));
        out[at] = vector;
      }
      from = to;
    }
    return List.of(out);
  }

  /// A vector with NaN in it looks like any other until something is searched with it.
  private void checkFinite(float[] numbers, String sample) {
    for (int i = 0; i < numbers.length; i++) {
      if (!Float.isFinite(numbers[i])) {
        throw new DataException(
            "%s gives no finite vector with %s, number %d is %s: the sample or the model's weights hold numbers too large to compute with, or NaN"
                .formatted(sample, name, i, numbers[i]));
      }
    }
  }

  /// Behind the last of the samples, sorted by length, that go with `from`.
  private int end(int from, IntFunction<Prepared> sample, int size) {
    Prepared first = sample.apply(from);
    int to = from + 1;
    while (to < size && to - from < options.batch()) {
      Prepared next = sample.apply(to);
      boolean even = next.length() == first.length();
      boolean fits =
          switch (next.modality()) {
            case IMAGE -> even;
            case SPEECH ->
                (even || options.padsSpeech())
                    && (long) next.length() * (to - from + 1) <= SAMPLES_AT_ONCE;
            case TEXT -> (long) next.length() * (to - from + 1) <= TOKENS_AT_ONCE;
          };
      if (next.modality() != first.modality() || !fits) {
        break;
      }
      to++;
    }
    return to;
  }

  private Rows rows(List<Prepared> samples) {
    Preparations p = model.preparations();
    return Rows.of(samples, p.filling(), p.paddingId());
  }

  @Override
  public void close() {
    if (sessions.closeOnce()) {
      model.close();
    }
  }
}
