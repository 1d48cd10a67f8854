/// Contracts, oracles and house rules for the tests of d2v. Not published.
module dev.d2v.testkit {
  requires transitive dev.d2v.nn;
  requires transitive org.junit.jupiter.api;
  requires transitive org.junit.jupiter.params;
  requires static transitive org.jspecify;

  exports dev.d2v.testkit;
  exports dev.d2v.testkit.contract;
}
