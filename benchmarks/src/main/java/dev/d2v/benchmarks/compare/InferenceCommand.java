package dev.d2v.benchmarks.compare;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `d2v bench inference`.
@Command(
    name = "inference",
    description = "Features of whole encoders of base size, against the same network elsewhere.",
    mixinStandardHelpOptions = true)
final class InferenceCommand implements Callable<Integer> {
  private static final List<String> USUAL =
      List.of("imageBase:1", "imageBase:8", "speechBase:1x10", "textBase:1x512");

  // a turn is a few runs of a network
  private static final long MILLIS = 600;
  private static final long FIRST_MILLIS = 4000;

  @Mixin private final CommonOptions common = new CommonOptions();

  @Option(
      names = "--case",
      paramLabel = "NETWORK:SIZES",
      split = ",",
      description =
          "imageBase:BATCH, speechBase:BATCHxSECONDS, textBase:BATCHxTOKENS. Default: imageBase:1,"
              + " imageBase:8, speechBase:1x10, textBase:1x512.")
  private List<String> cases = USUAL;

  InferenceCommand() {}

  @Override
  public Integer call() throws IOException {
    List<Case> chosen = cases.stream().map(Case::parse).toList();
    for (Case which : chosen) {
      if (which.operation().family() != Operation.Family.NETWORK) {
        throw new IllegalArgumentException(
            "--case: expected imageBase, speechBase or textBase, got " + which.operation().label());
      }
    }
    Effort effort = new Effort(common.rounds, MILLIS, MILLIS, FIRST_MILLIS);
    List<Rival> able =
        common.rivals().stream()
            .filter(r -> r.column().equals("ort") || r.column().equals("torch"))
            .toList();
    new Run("inference", common, able, effort).measure(chosen, System.out);
    return 0;
  }
}
