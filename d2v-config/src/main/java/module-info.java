/// Recipes from and to YAML.
module dev.d2v.config {
  requires transitive dev.d2v.model;
  requires org.jspecify;
  requires org.snakeyaml.engine;

  exports dev.d2v.config;
}
