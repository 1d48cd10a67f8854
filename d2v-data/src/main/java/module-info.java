/// Data sets, image decoding, augmentation, tokenizers and the evaluation of features, on plain
/// arrays. The only place for third-party decoders; knows no model.
module dev.d2v.data {
  requires transitive dev.d2v.tensor;
  requires transitive java.desktop;
  requires com.twelvemonkeys.imageio.jpeg;
  requires com.twelvemonkeys.imageio.webp;
  requires jlayer;
  requires jorbis;
  requires static transitive org.jspecify;

  exports dev.d2v.data;
  exports dev.d2v.data.eval;
  exports dev.d2v.data.speech;
  exports dev.d2v.data.text;
}
