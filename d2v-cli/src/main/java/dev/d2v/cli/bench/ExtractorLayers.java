package dev.d2v.cli.bench;

import dev.d2v.model.Batch;
import dev.d2v.model.speech.ConvLayer;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.train.Recipe;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Time of each layer of the feature extractor, found among a step's convolutions by the work of a
/// call.
///
/// @param number of the layer, from 0
/// @param in channels in
/// @param layer channels out, kernel and stride
/// @param outputs places that it gives, over all samples
/// @param forward its forward calls
/// @param backwardInput calls towards its input; null for the first layer, which reads the waveform
/// @param backwardWeight calls towards its weight
record ExtractorLayers(
    int number,
    int in,
    ConvLayer layer,
    long outputs,
    KernelTimes.@Nullable Row forward,
    KernelTimes.@Nullable Row backwardInput,
    KernelTimes.@Nullable Row backwardWeight) {

  /// The layers of a recipe; none when it has no convolutions over a waveform.
  static List<ExtractorLayers> of(Recipe recipe, KernelTimes times) {
    SpeechConfig speech = recipe.model().speech();
    List<ExtractorLayers> layers = new ArrayList<>();
    if (speech == null || speech.logMel() != null) {
      return layers;
    }
    Batch.Shape shape =
        recipe.largestBatches().stream()
            .filter(s -> s.key().equals("AUDIO"))
            .findFirst()
            .orElseThrow();
    int in = 1;
    int length = shape.length();
    for (ConvLayer layer : speech.spec().layers()) {
      length = layer.outputs(length);
      long outputs = (long) shape.samples() * length;
      long flops = 2 * outputs * in * layer.channels() * layer.kernel();
      layers.add(
          new ExtractorLayers(
              layers.size(),
              in,
              layer,
              outputs,
              times.of("conv2dForward", flops),
              times.of("conv2dBackwardInput", flops),
              times.of("conv2dBackwardWeight", flops)));
      in = layer.channels();
    }
    return layers;
  }
}
