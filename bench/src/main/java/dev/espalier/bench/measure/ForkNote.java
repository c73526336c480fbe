package dev.espalier.bench.measure;

import dev.espalier.bench.kernel.Contender;
import dev.espalier.bench.peer.PeerUnavailableException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.function.Supplier;

/**
 * What a benchmark's own JVM tells the one that started it, besides JMH's figures.
 *
 * @param kernel which kernel a peer chose; empty for ours
 * @param usefulFlops operations at stored weights
 * @param denseFlops operations of the dense problem
 * @param bytes least memory traffic of a call
 * @param failure why nothing was timed, or empty
 * @param unavailable whether the failure is that the peer cannot run on this machine
 */
public record ForkNote(
    String kernel,
    double usefulFlops,
    double denseFlops,
    double bytes,
    String failure,
    boolean unavailable) {
  /** The system property that names the file. */
  static final String PROPERTY = "espalier.bench.note";

  /** Opens a contender and notes how that went, if somebody wants to know. */
  public static Contender during(Supplier<Contender> opening) {
    try {
      Contender contender = opening.get();
      write(
          new ForkNote(
              contender.kernel(),
              contender.usefulFlops(),
              contender.denseFlops(),
              contender.bytes(),
              "",
              false));
      return contender;
    } catch (RuntimeException | Error e) {
      String message = e.getMessage() == null ? e.toString() : e.getMessage();
      write(new ForkNote("", 0, 0, 0, message, e instanceof PeerUnavailableException));
      throw e;
    }
  }

  private static void write(ForkNote note) {
    String file = System.getProperty(PROPERTY);
    if (file == null) {
      return;
    }
    Properties text = new Properties();
    text.setProperty("kernel", note.kernel);
    text.setProperty("usefulFlops", Double.toString(note.usefulFlops));
    text.setProperty("denseFlops", Double.toString(note.denseFlops));
    text.setProperty("bytes", Double.toString(note.bytes));
    text.setProperty("failure", note.failure);
    text.setProperty("unavailable", Boolean.toString(note.unavailable));
    try (Writer out = Files.newBufferedWriter(Path.of(file))) {
      text.store(out, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a note; a fork that died before it wrote one has failed. */
  static ForkNote read(Path file) throws IOException {
    Properties text = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      text.load(in);
    }
    if (text.isEmpty()) {
      return new ForkNote("", 0, 0, 0, "its JVM ended before the operands were ready", false);
    }
    return new ForkNote(
        text.getProperty("kernel"),
        Double.parseDouble(text.getProperty("usefulFlops")),
        Double.parseDouble(text.getProperty("denseFlops")),
        Double.parseDouble(text.getProperty("bytes")),
        text.getProperty("failure"),
        Boolean.parseBoolean(text.getProperty("unavailable")));
  }
}
