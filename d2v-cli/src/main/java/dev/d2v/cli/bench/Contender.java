package dev.d2v.cli.bench;

/// Who is measured beside d2v, as a report names it.
///
/// @param name its name
/// @param column its name in a table, short
public record Contender(String name, String column) {}
