package dev.espalier.bench.machine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which Espalier this is. */
public final class Build {
  private Build() {}

  /** The version, such as {@code 0.1.0}. */
  public static String version() {
    Properties properties = new Properties();
    try (InputStream in = Build.class.getResourceAsStream("build.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("build.properties: cannot be read", e);
    }
    return properties.getProperty("version");
  }

  /**
   * The source revision that was built, ending in {@code -dirty} if the sources differed from it,
   * or {@code unknown} where the launcher was not used.
   */
  public static String commit() {
    return System.getProperty("espalier.commit", "unknown");
  }
}
