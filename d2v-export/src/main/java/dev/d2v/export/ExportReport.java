package dev.d2v.export;

import java.util.List;

/// What an export wrote.
///
/// @param description one line on the model
/// @param inputs names, types and extents
/// @param outputs likewise
/// @param opset version of the operators
/// @param nodes of the graph
/// @param bytes of the file
/// @param externalBytes of the file of constants beside it; 0: there is none
/// @param remarks what the load listed
public record ExportReport(
    String description,
    List<String> inputs,
    List<String> outputs,
    int opset,
    int nodes,
    long bytes,
    long externalBytes,
    List<String> remarks) {
  /// Copies the lists.
  public ExportReport {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    remarks = List.copyOf(remarks);
  }
}
