package dev.d2v.cli;

import dev.d2v.cli.run.Terminal;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Spec;

/// `d2v` alone: what it can do.
@Command(
    name = "d2v",
    description =
        "data2vec 2.0 for the JVM: learn an encoder from images, speech or text without labels.",
    mixinStandardHelpOptions = true,
    version = "d2v 0.1.0")
final class RootCommand implements Runnable {
  private final Terminal terminal;

  @Spec private @Nullable CommandSpec spec;

  RootCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    PrintStream out = terminal.out();
    out.println(
        "d2v: data2vec 2.0 for the JVM. It learns an encoder from images, speech or text without labels.");
    out.println();
    Map<String, String> lines = new LinkedHashMap<>();
    collect(Objects.requireNonNull(spec).commandLine(), "d2v", lines);
    lines.put("d2v test", "build everything and run every test");
    int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
    lines.forEach(
        (usage, text) -> out.println("  " + usage + " ".repeat(width + 3 - usage.length()) + text));
    out.println();
    out.println("'d2v COMMAND --help' shows a command's options.");
  }

  private static void collect(CommandLine parent, String prefix, Map<String, String> lines) {
    parent
        .getSubcommands()
        .forEach((name, command) -> {
          String usage = prefix + " " + name;
          if (command.getSubcommands().isEmpty()) {
            lines.put(usage + parameters(command), summary(command));
          } else {
            collect(command, usage, lines);
          }
        });
  }

  private static String parameters(CommandLine command) {
    StringBuilder text = new StringBuilder();
    for (PositionalParamSpec p : command.getCommandSpec().positionalParameters()) {
      text.append(p.required() ? " " + p.paramLabel() : " [" + p.paramLabel() + "]");
    }
    return text.toString();
  }

  private static String summary(CommandLine command) {
    String[] description = command.getCommandSpec().usageMessage().description();
    return description.length == 0 ? "" : description[0].replaceFirst("\\.$", "");
  }
}
