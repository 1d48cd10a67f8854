package dev.d2v.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.data.ImageFiles;
import dev.d2v.embed.Embedder;
import dev.d2v.embed.EmbedderOptions;
import dev.d2v.embed.ImagePreprocessing;
import dev.d2v.embed.Modality;
import dev.d2v.embed.Pooling;
import dev.d2v.embed.Preprocessing;
import dev.d2v.embed.Sample;
import dev.d2v.embed.WavePreprocessing;
import dev.d2v.testkit.PublishedModel;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What an export is asked for")
final class ExportOptionsTest {
  private static final float WITHIN = 1e-4f;

  @TempDir private Path folder;

  private static BufferedImage image() {
    BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(4);
    for (int i = 0; i < 1200; i++) {
      image.setRGB(i % 40, i / 40, random.nextInt(1 << 24));
    }
    return image;
  }

  @Test
  void aVectorIsTheEmbeddersWithTheSamePoolingLayersAndLength() throws Exception {
    Path model = PublishedModel.vision(folder.resolve("model"));
    Path file = folder.resolve("model.onnx");
    ImagePreprocessing steps =
        (ImagePreprocessing) Preprocessing.read(model.resolve(Preprocessing.FILE));
    Sent sent = new Sent(steps.apply(ImageFiles.of(image())), new int[0], 1, 3 * 16 * 16, null);
    for (Pooling pooling : Pooling.values()) {
      for (List<Integer> layers : List.of(List.<Integer>of(), List.of(2), List.of(1, 2))) {
        for (boolean normalized : new boolean[] {false, true}) {
          EmbedderOptions own =
              EmbedderOptions.defaults().pooling(pooling).layers(layers).normalized(normalized);
          OnnxExport.write(
              model,
              file,
              ExportOptions.defaults().pooling(pooling).layers(layers).normalized(normalized));
          try (Embedder embedder = Embedder.open(model, own);
              Exported exported = new Exported(file)) {
            assertArrayEquals(
                embedder.embed(image()), exported.run(sent, 3, 16, 16).vectors(), WITHIN);
          }
        }
      }
    }
  }

  @Test
  void clipsThatAreFilledUpHaveTheEmbeddersVectors() throws Exception {
    Path model = PublishedModel.audio(folder.resolve("model"));
    Path file = folder.resolve("model.onnx");
    OnnxExport.write(model, file, ExportOptions.defaults());
    Sent sent = Sent.clips(600, 900, 350);
    WavePreprocessing steps =
        (WavePreprocessing) Preprocessing.read(model.resolve(Preprocessing.FILE));
    float[] batch = new float[3 * 900];
    List<Sample> samples = new ArrayList<>();
    for (int b = 0; b < 3; b++) {
      int length = new int[] {600, 900, 350}[b];
      float[] clip = Arrays.copyOfRange(sent.floats(), b * 900, b * 900 + length);
      samples.add(new Sample.Clip(clip, 16_000));
      System.arraycopy(steps.apply(clip), 0, batch, b * 900, length);
    }
    EmbedderOptions together = EmbedderOptions.defaults().padsSpeech(true);
    try (Embedder embedder = Embedder.open(model, together);
        Exported exported = new Exported(file)) {
      float[] vectors = exported.run(new Sent(batch, new int[0], 3, 900, sent.lengths())).vectors();
      List<float[]> expected = embedder.embed(samples);
      for (int b = 0; b < 3; b++) {
        assertArrayEquals(
            expected.get(b), Arrays.copyOfRange(vectors, b * 12, b * 12 + 12), WITHIN);
      }
      String said = String.valueOf(exported.metadata().get("d2v.preprocessing"));
      assertTrue(said.contains("\"epsilon\":1.0E-7"), said);
    }
  }

  private String refused(Path model, ExportOptions options) {
    Path file = folder.resolve("refused.onnx");
    Exception e = assertThrows(Exception.class, () -> OnnxExport.write(model, file, options));
    assertFalse(Files.exists(file), "nothing is left behind");
    return String.valueOf(e.getMessage());
  }

  @Test
  void whatAModelDoesNotHaveIsRefusedByName() throws Exception {
    ExportOptions defaults = ExportOptions.defaults();
    Path several = MadeRun.write(folder.resolve("a"), MadeRun.recipe("three-senses-small"));
    String which = refused(several, defaults);
    assertTrue(
        which.contains("images and recordings and texts") && which.contains("SPEECH"), which);
    Path speech =
        MadeRun.write(folder.resolve("b"), MadeRun.recipe("speech-base", "model.loss.cls=0"));
    assertTrue(refused(speech, defaults.modality(Modality.TEXT)).contains("not texts"));
    assertTrue(refused(speech, defaults.pooling(Pooling.FIRST)).contains("use MEAN"));
    assertTrue(refused(speech, defaults.layers(List.of(3))).contains("layers 1 to 2"));
    Path first = MadeModel.audio(folder.resolve("c"), Map.of());
    assertTrue(refused(first, defaults.teacher(true)).contains("has no teacher"));
    Path spectrogram =
        MadeRun.write(
            folder.resolve("d"),
            MadeRun.recipe(
                "speech-base", "model.speech.logMel.mels=16", "model.speech.logMel.patch=4"));
    assertTrue(refused(spectrogram, defaults).contains("speech.logMel is not supported"));
    assertEquals(
        folder.resolve("nothing").toString(), refused(folder.resolve("nothing"), defaults));
  }

  @Test
  void whatIsLeftOutIsRemarkedOn() throws Exception {
    Path model =
        MadeModel.vision(
            folder.resolve("m"),
            Map.of("architectures", List.of("Data2VecVisionForImageClassification")));
    ExportReport report =
        OnnxExport.write(model, folder.resolve("m.onnx"), ExportOptions.defaults());
    String remarks = report.remarks().toString();
    assertTrue(remarks.contains(Preprocessing.FILE + " is missing"), remarks);
    assertTrue(remarks.contains("its head, IMAGE_CLASSES, is left aside"), remarks);
  }
}
