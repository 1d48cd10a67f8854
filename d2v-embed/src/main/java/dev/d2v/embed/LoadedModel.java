package dev.d2v.embed;

import dev.d2v.model.Data2Vec2;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.model.v1.Data2Vec1;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.List;

/// A model's weights in memory, of either generation.
public sealed interface LoadedModel extends AutoCloseable {
  /// Holds the weights, owned.
  Backend backend();

  /// The model's parameters.
  List<Parameter> parameters();

  /// In how many bits they are kept.
  Storage storage();

  /// One line: what was read.
  String description();

  /// What the load did, tensor by tensor.
  LoadReport report();

  /// What the load listed: tensors left aside, fields of the configuration that mean nothing here.
  List<String> remarks();

  @Override
  void close();

  /// data2vec 1.0.
  ///
  /// @param opened the model, owned, and what its load did
  record First(Backend backend, Data2Vec1.Opened opened, Storage storage) implements LoadedModel {
    @Override
    public List<Parameter> parameters() {
      return opened.model().parameters();
    }

    @Override
    public LoadReport report() {
      return opened.report();
    }

    @Override
    public String description() {
      return "data2vec 1.0, " + opened.config().architecture();
    }

    @Override
    public List<String> remarks() {
      List<String> remarks = new ArrayList<>();
      report().leftAside().ifPresent(remarks::add);
      if (!opened.config().unknown().isEmpty()) {
        remarks.add("fields left aside: " + String.join(", ", opened.config().unknown()));
      }
      return remarks;
    }

    @Override
    public void close() {
      opened.model().close();
      backend.close();
    }
  }

  /// data2vec 2.0.
  ///
  /// @param model owned
  record Second(
      Backend backend,
      Data2Vec2 model,
      Storage storage,
      String description,
      LoadReport report,
      List<String> remarks)
      implements LoadedModel {
    @Override
    public List<Parameter> parameters() {
      return model.memory().student();
    }

    @Override
    public void close() {
      model.close();
      backend.close();
    }
  }
}
