package dev.d2v.cli.job;

import dev.d2v.cli.run.Modality;
import dev.d2v.data.speech.SpeechBatch;
import dev.d2v.data.speech.SpeechBatches;
import dev.d2v.data.speech.SpeechDataset;
import dev.d2v.data.speech.SpeechDatasets;
import dev.d2v.data.speech.SpeechLoader;
import dev.d2v.data.speech.SpeechOptions;
import dev.d2v.data.speech.SpeechSplits;
import dev.d2v.model.Batch;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.train.FeatureReader;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.SpeechData;
import dev.d2v.nn.Streams;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/// The recordings of a run.
final class SpeechSamples implements RunSamples {
  /// At most so many recordings teach a probe.
  private static final int TRAIN_LIMIT = 6_000;

  /// At most so many test it.
  private static final int TEST_LIMIT = 2_000;

  /// At most so many samples of recordings are kept in memory, 100 minutes.
  private static final long SAMPLES_LIMIT = 6_000L * SpeechData.SAMPLE_RATE_HZ;

  private final Recipe recipe;
  private final SpeechConfig speech;
  private final SpeechData data;
  private final SpeechSplits splits;
  private final SpeechBatches batches;
  private final Optional<Path> source;

  private SpeechSamples(Recipe recipe, SpeechSplits splits, Optional<Path> source) {
    this.recipe = recipe;
    this.speech = Objects.requireNonNull(recipe.model().speech());
    this.data = Objects.requireNonNull(recipe.data().speech());
    this.splits = splits;
    this.source = source;
    this.batches =
        SpeechBatches.of(
            splits.train(),
            new SpeechBatches.Settings(
                data.maxBatchSamples(),
                data.share().batch(recipe.train().batch()),
                data.maxSamples(),
                data.quantum(),
                recipe.train().seed(),
                Streams.DATA_ORDER));
  }

  /// Opens a folder or a manifest; empty: the sample that the project ships.
  static SpeechSamples open(Recipe recipe, Optional<Path> source, Path home) {
    SpeechData data = Objects.requireNonNull(recipe.data().speech());
    SpeechOptions options = SpeechOptions.usual().withMinSamples(data.minSamples());
    SpeechSplits splits =
        source
            .map(path -> SpeechDatasets.open(path, recipe.train().seed(), options))
            .orElseGet(() -> dev.d2v.data.speech.SpeechSamples.spokenDigits(home));
    return new SpeechSamples(recipe, splits, source);
  }

  @Override
  public Modality modality() {
    return Modality.SPEECH;
  }

  @Override
  public String name() {
    return splits.train().name();
  }

  @Override
  public Optional<Path> source() {
    return source;
  }

  @Override
  public String described() {
    return String.format(
        Locale.ROOT,
        "%s: %,d recordings of %s together, %,d held out (%s)",
        name(),
        splits.train().size(),
        time(splits.train().totalLength() / (double) SpeechData.SAMPLE_RATE_HZ),
        splits.heldOut().size(),
        splits.how());
  }

  private static String time(double seconds) {
    if (seconds < 120) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    return seconds < 7_200
        ? String.format(Locale.ROOT, "%.1f minutes", seconds / 60)
        : String.format(Locale.ROOT, "%,.1f hours", seconds / 3_600);
  }

  @Override
  public String input() {
    return speech.logMel() == null
        ? "16 kHz, %d samples a frame".formatted(speech.spec().samplesPerFrame())
        : "16 kHz, log-mel spectrograms";
  }

  @Override
  public String batch() {
    int most = batches.shapes().stream().mapToInt(SpeechBatches.Shape::count).max().orElse(0);
    return "up to %d recordings".formatted(most);
  }

  /// Those that no other exceeds in both recordings and length.
  @Override
  public List<Batch.Shape> trainedShapes() {
    List<Batch.Shape> largest = new ArrayList<>();
    int most = 0;
    for (SpeechBatches.Shape shape : batches.shapes().reversed()) {
      if (shape.count() > most) {
        most = shape.count();
        largest.add(new Batch.Shape(modality().key(), most, shape.length()));
      }
    }
    return largest;
  }

  @Override
  public List<Batch.Shape> readShapes() {
    int longest = Math.max(longest(splits.train()), longest(splits.heldOut()));
    return List.of(FeatureReader.shape(new Batch.Shape(modality().key(), 1, longest)));
  }

  private int longest(SpeechDataset part) {
    return IntStream.range(0, part.size()).map(i -> length(part.length(i))).max().orElse(0);
  }

  private int length(int samples) {
    int length = Math.min(samples, data.maxSamples());
    return length - length % data.quantum();
  }

  @Override
  public Loader loader(int workers) {
    SpeechLoader loader =
        new SpeechLoader(
            splits.train(), batches, SpeechLoader.Settings.of(recipe.train().seed(), workers));
    Map<Integer, float[]> buffers = new HashMap<>();
    return new Loader() {
      @Override
      public Batch batch(long number) {
        SpeechBatch batch = loader.batch(number);
        int size = batch.count() * batch.length();
        float[] waves = batch.samples();
        if (waves.length != size) {
          waves = buffers.computeIfAbsent(size, float[]::new);
          System.arraycopy(batch.samples(), 0, waves, 0, size);
        }
        return new Batch.Waves(waves, batch.count(), null);
      }

      @Override
      public void close() {
        loader.close();
      }
    };
  }

  @Override
  public Examples train(int threads) {
    return read(splits.train(), TRAIN_LIMIT);
  }

  @Override
  public Examples heldOut(int threads) {
    return read(splits.heldOut(), TEST_LIMIT);
  }

  /// The beginnings of recordings spread over a part.
  private SpeechExamples read(SpeechDataset part, int limit) {
    long mean = Math.max(1, Math.min(part.totalLength() / part.size(), data.maxSamples()));
    int[] chosen = Examples.spread(part.size(), Math.clamp(SAMPLES_LIMIT / mean, 1, limit));
    List<float[]> clips = new ArrayList<>();
    int[] labels = new int[chosen.length];
    for (int i : chosen) {
      Optional<float[]> sample = part.sample(i);
      if (sample.isPresent()) {
        labels[clips.size()] = part.label(i);
        clips.add(Arrays.copyOf(sample.get(), length(sample.get().length)));
      }
    }
    return new SpeechExamples(clips.toArray(float[][]::new), Arrays.copyOf(labels, clips.size()));
  }

  @Override
  public boolean labelled() {
    return splits.sharedClasses();
  }

  @Override
  public List<String> classNames() {
    return splits.train().classNames();
  }

  @Override
  public String skipped() {
    String train = splits.train().leftOut();
    String heldOut = splits.heldOut().leftOut();
    return train.equals(heldOut) ? train : (train + " " + heldOut).strip();
  }

  @Override
  public void close() {
    // nothing stays open
  }
}
