package dev.d2v.embed;

import dev.d2v.model.v1.Data2Vec1;
import dev.d2v.model.v1.Features;
import dev.d2v.model.v1.Input;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.spi.Backend;

/// data2vec 1.0.
///
/// @param model owned
/// @param masksSpeech whether filled-up frames are masked
/// @param storage of its weights
record FirstEngine(Data2Vec1 model, boolean masksSpeech, Storage storage) implements Engine {
  private static final String HIDDEN = "hidden_states.";

  @Override
  public int width() {
    return model.config().layers().C();
  }

  @Override
  public int depth() {
    return model.config().layers().depth();
  }

  @Override
  public boolean hasFirst(Modality modality) {
    return modality != Modality.SPEECH;
  }

  @Override
  public Forwarded forward(Rows rows, Backend host, Tap tap, Pass pass) {
    int B = rows.samples();
    Input input =
        switch (rows.modality()) {
          case IMAGE -> new Input.Images(rows.floats(), B);
          case SPEECH -> new Input.Waves(rows.floats(), B, masksSpeech ? rows.lengths() : null);
          case TEXT -> new Input.Tokens(rows.ids(), B, null, null);
        };
    Features f =
        model.forward(
            input,
            host,
            (name, tensor) -> {
              if (name.startsWith(HIDDEN)) {
                int layer = Integer.parseInt(name.substring(HIDDEN.length()));
                if (layer > 0) {
                  tap.see(layer, tensor);
                }
              }
            },
            pass);
    boolean image = rows.modality() == Modality.IMAGE;
    int first = hasFirst(rows.modality()) ? 0 : -1;
    return new Forwarded(f.last(), image ? 1 : 0, first, f.padding());
  }

  @Override
  public Engine on(Backend plan) {
    return new FirstEngine(Data2Vec1.empty(model.config(), plan, storage), masksSpeech, storage);
  }

  @Override
  public long bytes() {
    return model.bytes();
  }

  @Override
  public void close() {
    model.close();
  }
}
