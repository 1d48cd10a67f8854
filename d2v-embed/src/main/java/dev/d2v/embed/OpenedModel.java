package dev.d2v.embed;

import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.MemoryBlock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// A model with all that stands around it, read from a path.
///
/// @param loaded the weights, owned
/// @param mapped the files in which some of them lie, owned; null: they are all in memory
/// @param engine computes with them
/// @param preparations how samples are prepared
record OpenedModel(
    LoadedModel loaded, @Nullable ModelFiles mapped, Engine engine, Preparations preparations)
    implements AutoCloseable {
  /// Enough for a block that is asked of the system.
  private static final long LARGE_BLOCK = 8L << 20;

  /// The small files are read beside the weights, by a thread of their own: a large vocabulary
  /// takes as long. Another makes the classes of a backend ready, which is most of what the first
  /// opening in a JVM takes.
  static OpenedModel open(Path path, EmbedderOptions options) throws IOException {
    Thread.ofPlatform().name("d2v-classes").daemon().start(OpenedModel::loadClasses);
    ModelFiles files = ModelFiles.open(path);
    boolean kept = false;
    try {
      FutureTask<Preparations> preparations = new FutureTask<>(() -> Preparations.of(files));
      Thread beside = Thread.ofPlatform().name("d2v-open").daemon().start(preparations);
      LoadedModel loaded;
      try {
        loaded = files.load(options.teacher(), options.storage(), options.mapped());
      } finally {
        joined(beside);
      }
      try {
        OpenedModel opened = of(loaded, options.mapped() ? files : null, given(preparations));
        kept = options.mapped();
        return opened;
      } catch (IOException | RuntimeException e) {
        loaded.close();
        throw e;
      }
    } finally {
      if (!kept) {
        files.close();
      }
    }
  }

  private static void loadClasses() {
    try (Backend backend = Backend.cpu(1);
        MemoryBlock block = backend.allocate(LARGE_BLOCK)) {
      backend.upload(new Tensor(block.slice(0, Float.BYTES), Shape.of(1), DType.F32), new float[1]);
    }
  }

  private static OpenedModel of(
      LoadedModel loaded, @Nullable ModelFiles mapped, Preparations preparations) {
    Engine engine =
        switch (loaded) {
          case LoadedModel.First first ->
              new FirstEngine(first.opened().model(), preparations.masksSpeech(), first.storage());
          case LoadedModel.Second second -> new SecondEngine(second.model(), second.storage());
        };
    return new OpenedModel(loaded, mapped, engine, preparations);
  }

  /// Waits for a thread that ends soon, whatever interrupts.
  private static void joined(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static Preparations given(FutureTask<Preparations> done) throws IOException {
    try {
      return done.resultNow();
    } catch (IllegalStateException e) {
      switch (done.exceptionNow()) {
        case IOException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case Throwable cause -> throw new IllegalStateException("reading failed: " + cause, cause);
      }
    }
  }

  /// How a sample is prepared: by its kind, and of a file by what the model reads, of a model that
  /// reads several kinds by the file's name.
  Preparation preparation(Sample sample, String name) {
    var there = preparations.of();
    Modality wanted =
        switch (sample) {
          case Sample.Image _ -> Modality.IMAGE;
          case Sample.Clip _ -> Modality.SPEECH;
          case Sample.Text _ -> Modality.TEXT;
          case Sample.Stored s ->
              there.size() == 1 ? there.keySet().iterator().next() : modality(s.file());
        };
    Preparation preparation = there.get(wanted);
    if (preparation == null) {
      throw Sample.refused(
          sample, name, String.join(" and ", there.keySet().stream().map(Modality::noun).toList()));
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
    loaded.close();
    if (mapped != null) {
      mapped.close();
    }
  }
}
