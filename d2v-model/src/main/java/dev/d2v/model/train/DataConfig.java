package dev.d2v.model.train;

import org.jspecify.annotations.Nullable;

/// What is done to samples before the model sees them, a section a modality.
///
/// @param image for images, or null
/// @param speech for speech, or null
/// @param text for text, or null
public record DataConfig(
    @Nullable ImageData image, @Nullable SpeechData speech, @Nullable TextData text) {
  /// For images alone.
  public static DataConfig of(ImageData image) {
    return new DataConfig(image, null, null);
  }

  /// For speech alone.
  public static DataConfig of(SpeechData speech) {
    return new DataConfig(null, speech, null);
  }

  /// For text alone.
  public static DataConfig of(TextData text) {
    return new DataConfig(null, null, text);
  }

  /// A modality's share; fails when there is no section for it.
  public ShareConfig share(String key) {
    ShareConfig share =
        switch (key) {
          case "IMAGE" -> image == null ? null : image.share();
          case "AUDIO" -> speech == null ? null : speech.share();
          case "TEXT" -> text == null ? null : text.share();
          default -> null;
        };
    if (share == null) {
      throw new IllegalStateException("the recipe has no data section for " + key);
    }
    return share;
  }

  /// The images' section; fails when there is none.
  public ImageData requireImage() {
    if (image == null) {
      throw new IllegalStateException("the recipe has no data section for images");
    }
    return image;
  }
}
