package dev.d2v.cli.embed;

import dev.d2v.data.FolderDataset;
import dev.d2v.data.speech.AudioDecoder;
import dev.d2v.data.speech.SpeechFiles;
import dev.d2v.data.speech.UnreadableAudio;
import dev.d2v.embed.Modality;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;

/// Files in groups that are decoded before any of them is computed, so that those of about one
/// length can go through the model together: several batches, but no more numbers than a small heap
/// holds. A file that has more goes alone. Images all have one length, so a batch of them is
/// enough.
final class Windows implements Iterator<List<Path>> {
  /// A quarter of an hour of recordings at 16 kHz, 64 MB.
  static final long NUMBERS = 16_000_000;

  private static final int BATCHES = 8;

  /// Of an image, whatever its own size: models see about 256 x 256.
  private static final long IMAGE = 3 * 256 * 256;

  /// Bytes of a text's token, about.
  private static final int TOKEN = 4;

  private final List<Path> files;
  private final Set<Modality> modalities;
  private final long most;
  private int at;

  /// @param modalities that the model reads
  /// @param batch samples that go through it together
  Windows(List<Path> files, Set<Modality> modalities, int batch) {
    this.files = files;
    this.modalities = modalities;
    this.most = modalities.equals(Set.of(Modality.IMAGE)) ? batch : (long) BATCHES * batch;
  }

  @Override
  public boolean hasNext() {
    return at < files.size();
  }

  /// At least one file.
  @Override
  public List<Path> next() {
    if (!hasNext()) {
      throw new NoSuchElementException("there are no more files");
    }
    List<Path> window = new ArrayList<>();
    long numbers = 0;
    while (hasNext() && window.size() < most) {
      numbers += numbers(files.get(at));
      if (!window.isEmpty() && numbers > NUMBERS) {
        break;
      }
      window.add(files.get(at++));
    }
    return window;
  }

  /// About how many numbers are held of a file; what is wrong with it shows when it is decoded.
  private long numbers(Path file) {
    boolean single = modalities.size() == 1;
    try {
      if (modalities.contains(Modality.SPEECH) && (single || SpeechFiles.isRecording(file))) {
        return AudioDecoder.extent(file).samples();
      }
      if (modalities.contains(Modality.TEXT) && (single || !FolderDataset.isImage(file))) {
        return Files.size(file) / TOKEN;
      }
      return single ? 0 : IMAGE;
    } catch (UnreadableAudio | IOException e) {
      return 0;
    } catch (OutOfMemoryError e) {
      // a form whose length shows only when all of it is decoded: it goes alone
      return NUMBERS + 1;
    }
  }
}
