/// Trained models in the formats of other runtimes: ONNX.
module dev.d2v.export {
  requires dev.d2v.config;
  requires transitive dev.d2v.embed;
  requires static transitive org.jspecify;

  exports dev.d2v.export;
}
