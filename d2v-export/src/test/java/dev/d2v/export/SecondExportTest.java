package dev.d2v.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.d2v.embed.Modality;
import dev.d2v.model.train.Recipe;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An exported data2vec 2.0 model computes what d2v does")
final class SecondExportTest {
  @TempDir private Path folder;

  private static String[] words(String text) {
    return text.isBlank() ? new String[0] : text.strip().split("\\s+");
  }

  private static String alibi(String modality, String rest) {
    String[] w = rest.split(" ", -1);
    return " model.%1$s.alibi.distance=%2$s model.%1$s.alibi.scale=1 model.%1$s.alibi.learned=true model.%1$s.alibi.perHead=%3$s model.%1$s.alibi.perLayer=%4$s"
        .formatted(modality, w[0], w[1], w[2]);
  }

  private void agrees(Recipe recipe, Agreement.Batches batches, long... dims) throws Exception {
    Path run = MadeRun.write(folder.resolve("run"), recipe);
    Agreement.holds(run, folder, ExportOptions.defaults(), batches, dims);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "model.image.positions=learned model.image.prenet.depth=0 model.normAffine=false",
        "model.norm=pre model.image.extraTokens=0 model.loss.cls=0",
        "model.norm=pre-official model.image.extraTokens=3",
        "ALIBI manhattan true true",
        "ALIBI euclidean false false",
      })
  void images(String changes) throws Exception {
    String all =
        changes.startsWith("ALIBI ")
            ? "model.image.positions=none" + alibi("image", changes.substring(6))
            : changes;
    Recipe recipe = MadeRun.recipe("image-base", words(all));
    agrees(recipe, new Agreement.Batches(null, Sent.images(1, 192), Sent.images(3, 192)), 3, 8, 8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "model.speech.extractorNorm=group-norm model.speech.extractorBias=true",
        "model.speech.positions=learned model.speech.maxTokens=60 model.speech.prenet.depth=1",
        "model.speech.positions=none model.speech.extraTokens=2 model.norm=pre",
        "model.speech.positionPreNorm=true model.speech.positionWidth=10 model.speech.alibi=null",
        "model.speech.alibi.perHead=false model.speech.alibi.perLayer=true",
      })
  void speechOfAnyLengthWithPaddingAndWithout(String changes) throws Exception {
    agrees(
        MadeRun.recipe("speech-base", words(changes)),
        new Agreement.Batches(
            null,
            Sent.clips(300),
            Sent.clips(411, 411, 411),
            Sent.clips(200, 407, 21),
            Sent.clipsOfEveryLength()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "model.text.positions=sinusoidal model.text.scaleEmbedding=true model.text.embeddingNorm=false",
        "model.text.positions=none model.text.extraTokens=1 model.text.prenet.depth=1",
        "ALIBI manhattan true true",
      })
  void textOfAnyLengthWithPaddingAndWithout(String changes) throws Exception {
    String all =
        changes.startsWith("ALIBI ")
            ? "model.text.extraTokens=1" + alibi("text", changes.substring(6))
            : changes;
    agrees(
        MadeRun.recipe("text-base", words(all)),
        new Agreement.Batches(null, Sent.texts(7), Sent.texts(24, 24, 24), Sent.texts(3, 11, 8)));
  }

  @Test
  void eachModalityOfSeveral() throws Exception {
    Path run = MadeRun.write(folder.resolve("run"), MadeRun.recipe("three-senses-small"));
    ExportOptions options = ExportOptions.defaults();
    Agreement.holds(
        run,
        folder,
        options.modality(Modality.IMAGE),
        new Agreement.Batches("IMAGE", Sent.images(2, 64)),
        1,
        8,
        8);
    Agreement.holds(
        run,
        folder,
        options.modality(Modality.SPEECH),
        new Agreement.Batches("AUDIO", Sent.clips(120, 300)));
    Agreement.holds(
        run,
        folder,
        options.modality(Modality.TEXT),
        new Agreement.Batches("TEXT", Sent.texts(5, 9)));
  }

  @Test
  void theTeacherIsAnotherModel() throws Exception {
    Path run = MadeRun.write(folder.resolve("run"), MadeRun.recipe("image-base"));
    Agreement.Batches batches = new Agreement.Batches(null, Sent.images(1, 192));
    ExportOptions teacher = ExportOptions.defaults().teacher(true);
    Agreement.holds(run, folder, teacher, batches, 3, 8, 8);
    float[] first = Original.run(run, true, null, batches.batches()[0]).vectors();
    float[] second = Original.run(run, false, null, batches.batches()[0]).vectors();
    assertEquals(first.length, second.length);
    org.junit.jupiter.api.Assertions.assertNotEquals(first[0], second[0], 1e-3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ckpt_audio.pt", "ckpt_text_legacy.pt", "ckpt_image_half.pt"})
  void checkpointsOfTheOfficialCode(String name) throws Exception {
    Path file = Path.of("..", "d2v-cli", "src", "test", "resources", "goldens", name);
    ExportReport report =
        OnnxExport.write(file, folder.resolve("model.onnx"), ExportOptions.defaults());
    assertEquals(true, report.description().startsWith("data2vec 2.0, fairseq"));
    Agreement.Batches batches =
        switch (name) {
          case "ckpt_audio.pt" -> new Agreement.Batches(null, Sent.clips(1500, 2000, 1700));
          case "ckpt_text_legacy.pt" -> new Agreement.Batches(null, Sent.texts(9, 5));
          default -> new Agreement.Batches(null, Sent.images(2, image(report)));
        };
    long[] dims = name.contains("image") ? pixels(report) : new long[0];
    Agreement.holds(file, folder, ExportOptions.defaults(), batches, dims);
  }

  /// Channels, height and width out of `pixel_values FLOAT (batch,3,16,16)`.
  private static long[] pixels(ExportReport report) {
    String axes = report.inputs().getFirst().replaceAll(".*\\(batch,(.*)\\)", "$1");
    return java.util.stream.Stream.of(axes.split(",")).mapToLong(Long::parseLong).toArray();
  }

  private static int image(ExportReport report) {
    long[] dims = pixels(report);
    return (int) (dims[0] * dims[1] * dims[2]);
  }
}
