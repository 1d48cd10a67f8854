package dev.d2v.export;

import dev.d2v.export.onnx.Axis;
import dev.d2v.export.onnx.OnnxType;
import dev.d2v.export.onnx.Value;
import java.util.List;

/// Images to patches: a convolution whose kernel and stride are the patch.
final class PatchLayers {
  private PatchLayers() {}

  /// The input `pixel_values` (batch,channels,height,width) and its patches (B,T,C), row by row.
  ///
  /// @param name of the convolution
  static Value of(
      Layers layers, String name, int C, int patch, int channels, int height, int width) {
    Value pixels =
        layers
            .ops()
            .graph()
            .input(
                "pixel_values",
                OnnxType.FLOAT,
                Axis.of("batch"),
                Axis.of(channels),
                Axis.of(height),
                Axis.of(width));
    Value grid =
        layers
            .ops()
            .conv(
                List.of(
                    pixels, layers.parameter(name + ".weight"), layers.parameter(name + ".bias")),
                1,
                new long[] {patch, patch},
                0,
                0,
                0,
                0);
    return layers.flipped(layers.ops().reshape(grid, 0, C, -1));
  }
}
