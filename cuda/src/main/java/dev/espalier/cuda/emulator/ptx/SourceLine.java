package dev.espalier.cuda.emulator.ptx;

/**
 * The place in the source that a PTX instruction was compiled from.
 *
 * @param file as the compiler wrote it
 * @param line counted from 1; 0 for code of the compiler's own
 */
public record SourceLine(String file, int line) {
  @Override
  public String toString() {
    return file.substring(file.lastIndexOf('/') + 1) + ":" + line;
  }
}
