package dev.d2v.tensor.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.Shape;
import dev.d2v.tensor.io.Safetensors.Item;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardedSafetensorsTest {
  @TempDir Path folder;

  @BeforeEach
  void twoParts() throws IOException {
    Safetensors.write(
        folder.resolve("m-1.safetensors"), Map.of(), List.of(Item.of("a", Shape.of(2), 1f, 2f)));
    Safetensors.write(
        folder.resolve("m-2.safetensors"),
        Map.of(),
        List.of(Item.of("b", Shape.of(1), 3f), Item.of("c", Shape.of(1), 4)));
  }

  private Path index(String json) throws IOException {
    return Files.writeString(folder.resolve("m.safetensors.index.json"), json.replace('\'', '"'));
  }

  @Test
  void tensorsAreFoundInTheirParts() throws IOException {
    Path index =
        index(
            "{'metadata':{'total_size':16},"
                + "'weight_map':{'b':'m-2.safetensors','a':'m-1.safetensors','c':'m-2.safetensors'}}");
    try (TensorFile file = ShardedSafetensors.open(index)) {
      assertEquals(List.of("b", "a", "c"), file.names());
      assertEquals(Map.of("total_size", "16"), file.metadata());
      assertArrayEquals(new float[] {1, 2}, file.floats("a"));
      assertArrayEquals(new float[] {4}, file.floats("c"), "whole numbers are read as floats too");
      assertArrayEquals(new int[] {4}, file.ints("c"));
      assertEquals(folder.resolve("m-2.safetensors"), file.entry("b").file());
      assertTrue(file.has("a"));
      assertThrows(IllegalArgumentException.class, () -> file.floats("d"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'weight_map':[]}",
        "{'weight_map':{'a':1}}",
        // a part that is not there, is elsewhere, or is the wrong one
        "{'weight_map':{'a':'m-3.safetensors'}}",
        "{'weight_map':{'a':'../m-1.safetensors'}}",
        "{'weight_map':{'a':'/etc/hosts'}}",
        "{'weight_map':{'a':'..'}}",
        "{'weight_map':{'a':'m-2.safetensors'}}",
        // a tensor of a part that the index leaves out, or places elsewhere
        "{'weight_map':{'b':'m-2.safetensors'}}",
        "{'weight_map':{'a':'m-1.safetensors','b':'m-2.safetensors','c':'m-1.safetensors'}}",
      })
  void anIndexThatLiesIsRefused(String json) throws IOException {
    Path index = index(json);
    assertThrows(FormatException.class, () -> ShardedSafetensors.open(index).close());
  }
}
