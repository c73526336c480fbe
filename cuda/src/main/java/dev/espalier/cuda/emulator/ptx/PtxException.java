package dev.espalier.cuda.emulator.ptx;

/** A PTX text that cannot be read, or that uses what the emulator does not know. */
public final class PtxException extends RuntimeException {
  /**
   * Names the place and the problem.
   *
   * @param line the line of the text, counted from 1
   */
  public PtxException(int line, String problem) {
    super("PTX line " + line + ": " + problem);
  }
}
