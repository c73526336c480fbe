import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Checks ({@code check DIR}) or applies ({@code apply DIR}) the format of every Java source. */
final class Format {
  private static final Path TARGET = Path.of("target");

  private Format() {}

  public static void main(String[] args) throws IOException {
    if (!args[0].equals("check") && !args[0].equals("apply")) {
      System.err.println("-Dformat takes 'check' or 'apply', not '" + args[0] + "'.");
      System.exit(2);
    }
    boolean apply = args[0].equals("apply");
    Path root = Path.of(args[1]);
    List<Path> wrong =
        sources(root).parallelStream().filter(file -> !isFormatted(file, apply)).toList();
    for (Path file : wrong) {
      System.err.println((apply ? "Formatted " : "Not formatted: ") + root.relativize(file));
    }
    if (!apply && !wrong.isEmpty()) {
      System.err.println("Apply the format with: mvn -q -N verify -Dformat=apply");
      System.exit(1);
    }
  }

  private static List<Path> sources(Path root) throws IOException {
    try (Stream<Path> files = Files.find(root, 32, (file, _) -> isSource(root.relativize(file)))) {
      return files.sorted().toList();
    }
  }

  private static boolean isSource(Path file) {
    boolean built = StreamSupport.stream(file.spliterator(), false).anyMatch(TARGET::equals);
    return file.toString().endsWith(".java") && !built;
  }

  private static boolean isFormatted(Path file, boolean apply) {
    try {
      String is = Files.readString(file);
      String should = format(is);
      if (apply && !is.equals(should)) {
        Files.writeString(file, should);
      }
      return is.equals(should);
    } catch (FormatterException e) {
      throw new IllegalStateException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Some line breaks settle only in a second pass. */
  private static String format(String source) throws FormatterException {
    String once = new Formatter().formatSourceAndFixImports(source);
    return once.equals(source) ? source : new Formatter().formatSourceAndFixImports(once);
  }
}
