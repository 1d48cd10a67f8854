/// The main job: pre-training with its data, scores and report. Start at [Pretraining].
@NullMarked
package dev.d2v.cli.job;

import org.jspecify.annotations.NullMarked;
