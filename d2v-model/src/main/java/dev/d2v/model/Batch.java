package dev.d2v.model;

import dev.d2v.tensor.DType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Raw samples of one modality on the host, as data sources give them.
public sealed interface Batch {
  /// B.
  int samples();

  /// Length of each sample: pixels of an image, samples of a waveform, tokens of a text.
  int length();

  /// The modality's name in published parameter names.
  String key();

  /// Images.
  ///
  /// @param pixels (B,channels,H,W), flat and normalised
  /// @param samples B
  record Images(float[] pixels, int samples) implements Batch {
    @Override
    public int length() {
      return pixels.length / Math.max(1, samples);
    }

    @Override
    public String key() {
      return "IMAGE";
    }
  }

  /// Waveforms at 16 kHz.
  ///
  /// @param waves (B,N), flat and normalised
  /// @param samples B
  /// @param lengths samples of each before its padding, or null: none is padded
  record Waves(float[] waves, int samples, int @Nullable [] lengths) implements Batch {
    @Override
    public int length() {
      return waves.length / Math.max(1, samples);
    }

    @Override
    public String key() {
      return "AUDIO";
    }
  }

  /// Texts.
  ///
  /// @param ids (B,T) tokens, flat; `<pad>` is 1
  /// @param samples B
  record Texts(int[] ids, int samples) implements Batch {
    @Override
    public int length() {
      return ids.length / Math.max(1, samples);
    }

    @Override
    public String key() {
      return "TEXT";
    }
  }

  /// How large a batch is, for planning memory.
  ///
  /// @param key the modality's name
  /// @param samples B
  /// @param length of each sample
  record Shape(String key, int samples, int length) {
    /// A batch of that shape: zeros, or tokens that are not padding.
    public Batch zeros() {
      int size = Math.multiplyExact(samples, length);
      return switch (key) {
        case "IMAGE" -> new Images(new float[size], samples);
        case "AUDIO" -> new Waves(new float[size], samples, null);
        case "TEXT" -> {
          int[] ids = new int[size];
          Arrays.fill(ids, 4);
          yield new Texts(ids, samples);
        }
        default -> throw new IllegalArgumentException("there is no modality " + key);
      };
    }

    /// The same with padding in it, where the modality has any: that takes the most memory. So much
    /// of one text is padded that some of the tokens that a mask keeps must be; waveforms are not
    /// padded where they are masked.
    public Batch padded() {
      Batch zeros = zeros();
      return switch (zeros) {
        case Images images -> images;
        case Waves waves -> {
          int[] lengths = new int[samples];
          Arrays.fill(lengths, length);
          lengths[0] = Math.max(1, length / 2);
          yield new Waves(waves.waves, samples, lengths);
        }
        case Texts texts -> {
          Arrays.fill(texts.ids, texts.ids.length - length + 1, texts.ids.length, 1);
          yield texts;
        }
      };
    }
  }

  /// Its shape.
  default Shape shape() {
    return new Shape(key(), samples(), length());
  }

  /// The type of its elements.
  default DType type() {
    return this instanceof Texts ? DType.I32 : DType.F32;
  }
}
