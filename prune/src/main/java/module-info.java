/** Pruning structures, scorers, schedules, fine-tuning and compiled inference. */
module dev.espalier.prune {
  requires transitive dev.espalier.nn;
}
