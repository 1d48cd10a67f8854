package dev.d2v.benchmarks.compare;

import dev.d2v.tensor.kernel.ConvShape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What is measured: a kernel of d2v, with names for its sizes. A rival computes the same numbers
/// from the same inputs.
///
/// Inputs and the result that is compared, by name, are those of the kernel's interface: for a
/// product `a, b, bias, c, pre`. `floats` says how long each is.
public enum Operation {
  /// `c = a b`.
  MATMUL_NN(Family.MATMUL, "matmulNN", "m n k"),
  /// `c = a b^T + bias`.
  MATMUL_NT(Family.MATMUL, "matmulNT", "m n k"),
  /// `c = gelu(pre)`, `pre = a b^T + bias`.
  MATMUL_NT_GELU(Family.MATMUL, "matmulNTGelu", "m n k"),
  /// `c = (a b) * gelu'(pre)`.
  MATMUL_NN_GELU_BACKWARD(Family.MATMUL, "matmulNNGeluBackward", "m n k"),
  /// `c += a^T b`.
  MATMUL_TN(Family.MATMUL, "matmulTN", "m n k"),

  /// `out` from `qkv (B,T,3,H,D)`.
  ATTENTION_FORWARD(Family.ATTENTION, "attentionForward", "B T H D"),
  /// `dqkv` from `dout` and `qkv`.
  ATTENTION_BACKWARD(Family.ATTENTION, "attentionBackward", "B T H D"),

  /// `y` from `x, gamma, beta`.
  LAYER_NORM_FORWARD(Family.NORM, "layerNormForward", "rows C"),
  /// `y` from `x + addend, gamma, beta`; the sum is kept.
  ADD_LAYER_NORM_FORWARD(Family.NORM, "addLayerNormForward", "rows C"),
  /// `dx` from `dy, x, gamma`, and the gradients of gamma and beta.
  LAYER_NORM_BACKWARD(Family.NORM, "layerNormBackward", "rows C"),
  /// `y = gelu(layerNorm(x)) + addend`, not affine.
  LAYER_NORM_GELU_FORWARD(Family.NORM, "layerNormGeluForward", "rows C"),
  /// `y` from `x (B,T,C)`, over time.
  INSTANCE_NORM_FORWARD(Family.NORM, "instanceNormForward", "B T C"),
  /// `y` from `x`, over the last axis.
  SOFTMAX_FORWARD(Family.NORM, "softmaxForward", "rows C"),

  /// `y = gelu(x)`.
  GELU_FORWARD(Family.ELEMENTWISE, "geluForward", "size"),
  /// `dx = dy * gelu'(x)`.
  GELU_BACKWARD(Family.ELEMENTWISE, "geluBackward", "size"),
  /// `y = a + b`: a residual sum.
  ADD(Family.ELEMENTWISE, "add", "size"),

  /// One update of `p, m, v` from `g`, and of the teacher `t`; `p` is compared.
  ADAM_W(Family.OPTIMIZER, "adamW", "size"),

  /// `y[j] = x[index[j]]`.
  GATHER_ROWS(Family.GATHER, "gatherRows", "n rows C"),
  /// `dx[i] = sum of dy[j] with index[j] = i`.
  SCATTER_ROWS(Family.GATHER, "scatterRows", "n rows C"),

  /// `y` from `x, w, bias`.
  CONV_FORWARD(Family.CONV, "conv2dForward", "N H W Cin Cout KH KW stride groups"),
  /// `dx` from `dy, w`.
  CONV_BACKWARD_INPUT(Family.CONV, "conv2dBackwardInput", "N H W Cin Cout KH KW stride groups"),
  /// `dw` from `dy, x`, and the bias's gradient.
  CONV_BACKWARD_WEIGHT(Family.CONV, "conv2dBackwardWeight", "N H W Cin Cout KH KW stride groups"),

  /// Features of images by the base model, ViT-B/16 at 224 x 224.
  IMAGE_BASE(Family.NETWORK, "imageBase", "B"),
  /// Features of recordings at 16 kHz by the base model.
  SPEECH_BASE(Family.NETWORK, "speechBase", "B seconds"),
  /// Features of texts by the base model.
  TEXT_BASE(Family.NETWORK, "textBase", "B T");

  /// Kernels that are limited by the same thing.
  public enum Family {
    /// Products of matrices.
    MATMUL,
    /// Fused attention.
    ATTENTION,
    /// Normalisations and softmax.
    NORM,
    /// GELU and sums.
    ELEMENTWISE,
    /// AdamW with the teacher.
    OPTIMIZER,
    /// Rows by index.
    GATHER,
    /// Grouped convolutions.
    CONV,
    /// Whole encoders.
    NETWORK;

