package dev.d2v.embed;

import dev.d2v.data.DataException;
import dev.d2v.data.Framing;
import dev.d2v.data.ImageFiles;
import dev.d2v.data.ImageFormat;
import dev.d2v.data.Pixels;
import dev.d2v.data.speech.AudioDecoder;
import dev.d2v.data.speech.Resampler;
import dev.d2v.data.speech.UnreadableAudio;
import dev.d2v.data.speech.Waveform;
import dev.d2v.data.text.TextTokenizer;
import dev.d2v.tensor.random.RandomStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A sample to what the model reads, as the model was trained. Safe for many threads.
sealed interface Preparation {
  /// Decodes, if it is a file, and preprocesses.
  ///
  /// @throws DataException when it cannot be used
  /// @throws IllegalArgumentException when it is of another kind
  /// @throws IllegalStateException when the thread is interrupted while it reads a file
  Prepared of(Sample sample, String model);

  /// Longer texts have more bytes than any model has tokens for.
  long MAX_TEXT_BYTES = 64L << 20;

  /// Images of a published model.
  record Images(ImagePreprocessing steps) implements Preparation {
    @Override
    public Prepared of(Sample sample, String model) {
      return image(steps.apply(pixels(sample, model)));
    }
  }

  /// Images of a run: framed as for its probes.
  record RunImages(ImageFormat format) implements Preparation {
    @Override
    public Prepared of(Sample sample, String model) {
      Pixels image = pixels(sample, model).withChannels(format.channels());
      RandomStream unused = new RandomStream(0, 0, 0, 0);
      Pixels p = new Framing.CentreCrop().frame(image, format.size(), unused);
      int channels = format.channels();
      int size = format.size() * format.size();
      float[] out = new float[channels * size];
      for (int i = 0; i < out.length; i++) {
        int c = i / size;
        int value = p.data()[i % size * channels + c] & 0xff;
        out[i] = (value / 255f - format.mean()[c]) / format.std()[c];
      }
      return image(out);
    }
  }

  /// Recordings.
  record Clips(WavePreprocessing steps, int minimumSamples) implements Preparation {
    @Override
    public Prepared of(Sample sample, String model) {
      Waveform wave =
          switch (sample) {
            case Sample.Clip c -> new Waveform(finite(c.samples()), c.sampleRateHz());
            case Sample.Stored s -> decoded(s.file());
            case Sample.Image _, Sample.Text _ ->
                throw Sample.refused(sample, model, Modality.SPEECH.noun());
          };
      float[] samples = wave.samples();
      if (wave.sampleRateHz() != steps.sampleRateHz()) {
        samples = new Resampler(wave.sampleRateHz(), steps.sampleRateHz()).apply(samples);
      }
      if (samples.length < minimumSamples) {
        throw new DataException(
            "a recording of %d samples at %d Hz is too short: %s needs at least %d for a frame"
                .formatted(samples.length, steps.sampleRateHz(), model, minimumSamples));
      }
      return new Prepared(Modality.SPEECH, steps.apply(samples), new int[0]);
    }

    private static float[] finite(float[] samples) {
      for (int i = 0; i < samples.length; i++) {
        if (!Float.isFinite(samples[i])) {
          throw new DataException(
              "a recording of %d samples cannot be used: sample %d is %s"
                  .formatted(samples.length, i, samples[i]));
        }
      }
      return samples;
    }

    private static Waveform decoded(Path file) {
      try {
        return AudioDecoder.decode(file);
      } catch (UnreadableAudio e) {
        checkInterrupt(file, e);
        throw new DataException("%s cannot be used: %s".formatted(file, e.reason()), e);
      }
    }
  }

  /// Texts, longer ones cut to what the model has positions for.
  record Texts(TextTokenizer tokenizer, int maxTokens) implements Preparation {
    @Override
    public Prepared of(Sample sample, String model) {
      String text =
          switch (sample) {
            case Sample.Text t -> t.text();
            case Sample.Stored s -> read(s.file());
            case Sample.Image _, Sample.Clip _ ->
                throw Sample.refused(sample, model, Modality.TEXT.noun());
          };
      int[] inner = tokenizer.encode(text);
      int kept = Math.min(inner.length, maxTokens - 2);
      int[] ids = new int[kept + 2];
      ids[0] = tokenizer.special().bos();
      System.arraycopy(inner, 0, ids, 1, kept);
      ids[kept + 1] = tokenizer.special().eos();
      return new Prepared(Modality.TEXT, new float[0], ids);
    }

    private static String read(Path file) {
      if (!Files.exists(file)) {
        throw new DataException("there is no file %s".formatted(file));
      }
      try {
        if (Files.size(file) > MAX_TEXT_BYTES) {
          throw new DataException(
              "%s cannot be used: a text of more than %d bytes".formatted(file, MAX_TEXT_BYTES));
        }
        return Files.readString(file);
      } catch (IOException e) {
        checkInterrupt(file, e);
        throw new DataException("%s cannot be used as a text in UTF-8: %s".formatted(file, e), e);
      }
    }
  }

  private static Pixels pixels(Sample sample, String model) {
    return switch (sample) {
      case Sample.Image i -> i.pixels();
      case Sample.Stored s -> decoded(s.file());
      case Sample.Clip _, Sample.Text _ ->
          throw Sample.refused(sample, model, Modality.IMAGE.noun());
    };
  }

  private static Pixels decoded(Path file) {
    try {
      return ImageFiles.decode(file);
    } catch (DataException e) {
      checkInterrupt(file, e);
      throw e;
    }
  }

  /// Nothing is wrong with a file whose reading an interrupt ended.
  private static void checkInterrupt(Path file, Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ClosedByInterruptException) {
        throw new IllegalStateException("interrupted while %s was read".formatted(file), failure);
      }
    }
  }

  private static Prepared image(float[] pixels) {
    return new Prepared(Modality.IMAGE, pixels, new int[0]);
  }
}
