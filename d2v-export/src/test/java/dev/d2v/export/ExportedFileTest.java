package dev.d2v.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.d2v.embed.LoadedModel;
import dev.d2v.embed.ModelFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An exported file, read by the classes that protoc made of ONNX's schema")
final class ExportedFileTest {
  private static final Map<Integer, Integer> BYTES = Map.of(1, 4, 2, 1, 3, 1, 6, 4, 7, 8, 9, 1);

  @TempDir private Path folder;
  private Path run = Path.of(".");
  private Path file = Path.of(".");

  @BeforeEach
  void aModelOfSpeech() throws IOException {
    run = MadeRun.write(folder.resolve("run"), MadeRun.recipe("speech-base"));
    file = folder.resolve("speech.onnx");
  }

  private ModelProto export(ExportOptions options) throws IOException {
    OnnxExport.write(run, file, options);
    return ModelProto.parseFrom(Files.readAllBytes(file));
  }

  private static String axes(ValueInfoProto value) {
    return value.getType().getTensorType().getShape().getDimList().stream()
        .map(d -> d.getDimParam().isEmpty() ? "" + d.getDimValue() : d.getDimParam())
        .collect(Collectors.joining(",", value.getName() + "(", ")"));
  }

  @Test
  void saysItsVersionsInputsOutputsAndHowSamplesArePrepared() throws IOException {
    ModelProto model = export(ExportOptions.defaults());
    assertEquals(9, model.getIrVersion());
    assertEquals("d2v", model.getProducerName());
    assertEquals(1, model.getOpsetImportCount());
    assertEquals("", model.getOpsetImport(0).getDomain());
    assertEquals(20, model.getOpsetImport(0).getVersion());
    assertEquals(
        List.of("input_values(batch,samples)", "attention_mask(batch,samples)"),
        model.getGraph().getInputList().stream().map(ExportedFileTest::axes).toList());
    assertEquals(
        List.of(
            "last_hidden_state(batch,frames,16)",
            "embedding(batch,16)",
            "token_mask(batch,frames)"),
        model.getGraph().getOutputList().stream().map(ExportedFileTest::axes).toList());
    Map<String, String> metadata =
        model.getMetadataPropsList().stream()
            .collect(
                Collectors.toMap(StringStringEntryProto::getKey, StringStringEntryProto::getValue));
    assertEquals("speech", metadata.get("d2v.modality"));
    assertEquals("F32", metadata.get("d2v.weights"));
    String steps = String.valueOf(metadata.get("d2v.preprocessing"));
    assertTrue(steps.contains("\"sampling_rate\":16000"), steps);
    assertTrue(steps.contains("\"minimum_samples\":20"), steps);
  }

  @Test
  void everyNodeReadsWhatIsThereAndEveryConstantHasItsBytes() throws IOException {
    ModelProto model = export(ExportOptions.defaults().int8(true));
    Set<String> known = new HashSet<>(Set.of("input_values", "attention_mask"));
    for (TensorProto t : model.getGraph().getInitializerList()) {
      long elements = t.getDimsList().stream().reduce(1L, Math::multiplyExact);
      int bytes = BYTES.getOrDefault(t.getDataType(), -1);
      assertEquals(elements * bytes, t.getRawData().size(), t.getName());
      assertTrue(known.add(t.getName()), t.getName() + " is there twice");
    }
    Set<String> read = new HashSet<>();
    for (NodeProto node : model.getGraph().getNodeList()) {
      for (String input : node.getInputList()) {
        assertTrue(known.contains(input), node.getOpType() + " reads " + input + " too early");
        read.add(input);
      }
      node.getOutputList().forEach(o -> assertTrue(known.add(o), o + " is made twice"));
    }
    model.getGraph().getOutputList().forEach(o -> assertTrue(known.contains(o.getName())));
    for (TensorProto t : model.getGraph().getInitializerList()) {
      assertTrue(read.contains(t.getName()), "nobody reads " + t.getName());
    }
  }

  @Test
  void linearWeightsAreTransposedAndInBytesRoundedForEachChannel() throws IOException {
    float[] weight;
    try (ModelFiles files = ModelFiles.open(run);
        LoadedModel weights = files.load(false, null)) {
      weight =
          weights
              .backend()
              .floats(
                  weights.parameters().stream()
                      .filter(p -> p.name().equals("blocks.0.mlp.fc1.weight"))
                      .findFirst()
                      .orElseThrow()
                      .value());
    }
    int out = weight.length / 16;
    ByteBuffer plain = raw(export(ExportOptions.defaults()), "blocks.0.mlp.fc1.weight");
    ModelProto rounded = export(ExportOptions.defaults().int8(true));
    ByteBuffer bytes = raw(rounded, "blocks.0.mlp.fc1.weight_int8");
    ByteBuffer scales = raw(rounded, "blocks.0.mlp.fc1.weight_scale");
    for (int o = 0; o < out; o++) {
      float scale = scales.getFloat(4 * o);
      int largest = 0;
      for (int i = 0; i < 16; i++) {
        float w = weight[o * 16 + i];
        assertEquals(w, plain.getFloat(4 * (i * out + o)));
        assertEquals(w, bytes.get(i * out + o) * scale, scale / 2 * 1.0001f);
        largest = Math.max(largest, Math.abs(bytes.get(i * out + o)));
      }
      assertEquals(64, largest, "channel " + o + " uses all of its range");
    }
  }

  private static ByteBuffer raw(ModelProto model, String name) {
    TensorProto tensor =
        model.getGraph().getInitializerList().stream()
            .filter(t -> t.getName().equals(name))
            .findFirst()
            .orElseThrow();
    return tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void constantsInAFileOfTheirOwnGiveTheSameNumbers() throws Exception {
    ModelProto inside = export(ExportOptions.defaults());
    assertFalse(Files.exists(OnnxExport.external(file)));
    Sent clips = Sent.clips(400, 211);
    Received expected;
    try (Exported exported = new Exported(file)) {
      expected = exported.run(clips);
    }
    ExportReport report = OnnxExport.write(run, file, ExportOptions.defaults().externalData(true));
    ModelProto outside = ModelProto.parseFrom(Files.readAllBytes(file));
    byte[] data = Files.readAllBytes(OnnxExport.external(file));
    assertEquals(data.length, report.externalBytes());
    assertEquals(Files.size(file), report.bytes());
    int moved = 0;
    for (int i = 0; i < outside.getGraph().getInitializerCount(); i++) {
      TensorProto was = inside.getGraph().getInitializer(i);
      TensorProto now = outside.getGraph().getInitializer(i);
      assertEquals(was.getName(), now.getName());
      if (now.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
        Map<String, String> where =
            now.getExternalDataList().stream()
                .collect(
                    Collectors.toMap(
                        StringStringEntryProto::getKey, StringStringEntryProto::getValue));
        assertEquals("speech.onnx.data", where.get("location"));
        int offset = Integer.parseInt(where.getOrDefault("offset", "-1"));
        int length = Integer.parseInt(where.getOrDefault("length", "-1"));
        assertEquals(0, offset % 4096);
        assertArrayEquals(
            was.getRawData().toByteArray(),
            java.util.Arrays.copyOfRange(data, offset, offset + length));
        moved++;
      } else {
        assertEquals(was, now);
      }
    }
    assertTrue(moved > 5, moved + " constants moved");
    try (Exported exported = new Exported(file)) {
      assertArrayEquals(expected.tokens(), exported.run(clips).tokens());
    }
  }
}
