package dev.d2v.embed;

import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.Source;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import org.jspecify.annotations.Nullable;

/// data2vec 2.0.
///
/// @param model owned
/// @param storage of its weights
record SecondEngine(Data2Vec2 model, Storage storage) implements Engine {
  @Override
  public int width() {
    return model.config().embedDim();
  }

  @Override
  public int depth() {
    return model.config().depth();
  }

  @Override
  public boolean hasFirst(Modality modality) {
    return modality == Modality.TEXT || model.config().modality(modality.key()).extraTokens() > 0;
  }

  @Override
  public Forwarded forward(Rows rows, Backend host, Tap tap, Pass pass) {
    int B = rows.samples();
    Batch batch =
        switch (rows.modality()) {
          case IMAGE -> new Batch.Images(rows.floats(), B);
          case SPEECH -> new Batch.Waves(rows.floats(), B, rows.lengths());
          case TEXT -> new Batch.Texts(rows.ids(), B);
        };
    ModalityConfig modality = model.config().modality(rows.modality().key());
    Source source = Source.of(batch, modality, host, pass);
    Tensor output =
        model.features(
            source,
            null,
            (layer, tensor, whole) -> {
              if (whole) {
                tap.see(layer + 1, tensor);
              }
            },
            pass);
    int E = modality.extraTokens();
    int first = hasFirst(rows.modality()) ? Math.max(E - 1, 0) : -1;
    return new Forwarded(output, E, first, padding(source, E));
  }

  /// The padding with extra tokens, which are none.
  private static int @Nullable [] padding(Source source, int E) {
    int[] of = source.padding();
    if (of == null) {
      return null;
    }
    int T = source.tokens();
    int[] all = new int[source.samples() * (E + T)];
    for (int b = 0; b < source.samples(); b++) {
      System.arraycopy(of, b * T, all, b * (E + T) + E, T);
    }
    return all;
  }

  @Override
  public Engine on(Backend plan) {
    return new SecondEngine(Data2Vec2.inference(model.config(), plan, storage), storage);
  }

  @Override
  public long bytes() {
    return model.memory().bytes();
  }

  @Override
  public void close() {
    model.close();
  }
}
