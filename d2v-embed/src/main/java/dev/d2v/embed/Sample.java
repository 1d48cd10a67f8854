package dev.d2v.embed;

import dev.d2v.data.ImageFiles;
import dev.d2v.data.Pixels;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Objects;

/// One thing to embed.
public sealed interface Sample {
  /// A decoded image.
  record Image(Pixels pixels) implements Sample {
    /// Refuses null.
    public Image {
      Objects.requireNonNull(pixels, "pixels");
    }
  }

  /// A recording, one channel, full scale 1; resampled when the model hears another rate.
  record Clip(float[] samples, int sampleRateHz) implements Sample {
    /// Checks the rate.
    public Clip {
      Objects.requireNonNull(samples, "samples");
      if (sampleRateHz < 1) {
        throw new IllegalArgumentException("a sample rate is positive, got " + sampleRateHz);
      }
    }
  }

  /// A text.
  record Text(String text) implements Sample {
    /// Refuses null.
    public Text {
      Objects.requireNonNull(text, "text");
    }
  }

  /// A file: an image, a recording, or a text in UTF-8, whichever the model reads.
  record Stored(Path file) implements Sample {
    /// Refuses null.
    public Stored {
      Objects.requireNonNull(file, "file");
    }
  }

  /// An image in memory.
  static Sample of(BufferedImage image) {
    return new Image(ImageFiles.of(image));
  }

  /// A text.
  static Sample of(String text) {
    return new Text(text);
  }

  /// A file.
  static Sample of(Path file) {
    return new Stored(file);
  }

  /// In a sentence: the path of a file, or what it is.
  default String noun() {
    return switch (this) {
      case Image _ -> "an image";
      case Clip _ -> "a recording";
      case Text _ -> "a text";
      case Stored s -> s.file().toString();
    };
  }

  /// The refusal of a sample of another kind.
  static IllegalArgumentException refused(Sample sample, String model, String reads) {
    return new IllegalArgumentException(
        "%s reads %s and got %s: use a model of that modality"
            .formatted(model, reads, sample.noun()));
  }
}
