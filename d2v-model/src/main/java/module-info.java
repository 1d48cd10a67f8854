/// data2vec 2.0: the model, its recipes and its training.
module dev.d2v.model {
  requires transitive dev.d2v.nn;
  requires static transitive org.jspecify;

  exports dev.d2v.model;
  exports dev.d2v.model.checkpoint;
  exports dev.d2v.model.image;
  exports dev.d2v.model.speech;
  exports dev.d2v.model.text;
  exports dev.d2v.model.train;
  exports dev.d2v.model.v1;
}
