/// The `d2v` command: options, configuration files, what a run leaves behind, the report.
module dev.d2v.cli {
  requires dev.d2v.config;
  requires dev.d2v.data;
  requires dev.d2v.embed;
  requires dev.d2v.export;
  requires dev.d2v.model;
  requires info.picocli;
  requires java.management;
  requires jdk.management;
  requires org.jspecify;
  requires tools.jackson.jr.ob;

  // picocli reads the annotations of the commands and fills their fields.
  opens dev.d2v.cli to
      info.picocli;
  opens dev.d2v.cli.bench to
      info.picocli;
  opens dev.d2v.cli.embed to
      info.picocli;
  opens dev.d2v.cli.export to
      info.picocli;
  opens dev.d2v.cli.goldens to
      info.picocli;
  opens dev.d2v.cli.text to
      info.picocli;
  opens dev.d2v.cli.weights to
      info.picocli;
}
