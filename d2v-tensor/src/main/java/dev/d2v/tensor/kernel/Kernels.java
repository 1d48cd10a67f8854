package dev.d2v.tensor.kernel;

/// A backend's vocabulary: one small interface a family.
///
/// Order of arguments everywhere: outputs first, then inputs, saved values, sizes last. Tensors are
/// flat to a kernel: it takes their memory and the sizes. Gradients are `d` + name; **gradients of
/// parameters accumulate (`+=`), those of activations are assigned (`=`).** Unless a method says
/// so, outputs must not overlap inputs. Results do not depend on the number of threads, bit for
/// bit.
///
/// @param matmul products of matrices
/// @param norm normalisations and softmax
/// @param attention fused multi-head attention
/// @param activation GELU
/// @param elementwise sums, copies and scalings
/// @param conv convolutions and patches, channels last
/// @param gather rows by index
/// @param loss regression losses and spread
/// @param optimizer clipping, AdamW and EMA
/// @param random dropout, drop path and Gaussian noise
/// @param storage weights in fewer bits, for inference
public record Kernels(
    MatmulKernels matmul,
    NormKernels norm,
    AttentionKernels attention,
    ActivationKernels activation,
    ElementwiseKernels elementwise,
    ConvKernels conv,
    GatherKernels gather,
    LossKernels loss,
    OptimizerKernels optimizer,
    RandomKernels random,
    StorageKernels storage) {}
