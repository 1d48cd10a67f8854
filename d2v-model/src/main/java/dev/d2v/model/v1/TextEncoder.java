package dev.d2v.model.v1;

import dev.d2v.model.Observer;
import dev.d2v.model.PositionTables;
import dev.d2v.nn.Initializer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Storage;
import dev.d2v.nn.layer.AttentionBias;
import dev.d2v.nn.layer.LayerNorm;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.StoredMatrix;
import dev.d2v.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Token ids to tokens: `LN(words[id] + types[type] + positions[place])`, places counted over the
/// tokens that are not padding, then post-norm layers.
final class TextEncoder implements Encoder {
  private final TextConfig config;
  private final Parameter words;
  private final Parameter types;
  private final @Nullable Parameter positions;
  private final LayerNorm norm;
  private final List<EncoderLayer> layers = new ArrayList<>();
  private final List<KeyDistances> distances = new ArrayList<>();

  TextEncoder(ParameterScope scope, TextConfig config) {
    this.config = config;
    LayerConfig c = config.layers();
    this.words = table(scope, "words", config.vocabulary(), Storage.Use.ROWS);
    this.types = table(scope, "types", config.types(), Storage.Use.PLAIN);
    boolean absolute = config.placement() == TextConfig.Placement.ABSOLUTE;
    this.positions =
        absolute ? table(scope, "positions", config.positions(), Storage.Use.PLAIN) : null;
    this.norm = new LayerNorm(scope.child("norm"), c.C(), c.eps(), true);
    boolean keys = config.placement() == TextConfig.Placement.RELATIVE_KEY_QUERY;
    for (int i = 0; i < c.depth(); i++) {
      ParameterScope at = scope.child("layer." + i);
      KeyDistances d = absolute ? null : new KeyDistances(at, config.positions(), keys, c);
      if (d != null) {
        distances.add(d);
      }
      layers.add(new EncoderLayer(at, c, false, d));
    }
  }

  private Parameter table(ParameterScope scope, String name, int rows, Storage.Use use) {
    return scope.parameter(name, Shape.of(rows, config.layers().C()), Initializer.zeros(), use);
  }

  /// The table of tokens (vocabulary,C).
  Parameter words() {
    return words;
  }

  @Override
  public Features forward(Input input, Backend host, Observer observer, Pass pass) {
    if (!(input instanceof Input.Tokens tokens)) {
      throw Encoder.wrongInput("texts", input);
    }
    int B = tokens.samples();
    int T = B < 1 ? 0 : tokens.ids().length / B;
    if (T < 1 || tokens.ids().length != B * T) {
      throw new IllegalArgumentException(
          "texts: expected %d texts of one length, got %d tokens"
              .formatted(B, tokens.ids().length));
    }
    if (T > config.maxTokens()) {
      throw new IllegalArgumentException(
          "texts: the model has positions for %d tokens, got %d: cut the text"
              .formatted(config.maxTokens(), T));
    }
    Tensor x =
        pass.freeing(Shape.of(B, T, config.layers().C()), () -> embedded(tokens, T, host, pass));
    observer.see("hidden_states.0", x);
    int[] padding = padding(tokens);
    Tensor unseen = null;
    if (padding != null) {
      unseen = pass.workspace().take(Shape.of(B, T), DType.I32);
      host.upload(unseen, padding);
    }
    AttentionBias bias = new AttentionBias(null, unseen, null);
    for (int i = 0; i < layers.size(); i++) {
      x = layers.get(i).forward(x, bias, host, pass);
      observer.see("hidden_states." + (i + 1), x);
    }
    return new Features(x, x, padding);
  }

  private int @Nullable [] padding(Input.Tokens tokens) {
    int[] padding = new int[tokens.ids().length];
    int[] mask = tokens.mask();
    boolean any = false;
    for (int i = 0; i < padding.length; i++) {
      boolean there = mask == null ? tokens.ids()[i] != config.padding() : mask[i] != 0;
      padding[i] = there ? 0 : 1;
      any |= !there;
    }
    return any ? padding : null;
  }

  private Tensor embedded(Input.Tokens tokens, int T, Backend host, Pass pass) {
    int C = config.layers().C();
    int n = tokens.ids().length;
    Tensor x = pass.take(tokens.samples(), T, C);
    rows(x, words, tokens.ids(), "token", host, pass);
    int[] kinds = tokens.types() == null ? new int[n] : tokens.types();
    Tensor part = pass.take(n, C);
    rows(part, types, kinds, "token type", host, pass);
    pass.kernels().elementwise().add(x, x, part, x.size());
    if (positions != null) {
      int[] places = PositionTables.tokenPositions(tokens.ids(), T, config.padding());
      rows(part, positions, places, "position", host, pass);
      pass.kernels().elementwise().add(x, x, part, x.size());
    }
    return norm.forward(x, pass);
  }

  private static void rows(
      Tensor y, Parameter table, int[] ids, String what, Backend host, Pass pass) {
    int rows = table.shape().dim(0);
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= rows) {
        throw new IllegalArgumentException(
            "texts: %s %d at place %d; the model has 0 to %d: is the tokenizer this model's?"
                .formatted(what, ids[i], i, rows - 1));
      }
    }
    Tensor index = pass.workspace().take(Shape.of(ids.length), DType.I32);
    host.upload(index, ids);
    int C = table.shape().dim(1);
    StoredMatrix stored = table.stored();
    if (stored == null) {
      pass.kernels().gather().gatherRows(y, table.compute(), null, index, ids.length, C);
    } else {
      pass.kernels().storage().storedRows(y, stored, index, ids.length, C);
    }
  }

  @Override
  public void load(WeightLoader file) {
    file.copy(words, "embeddings.word_embeddings.weight");
    file.copy(types, "embeddings.token_type_embeddings.weight");
    if (positions == null) {
      file.ignore("embeddings.position_embeddings.weight");
    } else {
      file.copy(positions, "embeddings.position_embeddings.weight");
    }
    EncoderLayer.norm(file, norm, "embeddings.LayerNorm");
    for (int i = 0; i < layers.size(); i++) {
      String at = "encoder.layer." + i + ".";
      EncoderLayer.Names names =
          new EncoderLayer.Names(
              at + "attention.self.query",
              at + "attention.self.key",
              at + "attention.self.value",
              at + "attention.output.dense",
              at + "attention.output.LayerNorm",
              at + "intermediate.dense",
              at + "output.dense",
              at + "output.LayerNorm");
      layers.get(i).load(file, names, true, null, null);
      if (!distances.isEmpty()) {
        file.copy(distances.get(i).table(), at + "attention.self.distance_embedding.weight");
      }
    }
  }
}
