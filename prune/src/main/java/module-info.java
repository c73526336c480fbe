/** Pruning structures, scorers, schedules, fine-tuning, surgery and compiled inference. */
module dev.espalier.prune {
  requires transitive dev.espalier.nn;

  exports dev.espalier.prune;
  exports dev.espalier.prune.budget;
  exports dev.espalier.prune.compile;
  exports dev.espalier.prune.file;
  exports dev.espalier.prune.schedule;
  exports dev.espalier.prune.score;
  exports dev.espalier.prune.structure;
  exports dev.espalier.prune.surgery;
  exports dev.espalier.prune.tune;
}
