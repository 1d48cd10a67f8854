package dev.d2v.embed;

import dev.d2v.config.ConfigMapper;
import dev.d2v.data.ImageFormat;
import dev.d2v.data.text.TextTokenizer;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.model.checkpoint.Quantization;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.train.ImageData;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.SpeechData;
import dev.d2v.model.v1.AudioConfig;
import dev.d2v.model.v1.Data2Vec1;
import dev.d2v.model.v1.Data2Vec1Config;
import dev.d2v.model.v1.HuggingFaceConfig;
import dev.d2v.model.v1.TextConfig;
import dev.d2v.model.v1.VisionConfig;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Json;
import dev.d2v.tensor.io.TensorFile;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A model with all that stands around it, read from a path.
///
/// @param backend that holds the weights, owned
/// @param engine the model, owned
/// @param preparations how a sample of each modality is prepared
/// @param sampleRateHz of the recordings that it hears
/// @param filling of short recordings
/// @param paddingId of short texts
/// @param description one line
/// @param remarks what the load listed
record OpenedModel(
    Backend backend,
    Engine engine,
    Map<Modality, Preparation> preparations,
    int sampleRateHz,
    float filling,
    int paddingId,
    String description,
    List<String> remarks)
    implements AutoCloseable {
  private static final String RUN = "config.yaml";
  private static final String TOKENIZER = "tokenizer.json";

  /// @param storage of the weights; null: the file's own
  static OpenedModel open(Path path, boolean teacher, @Nullable Storage storage)
      throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    if (huggingFaces(path)) {
      return huggingFace(path, storage);
    }
    try (Weights weights = Weights.open(path)) {
      return second(weights, teacher, storage);
    }
  }

  /// Whether a folder holds a model of Hugging Face's.
  static boolean huggingFaces(Path path) throws IOException {
    Path json = path.resolve(Data2Vec1.CONFIG);
    return Files.isRegularFile(json) && HuggingFaceConfig.knows(Json.read(json));
  }

  /// The recipe of weights that have one.
  private static Optional<Recipe> recipe(Weights weights) {
    return weights
        .configText()
        .filter(text -> text.form().equals("yaml"))
        .map(text -> ConfigMapper.parse(text.text(), weights.path() + " " + RUN));
  }

  /// The architecture of weights.
  ///
  /// @throws IllegalArgumentException when they do not say it
  static Data2Vec2Config config(Weights weights) {
    return recipe(weights)
        .map(Recipe::model)
        .or(weights::config)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "%s does not say its architecture: expected the folder of a run, a .pt of fairseq, a file of d2v convert, or a folder with the %s of a data2vec model of Hugging Face"
                    .formatted(weights.path(), Data2Vec1.CONFIG)));
  }

  /// data2vec 2.0: a run, a checkpoint of the official code, or a file converted from either.
  private static OpenedModel second(Weights weights, boolean teacher, @Nullable Storage storage)
      throws IOException {
    Path path = weights.path();
    Data2Vec2Config config = config(weights);
    Storage kept = storage == null ? Quantization.storage(weights.tensors()) : storage;
    Optional<ImageData> imageData = recipe(weights).map(r -> r.data()).map(data -> data.image());
    Map<Modality, Preparation> preparations = new EnumMap<>(Modality.class);
    ImageConfig image = config.image();
    if (image != null) {
      preparations.put(Modality.IMAGE, images(image, imageData.orElseGet(ImageData::imageNet)));
    }
    SpeechConfig speech = config.speech();
    if (speech != null) {
      preparations.put(Modality.SPEECH, clips(speech));
    }
    if (config.text() != null) {
      preparations.put(
          Modality.TEXT,
          texts(vocabulary(path), config.text().vocabulary(), config.text().maxTokens()));
    }
    Backend backend = Backend.cpu(1);
    Data2Vec2 model = Data2Vec2.inference(config, backend, kept);
    try {
      LoadReport report = weights.load(model, teacher);
      if (!report.missing().isEmpty() || !report.wrongShape().isEmpty()) {
        throw new FormatException(path, 0, "the tensors of its configuration", report.toString());
      }
    } catch (RuntimeException e) {
      model.close();
      backend.close();
      throw e;
    }
    return new OpenedModel(
        backend,
        new SecondEngine(model, kept),
        preparations,
        SpeechData.SAMPLE_RATE_HZ,
        0,
        dev.d2v.model.text.TextConfig.PAD,
        "data2vec 2.0, %s, %s".formatted(weights.description(), teacher ? "teacher" : "student"),
        weights.remarks());
  }

  /// Where the vocabulary lies: in the folder, beside a file, or in the run above a checkpoint.
  static Path vocabulary(Path path) {
    Path folder = Files.isDirectory(path) ? path : path.resolveSibling("");
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

  private static OpenedModel huggingFace(Path path, @Nullable Storage storage) throws IOException {
    Backend backend = Backend.cpu(1);
    try {
      return huggingFace(path, storage, backend);
    } catch (IOException | RuntimeException e) {
      backend.close();
      throw e;
    }
  }

  private static OpenedModel huggingFace(Path path, @Nullable Storage storage, Backend backend)
      throws IOException {
    // Small files first: what is wrong with them shows before the weights are read.
    Data2Vec1Config config = HuggingFaceConfig.read(path.resolve(Data2Vec1.CONFIG)).config();
    Modality modality = Modality.ofKey(config.key());
    WavePreprocessing wave =
        config instanceof AudioConfig
            ? preprocessing(path, WavePreprocessing.class)
            : new WavePreprocessing(SpeechData.SAMPLE_RATE_HZ, true, 0, true, 0);
    Preparation preparation =
        switch (config) {
          case VisionConfig _ ->
              new Preparation.Images(preprocessing(path, ImagePreprocessing.class));
          case AudioConfig a -> new Preparation.Clips(wave, a.extractor().minimumSamples());
          case TextConfig t -> texts(path, t.vocabulary(), t.maxTokens());
        };
    Data2Vec1.Opened opened;
    Storage kept;
    try (TensorFile weights = Data2Vec1.weights(path)) {
      kept = storage == null ? Quantization.storage(weights) : storage;
      opened = Data2Vec1.open(path, weights, backend, kept);
    }
    List<String> remarks = new ArrayList<>();
    if (!opened.report().unexpected().isEmpty()) {
      remarks.add("tensors left aside: " + String.join(", ", opened.report().unexpected()));
    }
    if (!opened.config().unknown().isEmpty()) {
      remarks.add("fields left aside: " + String.join(", ", opened.config().unknown()));
    }
    int padding = config instanceof TextConfig t ? t.padding() : 0;
    return new OpenedModel(
        backend,
        new FirstEngine(opened.model(), wave.masksPadding(), kept),
        Map.of(modality, preparation),
        wave.sampleRateHz(),
        wave.filling(),
        padding,
        "data2vec 1.0, " + opened.config().architecture(),
        remarks);
  }

  private static Preparation texts(Path path, int rows, int maxTokens) {
    TextTokenizer tokenizer = TextTokenizer.open(path);
    if (tokenizer.size() > rows) {
      throw new IllegalArgumentException(
          "%s has %d tokens, the model %d: is it this model's?"
              .formatted(tokenizer.name(), tokenizer.size(), rows));
    }
    return new Preparation.Texts(tokenizer, maxTokens);
  }

  private static <P extends Preprocessing> P preprocessing(Path path, Class<P> kind)
      throws IOException {
    Path file = path.resolve(Preprocessing.FILE);
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "%s is missing: it says how samples are prepared; put the one that was published with the model there"
              .formatted(file));
    }
    Preprocessing read = Preprocessing.read(file);
    if (!kind.isInstance(read)) {
      throw new FormatException(
          file,
          0,
          kind == ImagePreprocessing.class ? "steps for images" : "steps for recordings",
          read.getClass().getSimpleName().toLowerCase(Locale.ROOT));
    }
    return kind.cast(read);
  }

  /// How a sample is prepared: by its kind, and of a file by what the model reads, of a model that
  /// reads several kinds by the file's name.
  Preparation preparation(Sample sample, String name) {
    Modality wanted =
        switch (sample) {
          case Sample.Image _ -> Modality.IMAGE;
          case Sample.Clip _ -> Modality.SPEECH;
          case Sample.Text _ -> Modality.TEXT;
          case Sample.Stored s ->
              preparations.size() == 1
                  ? preparations.keySet().iterator().next()
                  : modality(s.file());
        };
    Preparation preparation = preparations.get(wanted);
    if (preparation == null) {
      throw Sample.refused(
          sample,
          name,
          String.join(" and ", preparations.keySet().stream().map(Modality::noun).toList()));
    }
    return preparation;
  }

  private static Modality modality(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.matches(".*\\.(wav|flac|ogg|oga|mp3)")) {
      return Modality.SPEECH;
    }
    return name.matches(".*\\.(txt|md|text)") ? Modality.TEXT : Modality.IMAGE;
  }

  @Override
  public void close() {
    engine.close();
    backend.close();
  }
}
