package dev.espalier.cuda.bench;

/** Whose kernels are measured. */
interface Library {
  /** As rows name it. */
  String name();

  /** The call for a case, or null where there is none. */
  Call of(Case what);
}
