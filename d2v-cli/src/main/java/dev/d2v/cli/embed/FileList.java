package dev.d2v.cli.embed;

import dev.d2v.cli.error.UserError;
import dev.d2v.data.FolderDataset;
import dev.d2v.data.speech.SpeechFiles;
import dev.d2v.embed.Modality;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/// The files that arguments name.
final class FileList {
  private FileList() {}

  /// Files as they are; of folders the files, however deep, whose names say that they are of a
  /// modality, sorted. A file that is named twice counts once.
  static List<Path> of(List<Path> arguments, Set<Modality> modalities) throws IOException {
    Set<Path> all = new LinkedHashSet<>();
    for (Path argument : arguments) {
      if (Files.isDirectory(argument)) {
        try (Stream<Path> files = Files.walk(argument)) {
          files
              .filter(f -> modalities.stream().anyMatch(m -> is(f, m)))
              .filter(Files::isRegularFile)
              .sorted()
              .forEach(all::add);
        }
      } else {
        all.add(argument);
      }
    }
    if (all.isEmpty()) {
      throw new UserError(
          "no files of %s in %s"
              .formatted(
                  String.join(" or ", modalities.stream().map(Modality::noun).toList()),
                  String.join(", ", arguments.stream().map(Path::toString).toList())));
    }
    return new ArrayList<>(all);
  }

  private static boolean is(Path file, Modality modality) {
    return switch (modality) {
      case IMAGE -> FolderDataset.isImage(file);
      case SPEECH -> SpeechFiles.isRecording(file);
      // files of many texts, such as .jsonl, are not meant
      case TEXT -> file.toString().toLowerCase(Locale.ROOT).matches("(?s).*\\.(txt|text|md)");
    };
  }
}
