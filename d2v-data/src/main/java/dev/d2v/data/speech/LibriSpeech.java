package dev.d2v.data.speech;

import dev.d2v.data.DataException;
import dev.d2v.data.common.FileListing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The layout of LibriSpeech: `SPEAKER/CHAPTER/SPEAKER-CHAPTER-NUMBER.flac`, and in every chapter a
/// file `SPEAKER-CHAPTER.trans.txt` with lines of a name, a space and what is said. A recording's
/// label is its speaker. Recordings without a line have no transcript.
public final class LibriSpeech {
  private static final String TRANSCRIPTS = ".trans.txt";
  private static final int DEPTH = 4;

  private LibriSpeech() {}

  /// Opens folders such as `train-clean-100` and `train-clean-360` as one data set.
  ///
  /// @throws DataException when one is missing or of another layout, or a file of transcripts is
  ///   damaged
  public static SpeechFiles open(List<Path> folders, SpeechOptions options) {
    List<Path> files = new ArrayList<>();
    int others = 0;
    for (Path folder : folders) {
      FileListing listing = FileListing.of(folder, SpeechFiles.SOUNDS);
      for (Path file : listing.files()) {
        if (folder.relativize(file).getNameCount() < 3) {
          throw new DataException(
              "%s: expected SPEAKER/CHAPTER/FILE below %s, as LibriSpeech has it."
                  .formatted(file, folder));
        }
      }
      files.addAll(listing.files());
      others += listing.others();
    }
    List<String> speakers = files.stream().map(LibriSpeech::speaker).distinct().sorted().toList();
    Map<String, Integer> labels = new HashMap<>();
    for (String speaker : speakers) {
      labels.put(speaker, labels.size());
    }
    Map<Path, Map<String, String>> chapters = new HashMap<>();
    List<SpeechFiles.Entry> entries = new ArrayList<>();
    for (Path file : files) {
      Map<String, String> lines =
          chapters.computeIfAbsent(file.resolveSibling(""), LibriSpeech::transcripts);
      String stem = file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
      entries.add(
          new SpeechFiles.Entry(
              file,
              SpeechFiles.Entry.UNKNOWN,
              labels.getOrDefault(speaker(file), SpeechDataset.NO_LABEL),
              Optional.ofNullable(lines.get(stem))));
    }
    String name = folders.stream().map(Path::toString).collect(Collectors.joining(", "));
    return new SpeechFiles(name, entries, speakers, others, options);
  }

  private static String speaker(Path file) {
    return String.valueOf(file.getName(file.getNameCount() - 3));
  }

  /// Whether there is a file of transcripts in the folder or not far below.
  static boolean looksLike(Path folder) {
    try (Stream<Path> walk =
        Files.find(
            folder, DEPTH, (path, kind) -> isTranscripts(path), FileVisitOption.FOLLOW_LINKS)) {
      return walk.findFirst().isPresent();
    } catch (IOException | UncheckedIOException e) {
      throw new DataException("%s cannot be listed: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private static boolean isTranscripts(Path path) {
    String name = String.valueOf(path.getFileName());
    return name.endsWith(TRANSCRIPTS) && !name.startsWith(".");
  }

  private static Map<String, String> transcripts(Path chapter) {
    Map<String, String> out = new HashMap<>();
    try (Stream<Path> list = Files.list(chapter)) {
      for (Path file : list.filter(LibriSpeech::isTranscripts).sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          int space = line.indexOf(' ');
          if (space > 0) {
            out.put(line.substring(0, space), line.substring(space + 1).strip());
          } else if (!line.isBlank()) {
            throw new DataException(
                "%s: expected lines of a name, a space and what is said, found '%s'."
                    .formatted(file, line));
          }
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw new DataException(
          "%s: its transcripts cannot be read: %s".formatted(chapter, e.getMessage()), e);
    }
    return out;
  }
}
