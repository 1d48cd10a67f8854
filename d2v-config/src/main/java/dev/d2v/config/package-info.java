/// Recipes as YAML and `--set key=value`. Start at [ConfigMapper].
@NullMarked
package dev.d2v.config;

import org.jspecify.annotations.NullMarked;
