package dev.d2v.config;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/// YAML and `key=value` as [ConfigNode]s.
final class ConfigReader {
  private static final int DEPTH = 16;

  private ConfigReader() {}

  /// A file's content; fails unless it is a mapping.
  static ConfigNode.Mapping file(Path file) {
    try {
      return text(Files.readString(file), file.toString());
    } catch (MalformedInputException e) {
      throw new ConfigException(file + " is not a text file in UTF-8", e);
    } catch (IOException e) {
      throw new ConfigException("cannot read the configuration " + file + ": " + reason(e), e);
    }
  }

  /// YAML that stands in a file of that name.
  static ConfigNode.Mapping text(String yaml, String name) {
    Optional<Node> root = compose(yaml, name);
    ConfigNode node =
        root.isEmpty()
            ? new ConfigNode.Mapping(Map.of(), name)
            : convert(root.get(), mark -> name + ":" + (mark.getLine() + 1), 0);
    if (node instanceof ConfigNode.Mapping mapping) {
      return mapping;
    }
    throw new ConfigException(node.where() + ": expected keys and values, got " + node.described());
  }

  /// `a.b.c=value` as the mapping `a: {b: {c: value}}`; the value is YAML.
  static ConfigNode.Mapping assignment(String text) {
    String where = "--set " + text;
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new ConfigException(where + ": expected key=value, for example train.batch=32");
    }
    String value = text.substring(equals + 1);
    ConfigNode node =
        compose(value, where)
            .map(n -> convert(n, mark -> where, 0))
            .orElse(new ConfigNode.Scalar("", false, where));
    String[] keys = text.substring(0, equals).strip().split("\\.", -1);
    for (int i = keys.length - 1; i > 0; i--) {
      node = new ConfigNode.Mapping(Map.of(keys[i], node), where);
    }
    return new ConfigNode.Mapping(Map.of(keys[0], node), where);
  }

  private static Optional<Node> compose(String yaml, String name) {
    try {
      LoadSettings settings = LoadSettings.builder().setLabel(name).build();
      ParserImpl parser = new ParserImpl(settings, new StreamReader(settings, yaml));
      return new Composer(settings, parser).getSingleNode();
    } catch (MarkedYamlEngineException e) {
      String line =
          e.getProblemMark()
              .map(m -> ":" + (m.getLine() + 1) + ":" + (m.getColumn() + 1))
              .orElse("");
      throw new ConfigException(name + line + ": not valid YAML: " + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new ConfigException(name + ": not valid YAML: " + e.getMessage(), e);
    }
  }

  private static ConfigNode convert(Node node, Function<Mark, String> places, int depth) {
    String where = node.getStartMark().map(places).orElse("");
    if (depth > DEPTH) {
      throw new ConfigException(where + ": nested more than " + DEPTH + " deep");
    }
    return switch (node) {
      case ScalarNode s ->
          new ConfigNode.Scalar(s.getValue(), s.getScalarStyle() != ScalarStyle.PLAIN, where);
      case SequenceNode s -> {
        List<ConfigNode> items = new ArrayList<>();
        for (Node item : s.getValue()) {
          items.add(convert(item, places, depth + 1));
        }
        yield new ConfigNode.Listing(items, where);
      }
      case MappingNode m -> mapping(m, where, places, depth);
      default -> throw new ConfigException(where + ": expected a value, a list or a section");
    };
  }

  private static ConfigNode.Mapping mapping(
      MappingNode node, String where, Function<Mark, String> places, int depth) {
    Map<String, ConfigNode> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      String place = tuple.getKeyNode().getStartMark().map(places).orElse(where);
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw new ConfigException(place + ": expected a word as key");
      }
      ConfigNode value = convert(tuple.getValueNode(), places, depth + 1);
      if (entries.putIfAbsent(key.getValue(), value) != null) {
        throw new ConfigException(place + ": the key '" + key.getValue() + "' is there twice");
      }
    }
    return new ConfigNode.Mapping(entries, where);
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException missing
        ? "no such file or folder: " + missing.getFile()
        : String.valueOf(e.getMessage());
  }
}
