/// ONNX files: a graph of operators, and how it is written. It knows nothing of models. Start at
/// [Graph].
@NullMarked
package dev.d2v.export.onnx;

import org.jspecify.annotations.NullMarked;