    /// Its name on the command line.
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Family family;
  private final String label;
  private final String dimensions;

  Operation(Family family, String label, String dimensions) {
    this.family = family;
    this.label = label;
    this.dimensions = dimensions;
  }

  /// The family.
  public Family family() {
    return family;
  }

  /// The kernel's name.
  public String label() {
    return label;
  }

  /// The names of its sizes, in order.
  public List<String> dimensions() {
    return List.of(dimensions.split(" ", -1));
  }

  /// The operation of a kernel's name.
  public static Operation named(String label) {
    for (Operation operation : values()) {
      if (operation.label.equals(label)) {
        return operation;
      }
    }
    throw new IllegalArgumentException(
        "no kernel '%s' is measured; there are %s"
            .formatted(
                label, Arrays.stream(values()).map(o -> o.label).collect(Collectors.joining(" "))));
  }

  /// Floating-point operations of products, a multiply-add counted as two; 0 for what is bound by
  /// memory.
  long flops(int[] d) {
    return switch (this) {
      case MATMUL_NN, MATMUL_NT, MATMUL_NT_GELU, MATMUL_NN_GELU_BACKWARD, MATMUL_TN ->
          2L * d[0] * d[1] * d[2];
      case ATTENTION_FORWARD -> 4L * d[0] * d[1] * d[1] * d[2] * d[3];
      case ATTENTION_BACKWARD -> 10L * d[0] * d[1] * d[1] * d[2] * d[3];
      case CONV_FORWARD, CONV_BACKWARD_INPUT, CONV_BACKWARD_WEIGHT ->
          2L * conv(d).outRows() * conv(d).weightSize();
      case IMAGE_BASE, SPEECH_BASE, TEXT_BASE -> Network.of(this, d).flops();
      default -> 0;
    };
  }

  /// Elements that are read and written, each tensor once.
  long elements(int[] d) {
    return switch (this) {
      case MATMUL_NN, MATMUL_NT -> product(d) + (long) d[0] * d[1];
      case MATMUL_NT_GELU, MATMUL_NN_GELU_BACKWARD, MATMUL_TN -> product(d) + 2L * d[0] * d[1];
      case ATTENTION_FORWARD -> 4L * d[0] * d[1] * d[2] * d[3];
      case ATTENTION_BACKWARD -> 8L * d[0] * d[1] * d[2] * d[3];
      case LAYER_NORM_FORWARD, SOFTMAX_FORWARD -> 2L * d[0] * d[1];
      case ADD_LAYER_NORM_FORWARD -> 4L * d[0] * d[1];
      case LAYER_NORM_BACKWARD, LAYER_NORM_GELU_FORWARD -> 3L * d[0] * d[1];
      case INSTANCE_NORM_FORWARD -> 2L * d[0] * d[1] * d[2];
      case GELU_FORWARD -> 2L * d[0];
      case GELU_BACKWARD, ADD -> 3L * d[0];
      case ADAM_W -> 9L * d[0];
      case GATHER_ROWS -> 2L * d[0] * d[2];
      case SCATTER_ROWS -> ((long) d[0] + d[1]) * d[2];
      case CONV_FORWARD, CONV_BACKWARD_INPUT -> images(d) + conv(d).weightSize();
      case CONV_BACKWARD_WEIGHT -> images(d) + 2L * conv(d).weightSize();
      case IMAGE_BASE, SPEECH_BASE, TEXT_BASE -> Network.of(this, d).parameters();
    };
  }

  private static long product(int[] d) {
    return ((long) d[0] + d[1]) * d[2];
  }

  private static long images(int[] d) {
    ConvShape shape = conv(d);
    return (long) shape.inRows() * shape.inChannels()
        + (long) shape.outRows() * shape.outChannels();
  }

  /// The geometry of a convolution: with stride 1 as large as its input, otherwise without padding.
  static ConvShape conv(int[] d) {
    boolean same = d[7] == 1;
    int strideHeight = d[1] == 1 ? 1 : d[7];
    int outHeight = same ? d[1] : (d[1] - d[5]) / strideHeight + 1;
    int outWidth = same ? d[2] : (d[2] - d[6]) / d[7] + 1;
    return new ConvShape(
        d[0],
        d[1],
        d[2],
        d[3],
        d[4],
        d[5],
        d[6],
        strideHeight,
        d[7],
        same ? d[5] / 2 : 0,
        same ? d[6] / 2 : 0,
        outHeight,
        outWidth,
        d[8]);
  }
}
