/// Vectors of images, recordings and texts: trained models in an application.
module dev.d2v.embed {
  requires dev.d2v.config;
  requires transitive dev.d2v.data;
  requires transitive dev.d2v.model;
  requires static transitive org.jspecify;

  exports dev.d2v.embed;
}
