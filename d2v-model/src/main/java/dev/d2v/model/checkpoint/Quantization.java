package dev.d2v.model.checkpoint;

import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Narrowing;
import dev.d2v.tensor.io.RestoredTensors;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.tensor.io.TensorFile;
import dev.d2v.tensor.kernel.StoredMatrix;
import dev.d2v.tensor.plan.PlanBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Files of weights in fewer bits, for inference: safetensors whose linear layers and tables of
/// tokens are I8 `NAME` with `NAME_scale` (rows,1), or BF16; the rest as [Storage] says. The
/// metadata names the storage, and carries the configuration like those of [Conversion].
public final class Quantization {
  /// Key of the metadata under which a file says how its weights are meant to be kept.
  static final String STORAGE = "d2v.storage";

  private Quantization() {}

  /// In how many bits a file's weights are meant to be kept: F32 where it does not say.
  public static Storage storage(TensorFile file) {
    String name = file.metadata().get(STORAGE);
    if (name == null) {
      return Storage.F32;
    }
    return switch (name) {
      case "int8" -> Storage.INT8;
      case "bf16" -> Storage.BF16;
      default ->
          throw new FormatException(file.path(), 8, STORAGE + " int8 or bf16", "'" + name + "'");
    };
  }

  /// Writes what inference needs of data2vec 2.0. Returns the number of tensors.
  ///
  /// @param config the architecture of the weights
  /// @param teacher the teacher's values where it has some
  public static int write(
      Weights weights, Data2Vec2Config config, boolean teacher, Storage storage, Path target)
      throws IOException {
    Map<String, DType> types = new HashMap<>();
    try (Data2Vec2 plan = Data2Vec2.inference(config, new PlanBackend(), storage)) {
      for (Parameter p : plan.memory().student()) {
        StoredMatrix stored = p.stored();
        types.put(p.name(), stored == null ? DType.F32 : stored.values().type());
      }
    }
    Map<String, String> names = new LinkedHashMap<>();
    Conversion.names(weights, teacher ? Conversion.Part.TEACHER : Conversion.Part.STUDENT)
        .forEach((name, own) -> {
          if (!Names.onlyForPretraining(name)) {
            names.put(name, own);
          }
        });
    return write(Names.view(weights, names), types, storage, Conversion.metadata(weights), target);
  }

  /// Writes the tensors of a file. Returns their number, scales not counted.
  ///
  /// @param types in which to write some of them; others are F32
  public static int write(
      TensorFile file,
      Map<String, DType> types,
      Storage storage,
      Map<String, String> metadata,
      Path target)
      throws IOException {
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.put(STORAGE, storage.name().toLowerCase(Locale.ROOT));
    RestoredTensors from = RestoredTensors.of(file);
    List<Safetensors.Item> items = new ArrayList<>();
    for (String name : from.names()) {
      switch (types.getOrDefault(name, DType.F32)) {
        case I8 -> items.addAll(int8(from, name));
        case BF16 ->
            items.add(
                new Safetensors.Item(
                    name,
                    DType.BF16,
                    from.entry(name).shape(),
                    sink -> {
                      short[] bits = Narrowing.bf16(from.floats(name));
                      sink.put(bits, 0, bits.length);
                    }));
        case F32, F16, I32 -> items.add(Conversion.item(from, name));
      }
    }
    Safetensors.write(target, all, items);
    return from.names().size();
  }

  private static List<Safetensors.Item> int8(RestoredTensors from, String name) {
    Shape shape = from.entry(name).shape();
    int rows = shape.dim(0);
    // The scales are written right behind the values that they were found with.
    float[] scale = new float[rows];
    return List.of(
        new Safetensors.Item(
            name,
            DType.I8,
            shape,
            sink -> {
              Narrowing.Int8 narrow = narrow(from, name, rows);
              System.arraycopy(narrow.scale(), 0, scale, 0, rows);
              sink.put(narrow.values());
            }),
        new Safetensors.Item(
            name + RestoredTensors.SCALE,
            DType.F32,
            Shape.of(rows, 1),
            sink -> sink.put(scale, 0, rows)));
  }

  private static Narrowing.Int8 narrow(RestoredTensors from, String name, int rows) {
    try {
      return Narrowing.int8(from.floats(name), rows);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s: '%s' cannot be quantised: %s".formatted(from.path(), name, e.getMessage()), e);
    }
  }
}
