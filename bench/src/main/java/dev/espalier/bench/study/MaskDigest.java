package dev.espalier.bench.study;

import dev.espalier.nn.Module;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** One digest for all masks of a module. */
final class MaskDigest {
  private MaskDigest() {}

  static String of(Module module) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      module
          .namedParameters()
          .forEach(
              (name, parameter) -> {
                String mask = parameter.mask() == null ? "dense" : parameter.mask().digest();
                sha.update((name + " " + mask + "\n").getBytes(StandardCharsets.UTF_8));
              });
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must have SHA-256", e);
    }
  }
}
