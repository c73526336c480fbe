package dev.espalier.cuda.bench;

/** A kernel computed something else than it is defined to. */
final class WrongResultException extends RuntimeException {
  WrongResultException(String problem) {
    super(problem);
  }
}
