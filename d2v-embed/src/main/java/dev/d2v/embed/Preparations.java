package dev.d2v.embed;

import dev.d2v.data.DataException;
import dev.d2v.data.ImageFormat;
import dev.d2v.data.text.TextTokenizer;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.train.ImageData;
import dev.d2v.model.train.SpeechData;
import dev.d2v.model.v1.AudioConfig;
import dev.d2v.model.v1.Data2Vec1;
import dev.d2v.model.v1.VisionConfig;
import dev.d2v.tensor.io.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// How samples are prepared for a model, read from the small files beside its weights.
///
/// @param of each modality that it reads
/// @param sampleRateHz of the recordings that it hears
/// @param filling of short recordings
/// @param masksSpeech whether filled-up frames are masked
/// @param paddingId of short texts
record Preparations(
    Map<Modality, Preparation> of,
    int sampleRateHz,
    float filling,
    boolean masksSpeech,
    int paddingId) {
  private static final String TOKENIZER = "tokenizer.json";

  static Preparations of(ModelFiles files) throws IOException {
    return switch (files) {
      case ModelFiles.First first -> first(first);
      case ModelFiles.Second second -> second(second);
    };
  }

  private static Preparations first(ModelFiles.First files) throws IOException {
    return switch (files.config().config()) {
      case VisionConfig v -> {
        var steps = preprocessing(files, ImagePreprocessing.class);
        checkSize(files.preprocessingFile(), steps, v);
        yield of(Modality.IMAGE, new Preparation.Images(steps), 0);
      }
      case AudioConfig a -> {
        WavePreprocessing wave = preprocessing(files, WavePreprocessing.class);
        Preparation clips = new Preparation.Clips(wave, a.extractor().minimumSamples());
        yield new Preparations(
            Map.of(Modality.SPEECH, clips),
            wave.sampleRateHz(),
            wave.filling(),
            wave.masksPadding(),
            0);
      }
      case dev.d2v.model.v1.TextConfig t ->
          of(
              Modality.TEXT,
              texts(vocabulary(files.path()), t.vocabulary(), t.maxTokens()),
              t.padding());
    };
  }

  /// Whether what comes out of the steps is what the model takes, as far as they say it: without a
  /// size of their own it depends on the image.
  private static void checkSize(Path file, ImagePreprocessing steps, VisionConfig model) {
    if (steps.mean().size() != model.channels()) {
      throw new FormatException(
          file,
          0,
          "image_mean and image_std of %d channels, as %s has num_channels"
              .formatted(model.channels(), Data2Vec1.CONFIG),
          "of %d".formatted(steps.mean().size()));
    }
    int[] made =
        switch (steps.crop()) {
          case ImagePreprocessing.Cropping.Centre c -> new int[] {c.height(), c.width()};
          case ImagePreprocessing.Cropping.None _ ->
              switch (steps.resize()) {
                case ImagePreprocessing.Sizing.Exact e -> new int[] {e.height(), e.width()};
                case ImagePreprocessing.Sizing.Shorter s
                    when s.length() != Math.min(model.height(), model.width()) ->
                    new int[] {s.length(), s.length()};
                case ImagePreprocessing.Sizing.Shorter _, ImagePreprocessing.Sizing.None _ ->
                    new int[] {model.height(), model.width()};
              };
        };
    if (made[0] != model.height() || made[1] != model.width()) {
      throw new FormatException(
          file,
          0,
          "steps that give %d x %d pixels, as %s has image_size"
              .formatted(model.height(), model.width(), Data2Vec1.CONFIG),
          "steps that give %d x %d".formatted(made[0], made[1]));
    }
  }

  private static Preparations of(Modality modality, Preparation only, int paddingId) {
    return new Preparations(Map.of(modality, only), SpeechData.SAMPLE_RATE_HZ, 0, true, paddingId);
  }

  private static Preparations second(ModelFiles.Second files) {
    Data2Vec2Config config = files.config();
    Optional<ImageData> imageData = files.recipe().map(r -> r.data()).map(data -> data.image());
    Map<Modality, Preparation> preparations = new EnumMap<>(Modality.class);
    ImageConfig image = config.image();
    if (image != null) {
      preparations.put(Modality.IMAGE, images(image, imageData.orElseGet(ImageData::imageNet)));
    }
    SpeechConfig speech = config.speech();
    if (speech != null) {
      preparations.put(Modality.SPEECH, clips(speech));
    }
    TextConfig text = config.text();
    if (text != null) {
      preparations.put(
          Modality.TEXT, texts(vocabulary(files.path()), text.vocabulary(), text.maxTokens()));
    }
    return new Preparations(preparations, SpeechData.SAMPLE_RATE_HZ, 0, true, TextConfig.PAD);
  }

  /// Where the vocabulary lies: in the folder, beside a file, or in the run above a checkpoint.
  static Path vocabulary(Path path) {
    Path parent = path.getParent();
    Path beside = parent == null ? path.toAbsolutePath().getParent() : parent;
    Path folder = Files.isDirectory(path) || beside == null ? path : beside;
    if (Files.isRegularFile(folder.resolve(Checkpoint.STATE))) {
      Path above = folder.resolve("..").resolve("..").normalize().resolve(TOKENIZER);
      if (Files.isRegularFile(above)) {
        return above;
      }
    }
    return Files.isRegularFile(folder.resolve(TOKENIZER)) ? folder.resolve(TOKENIZER) : folder;
  }

  private static Preparation images(ImageConfig image, ImageData data) {
    float[] mean = new float[image.channels()];
    float[] std = new float[image.channels()];
    for (int c = 0; c < mean.length; c++) {
      mean[c] = data.mean().get(c).floatValue();
      std[c] = data.std().get(c).floatValue();
    }
    return new Preparation.RunImages(
        new ImageFormat(image.imageSize(), image.channels(), mean, std));
  }

  private static Preparation clips(SpeechConfig speech) {
    int low = 1;
    while (speech.tokens(low) < 1) {
      low = Math.multiplyExact(low, 2);
    }
    int minimum = low / 2 + 1;
    while (low > 1 && speech.tokens(minimum) < 1) {
      minimum++;
    }
    return new Preparation.Clips(
        new WavePreprocessing(
            SpeechData.SAMPLE_RATE_HZ, true, dev.d2v.data.speech.Waves.EPSILON, true, 0),
        low == 1 ? 1 : minimum);
  }

  private static Preparation texts(Path path, int rows, int maxTokens) {
    TextTokenizer tokenizer = TextTokenizer.open(path);
    if (tokenizer.size() > rows) {
      throw new DataException(
          "%s has %d tokens, the model %d: is it this model's?"
              .formatted(tokenizer.name(), tokenizer.size(), rows));
    }
    return new Preparation.Texts(tokenizer, maxTokens);
  }

  private static <P extends Preprocessing> P preprocessing(ModelFiles.First files, Class<P> kind)
      throws IOException {
    Path file = files.preprocessingFile();
    Preprocessing read =
        files
            .preprocessing()
            .orElseThrow(() ->
                new FormatException(
                    file,
                    0,
                    "the %s that was published with the model: it says how samples are prepared"
                        .formatted(Preprocessing.FILE),
                    Files.isRegularFile(file) ? "none in the file or beside it" : "no file"));
    if (!kind.isInstance(read)) {
      throw new FormatException(
          file,
          0,
          kind == ImagePreprocessing.class ? "steps for images" : "steps for recordings",
          read.getClass().getSimpleName().toLowerCase(Locale.ROOT));
    }
    return kind.cast(read);
  }
}
